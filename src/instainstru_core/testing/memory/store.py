"""A database of frozen values: a snapshot is a shallow copy, an undo is forgetting it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

from attrs import Factory, define, field

from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource
from instainstru_core.testing.memory.due_work import file_reactions
from instainstru_core.testing.memory.parts.house import InMemoryHouse, InMemoryHouseQueries
from instainstru_core.testing.memory.parts.lessons import InMemoryLessons, InMemoryLessonsQueries
from instainstru_core.testing.memory.parts.money import InMemoryMoney, InMemoryMoneyQueries
from instainstru_core.testing.memory.parts.people import InMemoryPeople, InMemoryPeopleQueries
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


class InMemoryWork(InMemoryHouse, InMemoryPeople, InMemoryLessons, InMemoryMoney):
    """Every repository, on one snapshot; each is made when first asked for."""


class InMemoryReads(
    InMemoryHouseQueries, InMemoryPeopleQueries, InMemoryLessonsQueries, InMemoryMoneyQueries
):
    """Every query, on one snapshot."""


@define
class InMemoryStore:
    """Begins units of work one at a time: whoever comes second sees what the first left."""

    ids: Ids
    clock: Clock
    routes: Mapping[type[Event], tuple[str, ...]] = Factory(dict)
    recorded: list[Event] = Factory(list)
    rules: CalendarRules = DEFAULT_RULES
    pricing: PricingSource = STANDARD_PRICING
    _kept: dict[str, dict[Any, Any]] = Factory(dict)
    _writing: Any = field(factory=RLock, init=False)

    @contextmanager
    def begin(self) -> Iterator[InMemoryWork]:
        """A unit of work: kept when the block ends, undone when it raises."""
        with self._writing:
            tables, outbox = Tables(self._kept), InMemoryOutbox()
            yield InMemoryWork(tables, outbox, self.rules, self.pricing)
            file_reactions(
                tables, outbox.events, outbox.work, self.routes, self.ids, self.clock.now()
            )
            self.recorded.extend(outbox.events)
            self._kept = tables.kept()

    @contextmanager
    def read(self) -> Iterator[InMemoryReads]:
        """Queries on what was kept last."""
        yield InMemoryReads(Tables(self._kept), self.clock, self.rules)
