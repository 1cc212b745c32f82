"""Tables of configuration: every version of every document. Source: AD-10."""

from sqlalchemy import DDL, CheckConstraint, Column, DateTime, Integer, Table, Text, event
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres.tables.metadata import metadata
from instainstru_core.config.model import BUILT_IN, MAX_REASON, ConfigKey

_KEYS = ", ".join(f"'{key}'" for key in ConfigKey)

config_versions = Table(
    "config_versions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", JSONB, nullable=False),
    Column("author", Text),
    Column("reason", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("restores", Integer),
    CheckConstraint(f"key IN ({_KEYS})", name="key"),
    CheckConstraint(f"version > {BUILT_IN}", name="version"),
    CheckConstraint("restores < version", name="restores"),
    CheckConstraint(f"char_length(reason) BETWEEN 1 AND {MAX_REASON}", name="reason"),
)

_FOREVER = """
CREATE OR REPLACE FUNCTION config_version_is_forever() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'what was published is never changed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'config_versions_forever';
END
$body$
"""

_TRIGGER = (
    "CREATE TRIGGER config_versions_forever BEFORE UPDATE OR DELETE ON config_versions"
    " FOR EACH ROW EXECUTE FUNCTION config_version_is_forever()"
)

CONFIG_GUARDS = (_FOREVER, _TRIGGER)
"""What the database is told besides the table."""

for _statement in CONFIG_GUARDS:
    event.listen(config_versions, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
