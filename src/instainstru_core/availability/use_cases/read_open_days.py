"""Read the open time of a range of dates, as its instructor published it. Source: spec 01 §6."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.errors import InvalidRange, RangeTooLong
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

ReadsT = TypeVar("ReadsT", bound=AvailabilityReads)

DEFAULT_DAYS: Final = 30
MAX_DAYS: Final = 365


@frozen(kw_only=True)
class ReadOpenDays:
    """An instructor looks at their dates from *first*, or today, to *last*."""

    instructor_id: InstructorId
    first: date | None = None
    last: date | None = None


@frozen(kw_only=True)
class OpenDays:
    """The dates of the range that are open at all, ascending, in the zone they are meant in."""

    zone: Zone
    first: date
    last: date
    days: Mapping[date, DayPlanes]


def read_open_days(request: ReadOpenDays, *, read: Begin[ReadsT], clock: Clock) -> OpenDays:
    """What was published, past dates too; bookings and blackouts take nothing from it.

    Raises:
        InvalidRange: The range ends before it begins.
        RangeTooLong: More than 365 days.
        CalendarNotFound: Nobody of this id teaches here.
    """
    with read() as reads:
        zone = reads.calendars.glance(request.instructor_id).zone
        first = zone.today(clock.now()) if request.first is None else request.first
        last = _default_last(first) if request.last is None else request.last
        if last < first:
            raise InvalidRange("/query/to", f"the range begins on {first}")
        if (last - first).days >= MAX_DAYS:
            raise RangeTooLong("/query/to", f"a range has at most {MAX_DAYS} days")
        days = reads.calendars.days(request.instructor_id, first, last)
    return OpenDays(zone=zone, first=first, last=last, days=days)


def _default_last(first: date) -> date:
    room = (date.max - first).days
    return first + timedelta(days=min(DEFAULT_DAYS - 1, room))
