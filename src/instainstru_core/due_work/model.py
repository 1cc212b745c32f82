"""One thing still to be done, who does it, and when to try it again."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeAlias, TypeVar

from attrs import field, frozen

from instainstru_core.due_work.errors import PayloadUnreadable
from instainstru_core.due_work.ids import WorkId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import IdT
from instainstru_core.kernel.time import utc

Payload: TypeAlias = Mapping[str, object]
"""Plain JSON: strings, whole numbers, booleans, null, lists and maps of them."""

WorkT = TypeVar("WorkT")
PortsT = TypeVar("PortsT")

MAX_ATTEMPTS = 5
MAX_CLAIMS = 100
MAX_ERROR_LENGTH = 500
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(seconds=1800)
CONTENTION_PAUSE = timedelta(seconds=5)
LEASE = timedelta(seconds=90)
TIME_LIMIT = timedelta(seconds=60)
"""Shorter than the lease: when another gets the item, nobody is doing it any more."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class NewWork:
    """Work to be filed: *handler* will be given *payload* at *due_at*.

    Of two with one *dedupe_key* only the first is filed, while that one is still there.
    """

    handler: str
    payload: Payload
    due_at: datetime = field(converter=utc)
    dedupe_key: str | None = None


@frozen(kw_only=True)
class WorkItem:
    """Work on file. *attempts* counts failures, *claims* how often a pump handed it out."""

    work_id: WorkId
    handler: str
    payload: Payload
    due_at: datetime
    attempts: int = 0
    claims: int = 0
    dead: bool = False
    last_error: str | None = None

    def text(self, key: str) -> str:
        """The text at *key* of the payload.

        Raises:
            PayloadUnreadable: There is none.
        """
        value = self.payload.get(key)
        if not isinstance(value, str):
            raise PayloadUnreadable(self.work_id, key)
        return value

    def id(self, kind: type[IdT], key: str) -> IdT:
        """The id of *kind* at *key* of the payload.

        Raises:
            PayloadUnreadable: There is none.
        """
        try:
            return kind.parse(self.text(key))
        except Malformed as error:
            raise PayloadUnreadable(self.work_id, key) from error

    def instant(self, key: str) -> datetime:
        """The instant at *key* of the payload.

        Raises:
            PayloadUnreadable: There is none.
        """
        try:
            return utc(datetime.fromisoformat(self.text(key)))
        except ValueError as error:
            raise PayloadUnreadable(self.work_id, key) from error


@frozen
class InTransaction(Generic[WorkT, PortsT]):
    """Done inside the unit that also forgets the item: both or neither. Calls nobody outside."""

    run: Callable[[WorkItem, WorkT, PortsT], None]


@frozen
class CallsOut(Generic[PortsT]):
    """Opens units of its own and calls the world between them.

    It may be run again after a crash, and twice at once, so it must be idempotent.
    """

    run: Callable[[WorkItem, PortsT], None]


@frozen(kw_only=True)
class Periodic:
    """Work that comes back: at every multiple of *every*, counted in UTC. Source: OP-13.

    *offset* moves all of them: daily at two o'clock is a day, and two hours.
    """

    handler: str
    every: timedelta
    offset: timedelta = timedelta()

    @property
    def dedupe_key(self) -> str:
        """Under which it is filed, once for all processes."""
        return f"periodic:{self.handler}"

    def next_run(self, now: datetime) -> datetime:
        """The first of its times after *now*; missed ones are not made up for."""
        first = _EPOCH + self.offset
        return first + ((utc(now) - first) // self.every + 1) * self.every


def delay_after(failures: int) -> timedelta:
    """How long to wait after the n-th failure: 30 s · 2^(n-1), at most 1800 s. Source: OP-12."""
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << min(failures, 10) - 1))
