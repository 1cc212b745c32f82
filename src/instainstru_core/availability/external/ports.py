"""What external calendars need from the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import field, frozen

from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import FeedAddress
from instainstru_core.availability.external.model.feed import Feed, FeedProblem, Validators
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.due_work.ports import DueWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone


class Feeds(Protocol):
    """Every external calendar, and the time that it takes."""

    def add(self, feed: Feed) -> Feed:
        """Keep a new one.

        Raises:
            FeedExists: The instructor has one of this address.
        """
        ...

    def get(self, feed_id: FeedId) -> Feed:
        """The feed as it stands.

        Raises:
            FeedNotFound: There is none.
        """
        ...

    def of(self, instructor_id: InstructorId) -> Sequence[Feed]:
        """Everything that the instructor added, oldest first."""
        ...

    def save(self, feed: Feed) -> Feed:
        """Keep it as it is now; what it takes stays. Its address and owner never change.

        Raises:
            StaleAggregate: It changed since it was read, or was removed.
        """
        ...

    def remove(self, instructor_id: InstructorId, feed_id: FeedId) -> None:
        """Forget the feed and what it takes, under the lock of its instructor's calendar.

        Raises:
            FeedNotFound: There is none, or it is another's.
        """
        ...

    def busy(self, feed_id: FeedId) -> PrivateBusy:
        """The time that it takes."""
        ...

    def take(self, feed: Feed, busy: PrivateBusy) -> None:
        """It takes *busy* now, and nothing else, under the lock of its instructor's calendar."""
        ...

    def due(self, *, now: datetime, limit: int) -> Sequence[Feed]:
        """At most *limit* that are to be looked at by *now*, longest overdue first."""
        ...


class FeedWork(AvailabilityWork, DueWork, Protocol):
    """What one unit of work in external calendars can reach."""

    @property
    def feeds(self) -> Feeds:
        """Every external calendar."""
        ...


class FeedQueries(Protocol):
    """External calendars, to be read."""

    def of(self, instructor_id: InstructorId) -> Sequence[Feed]:
        """Everything that the instructor added, oldest first."""
        ...

    def total_busy(self, instructor_id: InstructorId) -> PrivateBusy:
        """What all of them take together."""
        ...


class FeedReads(Protocol):
    """What can be read of external calendars without a unit of work."""

    @property
    def feed_queries(self) -> FeedQueries:
        """External calendars, to be read."""
        ...


@frozen(kw_only=True)
class FeedRequest:
    """Read the calendar at *address*, if it isn't the known version: what it takes of *within*.

    Times without a zone, and whole days, are meant in *zone*.
    """

    address: FeedAddress
    known: Validators = field(factory=Validators)
    within: Interval
    zone: Zone


@frozen
class NotModified:
    """The server still has the known version."""


@frozen(kw_only=True)
class ReadFeed:
    """The calendar was read whole: when it says that its owner is busy, and nothing else of it."""

    spans: Sequence[Interval]
    validators: Validators = field(factory=Validators)


@frozen
class Unreadable:
    """It could not be read, or should not be."""

    problem: FeedProblem


FeedAnswer: TypeAlias = NotModified | ReadFeed | Unreadable


class FeedSource(Protocol):
    """Reads calendars of the world outside; whatever they do, it answers, and in good time."""

    def fetch(self, request: FeedRequest) -> FeedAnswer:
        """Read one calendar. It is bounded in size, time, redirects and events.

        Our own lessons come back in it, as instructors subscribe to them: by their UIDs they are
        left out, or a cancelled lesson would go on blocking its time. Source: BK-47.
        """
        ...
