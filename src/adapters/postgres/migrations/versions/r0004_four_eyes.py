"""A second person: requests, who approved what the staff did, and the rule. Only adds."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Alter what is there, then make what is new, parents first."""
    for statement in STATEMENTS:
        # To the driver a lone per cent sign would be a placeholder.
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


STATEMENTS = (
    """
    ALTER TABLE config_versions DROP CONSTRAINT config_versions_key_check
    """,
    """
    ALTER TABLE config_versions ADD CONSTRAINT config_versions_key_check CHECK (key IN ('pricing',
        'four_eyes'))
    """,
    """
    ALTER TABLE admin_actions DROP CONSTRAINT admin_actions_kind_check
    """,
    """
    ALTER TABLE admin_actions ADD CONSTRAINT admin_actions_kind_check CHECK (kind IN ('cancel',
        'complete', 'no_show', 'resolve_no_show', 'resolve_issue', 'run_reminders', 'refund',
        'resolve_payment', 'grant_credit', 'revoke_credit', 'set_credit_balance',
        'write_off_debt', 'set_standing', 'hold_payouts', 'release_payouts', 'set_tier',
        'publish_config', 'reconcile', 'resolve_difference', 'replay_webhook', 'approve',
        'decline'))
    """,
    """
    CREATE TABLE admin_approvals (
        approval_id UUID NOT NULL,
        requester_id UUID NOT NULL,
        kind TEXT NOT NULL,
        target TEXT,
        booking_id UUID,
        reason_code TEXT NOT NULL,
        note TEXT,
        at_stake_cents BIGINT NOT NULL,
        payload_hash BYTEA NOT NULL,
        effect_hash BYTEA NOT NULL,
        effect JSONB NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        decided_by UUID,
        decided_at TIMESTAMP WITH TIME ZONE,
        decision_code TEXT,
        decision_note TEXT,
        spent_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT admin_approvals_pkey PRIMARY KEY (approval_id),
        CONSTRAINT admin_approvals_kind_check CHECK (kind IN ('cancel', 'complete', 'no_show',
            'resolve_no_show', 'resolve_issue', 'run_reminders', 'refund', 'resolve_payment',
            'grant_credit', 'revoke_credit', 'set_credit_balance', 'write_off_debt',
            'set_standing', 'hold_payouts', 'release_payouts', 'set_tier', 'publish_config',
            'reconcile', 'resolve_difference', 'replay_webhook', 'approve', 'decline')),
        CONSTRAINT admin_approvals_state_check CHECK (state IN ('open', 'approved', 'declined',
            'spent', 'lapsed')),
        CONSTRAINT admin_approvals_reason_code_check CHECK (char_length(reason_code) BETWEEN 1 AND
            100 AND char_length(decision_code) BETWEEN 1 AND 100),
        CONSTRAINT admin_approvals_note_check CHECK (char_length(note) <= 1000 AND
            char_length(decision_note) <= 1000),
        CONSTRAINT admin_approvals_at_stake_check CHECK (at_stake_cents >= 0),
        CONSTRAINT admin_approvals_hashes_check CHECK (length(payload_hash) = 32 AND
            length(effect_hash) = 32),
        CONSTRAINT admin_approvals_four_eyes_check CHECK (state = 'declined' OR
            decided_by <> requester_id),
        CONSTRAINT admin_approvals_decided_check CHECK (num_nonnulls(decided_by, decided_at,
            decision_code) = CASE WHEN state IN ('open', 'lapsed') THEN 0 ELSE 3 END),
        CONSTRAINT admin_approvals_spent_check CHECK ((state = 'spent') = (spent_at IS NOT NULL))
    )
    """,
    """
    CREATE UNIQUE INDEX admin_approvals_open_key ON admin_approvals (requester_id, payload_hash,
        effect_hash) WHERE state = 'open'
    """,
    """
    CREATE INDEX admin_approvals_granted_idx ON admin_approvals (requester_id, payload_hash)
        WHERE state = 'approved'
    """,
    """
    CREATE INDEX admin_approvals_state_idx ON admin_approvals (state, approval_id)
    """,
    """
    ALTER TABLE admin_actions ADD COLUMN at_stake_cents BIGINT DEFAULT 0 NOT NULL
    """,
    """
    ALTER TABLE admin_actions ADD COLUMN approval_id UUID
    """,
    """
    ALTER TABLE admin_actions ADD COLUMN approved_by UUID
    """,
    """
    ALTER TABLE admin_actions ADD CONSTRAINT admin_actions_approval_id_fkey FOREIGN KEY
        (approval_id) REFERENCES admin_approvals (approval_id)
    """,
    """
    ALTER TABLE admin_actions ADD CONSTRAINT admin_actions_approval_id_key UNIQUE (approval_id)
    """,
    """
    ALTER TABLE admin_actions ADD CONSTRAINT admin_actions_at_stake_check CHECK
        (at_stake_cents >= 0)
    """,
    """
    ALTER TABLE admin_actions ADD CONSTRAINT admin_actions_four_eyes_check CHECK ((approval_id IS
        NULL) = (approved_by IS NULL) AND approved_by <> actor_id)
    """,
    """
    CREATE INDEX admin_actions_alone_idx ON admin_actions (actor_id, target, at)
        WHERE at_stake_cents > 0 AND approval_id IS NULL
    """,
)
