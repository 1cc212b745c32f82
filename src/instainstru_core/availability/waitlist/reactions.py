"""What waitlists do about what happens to calendars and bookings. Source: spec 01 §11."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from instainstru_core.availability.model.rules import MAX_BUFFER_MINUTES
from instainstru_core.availability.waitlist.ports import WaitlistReads, WaitlistWork
from instainstru_core.availability.waitlist.use_cases.forget_subscriptions import (
    forget_subscriptions,
)
from instainstru_core.availability.waitlist.use_cases.match_waitlist import (
    MatchWaitlist,
    match_waitlist,
)
from instainstru_core.due_work.errors import PayloadUnreadable
from instainstru_core.due_work.model import WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock, Interval, utc
from instainstru_core.kernel.unit_of_work import Begin

_AROUND: Final = timedelta(minutes=MAX_BUFFER_MINUTES)


class TimedWorld(Protocol):
    """What it takes to know what is over."""

    @property
    def clock(self) -> Clock:
        """Now."""
        ...


class WaitlistWorld(TimedWorld, Protocol):
    """What it takes to tell those who wait."""

    @property
    def begin(self) -> Begin[WaitlistWork]:
        """A unit of work."""
        ...

    @property
    def read(self) -> Begin[WaitlistReads]:
        """Queries."""
        ...


def match_opened_dates(item: WorkItem, world: WaitlistWorld) -> None:
    """On `availability.changed`: those dates; all, when it names none. Source: AV-19, AV-28."""
    named = item.payload.get("dates")
    if not isinstance(named, list | tuple):
        raise PayloadUnreadable(item.work_id, "dates")
    dates = tuple(date.fromisoformat(str(each)) for each in named)
    who = item.id(InstructorId, "instructor_id")
    _match(MatchWaitlist(instructor_id=who, dates=dates), world)


def match_freed_lesson(item: WorkItem, world: WaitlistWorld) -> None:
    """On `booking.cancelled` and `.hold_released`: the lesson's date, and what its buffer took."""
    _match_time(item, "lesson", world)


def match_left_time(item: WorkItem, world: WaitlistWorld) -> None:
    """On `booking.rescheduled`: the time it had before."""
    _match_time(item, "moved_from", world)


def forget_ended(_item: WorkItem, work: WaitlistWork, world: TimedWorld) -> None:
    """The periodic job: forget what nobody waits for any more."""
    forget_subscriptions(work=work, clock=world.clock)


def _match_time(item: WorkItem, key: str, world: WaitlistWorld) -> None:
    span = item.payload.get(key)
    if not isinstance(span, Mapping):
        raise PayloadUnreadable(item.work_id, key)
    starts_at, ends_at = (
        utc(datetime.fromisoformat(str(span[each]))) for each in ("starts_at", "ends_at")
    )
    who = item.id(InstructorId, "instructor")
    whole = Interval(starts_at, ends_at).widened(_AROUND)
    _match(MatchWaitlist(instructor_id=who, within=whole), world)


def _match(request: MatchWaitlist, world: WaitlistWorld) -> None:
    match_waitlist(request, read=world.read, begin=world.begin, clock=world.clock)
