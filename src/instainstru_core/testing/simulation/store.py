"""The in-memory database of a simulation: fast, watched, and a place to die at."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from attrs import Factory, define, field

from instainstru_core.kernel.events import Event
from instainstru_core.testing.memory.due_work import file_reactions
from instainstru_core.testing.memory.store import InMemoryReads, InMemoryStore, InMemoryWork
from instainstru_core.testing.memory.tables import InMemoryOutbox
from instainstru_core.testing.simulation.boundary import Boundary
from instainstru_core.testing.simulation.rows import Change, LiveTables


def _unwatched(_changes: Sequence[Change], _events: Sequence[Event]) -> None:
    """Nobody looks."""


@define
class SimulatedStore(InMemoryStore):
    """Units of work one after the other on live tables; *watch* sees what each has changed.

    A unit passes the boundary before it begins and after it was kept, so that it may be the last
    thing a process did, or never begin. Where a story dies inside of a unit makes no difference:
    nothing of it is kept.
    """

    boundary: Boundary = Factory(Boundary)
    watch: Callable[[Sequence[Change], Sequence[Event]], None] = _unwatched
    commits: int = 0
    _live: LiveTables = field(factory=LiveTables, init=False)
    _busy: bool = field(default=False, init=False)

    @contextmanager
    def begin(self) -> Iterator[InMemoryWork]:
        """A unit of work: kept when the block ends, undone when it raises."""
        self.boundary.reach()
        if self._busy:
            raise RuntimeError("a unit of work was begun inside of another")
        live, outbox = self._live, InMemoryOutbox()
        self._busy = True
        try:
            yield InMemoryWork(live, outbox, self.rules)
            file_reactions(
                live, outbox.events, outbox.work, self.routes, self.ids, self.clock.now()
            )
        except BaseException:
            live.take_back()
            raise
        finally:
            self._busy = False
        self.commits += 1
        self.watch(live.keep(), outbox.events)
        self.boundary.reach()

    @contextmanager
    def read(self) -> Iterator[InMemoryReads]:
        """Queries on what was kept last."""
        yield InMemoryReads(self._live, self.clock, self.rules)

    @property
    def tables(self) -> LiveTables:
        """Everything that is kept."""
        return self._live
