"""Find the first start that anybody could book with an instructor. Source: AV-39."""

from datetime import timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.availability.errors import CalendarNotFound
from instainstru_core.availability.model.free import FreeStart
from instainstru_core.availability.model.open_times import first_start
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.availability.use_cases.find_open_times import check_duration
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

ReadsT = TypeVar("ReadsT", bound=AvailabilityReads)

DAYS: Final = 30


@frozen(kw_only=True)
class FindNextStart:
    """Somebody wants a lesson of *minutes*, as soon as there is one."""

    instructor_id: InstructorId
    minutes: int
    location_type: LocationType


@frozen(kw_only=True)
class NextStart:
    """The first start in the next 30 local days, None when there is none."""

    zone: Zone
    start: FreeStart | None


def find_next_start(request: FindNextStart, *, read: Begin[ReadsT], clock: Clock) -> NextStart:
    """The first start, as of now; today counts.

    Raises:
        CalendarNotFound: Nobody of this id teaches here, or nobody who may be seen.
        InvalidDuration: No lesson is that long.
    """
    check_duration(request.minutes)
    with read() as reads:
        glance = reads.calendars.glance(request.instructor_id)
        if not glance.visible:
            raise CalendarNotFound(request.instructor_id)
        now = clock.now()
        today = glance.zone.today(now)
        facts = reads.calendars.facts(glance, today, today + timedelta(days=DAYS - 1))
    if not glance.payable:
        return NextStart(zone=glance.zone, start=None)
    wanted = request.location_type.format
    found = first_start(facts, wanted=wanted, minutes=request.minutes, now=now)
    return NextStart(zone=facts.settings.zone, start=found)
