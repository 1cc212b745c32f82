"""What happened, what is still to be done, and which tier this database is."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
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
from instainstru_core.due_work.ids import EventId, WorkId

events = Table(
    "events",
    metadata,
    Column("event_id", IdOf(EventId), primary_key=True),
    Column("name", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("payload", JSONB, nullable=False),
)

# Rows come and go all day: room in each page keeps updates off the indexes, and vacuum comes often.
work_items = Table(
    "work_items",
    metadata,
    Column("work_id", IdOf(WorkId), primary_key=True),
    Column("handler", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("claims", Integer, nullable=False, server_default=text("0")),
    Column("dead", Boolean, nullable=False, server_default=text("false")),
    Column("last_error", Text),
    Column("dedupe_key", Text),
    UniqueConstraint("dedupe_key", name="work_items_dedupe_key_key"),
    CheckConstraint("attempts >= 0 AND claims >= 0", name="counts"),
    CheckConstraint("NOT dead OR last_error IS NOT NULL", name="dead_says_why"),
    CheckConstraint("char_length(last_error) <= 500", name="last_error_length"),
    Index("work_items_due_idx", "due_at", postgresql_where=text("NOT dead")),
    Index("work_items_dead_idx", "due_at", postgresql_where=text("dead")),
    postgresql_with={
        "fillfactor": 70,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_vacuum_threshold": 500,
    },
)

tier_stamp = Table(
    "tier_stamp",
    metadata,
    # One row at most: its key is always true. Source: OP-3, SE-40.
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("tier", Text, nullable=False),
    Column("stamped_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    CheckConstraint("single", name="one_row"),
    CheckConstraint("tier IN ('INT', 'STG', 'PROD')", name="known_tier"),
)
