"""One calendar kept elsewhere, and how reading it went. Source: spec 01 §11."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, field, frozen

from instainstru_core.availability.external.events import ExternalCalendarFailed
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import FeedAddress
from instainstru_core.availability.model.private import PrivateBusy, utc_midnight
from instainstru_core.availability.model.rules import MAX_HORIZON_DAYS
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone

MAX_FEEDS: Final = 5
EVERY: Final = timedelta(minutes=15)
LONGEST_PAUSE: Final = timedelta(hours=4)
SPREAD_SECONDS: Final = 120
"""Feeds come due at different seconds, so that they aren't all fetched at once."""

FRESH: Final = timedelta(days=1)
"""After that a calendar is read whole again: its far end has come a day nearer meanwhile."""

PATIENCE: Final = 3
"""So many times in a row may something pass by itself before its owner is told."""

_SPARE: Final = timedelta(days=3)
_MOST_DOUBLINGS: Final = 5


class FeedStatus(StrEnum):
    """How it stands with a feed."""

    PENDING = "pending"
    OK = "ok"
    FAILING = "failing"


class FeedProblem(StrEnum):
    """Why a feed could not be read."""

    ADDRESS_FORBIDDEN = "address_forbidden"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    NOT_A_CALENDAR = "not_a_calendar"
    MALFORMED = "malformed"
    UNKNOWN_ZONE = "unknown_zone"
    TOO_MANY_EVENTS = "too_many_events"

    @property
    def may_pass(self) -> bool:
        """Whether it often goes away without anybody doing anything."""
        return self in _PASSING


_PASSING: Final = frozenset(
    {
        FeedProblem.UNREACHABLE,
        FeedProblem.TOO_SLOW,
        FeedProblem.REFUSED,
        FeedProblem.SERVER_ERROR,
    }
)


@frozen(kw_only=True)
class Validators:
    """What a server said about the version it sent, to ask whether there is a newer one."""

    etag: str | None = None
    last_modified: str | None = None


@frozen(kw_only=True)
class Feed(Aggregate):
    """An external calendar. What time it takes is kept beside it, as `PrivateBusy`."""

    feed_id: FeedId
    instructor_id: InstructorId
    address: FeedAddress
    added_at: datetime
    next_check_at: datetime
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    problem: FeedProblem | None = None
    failures: int = 0
    told_at: datetime | None = None
    validators: Validators = field(factory=Validators)
    expanded_at: datetime | None = None
    expanded_zone: Zone | None = None
    busy_minutes: int = 0

    @classmethod
    def add(
        cls, feed_id: FeedId, *, instructor_id: InstructorId, address: FeedAddress, at: datetime
    ) -> Self:
        """A new one, to be read at once."""
        return cls(
            feed_id=feed_id,
            instructor_id=instructor_id,
            address=address,
            added_at=at,
            next_check_at=at,
        )

    @property
    def status(self) -> FeedStatus:
        """How it stands."""
        if self.problem is not None:
            return FeedStatus.FAILING
        return FeedStatus.PENDING if self.succeeded_at is None else FeedStatus.OK

    @property
    def asked_at(self) -> datetime | None:
        """When it was last to be read at once; None when it was looked at since."""
        if self.checked_at is not None and self.next_check_at == self._next(
            self.checked_at, self.failures
        ):
            return None
        return self.next_check_at - EVERY

    def known_version(self, zone: Zone, now: datetime) -> Validators:
        """What to ask the server by; nothing when the calendar must be read whole again.

        Floating times and whole days are meant in the instructor's *zone*, so another zone makes
        the same calendar take other time. Source: AV-9.
        """
        fresh = self.expanded_at is not None and now - self.expanded_at < FRESH
        return self.validators if fresh and self.expanded_zone == zone else Validators()

    def put_off(self, *, until: datetime) -> Self:
        """It will be looked at again at *until*, unless it is read before."""
        return evolve(self, next_check_at=until)

    def unchanged(self, *, at: datetime) -> Self:
        """Its server said that nothing is new."""
        return self._well(at)

    def read(self, busy: PrivateBusy, *, validators: Validators, zone: Zone, at: datetime) -> Self:
        """It was read whole, and takes *busy*."""
        return evolve(
            self._well(at),
            validators=validators,
            expanded_at=at,
            expanded_zone=zone,
            busy_minutes=busy.minutes,
        )

    def fail(self, problem: FeedProblem, *, at: datetime) -> Self:
        """It could not be read: what it took before, it takes on.

        Its owner is told once in a row of failures; of what may pass, only when it doesn't.
        """
        failures = self.failures + 1
        failed = evolve(
            self,
            checked_at=at,
            problem=problem,
            failures=failures,
            next_check_at=self._next(at, failures),
        )
        if self.told_at is not None or (problem.may_pass and failures < PATIENCE):
            return failed
        told = ExternalCalendarFailed(
            feed_id=self.feed_id,
            instructor_id=self.instructor_id,
            host=self.address.host,
            problem=problem.value,
            occurred_at=at,
        )
        return evolve(failed, told_at=at, events=(*failed.events, told))

    def _well(self, at: datetime) -> Self:
        return evolve(
            self,
            checked_at=at,
            succeeded_at=at,
            problem=None,
            failures=0,
            told_at=None,
            next_check_at=self._next(at, 0),
        )

    def _next(self, checked_at: datetime, failures: int) -> datetime:
        """When it is looked at again after it was: ever later, as long as it fails."""
        doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
        return checked_at + min(EVERY * (1 << doublings), LONGEST_PAUSE) + self._jitter

    @property
    def _jitter(self) -> timedelta:
        return timedelta(seconds=self.feed_id.value.int % SPREAD_SECONDS)


def window(now: datetime) -> Interval:
    """The time that is asked of a calendar: whole dates of UTC, from yesterday past the horizon."""
    today = utc_midnight(now.date())
    return Interval(today - timedelta(days=1), today + timedelta(days=MAX_HORIZON_DAYS) + _SPARE)
