"""Configuration documents in PostgreSQL, and the figures that a process goes by. Source: AD-10."""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, Engine, Row, desc, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.config import config_versions
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.config.errors import ConfigChanged
from instainstru_core.config.model import BUILT_IN, ConfigKey, ConfigVersion
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.document import pricing_of

LOOK_EVERY: Final = 2.0
"""Seconds between two looks at the current version: five are allowed. Source: AD-10."""

_C = config_versions.c
_CATEGORIES: Final = text(
    """
    SELECT service.service_id, category.slug
    FROM services AS service
    JOIN subcategories AS part USING (subcategory_id)
    JOIN categories AS category USING (category_id)
    WHERE category.slug = ANY(:slugs)
    """
)


def _version_of(row: Row[Any]) -> ConfigVersion:
    return ConfigVersion(
        key=ConfigKey(row.key),
        version=row.version,
        body=row.body,
        author=row.author,
        reason=row.reason,
        published_at=row.published_at,
        restores=row.restores,
    )


@define
class PostgresConfigQueries:
    """The `ConfigQueries` query."""

    _connection: Connection

    def current(self, key: ConfigKey) -> ConfigVersion | None:
        rows = self.versions(key, limit=1)
        return rows[0] if rows else None

    def version(self, key: ConfigKey, version: int) -> ConfigVersion | None:
        statement = select(config_versions).where(_C.key == key.value, _C.version == version)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _version_of(row)

    def versions(self, key: ConfigKey, *, limit: int = 100) -> Sequence[ConfigVersion]:
        statement = (
            select(config_versions)
            .where(_C.key == key.value)
            .order_by(desc(_C.version))
            .limit(limit)
        )
        return [_version_of(row) for row in self._connection.execute(statement)]


@define
class PostgresConfigDocuments:
    """The `ConfigDocuments` port; the primary key decides between two who publish at once."""

    _connection: Connection
    _outbox: Outbox

    def latest(self, key: ConfigKey) -> ConfigVersion | None:
        return PostgresConfigQueries(self._connection).current(key)

    def find(self, key: ConfigKey, version: int) -> ConfigVersion | None:
        return PostgresConfigQueries(self._connection).version(key, version)

    def publish(self, version: ConfigVersion) -> None:
        statement = (
            insert(config_versions)
            .values(
                key=version.key.value,
                version=version.version,
                body=dict(version.body),
                author=version.author,
                reason=version.reason,
                published_at=version.published_at,
                restores=version.restores,
            )
            .on_conflict_do_nothing()
            .returning(_C.version)
        )
        if self._connection.scalar(statement) is None:
            raise ConfigChanged(version.version)
        self._outbox.record([version.told()])


@define(eq=False)
class PostgresPricing:
    """The `PricingSource` port: looks every two seconds, and keeps what it knew if it can't.

    Whoever looks first pays for the look; the others go on with what is known.
    """

    _engine: Engine
    _known: PricingConfig = DEFAULT_PRICING
    _look_every: float = LOOK_EVERY
    _moment: Callable[[], float] = time.monotonic
    _looked_at: float | None = field(default=None, init=False)
    _looking: Lock = field(factory=Lock, init=False)

    def current(self) -> PricingConfig:
        """The figures of the latest document, two seconds old at most."""
        looked_at = self._looked_at
        if looked_at is not None and self._moment() - looked_at < self._look_every:
            return self._known
        if self._looking.acquire(blocking=looked_at is None):
            try:
                self._look()
            finally:
                self._looking.release()
        return self._known

    def _look(self) -> None:
        self._looked_at = self._moment()
        try:
            with self._engine.connect() as connection:
                latest = PostgresConfigQueries(connection).current(ConfigKey.PRICING)
                number = BUILT_IN if latest is None else latest.version
                if number == self._known.version:
                    return
                if latest is None:
                    self._known = DEFAULT_PRICING
                    return
                config = pricing_of(latest.body, version=latest.version)
                slugs = list(config.category_floors)
                rows = connection.execute(_CATEGORIES, {"slugs": slugs}) if slugs else ()
                self._known = config.for_services({ServiceId(row[0]): row[1] for row in rows})
        except SQLAlchemyError:
            return  # The database is away: the requests that follow say so.
