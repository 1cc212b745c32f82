"""Configuration documents in memory."""

from collections.abc import Sequence
from typing import Protocol

from attrs import define

from instainstru_core.catalog.queries import CatalogReads
from instainstru_core.config.errors import ConfigChanged
from instainstru_core.config.model import ConfigKey, ConfigVersion
from instainstru_core.config.ports import ConfigReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig
from instainstru_core.pricing.model.document import pricing_of
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


def _versions(tables: Tables, key: ConfigKey) -> list[ConfigVersion]:
    rows = tables.of("config_versions", tuple, ConfigVersion)
    return [rows[place] for place in sorted(rows) if place[0] == key]


@define
class InMemoryConfigDocuments:
    """The `ConfigDocuments` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def latest(self, key: ConfigKey) -> ConfigVersion | None:
        return next(reversed(_versions(self._tables, key)), None)

    def find(self, key: ConfigKey, version: int) -> ConfigVersion | None:
        rows = _versions(self._tables, key)
        return next((each for each in rows if each.version == version), None)

    def publish(self, version: ConfigVersion) -> None:
        rows = self._tables.of("config_versions", tuple, ConfigVersion)
        if (version.key, version.version) in rows:
            raise ConfigChanged(version.version)
        rows[(version.key, version.version)] = version
        self._outbox.record((version.told(),))


@define
class InMemoryConfigQueries:
    """The `ConfigQueries` query."""

    _tables: Tables

    def current(self, key: ConfigKey) -> ConfigVersion | None:
        return next(reversed(_versions(self._tables, key)), None)

    def version(self, key: ConfigKey, version: int) -> ConfigVersion | None:
        rows = _versions(self._tables, key)
        return next((each for each in rows if each.version == version), None)

    def versions(self, key: ConfigKey, *, limit: int = 100) -> Sequence[ConfigVersion]:
        return _versions(self._tables, key)[::-1][:limit]


class _PricingReads(ConfigReads, CatalogReads, Protocol):
    """What the figures come from."""


@define
class InMemoryPricing:
    """The `PricingSource` port over documents that are kept in memory."""

    _read: Begin[_PricingReads]
    _known: PricingConfig = DEFAULT_PRICING

    def current(self) -> PricingConfig:
        """The figures of the latest document."""
        with self._read() as reads:
            latest = reads.config_queries.current(ConfigKey.PRICING)
            if latest is None or latest.version == self._known.version:
                return self._known
            config = pricing_of(latest.body, version=latest.version)
            catalog = reads.catalog_pages.tree()
        parts = {each.slug: each.category for each in catalog.subcategories}
        self._known = config.for_services(
            {each.service_id: parts[each.subcategory] for each in catalog.services}
        )
        return self._known
