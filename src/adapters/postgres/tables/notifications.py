"""What people were told, and the demonstration's mailbox."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import AccountId
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.model import MAX_BODY_LENGTH, MAX_TITLE_LENGTH

notifications = Table(
    "notifications",
    metadata,
    Column("notification_id", IdOf(NotificationId), primary_key=True),
    Column("account_id", IdOf(AccountId), nullable=False),
    # Free text in the database: the catalogue grows with every release.
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
    Column("removed_at", DateTime(timezone=True)),
    UniqueConstraint("key", name="notifications_key_key"),
    CheckConstraint(f"char_length(title) BETWEEN 1 AND {MAX_TITLE_LENGTH}", name="title_length"),
    CheckConstraint(f"char_length(body) <= {MAX_BODY_LENGTH}", name="body_length"),
)
_SHOWN = text("removed_at IS NULL")
_UNREAD = text("removed_at IS NULL AND read_at IS NULL")
Index(
    "notifications_inbox_idx",
    notifications.c.account_id,
    notifications.c.notification_id.desc(),
    postgresql_where=_SHOWN,
)
# What was told about one booking, for the staff.
Index("notifications_booking_idx", notifications.c.data["booking_id"].astext)
Index("notifications_unread_idx", notifications.c.account_id, postgresql_where=_UNREAD)

# Where a demonstration's mails end; a hosted deployment's stays empty.
dev_mailbox = Table(
    "dev_mailbox",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body_text", Text, nullable=False),
    Column("body_html", Text, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("key", name="dev_mailbox_key_key"),
)
Index("dev_mailbox_recipient_idx", func.lower(dev_mailbox.c.recipient), dev_mailbox.c.number)
