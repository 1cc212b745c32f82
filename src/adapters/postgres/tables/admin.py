"""Tables of the staff's console: previews, approvals, and what was done. Source: AD-2, MC-6."""

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import Cents, IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.ids import ActionId, ApprovalId
from instainstru_core.admin.model.acts import MAX_NOTE, MAX_REASON_CODE, ActionKind
from instainstru_core.admin.model.approval import ApprovalState
from instainstru_core.booking.ids import BookingId

_KINDS = ", ".join(f"'{kind}'" for kind in ActionKind)
_STATES = ", ".join(f"'{state}'" for state in ApprovalState)

admin_confirmations = Table(
    "admin_confirmations",
    metadata,
    Column("confirmation_id", IdOf(ConfirmationId), primary_key=True),
    Column("principal_id", IdOf(AccountId), nullable=False),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("effect_hash", LargeBinary, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    CheckConstraint("length(payload_hash) = 32 AND length(effect_hash) = 32", name="hashes"),
    CheckConstraint("used_at <= expires_at", name="used_in_time"),
    Index("admin_confirmations_expires_idx", "expires_at"),
)

admin_approvals = Table(
    "admin_approvals",
    metadata,
    Column("approval_id", IdOf(ApprovalId), primary_key=True),
    Column("requester_id", IdOf(AccountId), nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text),
    Column("booking_id", IdOf(BookingId)),
    Column("reason_code", Text, nullable=False),
    Column("note", Text),
    Column("at_stake_cents", Cents, nullable=False),
    Column("payload_hash", LargeBinary, nullable=False),
    Column("effect_hash", LargeBinary, nullable=False),
    Column("effect", JSONB, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", IdOf(AccountId)),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_code", Text),
    Column("decision_note", Text),
    Column("spent_at", DateTime(timezone=True)),
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint(
        f"char_length(reason_code) BETWEEN 1 AND {MAX_REASON_CODE}"
        f" AND char_length(decision_code) BETWEEN 1 AND {MAX_REASON_CODE}",
        name="reason_code",
    ),
    CheckConstraint(
        f"char_length(note) <= {MAX_NOTE} AND char_length(decision_note) <= {MAX_NOTE}",
        name="note",
    ),
    CheckConstraint("at_stake_cents >= 0", name="at_stake"),
    CheckConstraint("length(payload_hash) = 32 AND length(effect_hash) = 32", name="hashes"),
    CheckConstraint("state = 'declined' OR decided_by <> requester_id", name="four_eyes"),
    CheckConstraint(
        "num_nonnulls(decided_by, decided_at, decision_code)"
        " = CASE WHEN state IN ('open', 'lapsed') THEN 0 ELSE 3 END",
        name="decided",
    ),
    CheckConstraint("(state = 'spent') = (spent_at IS NOT NULL)", name="spent"),
    # One open request for the same words and effect, however often they are said.
    Index(
        "admin_approvals_open_key",
        "requester_id",
        "payload_hash",
        "effect_hash",
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "admin_approvals_granted_idx",
        "requester_id",
        "payload_hash",
        postgresql_where=text("state = 'approved'"),
    ),
    Index("admin_approvals_state_idx", "state", "approval_id"),
)

admin_actions = Table(
    "admin_actions",
    metadata,
    Column("action_id", IdOf(ActionId), primary_key=True),
    # A booking of another context, by id alone; none where it was about all of them.
    Column("booking_id", IdOf(BookingId)),
    Column("actor_id", IdOf(AccountId), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("note", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Column("target", Text),
    Column("at_stake_cents", Cents, nullable=False, server_default=text("0")),
    Column("approval_id", IdOf(ApprovalId), ForeignKey("admin_approvals.approval_id")),
    Column("approved_by", IdOf(AccountId)),
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    CheckConstraint(
        f"char_length(reason_code) BETWEEN 1 AND {MAX_REASON_CODE}", name="reason_code"
    ),
    CheckConstraint(f"char_length(note) <= {MAX_NOTE}", name="note"),
    CheckConstraint("at_stake_cents >= 0", name="at_stake"),
    CheckConstraint(
        "(approval_id IS NULL) = (approved_by IS NULL) AND approved_by <> actor_id",
        name="four_eyes",
    ),
    # An approval lets one act through.
    UniqueConstraint("approval_id"),
    Index("admin_actions_booking_idx", "booking_id", "action_id"),
    # What somebody did alone to one thing, lately.
    Index(
        "admin_actions_alone_idx",
        "actor_id",
        "target",
        "at",
        postgresql_where=text("at_stake_cents > 0 AND approval_id IS NULL"),
    ),
)

_FOREVER = """
CREATE OR REPLACE FUNCTION admin_action_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'what the staff did is never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'admin_actions_forever';
END
$body$
"""

_TRIGGER = (
    "CREATE TRIGGER admin_actions_forever BEFORE UPDATE OR DELETE ON admin_actions"
    " FOR EACH ROW EXECUTE FUNCTION admin_action_is_forever()"
)

ACTION_GUARDS = (_FOREVER, _TRIGGER)
"""What the database is told besides the table."""

for _statement in ACTION_GUARDS:
    event.listen(admin_actions, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
