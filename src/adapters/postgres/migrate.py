"""Bring a database to this release's schema, and know which tier it belongs to."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from attrs import frozen
from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.due_work import tier_stamp

# One migration at a time, whichever process asks: the rest wait, and find nothing left to do.
_LOCK: Final = 0x1157A1


class WrongTier(RuntimeError):
    """The database carries another tier's stamp, or none. Source: SE-40, OP-3."""


@frozen
class SchemaState:
    """How far a database's schema is, and how far this release's goes."""

    at: str | None
    newest: str | None

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to migrate."""
        return self.at == self.newest


def migrate(engine: Engine, *, tier: str, to: str = "head") -> SchemaState:
    """Run what the database lacks, and stamp it with its tier if it has no stamp.

    *to* is the revision to stop at: this release's newest unless somebody looks at an older one.

    Raises:
        WrongTier: It is another tier's database; nothing was changed.
    """
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        try:
            _refuse_other_tier(connection, tier)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            connection.execute(insert(tier_stamp).values(tier=tier).on_conflict_do_nothing())
            connection.commit()
            return _state(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
            connection.invalidate()


def schema_state(engine: Engine) -> SchemaState:
    """How far the database's schema is."""
    with engine.connect() as connection:
        return _state(connection)


def check_tier(engine: Engine, *, tier: str) -> None:
    """See that the database belongs to the tier, before anything else is done with it.

    Raises:
        WrongTier: It carries another stamp, or none. Source: SE-40, SE-42.
    """
    with engine.connect() as connection:
        stamped = _stamp(connection)
    if stamped != tier:
        message = (
            f"the database is stamped {stamped or 'by no tier'}, and this process serves {tier}: "
            "correct the URL, or run `migrate` if the database is new"
        )
        raise WrongTier(message)


def _refuse_other_tier(connection: Connection, tier: str) -> None:
    stamped = _stamp(connection)
    connection.rollback()
    if stamped not in {None, tier}:
        message = f"the database is stamped {stamped}, and not to be migrated as {tier}"
        raise WrongTier(message)


def _stamp(connection: Connection) -> str | None:
    if not inspect(connection).has_table(tier_stamp.name):
        return None
    return connection.scalar(select(tier_stamp.c.tier))


def _state(connection: Connection) -> SchemaState:
    at = MigrationContext.configure(connection).get_current_revision()
    return SchemaState(at=at, newest=ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
