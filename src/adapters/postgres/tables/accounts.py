"""Accounts, sessions, challenges and kept answers. Source: spec 03 §4."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf, ZoneName
from instainstru_core.accounts.ids import AccountId, ChallengeId, SessionId
from instainstru_core.accounts.model import Permission

_PERMISSIONS = ", ".join(f"'{permission}'" for permission in Permission)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", IdOf(AccountId), primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("zip_code", Text, nullable=False),
    Column("zone", ZoneName, nullable=False),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("session_epoch", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("email_key", name="accounts_email_key_key"),
    CheckConstraint("role IN ('student', 'instructor', 'admin')", name="role"),
    CheckConstraint("status IN ('active', 'suspended', 'deactivated', 'erased')", name="status"),
    CheckConstraint("length(first_name) <= 50 AND length(last_name) <= 50", name="names"),
    CheckConstraint("length(email_key) <= 320", name="email_key"),
)

account_overrides = Table(
    "account_overrides",
    metadata,
    Column("account_id", IdOf(AccountId), ForeignKey("accounts.account_id"), nullable=False),
    Column("permission", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("account_id", "permission"),
    CheckConstraint("effect IN ('grant', 'revoke')", name="effect"),
    CheckConstraint(f"permission IN ({_PERMISSIONS})", name="permission"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", IdOf(SessionId), primary_key=True),
    Column("account_id", IdOf(AccountId), ForeignKey("accounts.account_id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("auth_time", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("rotated_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("ended", Text),
    Column("version", Integer, nullable=False),
    CheckConstraint("generation >= 0", name="generation"),
    CheckConstraint(
        "ended IN ('signed_out', 'expired', 'refresh_reuse', 'too_many_sessions')", name="ended"
    ),
    Index(
        "sessions_live_idx", "account_id", "last_used_at", postgresql_where=text("ended IS NULL")
    ),
)

refresh_generations = Table(
    "refresh_generations",
    metadata,
    Column("session_id", IdOf(SessionId), ForeignKey("sessions.session_id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("session_id", "generation"),
    UniqueConstraint("token_hash", name="refresh_generations_token_hash_key"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
)

email_challenges = Table(
    "email_challenges",
    metadata,
    Column("challenge_id", IdOf(ChallengeId), primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("mac", LargeBinary),
    Column("sender", LargeBinary, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    CheckConstraint("attempts BETWEEN 0 AND 5", name="attempts"),
    CheckConstraint("state IN ('issued', 'consumed', 'superseded', 'locked')", name="state"),
    CheckConstraint("(state = 'locked') = (locked_until IS NOT NULL)", name="lock"),
    Index(
        "email_challenges_one_issued",
        "email_key",
        "purpose",
        unique=True,
        postgresql_where=text("state = 'issued'"),
    ),
    Index("email_challenges_sends_idx", "email_key", "purpose", "sent_at"),
    Index("email_challenges_sender_idx", "sender", "sent_at"),
)

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
