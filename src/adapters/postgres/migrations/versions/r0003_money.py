"""Money: credit, debts, tips, refunds, chargebacks, payouts, sealed books, configuration."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Alter what is there, then make what is new, parents first."""
    for statement in STATEMENTS:
        # To the driver a lone per cent sign would be a placeholder.
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


STATEMENTS = (
    """
    ALTER TABLE admin_actions DROP CONSTRAINT admin_actions_kind_check
    """,
    """
    ALTER TABLE credit_lots DROP CONSTRAINT credit_lots_grant_key
    """,
    """
    ALTER TABLE credit_lots DROP CONSTRAINT credit_lots_remaining_check
    """,
    """
    ALTER TABLE credit_lots DROP CONSTRAINT credit_lots_source_check
    """,
    """
    ALTER TABLE ledger_breaches DROP CONSTRAINT ledger_breaches_breach_check
    """,
    """
    ALTER TABLE payment_operations DROP CONSTRAINT payment_operations_kind_check
    """,
    """
    ALTER TABLE payments DROP CONSTRAINT payments_closing_check
    """,
    """
    ALTER TABLE payments DROP CONSTRAINT payments_outcome_check
    """,
    """
    ALTER TABLE admin_actions ADD COLUMN target text
    """,
    """
    ALTER TABLE connect_accounts ADD COLUMN deauthorised boolean DEFAULT false NOT NULL
    """,
    """
    ALTER TABLE connect_accounts ADD COLUMN payouts_enabled boolean DEFAULT true NOT NULL
    """,
    """
    ALTER TABLE connect_accounts ADD COLUMN requirements jsonb DEFAULT '[]'::jsonb NOT NULL
    """,
    """
    ALTER TABLE connect_accounts ADD COLUMN schedule_interval text
    """,
    """
    ALTER TABLE connect_accounts ADD COLUMN schedule_month_day smallint
    """,
    """
    ALTER TABLE connect_accounts ADD COLUMN schedule_weekday smallint
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN applied_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN available_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN booking_id uuid
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN changes integer DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN expired_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ALTER COLUMN expires_at DROP NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN forfeited_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN frozen_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN funding text
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN grant_key text
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN min_lesson_price_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN noticed integer
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN ordinal integer
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN origin uuid
    """,
    """
    ALTER TABLE credit_lots ALTER COLUMN payment_id DROP NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN pending_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN reserved_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN revoked_cents bigint DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE credit_lots ADD COLUMN withdrawn boolean DEFAULT false NOT NULL
    """,
    """
    ALTER TABLE journal_lines ADD COLUMN lot_id uuid
    """,
    """
    ALTER TABLE journal_lines ADD COLUMN tip_id uuid
    """,
    """
    ALTER TABLE ledger_breaches ADD COLUMN credit_mismatches integer DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE payment_operations ADD COLUMN matter text DEFAULT 'lesson'::text NOT NULL
    """,
    """
    ALTER TABLE payments ADD COLUMN review_since timestamp with time zone
    """,
    """
    ALTER TABLE webhooks ADD COLUMN account text
    """,
    """
    ALTER TABLE webhooks ADD COLUMN replay_of uuid
    """,
    """
    UPDATE credit_lots
    SET funding = 'cash', grant_key = payment_id || ':' || source, available_cents = remaining_cents
    """,
    """
    ALTER TABLE credit_lots DROP COLUMN remaining_cents
    """,
    """
    ALTER TABLE credit_lots ALTER COLUMN funding SET NOT NULL
    """,
    """
    ALTER TABLE credit_lots ALTER COLUMN grant_key SET NOT NULL
    """,
    """
    ALTER TABLE admin_actions ADD CONSTRAINT admin_actions_kind_check CHECK (kind IN ('cancel',
        'complete', 'no_show', 'resolve_no_show', 'resolve_issue', 'run_reminders', 'refund',
        'resolve_payment', 'grant_credit', 'revoke_credit', 'set_credit_balance',
        'write_off_debt', 'set_standing', 'hold_payouts', 'release_payouts', 'set_tier',
        'publish_config', 'reconcile', 'resolve_difference', 'replay_webhook'))
    """,
    """
    ALTER TABLE connect_accounts ADD CONSTRAINT connect_accounts_connect_account_schedule_check
        CHECK (CASE schedule_interval WHEN 'daily' THEN num_nonnulls(schedule_weekday,
        schedule_month_day) = 0 WHEN 'weekly' THEN schedule_weekday BETWEEN 0 AND 6 AND
        schedule_month_day IS NULL WHEN 'monthly' THEN schedule_month_day BETWEEN 1 AND 28 AND
        schedule_weekday IS NULL ELSE num_nonnulls(schedule_interval, schedule_weekday,
        schedule_month_day) = 0 END)
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_funding_check CHECK (funding IN ('cash',
        'promo'))
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_grant_key UNIQUE (grant_key)
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_min_lesson_price_check CHECK
        (min_lesson_price_cents >= 0)
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_ordinal_check CHECK ((ordinal IS NULL) =
        (booking_id IS NULL))
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_origin_fkey FOREIGN KEY(origin)
        REFERENCES credit_lots (lot_id)
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_parts_check CHECK (least(pending_cents,
        available_cents, reserved_cents, applied_cents, forfeited_cents, expired_cents,
        frozen_cents, revoked_cents) >= 0)
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_source_check CHECK (source IN
        ('cancel_12_24', 'cancel_lt12', 'locked_cancel_ge12', 'locked_cancel_lt12',
        'admin_full_credit', 'milestone_s5', 'milestone_s11', 'referral', 'goodwill',
        'refund_reinstated'))
    """,
    """
    ALTER TABLE credit_lots ADD CONSTRAINT credit_lots_whole_check CHECK (pending_cents +
        available_cents + reserved_cents + applied_cents + forfeited_cents + expired_cents +
        frozen_cents + revoked_cents = amount_cents)
    """,
    """
    ALTER TABLE ledger_breaches ADD CONSTRAINT ledger_breaches_breach_check CHECK
        (imbalance_cents <> 0 OR unsettled > 0 OR credit_mismatches > 0)
    """,
    """
    ALTER TABLE payment_operations ADD CONSTRAINT payment_operations_kind_check CHECK (kind IN
        ('authorise', 'capture', 'void', 'transfer', 'refund', 'charge', 'reverse'))
    """,
    """
    ALTER TABLE payment_operations ADD CONSTRAINT payment_operations_matter_check CHECK (matter
        IN ('lesson', 'tip', 'debt', 'refund', 'chargeback'))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_closing_check CHECK (closing IN
        ('lesson_completed_full_payout', 'student_no_show_full_payout',
        'instructor_no_show_full_refund', 'mutual_no_show_full_refund',
        'student_cancel_gt24_no_charge', 'student_cancel_12_24_full_credit',
        'student_cancel_lt12_split_50_50', 'locked_cancel_ge12_full_credit',
        'locked_cancel_lt12_split_50_50', 'unauthorized_cancel_no_charge',
        'instructor_cancel_full_refund', 'checkout_abandoned_no_charge',
        'payment_failed_no_charge', 'admin_refund', 'admin_full_credit', 'admin_split_50_50',
        'admin_no_refund', 'student_wins_dispute_full_refund',
        'capture_failure_instructor_paid', 'capture_failure_escalated', 'dispute_lost'))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_outcome_check CHECK (outcome IN
        ('lesson_completed_full_payout', 'student_no_show_full_payout',
        'instructor_no_show_full_refund', 'mutual_no_show_full_refund',
        'student_cancel_gt24_no_charge', 'student_cancel_12_24_full_credit',
        'student_cancel_lt12_split_50_50', 'locked_cancel_ge12_full_credit',
        'locked_cancel_lt12_split_50_50', 'unauthorized_cancel_no_charge',
        'instructor_cancel_full_refund', 'checkout_abandoned_no_charge',
        'payment_failed_no_charge', 'admin_refund', 'admin_full_credit', 'admin_split_50_50',
        'admin_no_refund', 'student_wins_dispute_full_refund',
        'capture_failure_instructor_paid', 'capture_failure_escalated', 'dispute_lost'))
    """,
    """
    ALTER TABLE webhooks ADD CONSTRAINT webhooks_replay_of_fkey FOREIGN KEY(replay_of)
        REFERENCES webhooks (webhook_id)
    """,
    """
    CREATE INDEX card_holds_authorized_idx ON card_holds USING btree (authorized_at)
    """,
    """
    CREATE INDEX card_holds_lapsing_idx ON card_holds USING btree (expires_at) WHERE (status =
        'active'::text)
    """,
    """
    CREATE INDEX credit_lots_booking_idx ON credit_lots USING btree (booking_id) WHERE (ordinal
        IS NOT NULL)
    """,
    """
    CREATE INDEX credit_lots_expiry_idx ON credit_lots USING btree (expires_at) WHERE
        (available_cents > 0)
    """,
    """
    CREATE UNIQUE INDEX credit_lots_one_per_ordinal ON credit_lots USING btree (student_id,
        ordinal) WHERE ((ordinal IS NOT NULL) AND (NOT withdrawn))
    """,
    """
    CREATE INDEX credit_lots_payment_idx ON credit_lots USING btree (payment_id)
    """,
    """
    CREATE INDEX journal_lines_credit_idx ON journal_lines USING btree (student_id, journal_id)
        WHERE (account = 'credit_available'::text)
    """,
    """
    CREATE INDEX journal_lines_reference_idx ON journal_lines USING btree (processor_ref) WHERE
        (account = 'processor_balance'::text)
    """,
    """
    CREATE INDEX journals_occurred_idx ON journals USING btree (occurred_at)
    """,
    """
    CREATE INDEX payments_blamed_idx ON payments USING btree (instructor_id, booking_id) WHERE
        (outcome = ANY (ARRAY['instructor_no_show_full_refund'::text,
        'student_wins_dispute_full_refund'::text]))
    """,
    """
    CREATE INDEX payments_paid_idx ON payments USING btree (student_id, starts_at, payment_id)
    """,
    """
    CREATE INDEX payments_taught_idx ON payments USING btree (instructor_id, starts_at,
        payment_id)
    """,
    """
    CREATE INDEX payments_unpaid_idx ON payments USING btree (auth_due_at) WHERE (state = ANY
        (ARRAY['scheduled'::text, 'payment_method_required'::text]))
    """,
    """
    CREATE INDEX webhooks_replay_of_idx ON webhooks USING btree (replay_of) WHERE (replay_of IS
        NOT NULL)
    """,
    """
    CREATE TABLE bank_payouts (
        payout TEXT NOT NULL,
        instructor_id UUID NOT NULL,
        account TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        status TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        arrives_on DATE NOT NULL,
        instant BOOLEAN NOT NULL,
        fee_cents BIGINT NOT NULL,
        failure_code TEXT,
        failure_message TEXT,
        CONSTRAINT bank_payouts_pkey PRIMARY KEY (payout),
        CONSTRAINT bank_payouts_bank_payout_status_check CHECK (status IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
        CONSTRAINT bank_payouts_bank_payout_amounts_check CHECK (amount_cents >= 0 AND fee_cents >= 0)
    )
    """,
    """
    CREATE INDEX bank_payouts_instructor_idx ON bank_payouts (instructor_id, created_at, payout)
    """,
    """
    CREATE TABLE config_versions (
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        body JSONB NOT NULL,
        author TEXT,
        reason TEXT NOT NULL,
        published_at TIMESTAMP WITH TIME ZONE NOT NULL,
        restores INTEGER,
        CONSTRAINT config_versions_pkey PRIMARY KEY (key, version),
        CONSTRAINT config_versions_key_check CHECK (key IN ('pricing')),
        CONSTRAINT config_versions_version_check CHECK (version > 1),
        CONSTRAINT config_versions_restores_check CHECK (restores < version),
        CONSTRAINT config_versions_reason_check CHECK (char_length(reason) BETWEEN 1 AND 1000)
    )
    """,
    """
    CREATE OR REPLACE FUNCTION config_version_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION 'what was published is never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'config_versions_forever';
    END
    $body$
    """,
    """
    CREATE TRIGGER config_versions_forever BEFORE UPDATE OR DELETE ON config_versions FOR EACH ROW EXECUTE FUNCTION config_version_is_forever()
    """,
    """
    CREATE TABLE forgotten_cards (
        card_id UUID NOT NULL,
        brand TEXT NOT NULL,
        last4 TEXT NOT NULL,
        CONSTRAINT forgotten_cards_pkey PRIMARY KEY (card_id),
        CONSTRAINT forgotten_cards_last4_check CHECK (length(last4) <= 4)
    )
    """,
    """
    CREATE TABLE instant_payouts (
        instant_payout_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        account TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        fee_cents BIGINT NOT NULL,
        state TEXT NOT NULL,
        requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
        next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
        payout TEXT,
        failure TEXT,
        CONSTRAINT instant_payouts_pkey PRIMARY KEY (instant_payout_id),
        CONSTRAINT instant_payouts_instant_payout_state_check CHECK (state IN ('sent', 'unknown', 'succeeded', 'failed')),
        CONSTRAINT instant_payouts_instant_payout_amount_check CHECK (amount_cents >= 100),
        CONSTRAINT instant_payouts_instant_payout_succeeded_check CHECK ((state = 'succeeded') = (payout IS NOT NULL))
    )
    """,
    """
    CREATE INDEX instant_payouts_instructor_idx ON instant_payouts (instructor_id, instant_payout_id)
    """,
    """
    CREATE INDEX instant_payouts_overdue_idx ON instant_payouts (next_attempt_at) WHERE state IN ('sent', 'unknown')
    """,
    """
    CREATE UNIQUE INDEX instant_payouts_open_key ON instant_payouts (instructor_id) WHERE state IN ('sent', 'unknown')
    """,
    """
    CREATE UNIQUE INDEX instant_payouts_payout_key ON instant_payouts (payout)
    """,
    """
    CREATE TABLE payment_standings (
        student_id UUID NOT NULL,
        standing TEXT NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT payment_standings_pkey PRIMARY KEY (student_id),
        CONSTRAINT payment_standings_standing_check CHECK (standing IN ('ok', 'locked', 'restricted'))
    )
    """,
    """
    CREATE TABLE payout_holds (
        instructor_id UUID NOT NULL,
        cause TEXT NOT NULL,
        reason TEXT NOT NULL,
        note TEXT,
        placed_by UUID,
        placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT payout_holds_pkey PRIMARY KEY (instructor_id, cause),
        CONSTRAINT payout_holds_payout_hold_cause_check CHECK (cause IN ('operator', 'account_restricted', 'account_deauthorized', 'instructor_suspended', 'instructor_deactivated')),
        CONSTRAINT payout_holds_payout_hold_placed_by_check CHECK ((cause = 'operator') = (placed_by IS NOT NULL))
    )
    """,
    """
    CREATE TABLE processor_transactions (
        reference TEXT NOT NULL,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        fee_cents BIGINT NOT NULL,
        compared_cents BIGINT,
        occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
        posted BOOLEAN DEFAULT false NOT NULL,
        CONSTRAINT processor_transactions_pkey PRIMARY KEY (reference),
        CONSTRAINT processor_transactions_kind_check CHECK (kind IN ('charge', 'refund', 'refund_failure', 'transfer', 'transfer_reversal', 'payout', 'payout_failure', 'dispute', 'dispute_reversal', 'fee'))
    )
    """,
    """
    CREATE INDEX processor_transactions_occurred_idx ON processor_transactions (occurred_at)
    """,
    """
    CREATE INDEX processor_transactions_source_idx ON processor_transactions (source)
    """,
    """
    CREATE INDEX processor_transactions_unposted_idx ON processor_transactions (occurred_at, reference) WHERE NOT posted
    """,
    """
    CREATE OR REPLACE FUNCTION processor_told() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            OLD.posted := NEW.posted;
            IF NEW IS NOT DISTINCT FROM OLD THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'what the processor told is never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'processor_told';
    END
    $body$
    """,
    """
    CREATE TRIGGER processor_transactions_told BEFORE UPDATE OR DELETE ON processor_transactions
    FOR EACH ROW EXECUTE FUNCTION processor_told()
    """,
    """
    CREATE TABLE reconciliation_runs (
        day DATE NOT NULL,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        transactions INTEGER NOT NULL,
        totals JSONB NOT NULL,
        fees_cents BIGINT NOT NULL,
        payouts_cents BIGINT NOT NULL,
        ledger_cents BIGINT NOT NULL,
        imported_cents BIGINT NOT NULL,
        told_cents BIGINT,
        told_of_cents BIGINT,
        CONSTRAINT reconciliation_runs_pkey PRIMARY KEY (day),
        CONSTRAINT reconciliation_runs_told_check CHECK ((told_cents IS NULL) = (told_of_cents IS NULL))
    )
    """,
    """
    CREATE TABLE chargebacks (
        chargeback_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        dispute TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        fee_cents BIGINT NOT NULL,
        reason TEXT NOT NULL,
        status TEXT NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        closed_at TIMESTAMP WITH TIME ZONE,
        unspent_cents BIGINT NOT NULL,
        spent_cents BIGINT NOT NULL,
        payout_cents BIGINT NOT NULL,
        escrow BOOLEAN NOT NULL,
        barred BOOLEAN NOT NULL,
        beside BOOLEAN NOT NULL,
        CONSTRAINT chargebacks_pkey PRIMARY KEY (chargeback_id),
        CONSTRAINT chargebacks_status_check CHECK (status IN ('inquiry', 'open', 'won', 'lost', 'closed')),
        CONSTRAINT chargebacks_amounts_check CHECK (least(amount_cents, fee_cents, unspent_cents, spent_cents, payout_cents) >= 0 AND unspent_cents + spent_cents + payout_cents <= amount_cents),
        CONSTRAINT chargebacks_closed_at_check CHECK ((status IN ('won', 'lost', 'closed')) = (closed_at IS NOT NULL)),
        CONSTRAINT chargebacks_dispute_key UNIQUE (dispute),
        CONSTRAINT chargebacks_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX chargebacks_payment_idx ON chargebacks (payment_id, chargeback_id)
    """,
    """
    CREATE TABLE refunds (
        refund_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        card_cents BIGINT NOT NULL,
        is_full BOOLEAN NOT NULL,
        bearer TEXT NOT NULL,
        reinstated_cents BIGINT NOT NULL,
        reversed_cents BIGINT NOT NULL,
        revoked_cents BIGINT NOT NULL,
        reason TEXT NOT NULL,
        note TEXT,
        operator_id UUID NOT NULL,
        ordered_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        reference TEXT,
        failure TEXT,
        booked BOOLEAN NOT NULL,
        proof TEXT,
        CONSTRAINT refunds_pkey PRIMARY KEY (refund_id),
        CONSTRAINT refunds_reason_check CHECK (reason IN ('instructor_no_show', 'dispute', 'platform_error', 'duplicate', 'goodwill', 'other')),
        CONSTRAINT refunds_bearer_check CHECK (bearer IN ('instructor', 'platform')),
        CONSTRAINT refunds_state_check CHECK (state IN ('pending', 'succeeded', 'failed', 'closed', 'replaced')),
        CONSTRAINT refunds_card_check CHECK (card_cents >= 1),
        CONSTRAINT refunds_amounts_check CHECK (least(reinstated_cents, reversed_cents, revoked_cents) >= 0),
        CONSTRAINT refunds_note_check CHECK (char_length(note) <= 1000),
        CONSTRAINT refunds_done_check CHECK (state <> 'succeeded' OR (reference IS NOT NULL AND booked)),
        CONSTRAINT refunds_reference_key UNIQUE (reference),
        CONSTRAINT refunds_proof_key UNIQUE (proof),
        CONSTRAINT refunds_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX refunds_ordered_idx ON refunds (ordered_at)
    """,
    """
    CREATE INDEX refunds_payment_idx ON refunds (payment_id, refund_id)
    """,
    """
    CREATE TABLE student_debts (
        debt_id UUID NOT NULL,
        student_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        cause TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        paid_cents BIGINT DEFAULT 0 NOT NULL,
        written_off_cents BIGINT DEFAULT 0 NOT NULL,
        recognised_at TIMESTAMP WITH TIME ZONE NOT NULL,
        waiting_operation_id UUID,
        waiting_intent TEXT,
        waiting_cents BIGINT,
        CONSTRAINT student_debts_pkey PRIMARY KEY (debt_id),
        CONSTRAINT student_debts_cause_check CHECK (cause IN ('capture_escalated', 'chargeback')),
        CONSTRAINT student_debts_amount_check CHECK (amount_cents > 0),
        CONSTRAINT student_debts_parts_check CHECK (least(paid_cents, written_off_cents) >= 0),
        CONSTRAINT student_debts_owed_check CHECK (paid_cents + written_off_cents <= amount_cents),
        CONSTRAINT student_debts_waiting_check CHECK (num_nonnulls(waiting_operation_id, waiting_intent, waiting_cents) IN (0, 3)),
        CONSTRAINT student_debts_cause_key UNIQUE (payment_id, cause),
        CONSTRAINT student_debts_waiting_key UNIQUE (waiting_intent),
        CONSTRAINT student_debts_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX student_debts_owed_idx ON student_debts (student_id) WHERE paid_cents + written_off_cents < amount_cents
    """,
    """
    CREATE INDEX student_debts_student_idx ON student_debts (student_id, debt_id)
    """,
    """
    CREATE TABLE tips (
        tip_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        booking_id UUID NOT NULL,
        student_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        amount_cents BIGINT NOT NULL,
        card_token TEXT NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        intent TEXT,
        failure TEXT,
        charge TEXT,
        succeeded_at TIMESTAMP WITH TIME ZONE,
        transfer TEXT,
        stuck BOOLEAN NOT NULL,
        refunded_at TIMESTAMP WITH TIME ZONE,
        version INTEGER NOT NULL,
        CONSTRAINT tips_pkey PRIMARY KEY (tip_id),
        CONSTRAINT tips_tip_state_check CHECK (state IN ('pending', 'requires_action', 'processing', 'succeeded', 'failed')),
        CONSTRAINT tips_tip_amount_check CHECK (amount_cents > 0),
        CONSTRAINT tips_tip_charged_check CHECK ((state = 'succeeded') = (charge IS NOT NULL AND succeeded_at IS NOT NULL)),
        CONSTRAINT tips_tip_sent_on_check CHECK (state = 'succeeded' OR (transfer IS NULL AND refunded_at IS NULL)),
        CONSTRAINT tips_payment_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX tips_booking_idx ON tips (booking_id)
    """,
    """
    CREATE INDEX tips_owed_idx ON tips (instructor_id) WHERE state = 'succeeded' AND transfer IS NULL AND refunded_at IS NULL
    """,
    """
    CREATE INDEX tips_payment_idx ON tips (payment_id)
    """,
    """
    CREATE UNIQUE INDEX tips_succeeded_key ON tips (booking_id) WHERE state = 'succeeded'
    """,
    """
    CREATE TABLE unsealed_journals (
        journal_id UUID NOT NULL,
        CONSTRAINT unsealed_journals_pkey PRIMARY KEY (journal_id),
        CONSTRAINT unsealed_journals_journal_id_fkey FOREIGN KEY(journal_id) REFERENCES journals (journal_id)
    )
    """,
    """
    CREATE TABLE credit_allocations (
        lot_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        reserved_cents BIGINT NOT NULL,
        applied_cents BIGINT NOT NULL,
        forfeited_cents BIGINT NOT NULL,
        released_cents BIGINT NOT NULL,
        CONSTRAINT credit_allocations_pkey PRIMARY KEY (lot_id, payment_id),
        CONSTRAINT credit_allocations_parts_check CHECK (least(reserved_cents, applied_cents, forfeited_cents, released_cents) >= 0),
        CONSTRAINT credit_allocations_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES credit_lots (lot_id),
        CONSTRAINT credit_allocations_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX credit_allocations_payment_idx ON credit_allocations (payment_id)
    """,
    """
    CREATE TABLE journal_seals (
        seq BIGINT NOT NULL,
        journal_id UUID NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        CONSTRAINT journal_seals_pkey PRIMARY KEY (seq),
        CONSTRAINT journal_seals_journal_key UNIQUE (journal_id),
        CONSTRAINT journal_seals_previous_key UNIQUE (previous),
        CONSTRAINT journal_seals_hash_key UNIQUE (hash),
        CONSTRAINT journal_seals_seq_check CHECK (seq > 0),
        CONSTRAINT journal_seals_hash_check CHECK (length(hash) = 64 AND length(previous) = 64),
        CONSTRAINT journal_seals_journal_id_fkey FOREIGN KEY(journal_id) REFERENCES journals (journal_id)
    )
    """,
    """
    CREATE TRIGGER journal_seals_forever BEFORE UPDATE OR DELETE ON journal_seals FOR EACH ROW EXECUTE FUNCTION journal_is_forever()
    """,
    """
    CREATE TABLE ledger_digests (
        day DATE NOT NULL,
        seq BIGINT NOT NULL,
        hash TEXT NOT NULL,
        previous TEXT NOT NULL,
        key_id TEXT NOT NULL,
        signature TEXT NOT NULL,
        signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT ledger_digests_pkey PRIMARY KEY (day),
        CONSTRAINT ledger_digests_previous_key UNIQUE (previous),
        CONSTRAINT ledger_digests_seq_check CHECK (seq >= 0)
    )
    """,
    """
    CREATE TRIGGER ledger_digests_forever BEFORE UPDATE OR DELETE ON ledger_digests FOR EACH ROW EXECUTE FUNCTION journal_is_forever()
    """,
    """
    CREATE TABLE reconciliation_items (
        day DATE NOT NULL,
        reference TEXT NOT NULL,
        item_class TEXT NOT NULL,
        ledger_cents BIGINT,
        processor_cents BIGINT,
        payment_id UUID,
        kinds TEXT[] NOT NULL,
        first_day DATE NOT NULL,
        nights INTEGER NOT NULL,
        resolution TEXT,
        resolved_at TIMESTAMP WITH TIME ZONE,
        resolved_by UUID,
        note TEXT,
        CONSTRAINT reconciliation_items_pkey PRIMARY KEY (day, reference),
        CONSTRAINT reconciliation_items_item_class_check CHECK (item_class IN ('matched', 'missing_in_ledger', 'missing_at_processor', 'amount_mismatch', 'pending')),
        CONSTRAINT reconciliation_items_resolution_check CHECK (resolution IN ('agreed', 'carried', 'explained')),
        CONSTRAINT reconciliation_items_resolved_at_check CHECK ((resolution IS NULL) = (resolved_at IS NULL)),
        CONSTRAINT reconciliation_items_explained_check CHECK (coalesce(resolution = 'explained', false) = (resolved_by IS NOT NULL)),
        CONSTRAINT reconciliation_items_note_check CHECK ((resolved_by IS NULL) = (note IS NULL)),
        CONSTRAINT reconciliation_items_nights_check CHECK (first_day <= day AND nights >= 0),
        CONSTRAINT reconciliation_items_day_fkey FOREIGN KEY(day) REFERENCES reconciliation_runs (day)
    )
    """,
    """
    CREATE INDEX reconciliation_items_open_idx ON reconciliation_items (day, reference) WHERE resolution IS NULL AND item_class <> 'matched'
    """,
    """
    CREATE INDEX reconciliation_items_reference_idx ON reconciliation_items (reference, day)
    """,
    """
    INSERT INTO unsealed_journals (journal_id)
    SELECT journal_id FROM journals
    """,
)
