"""What every part of a unit of work stands on."""

from sqlalchemy import Connection

from adapters.postgres.catalog import RememberedCatalog
from adapters.postgres.outbox import Outbox
from adapters.postgres.queries.availability import RememberedFacts
from adapters.postgres.queries.instructors import RememberedPages
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource


class PostgresRepositories:
    """Repositories on one transaction."""

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        rules: CalendarRules = DEFAULT_RULES,
        pricing: PricingSource = STANDARD_PRICING,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._rules = rules
        self._pricing = pricing


class PostgresQueries:
    """Queries on one autocommitting connection."""

    def __init__(
        self,
        connection: Connection,
        remembered: RememberedFacts,
        catalog: RememberedCatalog,
        pages: RememberedPages,
        rules: CalendarRules = DEFAULT_RULES,
    ) -> None:
        self._connection = connection
        self._remembered = remembered
        self._rules = rules
        self._catalog = catalog
        self._pages = pages
