"""The schema of the foundation: every table that one lesson needs, from search to payout."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything, parents first."""
    for statement in STATEMENTS:
        # To the driver a lone per cent sign would be a placeholder.
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


STATEMENTS = (
    """
    CREATE EXTENSION IF NOT EXISTS btree_gist
    """,
    """
    CREATE EXTENSION IF NOT EXISTS pg_trgm
    """,
    """
    CREATE TABLE accounts (
        account_id UUID NOT NULL,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        first_name TEXT NOT NULL,
        last_name TEXT NOT NULL,
        zip_code TEXT NOT NULL,
        zone TEXT NOT NULL,
        role TEXT NOT NULL,
        status TEXT NOT NULL,
        session_epoch INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT accounts_pkey PRIMARY KEY (account_id),
        CONSTRAINT accounts_email_key_key UNIQUE (email_key),
        CONSTRAINT accounts_role_check CHECK (role IN ('student', 'instructor', 'admin')),
        CONSTRAINT accounts_status_check CHECK (status IN ('active', 'suspended', 'deactivated', 'erased')),
        CONSTRAINT accounts_names_check CHECK (length(first_name) <= 50 AND length(last_name) <= 50),
        CONSTRAINT accounts_email_key_check CHECK (length(email_key) <= 320)
    )
    """,
    """
    CREATE TABLE email_challenges (
        challenge_id UUID NOT NULL,
        purpose TEXT NOT NULL,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL,
        mac BYTEA,
        sender BYTEA NOT NULL,
        told BOOLEAN NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
        attempts INTEGER NOT NULL,
        state TEXT NOT NULL,
        locked_until TIMESTAMP WITH TIME ZONE,
        CONSTRAINT email_challenges_pkey PRIMARY KEY (challenge_id),
        CONSTRAINT email_challenges_attempts_check CHECK (attempts BETWEEN 0 AND 5),
        CONSTRAINT email_challenges_state_check CHECK (state IN ('issued', 'consumed', 'superseded', 'locked')),
        CONSTRAINT email_challenges_lock_check CHECK ((state = 'locked') = (locked_until IS NOT NULL))
    )
    """,
    """
    CREATE INDEX email_challenges_sender_idx ON email_challenges (sender, sent_at)
    """,
    """
    CREATE INDEX email_challenges_sends_idx ON email_challenges (email_key, purpose, sent_at)
    """,
    """
    CREATE UNIQUE INDEX email_challenges_one_issued ON email_challenges (email_key, purpose) WHERE state = 'issued'
    """,
    """
    CREATE TABLE one_time_tokens (
        token_hash BYTEA NOT NULL,
        purpose TEXT NOT NULL,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT one_time_tokens_pkey PRIMARY KEY (token_hash)
    )
    """,
    """
    CREATE TABLE bookings (
        booking_id UUID NOT NULL,
        chain_id UUID NOT NULL,
        predecessor_id UUID,
        predecessor_start TIMESTAMP WITH TIME ZONE,
        successor_id UUID,
        reschedule_count INTEGER DEFAULT 0 NOT NULL,
        late_reschedule BOOLEAN DEFAULT false NOT NULL,
        lock_funded BOOLEAN DEFAULT false NOT NULL,
        student_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        service_id UUID NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        duration_minutes INTEGER NOT NULL,
        zone TEXT NOT NULL,
        student_zone TEXT NOT NULL,
        local_date DATE NOT NULL,
        service_name TEXT NOT NULL,
        hourly_rate_cents BIGINT NOT NULL,
        price_cents BIGINT NOT NULL,
        service_area TEXT,
        location_type TEXT NOT NULL,
        address TEXT,
        lat FLOAT(53),
        lng FLOAT(53),
        place_id TEXT,
        meeting_details TEXT,
        note TEXT,
        instructor_note TEXT,
        status TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        hold_expires_at TIMESTAMP WITH TIME ZONE,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        completed_at TIMESTAMP WITH TIME ZONE,
        cancelled_at TIMESTAMP WITH TIME ZONE,
        cancel_kind TEXT,
        cancelled_by_party TEXT,
        cancelled_by UUID,
        cancel_reason TEXT,
        policy_case TEXT,
        no_show_at TIMESTAMP WITH TIME ZONE,
        no_show_type TEXT,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT bookings_pkey PRIMARY KEY (booking_id),
        CONSTRAINT bookings_span_check CHECK (starts_at < ends_at),
        CONSTRAINT bookings_duration_is_span_check CHECK (ends_at - starts_at = make_interval(mins => duration_minutes)),
        CONSTRAINT bookings_duration_check CHECK (duration_minutes BETWEEN 30 AND 240 AND duration_minutes % 5 = 0),
        CONSTRAINT bookings_two_people_check CHECK (student_id <> instructor_id),
        CONSTRAINT bookings_status_check CHECK (status IN ('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELLED', 'NO_SHOW')),
        CONSTRAINT bookings_location_type_check CHECK (location_type IN ('student_location', 'instructor_location', 'online', 'neutral_location')),
        CONSTRAINT bookings_hold_check CHECK ((status = 'PENDING') = (hold_expires_at IS NOT NULL)),
        CONSTRAINT bookings_confirmed_check CHECK (status NOT IN ('CONFIRMED', 'COMPLETED', 'NO_SHOW') OR confirmed_at IS NOT NULL),
        CONSTRAINT bookings_completed_check CHECK (status <> 'COMPLETED' OR completed_at IS NOT NULL),
        CONSTRAINT bookings_completed_after_end_check CHECK (completed_at >= ends_at),
        CONSTRAINT bookings_cancelled_check CHECK ((status = 'CANCELLED') = (cancelled_at IS NOT NULL)),
        CONSTRAINT bookings_cancel_kind_check CHECK ((status = 'CANCELLED') = (cancel_kind IS NOT NULL)),
        CONSTRAINT bookings_cancel_kind_known_check CHECK (cancel_kind IN ('by_student', 'by_instructor', 'by_admin', 'payment_failed', 'hold_expired', 'superseded', 'aborted', 'rescheduled')),
        CONSTRAINT bookings_cancelled_by_check CHECK ((cancelled_by IS NOT NULL) = (cancelled_by_party IS NOT NULL)),
        CONSTRAINT bookings_no_show_check CHECK ((status = 'NO_SHOW') = (no_show_at IS NOT NULL)),
        CONSTRAINT bookings_no_show_type_check CHECK ((no_show_at IS NULL) = (no_show_type IS NULL)),
        CONSTRAINT bookings_place_check CHECK (num_nonnulls(address, lat, lng) IN (0, 3)),
        CONSTRAINT bookings_place_unless_online_check CHECK ((location_type = 'online') = (address IS NULL)),
        CONSTRAINT bookings_money_check CHECK (price_cents >= 0 AND hourly_rate_cents >= 0),
        CONSTRAINT bookings_predecessor_check CHECK ((predecessor_id IS NULL) = (predecessor_start IS NULL)),
        CONSTRAINT bookings_reschedule_count_check CHECK (reschedule_count >= 0),
        CONSTRAINT booking_instructor_excl EXCLUDE USING gist (instructor_id WITH =, tstzrange(starts_at, ends_at) WITH &&, chain_id WITH <>) WHERE (status <> 'CANCELLED'),
        CONSTRAINT booking_student_excl EXCLUDE USING gist (student_id WITH =, tstzrange(starts_at, ends_at) WITH &&, chain_id WITH <>) WHERE (status <> 'CANCELLED')
    )
    """,
    """
    CREATE INDEX bookings_instructor_all_idx ON bookings (instructor_id, starts_at, booking_id)
    """,
    """
    CREATE INDEX bookings_instructor_starts_idx ON bookings (instructor_id, starts_at) WHERE status <> 'CANCELLED'
    """,
    """
    CREATE INDEX bookings_student_holds_idx ON bookings (student_id) WHERE status = 'PENDING'
    """,
    """
    CREATE INDEX bookings_student_starts_idx ON bookings (student_id, starts_at)
    """,
    """
    CREATE UNIQUE INDEX bookings_one_live_successor_key ON bookings (predecessor_id) WHERE predecessor_id IS NOT NULL AND status <> 'CANCELLED'
    """,
    """
    CREATE TABLE categories (
        category_id UUID NOT NULL,
        slug TEXT NOT NULL,
        name TEXT NOT NULL,
        subtitle TEXT DEFAULT '' NOT NULL,
        icon TEXT DEFAULT '' NOT NULL,
        terms TEXT[] DEFAULT '{}' NOT NULL,
        display_order INTEGER NOT NULL,
        is_active BOOLEAN DEFAULT true NOT NULL,
        collects_ages TEXT[] DEFAULT '{}' NOT NULL,
        CONSTRAINT categories_pkey PRIMARY KEY (category_id),
        CONSTRAINT categories_slug_key UNIQUE (slug),
        CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100),
        CONSTRAINT categories_name_check CHECK (length(name) BETWEEN 1 AND 100)
    )
    """,
    """
    CREATE TABLE events (
        event_id UUID NOT NULL,
        name TEXT NOT NULL,
        occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
        payload JSONB NOT NULL,
        CONSTRAINT events_pkey PRIMARY KEY (event_id)
    )
    """,
    """
    CREATE TABLE work_items (
        work_id UUID NOT NULL,
        handler TEXT NOT NULL,
        payload JSONB NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        attempts INTEGER DEFAULT 0 NOT NULL,
        claims INTEGER DEFAULT 0 NOT NULL,
        dead BOOLEAN DEFAULT false NOT NULL,
        last_error TEXT,
        dedupe_key TEXT,
        CONSTRAINT work_items_pkey PRIMARY KEY (work_id),
        CONSTRAINT work_items_dedupe_key_key UNIQUE (dedupe_key),
        CONSTRAINT work_items_counts_check CHECK (attempts >= 0 AND claims >= 0),
        CONSTRAINT work_items_dead_says_why_check CHECK (NOT dead OR last_error IS NOT NULL),
        CONSTRAINT work_items_last_error_length_check CHECK (char_length(last_error) <= 500)
    )
     WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)
    """,
    """
    CREATE INDEX work_items_dead_idx ON work_items (due_at) WHERE dead
    """,
    """
    CREATE INDEX work_items_due_idx ON work_items (due_at) WHERE NOT dead
    """,
    """
    CREATE TABLE tier_stamp (
        single BOOLEAN DEFAULT true NOT NULL,
        tier TEXT NOT NULL,
        stamped_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT tier_stamp_pkey PRIMARY KEY (single),
        CONSTRAINT tier_stamp_one_row_check CHECK (single),
        CONSTRAINT tier_stamp_known_tier_check CHECK (tier IN ('INT', 'STG', 'PROD'))
    )
    """,
    """
    CREATE TABLE idempotency_records (
        principal TEXT NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        key TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT NOT NULL,
        status INTEGER,
        body BYTEA,
        claimed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT idempotency_records_pkey PRIMARY KEY (principal, method, path, key),
        CONSTRAINT idempotency_records_state_check CHECK (state IN ('in_progress', 'completed', 'failed_retryable')),
        CONSTRAINT idempotency_records_answer_check CHECK ((state = 'completed') = (status IS NOT NULL))
    )
    """,
    """
    CREATE INDEX idempotency_records_claimed_idx ON idempotency_records (claimed_at)
    """,
    """
    CREATE TABLE journals (
        journal_id UUID NOT NULL,
        journal_type TEXT NOT NULL,
        source_id TEXT NOT NULL,
        occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT journals_pkey PRIMARY KEY (journal_id),
        CONSTRAINT journals_type_source_key UNIQUE (journal_type, source_id)
    )
    """,
    """
    CREATE TABLE ledger_breaches (
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        imbalance_cents BIGINT NOT NULL,
        unsettled INTEGER NOT NULL,
        mended_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT ledger_breaches_pkey PRIMARY KEY (found_at),
        CONSTRAINT ledger_breaches_breach_check CHECK (imbalance_cents <> 0 OR unsettled > 0),
        CONSTRAINT ledger_breaches_mended_at_check CHECK (mended_at >= found_at)
    )
    """,
    """
    CREATE UNIQUE INDEX ledger_breaches_one_open ON ledger_breaches ((mended_at IS NULL)) WHERE mended_at IS NULL
    """,
    """
    CREATE TABLE notifications (
        notification_id UUID NOT NULL,
        account_id UUID NOT NULL,
        kind TEXT NOT NULL,
        key TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        data JSONB NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        read_at TIMESTAMP WITH TIME ZONE,
        removed_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT notifications_pkey PRIMARY KEY (notification_id),
        CONSTRAINT notifications_key_key UNIQUE (key),
        CONSTRAINT notifications_title_length_check CHECK (char_length(title) BETWEEN 1 AND 200),
        CONSTRAINT notifications_body_length_check CHECK (char_length(body) <= 2000)
    )
    """,
    """
    CREATE INDEX notifications_inbox_idx ON notifications (account_id, notification_id DESC) WHERE removed_at IS NULL
    """,
    """
    CREATE INDEX notifications_unread_idx ON notifications (account_id) WHERE removed_at IS NULL AND read_at IS NULL
    """,
    """
    CREATE TABLE dev_mailbox (
        number BIGINT GENERATED ALWAYS AS IDENTITY,
        key TEXT NOT NULL,
        recipient TEXT NOT NULL,
        template TEXT NOT NULL,
        subject TEXT NOT NULL,
        body_text TEXT NOT NULL,
        body_html TEXT NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT dev_mailbox_pkey PRIMARY KEY (number),
        CONSTRAINT dev_mailbox_key_key UNIQUE (key)
    )
    """,
    """
    CREATE INDEX dev_mailbox_recipient_idx ON dev_mailbox (lower(recipient), number)
    """,
    """
    CREATE TABLE payments (
        payment_id UUID NOT NULL,
        booking_id UUID NOT NULL,
        student_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        hourly_rate_cents BIGINT NOT NULL,
        minutes INTEGER NOT NULL,
        modality TEXT NOT NULL,
        lesson_price_cents BIGINT NOT NULL,
        student_fee_cents BIGINT NOT NULL,
        commission_cents BIGINT NOT NULL,
        payout_cents BIGINT NOT NULL,
        credit_cents BIGINT NOT NULL,
        card_amount_cents BIGINT NOT NULL,
        student_fee_bps INTEGER NOT NULL,
        commission_bps INTEGER NOT NULL,
        tier TEXT NOT NULL,
        config_version INTEGER NOT NULL,
        card_id UUID NOT NULL,
        card_token TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        auth_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        attempts INTEGER DEFAULT 0 NOT NULL,
        last_attempt_at TIMESTAMP WITH TIME ZONE,
        failure_kind TEXT,
        failure_category TEXT,
        failure_hard BOOLEAN,
        failure_count INTEGER,
        first_failure_at TIMESTAMP WITH TIME ZONE,
        last_failure_at TIMESTAMP WITH TIME ZONE,
        final_attempt_at TIMESTAMP WITH TIME ZONE,
        closing TEXT,
        outcome TEXT,
        review_reason TEXT,
        settled_at TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT payments_pkey PRIMARY KEY (payment_id),
        CONSTRAINT payments_state_check CHECK (state IN ('payment_method_required', 'scheduled', 'authorized', 'locked', 'captured', 'settled', 'manual_review')),
        CONSTRAINT payments_outcome_check CHECK (outcome IN ('lesson_completed_full_payout', 'student_cancel_gt24_no_charge', 'instructor_cancel_full_refund', 'checkout_abandoned_no_charge', 'payment_failed_no_charge')),
        CONSTRAINT payments_closing_check CHECK (closing IN ('lesson_completed_full_payout', 'student_cancel_gt24_no_charge', 'instructor_cancel_full_refund', 'checkout_abandoned_no_charge', 'payment_failed_no_charge')),
        CONSTRAINT payments_failure_kind_check CHECK (failure_kind IN ('authorization', 'capture')),
        CONSTRAINT payments_modality_check CHECK (modality IN ('in_person', 'remote')),
        CONSTRAINT payments_amounts_check CHECK (least(hourly_rate_cents, lesson_price_cents, student_fee_cents, commission_cents, payout_cents, credit_cents, card_amount_cents) >= 0),
        CONSTRAINT payments_card_amount_check CHECK (card_amount_cents = lesson_price_cents - credit_cents + student_fee_cents),
        CONSTRAINT payments_payout_check CHECK (payout_cents = lesson_price_cents - commission_cents),
        CONSTRAINT payments_credit_check CHECK (credit_cents <= lesson_price_cents),
        CONSTRAINT payments_lesson_check CHECK (ends_at > starts_at),
        CONSTRAINT payments_settled_check CHECK ((state = 'settled') = (settled_at IS NOT NULL) AND (state <> 'settled' OR outcome IS NOT NULL) AND (state NOT IN ('scheduled', 'authorized', 'locked') OR outcome IS NULL)),
        CONSTRAINT payments_review_reason_check CHECK ((state = 'manual_review') = (review_reason IS NOT NULL)),
        CONSTRAINT payments_failure_check CHECK ((failure_kind IS NULL) = (failure_count IS NULL) AND (failure_kind IS NULL) = (last_failure_at IS NULL) AND (failure_kind IS NULL) = (first_failure_at IS NULL))
    )
    """,
    """
    CREATE INDEX payments_booking_idx ON payments (booking_id)
    """,
    """
    CREATE INDEX payments_card_idx ON payments (card_id) WHERE state <> 'settled'
    """,
    """
    CREATE INDEX payments_instructor_idx ON payments (instructor_id, payment_id)
    """,
    """
    CREATE UNIQUE INDEX payments_one_open_per_booking ON payments (booking_id) WHERE state <> 'settled'
    """,
    """
    CREATE TABLE saved_cards (
        card_id UUID NOT NULL,
        student_id UUID NOT NULL,
        token TEXT NOT NULL,
        brand TEXT NOT NULL,
        last4 TEXT NOT NULL,
        exp_month SMALLINT NOT NULL,
        exp_year SMALLINT NOT NULL,
        fingerprint TEXT NOT NULL,
        is_default BOOLEAN NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT saved_cards_pkey PRIMARY KEY (card_id),
        CONSTRAINT saved_cards_last4_check CHECK (last4 ~ '^[0-9]{4}$'),
        CONSTRAINT saved_cards_exp_month_check CHECK (exp_month BETWEEN 1 AND 12),
        CONSTRAINT saved_cards_fingerprint_key UNIQUE (student_id, fingerprint),
        CONSTRAINT saved_cards_token_key UNIQUE (token)
    )
    """,
    """
    CREATE UNIQUE INDEX saved_cards_one_default ON saved_cards (student_id) WHERE is_default
    """,
    """
    CREATE TABLE connect_accounts (
        instructor_id UUID NOT NULL,
        account TEXT NOT NULL,
        charges_enabled BOOLEAN NOT NULL,
        details_submitted BOOLEAN NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT connect_accounts_pkey PRIMARY KEY (instructor_id),
        CONSTRAINT connect_accounts_account_key UNIQUE (account)
    )
    """,
    """
    CREATE TABLE regions (
        slug TEXT NOT NULL,
        name TEXT NOT NULL,
        borough TEXT NOT NULL,
        part_of TEXT,
        lat FLOAT(53) NOT NULL,
        lng FLOAT(53) NOT NULL,
        outline TEXT,
        position INTEGER NOT NULL,
        CONSTRAINT regions_pkey PRIMARY KEY (slug),
        CONSTRAINT regions_point_check CHECK (lat BETWEEN -90 AND 90 AND lng BETWEEN -180 AND 180),
        CONSTRAINT regions_outline_check CHECK ((outline IS NOT NULL) = (slug = borough)),
        CONSTRAINT regions_part_of_check CHECK (part_of IS DISTINCT FROM slug),
        CONSTRAINT regions_borough_fkey FOREIGN KEY(borough) REFERENCES regions (slug),
        CONSTRAINT regions_part_of_fkey FOREIGN KEY(part_of) REFERENCES regions (slug)
    )
    """,
    """
    CREATE TABLE instructor_tiers (
        instructor_id UUID NOT NULL,
        tier TEXT NOT NULL,
        commission_bps INTEGER NOT NULL,
        last_step_down_at TIMESTAMP WITH TIME ZONE,
        evaluated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT instructor_tiers_pkey PRIMARY KEY (instructor_id),
        CONSTRAINT instructor_tiers_commission_bps_check CHECK (commission_bps >= 0 AND commission_bps < 10000)
    )
    """,
    """
    CREATE TABLE webhooks (
        webhook_id UUID NOT NULL,
        provider TEXT NOT NULL,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        object_id TEXT NOT NULL,
        headers JSONB NOT NULL,
        body TEXT NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER DEFAULT 0 NOT NULL,
        claimed_at TIMESTAMP WITH TIME ZONE,
        last_error TEXT,
        CONSTRAINT webhooks_pkey PRIMARY KEY (webhook_id),
        CONSTRAINT webhooks_provider_event_id_key UNIQUE (provider, event_id),
        CONSTRAINT webhooks_known_status_check CHECK (status IN ('received', 'processing', 'processed', 'ignored', 'failed', 'dead_letter', 'replayed')),
        CONSTRAINT webhooks_attempts_counted_check CHECK (attempts >= 0),
        CONSTRAINT webhooks_claim_is_timed_check CHECK ((status = 'processing') = (claimed_at IS NOT NULL)),
        CONSTRAINT webhooks_failure_says_why_check CHECK (last_error IS NOT NULL OR status NOT IN ('failed', 'dead_letter')),
        CONSTRAINT webhooks_last_error_length_check CHECK (char_length(last_error) <= 500)
    )
    """,
    """
    CREATE INDEX webhooks_status_idx ON webhooks (status, received_at)
    """,
    """
    CREATE TABLE account_overrides (
        account_id UUID NOT NULL,
        permission TEXT NOT NULL,
        effect TEXT NOT NULL,
        by TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT account_overrides_pkey PRIMARY KEY (account_id, permission),
        CONSTRAINT account_overrides_effect_check CHECK (effect IN ('grant', 'revoke')),
        CONSTRAINT account_overrides_permission_check CHECK (permission IN ('manage_own_profile', 'view_own_bookings', 'view_own_search_history', 'change_own_password', 'delete_own_account', 'view_instructors', 'view_instructor_availability', 'create_bookings', 'cancel_own_bookings', 'view_booking_details', 'manage_instructor_profile', 'manage_services', 'manage_availability', 'view_incoming_bookings', 'complete_bookings', 'cancel_student_bookings', 'view_own_instructor_analytics', 'suspend_own_instructor_account', 'view_all_users', 'manage_users', 'view_system_analytics', 'export_analytics', 'view_all_bookings', 'manage_all_bookings', 'access_monitoring', 'moderate_content', 'view_financials', 'manage_financials', 'manage_roles', 'manage_permissions')),
        CONSTRAINT account_overrides_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (account_id)
    )
    """,
    """
    CREATE TABLE sessions (
        session_id UUID NOT NULL,
        account_id UUID NOT NULL,
        role TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        auth_time TIMESTAMP WITH TIME ZONE NOT NULL,
        last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
        rotated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        generation INTEGER NOT NULL,
        ended TEXT,
        version INTEGER NOT NULL,
        CONSTRAINT sessions_pkey PRIMARY KEY (session_id),
        CONSTRAINT sessions_generation_check CHECK (generation >= 0),
        CONSTRAINT sessions_ended_check CHECK (ended IN ('signed_out', 'expired', 'refresh_reuse', 'too_many_sessions')),
        CONSTRAINT sessions_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (account_id)
    )
    """,
    """
    CREATE INDEX sessions_live_idx ON sessions (account_id, last_used_at) WHERE ended IS NULL
    """,
    """
    CREATE TABLE subcategories (
        subcategory_id UUID NOT NULL,
        category_id UUID NOT NULL,
        slug TEXT NOT NULL,
        name TEXT NOT NULL,
        terms TEXT[] DEFAULT '{}' NOT NULL,
        filters JSONB DEFAULT '{}' NOT NULL,
        display_order INTEGER NOT NULL,
        is_active BOOLEAN DEFAULT true NOT NULL,
        CONSTRAINT subcategories_pkey PRIMARY KEY (subcategory_id),
        CONSTRAINT subcategories_slug_key UNIQUE (slug),
        CONSTRAINT subcategories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100),
        CONSTRAINT subcategories_name_check CHECK (length(name) BETWEEN 1 AND 100),
        CONSTRAINT subcategories_category_id_fkey FOREIGN KEY(category_id) REFERENCES categories (category_id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE TABLE instructors (
        instructor_id UUID NOT NULL,
        first_name TEXT NOT NULL,
        last_initial TEXT NOT NULL,
        bio TEXT DEFAULT '' NOT NULL,
        zone TEXT NOT NULL,
        is_live BOOLEAN DEFAULT false NOT NULL,
        payable BOOLEAN DEFAULT false NOT NULL,
        founding BOOLEAN DEFAULT false NOT NULL,
        status_active BOOLEAN DEFAULT true NOT NULL,
        went_live_at TIMESTAMP WITH TIME ZONE,
        teaching_label TEXT,
        teaching_address TEXT,
        teaching_lat FLOAT(53),
        teaching_lng FLOAT(53),
        teaching_shown_lat FLOAT(53),
        teaching_shown_lng FLOAT(53),
        teaching_region TEXT,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT instructors_pkey PRIMARY KEY (instructor_id),
        CONSTRAINT instructors_bio_check CHECK (length(bio) <= 1000),
        CONSTRAINT instructors_went_live_check CHECK (NOT is_live OR went_live_at IS NOT NULL),
        CONSTRAINT instructors_teaching_place_check CHECK ((teaching_address IS NULL) = (teaching_label IS NULL) AND (teaching_lat IS NULL) = (teaching_label IS NULL) AND (teaching_lng IS NULL) = (teaching_label IS NULL) AND (teaching_shown_lat IS NULL) = (teaching_label IS NULL) AND (teaching_shown_lng IS NULL) = (teaching_label IS NULL) AND (teaching_region IS NULL) = (teaching_label IS NULL)),
        CONSTRAINT instructors_teaching_region_fkey FOREIGN KEY(teaching_region) REFERENCES regions (slug)
    )
    """,
    """
    CREATE TABLE journal_lines (
        journal_id UUID NOT NULL,
        position SMALLINT NOT NULL,
        account TEXT NOT NULL,
        cents BIGINT NOT NULL,
        payment_id UUID,
        instructor_id UUID,
        student_id UUID,
        processor_ref TEXT,
        CONSTRAINT journal_lines_pkey PRIMARY KEY (journal_id, position),
        CONSTRAINT journal_lines_cents_check CHECK (cents <> 0),
        CONSTRAINT journal_lines_account_check CHECK (account IN ('processor_balance', 'platform_bank', 'student_receivable', 'dispute_hold', 'booking_escrow', 'instructor_payable', 'credit_pending', 'credit_available', 'credit_reserved', 'credit_frozen', 'student_fee_revenue', 'commission_revenue', 'credit_breakage', 'refunds_contra', 'processing_fee_expense', 'promo_credit_expense', 'referral_bonus_expense', 'dispute_loss_expense', 'bad_debt_expense', 'auth_held', 'auth_contra', 'connect_balance', 'connect_owner')),
        CONSTRAINT journal_lines_journal_id_fkey FOREIGN KEY(journal_id) REFERENCES journals (journal_id)
    )
    """,
    """
    CREATE INDEX journal_lines_account_idx ON journal_lines (account)
    """,
    """
    CREATE INDEX journal_lines_payment_idx ON journal_lines (payment_id)
    """,
    """
    CREATE OR REPLACE FUNCTION journal_must_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
        total bigint;
        lines integer;
    BEGIN
        SELECT coalesce(sum(cents), 0), count(*) INTO total, lines
        FROM journal_lines WHERE journal_id = NEW.journal_id;
        IF total <> 0 OR lines < 2 THEN
            RAISE EXCEPTION 'journal % has % lines that sum to %', NEW.journal_id, lines, total
                USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balanced';
        END IF;
        RETURN NULL;
    END
    $body$
    """,
    """
    CREATE OR REPLACE FUNCTION journal_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION 'the books are never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_forever';
    END
    $body$
    """,
    """
    CREATE CONSTRAINT TRIGGER journal_balanced AFTER INSERT ON journals DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_must_balance()
    """,
    """
    CREATE CONSTRAINT TRIGGER journal_lines_balanced AFTER INSERT ON journal_lines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_must_balance()
    """,
    """
    CREATE TRIGGER journal_forever BEFORE UPDATE OR DELETE ON journals FOR EACH ROW EXECUTE FUNCTION journal_is_forever()
    """,
    """
    CREATE TRIGGER journal_lines_forever BEFORE UPDATE OR DELETE ON journal_lines FOR EACH ROW EXECUTE FUNCTION journal_is_forever()
    """,
    """
    CREATE TABLE payment_operations (
        operation_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        kind TEXT NOT NULL,
        slot TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        target TEXT NOT NULL,
        charge TEXT,
        off_session BOOLEAN NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE,
        next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
        processor_ref TEXT,
        error_code TEXT,
        CONSTRAINT payment_operations_pkey PRIMARY KEY (operation_id),
        CONSTRAINT payment_operations_kind_check CHECK (kind IN ('authorise', 'capture', 'void', 'transfer')),
        CONSTRAINT payment_operations_state_check CHECK (state IN ('planned', 'sent', 'succeeded', 'failed', 'unknown')),
        CONSTRAINT payment_operations_amount_check CHECK (amount_cents >= 0),
        CONSTRAINT payment_operations_sent_at_check CHECK ((state = 'planned') = (sent_at IS NULL)),
        CONSTRAINT payment_operations_slot_key UNIQUE (payment_id, kind, slot),
        CONSTRAINT payment_operations_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX payment_operations_unfinished_idx ON payment_operations (next_attempt_at) WHERE state IN ('planned', 'sent', 'unknown')
    """,
    """
    CREATE UNIQUE INDEX payment_operations_hold_key ON payment_operations (processor_ref) WHERE kind = 'authorise'
    """,
    """
    CREATE UNIQUE INDEX payment_operations_transfer_key ON payment_operations (processor_ref) WHERE kind = 'transfer'
    """,
    """
    CREATE TABLE refresh_generations (
        session_id UUID NOT NULL,
        generation INTEGER NOT NULL,
        token_hash BYTEA NOT NULL,
        CONSTRAINT refresh_generations_pkey PRIMARY KEY (session_id, generation),
        CONSTRAINT refresh_generations_token_hash_key UNIQUE (token_hash),
        CONSTRAINT refresh_generations_token_hash_check CHECK (octet_length(token_hash) = 32),
        CONSTRAINT refresh_generations_session_id_fkey FOREIGN KEY(session_id) REFERENCES sessions (session_id)
    )
    """,
    """
    CREATE TABLE calendars (
        instructor_id UUID NOT NULL,
        non_travel_buffer_minutes INTEGER DEFAULT 15 NOT NULL,
        travel_buffer_minutes INTEGER DEFAULT 60 NOT NULL,
        min_advance_minutes INTEGER DEFAULT 0 NOT NULL,
        overnight_protection_enabled BOOLEAN DEFAULT true NOT NULL,
        changed_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
        CONSTRAINT calendars_pkey PRIMARY KEY (instructor_id),
        CONSTRAINT calendars_non_travel_buffer_check CHECK (non_travel_buffer_minutes BETWEEN 0 AND 120 AND non_travel_buffer_minutes % 5 = 0),
        CONSTRAINT calendars_travel_buffer_check CHECK (travel_buffer_minutes BETWEEN non_travel_buffer_minutes AND 120 AND travel_buffer_minutes % 5 = 0),
        CONSTRAINT calendars_min_advance_check CHECK (min_advance_minutes BETWEEN 0 AND 10080),
        CONSTRAINT calendars_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX calendars_changed_xid_idx ON calendars (changed_xid)
    """,
    r"""
    CREATE TABLE availability_days (
        instructor_id UUID NOT NULL,
        day DATE NOT NULL,
        travel BYTEA NOT NULL,
        studio BYTEA NOT NULL,
        online BYTEA NOT NULL,
        updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT availability_days_pkey PRIMARY KEY (instructor_id, day),
        CONSTRAINT availability_days_travel_check CHECK (octet_length(travel) = 40 AND substr(travel, 37) = '\x00000000'::bytea),
        CONSTRAINT availability_days_studio_check CHECK (octet_length(studio) = 40 AND substr(studio, 37) = '\x00000000'::bytea),
        CONSTRAINT availability_days_online_check CHECK (octet_length(online) = 40 AND substr(online, 37) = '\x00000000'::bytea),
        CONSTRAINT availability_days_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX availability_days_day_idx ON availability_days (day, instructor_id)
    """,
    """
    CREATE TABLE blackouts (
        blackout_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        day DATE NOT NULL,
        reason TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT blackouts_pkey PRIMARY KEY (blackout_id),
        CONSTRAINT blackouts_instructor_day_key UNIQUE (instructor_id, day),
        CONSTRAINT blackouts_reason_check CHECK (length(reason) <= 255),
        CONSTRAINT blackouts_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE services (
        service_id UUID NOT NULL,
        subcategory_id UUID NOT NULL,
        slug TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        terms TEXT[] DEFAULT '{}' NOT NULL,
        eligible_age_groups TEXT[] NOT NULL,
        default_duration_minutes INTEGER NOT NULL,
        online_capable BOOLEAN NOT NULL,
        requires_certification BOOLEAN NOT NULL,
        related TEXT[] DEFAULT '{}' NOT NULL,
        display_order INTEGER NOT NULL,
        is_active BOOLEAN DEFAULT true NOT NULL,
        CONSTRAINT services_pkey PRIMARY KEY (service_id),
        CONSTRAINT services_slug_key UNIQUE (slug),
        CONSTRAINT services_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100),
        CONSTRAINT services_name_check CHECK (length(name) BETWEEN 1 AND 100),
        CONSTRAINT services_description_check CHECK (length(description) <= 500),
        CONSTRAINT services_age_groups_check CHECK (cardinality(eligible_age_groups) BETWEEN 1 AND 4),
        CONSTRAINT services_related_check CHECK (cardinality(related) <= 5),
        CONSTRAINT services_subcategory_id_fkey FOREIGN KEY(subcategory_id) REFERENCES subcategories (subcategory_id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE INDEX services_subcategory_id_idx ON services (subcategory_id)
    """,
    """
    CREATE TABLE instructor_areas (
        instructor_id UUID NOT NULL,
        region_slug TEXT NOT NULL,
        CONSTRAINT instructor_areas_pkey PRIMARY KEY (instructor_id, region_slug),
        CONSTRAINT instructor_areas_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE,
        CONSTRAINT instructor_areas_region_slug_fkey FOREIGN KEY(region_slug) REFERENCES regions (slug)
    )
    """,
    """
    CREATE INDEX instructor_areas_region_slug_idx ON instructor_areas (region_slug)
    """,
    """
    CREATE TABLE card_holds (
        hold_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        intent TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        status TEXT NOT NULL,
        authorized_at TIMESTAMP WITH TIME ZONE,
        expires_at TIMESTAMP WITH TIME ZONE,
        captured_cents BIGINT DEFAULT 0 NOT NULL,
        charge TEXT,
        CONSTRAINT card_holds_pkey PRIMARY KEY (hold_id),
        CONSTRAINT card_holds_status_check CHECK (status IN ('requires_action', 'active', 'captured', 'voided', 'failed')),
        CONSTRAINT card_holds_amount_check CHECK (amount_cents >= 0),
        CONSTRAINT card_holds_captured_check CHECK (captured_cents BETWEEN 0 AND amount_cents),
        CONSTRAINT card_holds_charge_check CHECK ((status = 'captured') = (charge IS NOT NULL)),
        CONSTRAINT card_holds_intent_key UNIQUE (intent),
        CONSTRAINT card_holds_hold_id_fkey FOREIGN KEY(hold_id) REFERENCES payment_operations (operation_id),
        CONSTRAINT card_holds_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX card_holds_payment_idx ON card_holds (payment_id, hold_id)
    """,
    """
    CREATE UNIQUE INDEX card_holds_one_active_per_payment ON card_holds (payment_id) WHERE status IN ('active', 'requires_action')
    """,
    """
    CREATE TABLE service_terms (
        term TEXT NOT NULL,
        service_id UUID NOT NULL,
        CONSTRAINT service_terms_pkey PRIMARY KEY (term),
        CONSTRAINT service_terms_service_id_fkey FOREIGN KEY(service_id) REFERENCES services (service_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE offerings (
        offering_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        service_id UUID NOT NULL,
        hourly_rate_cents BIGINT NOT NULL,
        rate_travel_cents BIGINT,
        rate_studio_cents BIGINT,
        rate_online_cents BIGINT,
        own_rates TEXT[] DEFAULT '{}' NOT NULL,
        durations INTEGER[] NOT NULL,
        description TEXT DEFAULT '' NOT NULL,
        active BOOLEAN DEFAULT true NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT offerings_pkey PRIMARY KEY (offering_id),
        CONSTRAINT offerings_instructor_service_key UNIQUE (instructor_id, service_id),
        CONSTRAINT offerings_hourly_rate_check CHECK (hourly_rate_cents BETWEEN 1 AND 100000),
        CONSTRAINT offerings_rate_travel_check CHECK (rate_travel_cents IS NULL OR rate_travel_cents BETWEEN 1 AND 100000),
        CONSTRAINT offerings_rate_studio_check CHECK (rate_studio_cents IS NULL OR rate_studio_cents BETWEEN 1 AND 100000),
        CONSTRAINT offerings_rate_online_check CHECK (rate_online_cents IS NULL OR rate_online_cents BETWEEN 1 AND 100000),
        CONSTRAINT offerings_formats_check CHECK (num_nonnulls(rate_travel_cents, rate_studio_cents, rate_online_cents) > 0),
        CONSTRAINT offerings_durations_check CHECK (cardinality(durations) BETWEEN 1 AND 10),
        CONSTRAINT offerings_description_check CHECK (length(description) <= 500),
        CONSTRAINT offerings_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE,
        CONSTRAINT offerings_service_id_fkey FOREIGN KEY(service_id) REFERENCES services (service_id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE INDEX offerings_service_id_idx ON offerings (service_id)
    """,
)
