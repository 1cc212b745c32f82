"""Tables of the staff's console: what was previewed, and what was done. Source: AD-2, MC-6."""

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    Table,
    Text,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.acts import MAX_NOTE, MAX_REASON_CODE, ActionKind
from instainstru_core.booking.ids import BookingId

_KINDS = ", ".join(f"'{kind}'" for kind in ActionKind)

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
    CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    CheckConstraint(
        f"char_length(reason_code) BETWEEN 1 AND {MAX_REASON_CODE}", name="reason_code"
    ),
    CheckConstraint(f"char_length(note) <= {MAX_NOTE}", name="note"),
    Index("admin_actions_booking_idx", "booking_id", "action_id"),
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
