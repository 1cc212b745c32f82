"""Take no lessons on a date, or on a range of them. Source: AV-27."""

from datetime import date, datetime
from typing import Final, TypeVar

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.availability.errors import (
    BlackoutExists,
    InvalidRange,
    OutOfHorizon,
    RangeInPast,
    RangeTooLong,
)
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.changes import changed_dates
from instainstru_core.availability.model.days import days_between
from instainstru_core.availability.model.facts import MAX_REASON_LENGTH, Blackout, BookedLesson
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.texts import stripped_or_none
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AvailabilityWork)

MAX_DATES: Final = 90
CAUSE: Final = "blackout"


@frozen(kw_only=True)
class BlockDates:
    """An instructor takes no lessons from *first* to *last*; a date that is blocked stays so."""

    instructor_id: InstructorId
    first: date
    last: date
    reason: str | None = field(
        default=None, converter=stripped_or_none, validator=optional(max_len(MAX_REASON_LENGTH))
    )


@frozen(kw_only=True)
class BlockedDates:
    """The new blackouts, dates that had one before, and lessons that are given all the same."""

    blackouts: tuple[Blackout, ...]
    existing: tuple[date, ...]
    lessons: tuple[BookedLesson, ...]


def block_dates(
    request: BlockDates,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, BlockedDates] = unanswered,
) -> BlockedDates:
    """Hide whole local dates, under the lock of the calendar. Bookings are never touched by it.

    Raises:
        InvalidRange: It ends before it begins.
        RangeTooLong: More than 90 days.
        RangeInPast: It begins before the instructor's today.
        OutOfHorizon: It ends where nothing can be booked yet.
        BlackoutExists: Every date was blocked already.
        CalendarNotFound: Nobody of this id teaches here.
    """
    if request.last < request.first:
        raise InvalidRange("/end_date", f"the range begins on {request.first}")
    if (request.last - request.first).days >= MAX_DATES:
        raise RangeTooLong("/end_date", f"a range has at most {MAX_DATES} days")
    with begin() as work:
        settings = work.calendars.lock(request.instructor_id)
        now = clock.now()
        _check(request, settings, now)
        wanted = tuple(
            Blackout(
                blackout_id=ids.new(BlackoutId),
                instructor_id=request.instructor_id,
                day=day,
                reason=request.reason,
                created_at=now,
            )
            for day in days_between(request.first, request.last)
        )
        new = work.calendars.block_all(wanted)
        if not new:
            raise BlackoutExists(request.first)
        work.calendars.announce(
            changed_dates(
                request.instructor_id,
                new,
                stored=work.calendars.days,
                cause=CAUSE,
                at=now,
            )
        )
        zone = settings.zone
        whole = Interval(zone.midnight(request.first), zone.day(request.last).ends_at)
        blocked = BlockedDates(
            blackouts=tuple(each for each in wanted if each.day in new),
            existing=tuple(each.day for each in wanted if each.day not in new),
            lessons=tuple(work.calendars.lessons(request.instructor_id, whole, now=now)),
        )
        answer(work, blocked)
        return blocked


def _check(request: BlockDates, settings: CalendarSettings, now: datetime) -> None:
    today, last = settings.zone.today(now), settings.last_date(now)
    if request.first < today:
        raise RangeInPast("/start_date", f"the instructor's today is {today}")
    if request.last > last:
        raise OutOfHorizon("/end_date", f"nothing can be booked after {last}")
