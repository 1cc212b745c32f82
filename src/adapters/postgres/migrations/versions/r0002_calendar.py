"""The calendar: what editing weeks, claims, feeds, waiting and moving lessons need. Only adds."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Alter what is there, then make what is new, parents first."""
    for statement in STATEMENTS:
        # To the driver a lone per cent sign would be a placeholder.
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


STATEMENTS = (
    """
    ALTER TABLE card_holds DROP CONSTRAINT card_holds_charge_check
    """,
    """
    ALTER TABLE card_holds DROP CONSTRAINT card_holds_status_check
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
    ALTER TABLE calendars ADD COLUMN acknowledged_at timestamp with time zone
    """,
    """
    ALTER TABLE calendars ALTER COLUMN non_travel_buffer_minutes DROP DEFAULT
    """,
    """
    ALTER TABLE calendars ALTER COLUMN non_travel_buffer_minutes DROP NOT NULL
    """,
    """
    ALTER TABLE calendars ALTER COLUMN travel_buffer_minutes DROP DEFAULT
    """,
    """
    ALTER TABLE calendars ALTER COLUMN travel_buffer_minutes DROP NOT NULL
    """,
    """
    ALTER TABLE payments ADD COLUMN moving_price jsonb
    """,
    """
    ALTER TABLE payments ADD COLUMN moving_step text
    """,
    """
    ALTER TABLE payments ADD COLUMN moving_to uuid
    """,
    """
    ALTER TABLE payments ADD COLUMN resume_state text
    """,
    """
    ALTER TABLE calendars ADD CONSTRAINT calendars_buffers_check CHECK
        (((non_travel_buffer_minutes IS NULL) = (travel_buffer_minutes IS NULL)))
    """,
    """
    ALTER TABLE card_holds ADD CONSTRAINT card_holds_charge_check CHECK (((status IN
        ('captured', 'refunded')) = (charge IS NOT NULL)))
    """,
    """
    ALTER TABLE card_holds ADD CONSTRAINT card_holds_status_check CHECK ((status IN
        ('requires_action', 'active', 'captured', 'voided', 'failed', 'refunded')))
    """,
    """
    ALTER TABLE payment_operations ADD CONSTRAINT payment_operations_kind_check CHECK ((kind IN
        ('authorise', 'capture', 'void', 'transfer', 'refund')))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_closing_check CHECK ((closing IN
        ('lesson_completed_full_payout', 'student_no_show_full_payout',
        'instructor_no_show_full_refund', 'mutual_no_show_full_refund',
        'student_cancel_gt24_no_charge', 'student_cancel_12_24_full_credit',
        'student_cancel_lt12_split_50_50', 'locked_cancel_ge12_full_credit',
        'locked_cancel_lt12_split_50_50', 'unauthorized_cancel_no_charge',
        'instructor_cancel_full_refund', 'checkout_abandoned_no_charge',
        'payment_failed_no_charge', 'admin_refund', 'admin_full_credit', 'admin_split_50_50',
        'admin_no_refund', 'student_wins_dispute_full_refund')))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_frozen_check CHECK (((resume_state IS NULL) OR
        (state = 'manual_review')))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_moving_check CHECK ((num_nonnulls(moving_to,
        moving_step, moving_price) IN (0, 3)))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_moving_step_check CHECK ((moving_step IN
        ('scheduled', 'immediate', 'carry', 'lock')))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_outcome_check CHECK ((outcome IN
        ('lesson_completed_full_payout', 'student_no_show_full_payout',
        'instructor_no_show_full_refund', 'mutual_no_show_full_refund',
        'student_cancel_gt24_no_charge', 'student_cancel_12_24_full_credit',
        'student_cancel_lt12_split_50_50', 'locked_cancel_ge12_full_credit',
        'locked_cancel_lt12_split_50_50', 'unauthorized_cancel_no_charge',
        'instructor_cancel_full_refund', 'checkout_abandoned_no_charge',
        'payment_failed_no_charge', 'admin_refund', 'admin_full_credit', 'admin_split_50_50',
        'admin_no_refund', 'student_wins_dispute_full_refund')))
    """,
    """
    ALTER TABLE payments ADD CONSTRAINT payments_resume_state_check CHECK ((resume_state IN
        ('payment_method_required', 'scheduled', 'authorized', 'locked', 'captured', 'settled',
        'manual_review')))
    """,
    """
    CREATE INDEX bookings_chain_idx ON bookings USING btree (chain_id)
    """,
    """
    CREATE INDEX bookings_confirmed_ends_idx ON bookings USING btree (ends_at) WHERE (status =
        'CONFIRMED'::text)
    """,
    """
    CREATE INDEX bookings_confirmed_starts_idx ON bookings USING btree (starts_at) WHERE (status
        = 'CONFIRMED'::text)
    """,
    """
    CREATE INDEX notifications_booking_idx ON notifications USING btree (((data ->>
        'booking_id'::text)))
    """,
    """
    CREATE INDEX payments_in_review_idx ON payments USING btree (booking_id) WHERE (state =
        'manual_review'::text)
    """,
    """
    CREATE OR REPLACE FUNCTION note_departed_instructor()
     RETURNS trigger
     LANGUAGE plpgsql
    AS $function$
    BEGIN
        INSERT INTO departed_instructors (instructor_id) VALUES (OLD.instructor_id)
        ON CONFLICT (instructor_id) DO UPDATE SET changed_xid = pg_current_xact_id();
        RETURN NULL;
    END
    $function$
    """,
    """
    CREATE TRIGGER instructor_departed AFTER DELETE ON instructors FOR EACH ROW EXECUTE FUNCTION note_departed_instructor()
    """,
    """
    CREATE TABLE admin_actions (
        action_id UUID NOT NULL,
        booking_id UUID,
        actor_id UUID NOT NULL,
        kind TEXT NOT NULL,
        reason_code TEXT NOT NULL,
        note TEXT,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        before JSONB NOT NULL,
        after JSONB NOT NULL,
        CONSTRAINT admin_actions_pkey PRIMARY KEY (action_id),
        CONSTRAINT admin_actions_kind_check CHECK (kind IN ('cancel', 'complete', 'no_show', 'resolve_no_show', 'resolve_issue', 'run_reminders')),
        CONSTRAINT admin_actions_reason_code_check CHECK (char_length(reason_code) BETWEEN 1 AND 100),
        CONSTRAINT admin_actions_note_check CHECK (char_length(note) <= 1000)
    )
    """,
    """
    CREATE INDEX admin_actions_booking_idx ON admin_actions (booking_id, action_id)
    """,
    """
    CREATE OR REPLACE FUNCTION admin_action_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION 'what the staff did is never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'admin_actions_forever';
    END
    $body$
    """,
    """
    CREATE TRIGGER admin_actions_forever BEFORE UPDATE OR DELETE ON admin_actions FOR EACH ROW EXECUTE FUNCTION admin_action_is_forever()
    """,
    """
    CREATE TABLE admin_confirmations (
        confirmation_id UUID NOT NULL,
        principal_id UUID NOT NULL,
        payload_hash BYTEA NOT NULL,
        effect_hash BYTEA NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT admin_confirmations_pkey PRIMARY KEY (confirmation_id),
        CONSTRAINT admin_confirmations_hashes_check CHECK (length(payload_hash) = 32 AND length(effect_hash) = 32),
        CONSTRAINT admin_confirmations_used_in_time_check CHECK (used_at <= expires_at)
    )
    """,
    """
    CREATE INDEX admin_confirmations_expires_idx ON admin_confirmations (expires_at)
    """,
    """
    CREATE TABLE booking_log (
        entry_id BIGINT GENERATED ALWAYS AS IDENTITY,
        booking_id UUID NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        actor_id UUID,
        action TEXT NOT NULL,
        before JSONB NOT NULL,
        after JSONB NOT NULL,
        CONSTRAINT booking_log_pkey PRIMARY KEY (entry_id),
        CONSTRAINT booking_log_action_check CHECK (action IN ('held', 'confirmed', 'completed', 'cancelled', 'no_show'))
    )
    """,
    """
    CREATE INDEX booking_log_booking_idx ON booking_log (booking_id, entry_id)
    """,
    """
    CREATE OR REPLACE FUNCTION booking_log_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION 'what happened to a booking is never changed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_log_forever';
    END
    $body$
    """,
    """
    CREATE TRIGGER booking_log_forever BEFORE UPDATE OR DELETE ON booking_log FOR EACH ROW EXECUTE FUNCTION booking_log_is_forever()
    """,
    """
    CREATE TABLE calendar_feeds (
        account_id UUID NOT NULL,
        token_hash BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT calendar_feeds_pkey PRIMARY KEY (account_id),
        CONSTRAINT calendar_feeds_token_hash_key UNIQUE (token_hash),
        CONSTRAINT calendar_feeds_token_hash_check CHECK (length(token_hash) = 32)
    )
    """,
    """
    CREATE TABLE departed_instructors (
        instructor_id UUID NOT NULL,
        changed_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
        CONSTRAINT departed_instructors_pkey PRIMARY KEY (instructor_id)
    )
    """,
    """
    CREATE INDEX departed_instructors_changed_xid_idx ON departed_instructors (changed_xid)
    """,
    """
    CREATE TABLE booking_issues (
        booking_id UUID NOT NULL,
        opener_id UUID NOT NULL,
        reason TEXT NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        resolved_at TIMESTAMP WITH TIME ZONE,
        outcome TEXT,
        resolver_id UUID,
        notes TEXT,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT booking_issues_pkey PRIMARY KEY (booking_id),
        CONSTRAINT booking_issues_reason_check CHECK (length(reason) BETWEEN 10 AND 500),
        CONSTRAINT booking_issues_outcome_known_check CHECK (outcome IN ('uphold', 'no_show', 'dismiss')),
        CONSTRAINT booking_issues_resolved_check CHECK (num_nonnulls(resolved_at, outcome, resolver_id) IN (0, 3)),
        CONSTRAINT booking_issues_resolved_after_check CHECK (resolved_at >= opened_at),
        CONSTRAINT booking_issues_notes_check CHECK (length(notes) <= 1000),
        CONSTRAINT booking_issues_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    """
    CREATE INDEX booking_issues_open_idx ON booking_issues (opened_at) WHERE resolved_at IS NULL
    """,
    """
    CREATE TABLE booking_reminders (
        booking_id UUID NOT NULL,
        kind TEXT NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT booking_reminders_pkey PRIMARY KEY (booking_id, kind),
        CONSTRAINT booking_reminders_kind_check CHECK (kind IN ('24h', '1h')),
        CONSTRAINT booking_reminders_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    """
    CREATE TABLE credit_lots (
        lot_id UUID NOT NULL,
        student_id UUID NOT NULL,
        payment_id UUID NOT NULL,
        source TEXT NOT NULL,
        amount_cents BIGINT NOT NULL,
        remaining_cents BIGINT NOT NULL,
        granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT credit_lots_pkey PRIMARY KEY (lot_id),
        CONSTRAINT credit_lots_source_check CHECK (source IN ('cancel_12_24', 'cancel_lt12', 'locked_cancel_ge12', 'locked_cancel_lt12', 'admin_full_credit')),
        CONSTRAINT credit_lots_amount_check CHECK (amount_cents > 0),
        CONSTRAINT credit_lots_remaining_check CHECK (remaining_cents BETWEEN 0 AND amount_cents),
        CONSTRAINT credit_lots_expires_at_check CHECK (expires_at > granted_at),
        CONSTRAINT credit_lots_grant_key UNIQUE (payment_id, source),
        CONSTRAINT credit_lots_payment_id_fkey FOREIGN KEY(payment_id) REFERENCES payments (payment_id)
    )
    """,
    """
    CREATE INDEX credit_lots_student_idx ON credit_lots (student_id, expires_at)
    """,
    """
    CREATE TABLE no_show_reports (
        booking_id UUID NOT NULL,
        type TEXT NOT NULL,
        reporter_id UUID,
        reason TEXT,
        reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
        disputed_at TIMESTAMP WITH TIME ZONE,
        dispute_reason TEXT,
        resolved_at TIMESTAMP WITH TIME ZONE,
        resolution TEXT,
        resolver_id UUID,
        notes TEXT,
        status_before TEXT NOT NULL,
        payment_before TEXT,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT no_show_reports_pkey PRIMARY KEY (booking_id),
        CONSTRAINT no_show_reports_type_check CHECK (type IN ('student', 'instructor', 'mutual')),
        CONSTRAINT no_show_reports_status_before_check CHECK (status_before IN ('CONFIRMED', 'COMPLETED')),
        CONSTRAINT no_show_reports_dispute_check CHECK ((disputed_at IS NULL) = (dispute_reason IS NULL)),
        CONSTRAINT no_show_reports_resolution_check CHECK ((resolved_at IS NULL) = (resolution IS NULL)),
        CONSTRAINT no_show_reports_resolution_known_check CHECK (resolution IN ('confirmed_no_dispute', 'confirmed_after_review', 'dispute_upheld', 'cancelled')),
        CONSTRAINT no_show_reports_upheld_dispute_check CHECK (resolution IS DISTINCT FROM 'dispute_upheld' OR disputed_at IS NOT NULL),
        CONSTRAINT no_show_reports_resolver_check CHECK (resolved_at IS NOT NULL OR resolver_id IS NULL),
        CONSTRAINT no_show_reports_disputed_after_check CHECK (disputed_at >= reported_at),
        CONSTRAINT no_show_reports_resolved_after_check CHECK (resolved_at >= reported_at),
        CONSTRAINT no_show_reports_lengths_check CHECK (length(reason) <= 500 AND length(dispute_reason) <= 500 AND length(notes) <= 1000),
        CONSTRAINT no_show_reports_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    """
    CREATE INDEX no_show_reports_disputed_idx ON no_show_reports (disputed_at) WHERE disputed_at IS NOT NULL AND resolved_at IS NULL
    """,
    """
    CREATE INDEX no_show_reports_undisputed_idx ON no_show_reports (reported_at) WHERE disputed_at IS NULL AND resolved_at IS NULL
    """,
    """
    CREATE TABLE video_sessions (
        booking_id UUID NOT NULL,
        room_id TEXT NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        host_joined_at TIMESTAMP WITH TIME ZONE,
        host_left_at TIMESTAMP WITH TIME ZONE,
        guest_joined_at TIMESTAMP WITH TIME ZONE,
        guest_left_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT video_sessions_pkey PRIMARY KEY (booking_id),
        CONSTRAINT video_sessions_room_key UNIQUE (room_id),
        CONSTRAINT video_sessions_host_check CHECK (host_left_at >= host_joined_at),
        CONSTRAINT video_sessions_guest_check CHECK (guest_left_at >= guest_joined_at),
        CONSTRAINT video_sessions_host_joined_check CHECK (host_joined_at IS NOT NULL OR host_left_at IS NULL),
        CONSTRAINT video_sessions_guest_joined_check CHECK (guest_joined_at IS NOT NULL OR guest_left_at IS NULL),
        CONSTRAINT video_sessions_booking_id_fkey FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    """
    CREATE TABLE calendar_edits (
        edit_id UUID NOT NULL,
        number BIGINT GENERATED ALWAYS AS IDENTITY,
        instructor_id UUID NOT NULL,
        actor_id UUID NOT NULL,
        cause TEXT NOT NULL,
        saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
        dates DATE[] NOT NULL,
        opened_minutes INTEGER NOT NULL,
        closed_minutes INTEGER NOT NULL,
        flips BYTEA NOT NULL,
        CONSTRAINT calendar_edits_pkey PRIMARY KEY (edit_id),
        CONSTRAINT calendar_edits_minutes_check CHECK (opened_minutes >= 0 AND closed_minutes >= 0),
        CONSTRAINT calendar_edits_dates_check CHECK (cardinality(dates) > 0),
        CONSTRAINT calendar_edits_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX calendar_edits_instructor_number_idx ON calendar_edits (instructor_id, number)
    """,
    """
    CREATE INDEX calendar_edits_saved_at_idx ON calendar_edits (saved_at)
    """,
    """
    CREATE TABLE external_calendars (
        feed_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        url TEXT NOT NULL,
        added_at TIMESTAMP WITH TIME ZONE NOT NULL,
        next_check_at TIMESTAMP WITH TIME ZONE NOT NULL,
        checked_at TIMESTAMP WITH TIME ZONE,
        succeeded_at TIMESTAMP WITH TIME ZONE,
        problem TEXT,
        failures INTEGER NOT NULL,
        told_at TIMESTAMP WITH TIME ZONE,
        etag TEXT,
        last_modified TEXT,
        expanded_at TIMESTAMP WITH TIME ZONE,
        expanded_zone TEXT,
        busy_minutes INTEGER NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT external_calendars_pkey PRIMARY KEY (feed_id),
        CONSTRAINT external_calendars_instructor_url_key UNIQUE (instructor_id, url),
        CONSTRAINT external_calendars_feed_owner_key UNIQUE (feed_id, instructor_id),
        CONSTRAINT external_calendars_url_check CHECK (length(url) <= 2048),
        CONSTRAINT external_calendars_failures_check CHECK (failures >= 0),
        CONSTRAINT external_calendars_problem_check CHECK ((failures > 0) = (problem IS NOT NULL)),
        CONSTRAINT external_calendars_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX external_calendars_next_check_idx ON external_calendars (next_check_at)
    """,
    r"""
    CREATE TABLE waitlist (
        subscription_id UUID NOT NULL,
        student_id UUID NOT NULL,
        instructor_id UUID NOT NULL,
        location_type TEXT NOT NULL,
        minutes INTEGER NOT NULL,
        first_day DATE NOT NULL,
        last_day DATE NOT NULL,
        weekdays INTEGER NOT NULL,
        mask BYTEA NOT NULL,
        since TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT waitlist_pkey PRIMARY KEY (subscription_id),
        CONSTRAINT waitlist_wish_key UNIQUE (student_id, instructor_id, location_type, minutes, first_day, last_day, weekdays, mask),
        CONSTRAINT waitlist_minutes_check CHECK (minutes BETWEEN 30 AND 240 AND minutes % 5 = 0),
        CONSTRAINT waitlist_days_check CHECK (last_day BETWEEN first_day AND first_day + 59),
        CONSTRAINT waitlist_weekdays_check CHECK (weekdays BETWEEN 1 AND 127),
        CONSTRAINT waitlist_mask_check CHECK (octet_length(mask) = 40 AND substr(mask, 37) = '\x00000000'::bytea),
        CONSTRAINT waitlist_instructor_id_fkey FOREIGN KEY(instructor_id) REFERENCES instructors (instructor_id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX waitlist_instructor_days_idx ON waitlist (instructor_id, last_day, first_day)
    """,
    """
    CREATE INDEX waitlist_last_day_idx ON waitlist (last_day)
    """,
    r"""
    CREATE TABLE private_busy (
        instructor_id UUID NOT NULL,
        day DATE NOT NULL,
        feed_id UUID NOT NULL,
        slots BYTEA NOT NULL,
        CONSTRAINT private_busy_pkey PRIMARY KEY (instructor_id, day, feed_id),
        CONSTRAINT private_busy_feed_fkey FOREIGN KEY(feed_id, instructor_id) REFERENCES external_calendars (feed_id, instructor_id) ON DELETE CASCADE,
        CONSTRAINT private_busy_slots_check CHECK (octet_length(slots) = 40 AND substr(slots, 37) = '\x00000000'::bytea)
    )
    """,
    """
    CREATE INDEX private_busy_feed_idx ON private_busy (feed_id)
    """,
    """
    CREATE TABLE waitlist_news (
        subscription_id UUID NOT NULL,
        day DATE NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        told_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT waitlist_news_pkey PRIMARY KEY (subscription_id, day),
        CONSTRAINT waitlist_news_subscription_id_fkey FOREIGN KEY(subscription_id) REFERENCES waitlist (subscription_id) ON DELETE CASCADE
    )
    """,
)
