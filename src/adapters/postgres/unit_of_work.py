"""Units of work as PostgreSQL transactions, and reads without one."""

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import Factory, frozen
from sqlalchemy import Engine

from adapters.postgres.catalog import RememberedCatalog
from adapters.postgres.connecting import connected
from adapters.postgres.outbox import Dump, Outbox, Routes
from adapters.postgres.parts.house import PostgresHouse, PostgresHouseQueries
from adapters.postgres.parts.lessons import PostgresLessons, PostgresLessonsQueries
from adapters.postgres.parts.money import PostgresMoney, PostgresMoneyQueries
from adapters.postgres.parts.people import PostgresPeople, PostgresPeopleQueries
from adapters.postgres.queries.availability import RememberedFacts
from adapters.postgres.queries.instructors import RememberedPages
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource


class PostgresWork(PostgresHouse, PostgresPeople, PostgresLessons, PostgresMoney):
    """Every repository, on one transaction; each is made when first asked for."""


class PostgresReads(
    PostgresHouseQueries, PostgresPeopleQueries, PostgresLessonsQueries, PostgresMoneyQueries
):
    """Every query, on one autocommitting connection."""


@frozen
class PostgresUnits:
    """Begins units of work, and reads, on connections of one engine."""

    _engine: Engine
    _ids: Ids
    _clock: Clock
    _dump: Dump
    _routes: Routes
    _remembered: RememberedFacts = Factory(RememberedFacts)
    _catalog: RememberedCatalog = Factory(RememberedCatalog)
    _pages: RememberedPages = Factory(RememberedPages)
    _rules: CalendarRules = DEFAULT_RULES
    _pricing: PricingSource = STANDARD_PRICING

    @contextmanager
    def begin(self) -> Iterator[PostgresWork]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        with connected(self._engine) as connection, connection.begin():
            outbox = Outbox(connection, self._ids, self._clock, self._dump, self._routes)
            yield PostgresWork(connection, outbox, self._rules, self._pricing)
            outbox.flush()

    @contextmanager
    def read(self) -> Iterator[PostgresReads]:
        """A connection in autocommit: each statement stands alone, without BEGIN and ROLLBACK."""
        with connected(self._engine) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            yield PostgresReads(
                autocommit, self._remembered, self._catalog, self._pages, self._rules
            )
