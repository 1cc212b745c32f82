"""Find an instructor's free time: what anybody may see of a calendar. Source: AV-36, AV-38."""

from datetime import date, timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.errors import (
    CalendarNotFound,
    InvalidDuration,
    InvalidRange,
    OutOfHorizon,
    RangeInPast,
    RangeTooLong,
)
from instainstru_core.availability.model.open_times import OpenTimes, open_times
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import (
    DURATION_STEP_MINUTES,
    MAX_DURATION_MINUTES,
    MIN_DURATION_MINUTES,
)
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

ReadsT = TypeVar("ReadsT", bound=AvailabilityReads)

DURATIONS: Final = range(MIN_DURATION_MINUTES, MAX_DURATION_MINUTES + 1, DURATION_STEP_MINUTES)


@frozen(kw_only=True)
class FindOpenTimes:
    """Somebody looks at an instructor's calendar; *minutes* asks where such a lesson can start.

    *recommend* marks the starts that leave the fewest gaps. Source: spec 01 §11.
    """

    instructor_id: InstructorId
    first: date | None = None
    last: date | None = None
    location_type: LocationType | None = None
    minutes: int | None = None
    recommend: bool = False


def find_open_times(
    request: FindOpenTimes,
    *,
    read: Begin[ReadsT],
    clock: Clock,
    rules: CalendarRules = DEFAULT_RULES,
) -> OpenTimes:
    """What is free, now. An answer given before is given again as long as it is still right.

    Raises:
        CalendarNotFound: Nobody of this id teaches here, or nobody who may be seen.
        RangeInPast: The range begins before the instructor's today.
        OutOfHorizon: It begins where nothing can be booked yet.
        InvalidRange: It ends before it begins.
        RangeTooLong: More than 90 days.
        InvalidDuration: No lesson is that long.
    """
    check_duration(request.minutes)
    wanted = None if request.location_type is None else request.location_type.format
    with read() as reads:
        glance = reads.calendars.glance(request.instructor_id)
        if not glance.visible:
            raise CalendarNotFound(request.instructor_id)
        now = clock.now()
        first, last = _range(request, glance.zone.today(now), rules)
        facts = reads.calendars.facts(glance, first, last)
    name = glance.name if rules.public_show_name else None
    key = (facts.key, wanted, request.minutes, request.recommend, glance.payable, name)
    known = facts.answers.get(key)
    if isinstance(known, OpenTimes) and known.holds_at(now):
        return known
    found = open_times(
        facts,
        wanted=wanted,
        minutes=request.minutes,
        bookable=glance.payable,
        now=now,
        recommend=request.recommend,
        name=name,
    )
    facts.answers.keep(key, found, weight=found.weight)
    return found


def check_duration(minutes: int | None) -> None:
    """Whether a lesson can be *minutes* long, if that is asked at all. Source: BK-2.

    Raises:
        InvalidDuration: It can't.
    """
    if minutes is not None and minutes not in DURATIONS:
        raise InvalidDuration("/query/duration", f"a multiple of 5 from 30 to 240, not {minutes}")


def _range(request: FindOpenTimes, today: date, rules: CalendarRules) -> tuple[date, date]:
    first = today if request.first is None else request.first
    if first < today:
        raise RangeInPast("/query/from", f"the instructor's today is {today}")
    if first > (horizon := today + timedelta(days=rules.horizon_days)):
        raise OutOfHorizon("/query/from", f"nothing can be booked after {horizon}")
    usual = first + timedelta(days=rules.public_default_days - 1)
    last = usual if request.last is None else request.last
    if last < first:
        raise InvalidRange("/query/to", f"the range begins on {first}")
    if (last - first).days >= rules.public_max_days:
        raise RangeTooLong("/query/to", f"a range has at most {rules.public_max_days} days")
    return first, last
