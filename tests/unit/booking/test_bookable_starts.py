"""What is shown as bookable can be booked, and nothing else can. Source: spec 01 §10.7, BK-11."""

from datetime import date, datetime, timedelta

from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.days import local_day
from instainstru_core.availability.model.free import free_slots, free_starts
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.booking.policies.checks import check
from instainstru_core.booking.policies.facts import Facts, Offered, Parties, Proposal, Teacher
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies import availability as strategies
from instainstru_core.testing.strategies.booking import ALWAYS_OPEN, INSIDE, STUDIO, a_booking

IDS = CountedIds()
STUDENT, OTHER = IDS.new(StudentId), IDS.new(StudentId)
INSTRUCTOR = IDS.new(InstructorId)
SERVICE = ServiceId.parse("01000000000000000000000003")
MINUTES = (30, 45, 60, 75, 240)
PLACES = {
    Format.TRAVEL: LocationType.NEUTRAL_LOCATION,
    Format.STUDIO: LocationType.INSTRUCTOR_LOCATION,
    Format.ONLINE: LocationType.ONLINE,
}


@frozen(kw_only=True)
class Situation:
    """One day of somebody's calendar, seen at some moment by somebody who wants a lesson."""

    day: date
    planes: DayPlanes
    calendar: CalendarSettings
    busy: list[Busy]
    private_busy: PrivateBusy
    blocked: bool
    now: datetime
    wanted: Format
    minutes: int


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Ordinary days and those on which the clocks change, up to the horizon and past it."""
    day = draw(strategies.dates)
    calendar = draw(strategies.calendar_settings())
    local = local_day(calendar.zone, day)
    begins = st.integers(0, 1440).map(lambda n: local.starts_at + timedelta(minutes=n))
    spans = st.builds(Interval.lasting, begins, st.just(timedelta(minutes=50)))
    within = Interval(local.starts_at - timedelta(days=1), local.starts_at + timedelta(days=2))
    inside = st.builds(
        Busy,
        st.builds(Interval.lasting, begins.map(_on_the_grid), st.just(timedelta(minutes=45))),
        strategies.formats,
    )
    earlier = draw(st.sampled_from((0, 0, 0, 0, 1, 1, 1, 1, 364, 365, 366)))
    return Situation(
        day=day,
        planes=draw(st.one_of(strategies.day_planes, st.just(ALWAYS_OPEN))),
        calendar=calendar,
        busy=draw(st.lists(st.one_of(strategies.lessons(day), inside), max_size=3)),
        private_busy=PrivateBusy.of_spans(draw(st.lists(spans, max_size=2)), within),
        blocked=draw(st.sampled_from((*(False,) * 7, True))),
        now=draw(strategies.nows(day)) - timedelta(days=earlier),
        wanted=draw(strategies.formats),
        minutes=draw(st.sampled_from(MINUTES)),
    )


def _on_the_grid(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute // 15 * 15)


@settings(max_examples=120)
@given(situations())
def test_prop7_every_start_that_is_shown_passes_and_no_other_does(drawn: Situation) -> None:
    """Every five minutes of the day are tried, whether or not they are on the grid."""
    local = local_day(drawn.calendar.zone, drawn.day)
    slots = free_slots(
        drawn.planes,
        day=local,
        wanted=drawn.wanted,
        busy=drawn.busy,
        settings=drawn.calendar,
        blocked=drawn.blocked,
        private_busy=drawn.private_busy,
        now=drawn.now,
    )
    starts = free_starts(local, [(drawn.wanted, slots)], minutes=drawn.minutes)
    shown = {each.starts_at for each in starts}
    facts = known(drawn)
    passing = {
        local.instant(slot)
        for slot in range(local.length)
        if not check(proposal(drawn, local.instant(slot)), facts)
    }
    assert shown == passing


def proposal(drawn: Situation, start: datetime) -> Proposal:
    return Proposal(
        student=STUDENT,
        instructor=INSTRUCTOR,
        service_id=SERVICE,
        start=start,
        duration_minutes=drawn.minutes,
        location_type=PLACES[drawn.wanted],
        place=INSIDE,
    )


def known(drawn: Situation) -> Facts:
    return Facts(
        now=drawn.now,
        student=STUDENT,
        permitted=True,
        parties=Parties(
            teacher=Teacher(is_bookable=True, teaching_place=STUDIO),
            service_active=True,
            offered=Offered(
                service_name="Piano",
                rates=dict.fromkeys(Format, Money(90_00)),
                durations=MINUTES,
            ),
            planes=drawn.planes,
            blocked=drawn.blocked,
            private_busy=drawn.private_busy,
        ),
        settings=drawn.calendar,
        in_service_area=True,
        near=[lesson(each) for each in drawn.busy],
    )


def lesson(busy: Busy) -> Booking:
    made = busy.span.starts_at - timedelta(days=7)
    held = a_booking(
        IDS.new(BookingId),
        student=OTHER,
        instructor=INSTRUCTOR,
        starts_at=busy.span.starts_at,
        minutes=int(busy.span.duration.total_seconds()) // 60,
        created_at=made,
        location_type=PLACES[busy.format],
        place=None if busy.format is Format.ONLINE else STUDIO,
    )
    expires = busy.hold_expires_at
    return evolve(held, state=Confirmed(made) if expires is None else Pending(expires))
