"""Keyed requests and their answers. Source: SE-13."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from adapters.postgres.tables.metadata import metadata

idempotency_records = Table(
    "idempotency_records",
    metadata,
    Column("principal", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("principal", "method", "path", "key"),
    CheckConstraint("state IN ('in_progress', 'completed', 'failed_retryable')", name="state"),
    CheckConstraint("(state = 'completed') = (status IS NOT NULL)", name="answer"),
    Index("idempotency_records_claimed_idx", "claimed_at"),
)
