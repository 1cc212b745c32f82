"""What every part of a unit of work stands on."""

from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.kernel.time import Clock
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


class InMemoryRepositories:
    """Repositories on one snapshot."""

    def __init__(
        self,
        tables: Tables,
        outbox: InMemoryOutbox,
        rules: CalendarRules = DEFAULT_RULES,
        pricing: PricingSource = STANDARD_PRICING,
    ) -> None:
        self._tables = tables
        self._outbox = outbox
        self._rules = rules
        self._pricing = pricing

    @property
    def tables(self) -> Tables:
        """The snapshot itself, for twins that need no repository."""
        return self._tables


class InMemoryQueries:
    """Queries on one snapshot."""

    def __init__(self, tables: Tables, clock: Clock, rules: CalendarRules = DEFAULT_RULES) -> None:
        self._tables = tables
        self._rules = rules
        self._clock = clock
