"""What one student waits for. Source: spec 01 §11."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from attrs import field, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.errors import (
    InvalidDuration,
    InvalidRange,
    OutOfHorizon,
    RangeInPast,
    RangeTooLong,
)
from instainstru_core.availability.model.planes import WHOLE_DAY, Slots, eroded, runs, span
from instainstru_core.availability.model.windows import Window
from instainstru_core.availability.waitlist.errors import InvalidWeekdays
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.time import utc

MAX_DATES: Final = 60
MAX_LIVE: Final = 20
"""How much one student may wait for at a time."""
DURATIONS: Final = range(30, 241, 5)
EVERY_WEEKDAY: Final = frozenset(range(7))
_SLOT_MINUTES = 5


def _mask(_: object, __: object, mask: Slots) -> None:
    if not 0 < mask <= WHOLE_DAY:
        raise Malformed("somebody who waits has hours in mind")


@frozen(kw_only=True)
class Wish:
    """A lesson of some length, inside some hours of some weekdays, from *first* to *last*.

    *mask* are the wall slots of which every one of the lesson must be. Monday is 0. Make one that
    somebody asks for with `asked`, which checks it.
    """

    location_type: LocationType
    minutes: int
    first: date
    last: date
    weekdays: frozenset[int] = EVERY_WEEKDAY
    mask: Slots = field(default=WHOLE_DAY, validator=_mask)

    @property
    def format(self) -> Format:
        """The format whose time is asked for. Source: AV-4."""
        return self.location_type.format

    @property
    def windows(self) -> tuple[Window, ...]:
        """The hours, as runs."""
        return tuple(Window(start, end) for start, end in runs(self.mask))

    def wants(self, day: date) -> bool:
        """Whether *day* is one of its dates."""
        return self.first <= day <= self.last and day.weekday() in self.weekdays


def asked(
    *,
    location_type: LocationType,
    minutes: int,
    first: date,
    last: date,
    weekdays: Iterable[int] | None,
    windows: Iterable[Window],
    today: date,
    horizon: date,
) -> Wish:
    """What a student asks for on *today*, checked field by field.

    Raises:
        InvalidDuration: No lesson is that long.
        RangeInPast: It begins before today.
        InvalidRange: It ends before it begins, or no lesson fits into its hours.
        RangeTooLong: More than 60 dates.
        OutOfHorizon: It ends where nothing can be booked yet.
        InvalidWeekdays: No such weekday, or none of them among the dates.
    """
    if minutes not in DURATIONS:
        raise InvalidDuration("/duration", f"a multiple of 5 from 30 to 240, not {minutes}")
    if first < today:
        raise RangeInPast("/from", f"the instructor's today is {today}")
    if last < first:
        raise InvalidRange("/to", f"the range begins on {first}")
    if (last - first).days >= MAX_DATES:
        raise RangeTooLong("/to", f"a range has at most {MAX_DATES} days")
    if last > horizon:
        raise OutOfHorizon("/to", f"nothing can be booked after {horizon}")
    chosen = EVERY_WEEKDAY if weekdays is None else frozenset(weekdays)
    if not chosen or not chosen <= EVERY_WEEKDAY:
        raise InvalidWeekdays("/weekdays", "expected one or more of 1, Monday, to 7, Sunday")
    mask = 0
    for each in windows:
        mask |= span(each.start, each.end)
    mask = mask or WHOLE_DAY
    if not eroded(mask, minutes // _SLOT_MINUTES):
        raise InvalidRange("/windows", f"no lesson of {minutes} minutes fits into these hours")
    wish = Wish(
        location_type=location_type,
        minutes=minutes,
        first=first,
        last=last,
        weekdays=chosen,
        mask=mask,
    )
    dates = (first + timedelta(days=n) for n in range((last - first).days + 1))
    if not any(map(wish.wants, dates)):
        raise InvalidWeekdays("/weekdays", "none of them is among the dates")
    return wish


@frozen(kw_only=True)
class Subscription:
    """A student waits for an instructor's time since *since*.

    *told* has the start they were told of for each date: no date is told of twice.
    """

    subscription_id: SubscriptionId
    student: StudentId
    instructor: InstructorId
    wish: Wish
    since: datetime = field(converter=utc)
    told: Mapping[date, datetime] = field(factory=dict)
