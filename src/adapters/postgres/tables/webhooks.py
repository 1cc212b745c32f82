"""What providers told us, each event once. Source: AD-16."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import MAX_ERROR_LENGTH, WebhookStatus

_STATUSES = ", ".join(f"'{status}'" for status in WebhookStatus)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", IdOf(WebhookId), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("account", Text),
    Column("headers", JSONB, nullable=False),
    # As text: the bytes that were signed, not PostgreSQL's idea of them.
    Column("body", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("claimed_at", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("replay_of", IdOf(WebhookId), ForeignKey("webhooks.webhook_id")),
    UniqueConstraint("provider", "event_id", name="webhooks_provider_event_id_key"),
    CheckConstraint(f"status IN ({_STATUSES})", name="known_status"),
    CheckConstraint("attempts >= 0", name="attempts_counted"),
    CheckConstraint("(status = 'processing') = (claimed_at IS NOT NULL)", name="claim_is_timed"),
    CheckConstraint(
        "last_error IS NOT NULL OR status NOT IN ('failed', 'dead_letter')", name="failure_says_why"
    ),
    CheckConstraint(f"char_length(last_error) <= {MAX_ERROR_LENGTH}", name="last_error_length"),
)
Index("webhooks_status_idx", webhooks.c.status, webhooks.c.received_at)
Index(
    "webhooks_replay_of_idx",
    webhooks.c.replay_of,
    postgresql_where=webhooks.c.replay_of.is_not(None),
)
