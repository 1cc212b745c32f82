"""Hold a time with an instructor, at today's price. Source: BK-1…BK-16."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.model.rules import MAX_BUFFER_MINUTES
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.booking.errors.refusals import StudentConflict
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.model.states import Pending
from instainstru_core.booking.policies.checks import check, own_holds_in_the_way
from instainstru_core.booking.policies.facts import Facts, Parties, Proposal
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.timers import completion_timer, hold_timer
from instainstru_core.due_work.model import NewWork
from instainstru_core.instructors.model.profile import areas_summary
from instainstru_core.kernel.errors import NotFound, OperationInProgress
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.kernel.zones import NonexistentLocalTime
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point
from instainstru_core.places.ports import Places
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig

WorkT = TypeVar("WorkT", bound=BookingWork)
AROUND: Final = timedelta(minutes=MAX_BUFFER_MINUTES)


@frozen(kw_only=True)
class CreateBooking:
    """Somebody signed in asks for one lesson."""

    principal: Principal
    proposal: Proposal


def create_booking(
    request: CreateBooking,
    *,
    begin: Begin[WorkT],
    places: Places,
    ids: Ids,
    clock: Clock,
    pricing: PricingConfig = DEFAULT_PRICING,
    answer: Answer[WorkT, Booking] = unanswered,
) -> Booking:
    """Hold the time, under the lock of the instructor's calendar, and return the new booking.

    Expired holds that stand in the way are let go of, and so are the caller's own holds, when
    nothing else is in the way. Source: BK-14, BK-15.

    Raises:
        DomainError: The first failing check of BK-11; nothing was changed.
    """
    proposal = request.proposal
    city = places.gazetteer()
    with begin() as work:
        settings = _locked_calendar(work, proposal)
        now = clock.now()
        lesson = time_of(proposal, settings)
        try:
            facts = gather_facts(work, request, settings, lesson, city, now=now, pricing=pricing)
            own = own_holds_in_the_way(proposal, facts, lesson) if lesson else ()
            if failures := check(proposal, facts.without(own)):
                raise failures[0]
            booking = _hold(ids.new(BookingId), proposal, facts, city)
            clear_the_way(work, booking, facts.near, own, now)
            held = work.bookings.add(booking)
        except OperationInProgress:
            if lesson is None:
                raise
            # The student's own requests wait for one another in a circle: BK-14.
            raise StudentConflict(lesson) from None
        for timer in _timers(held):
            work.work_items.file(timer)
        answer(work, held)
        return held


def gather_facts(
    work: BookingWork,
    request: CreateBooking,
    settings: CalendarSettings | None,
    lesson: Interval | None,
    city: Gazetteer,
    *,
    now: datetime,
    pricing: PricingConfig,
) -> Facts:
    """What the checks look at, the student locked. Source: BK-11, BK-14."""
    proposal, principal = request.proposal, request.principal
    parties = work.booking_parties.find(
        student=proposal.student,
        instructor=proposal.instructor,
        service_id=proposal.service_id,
        day=settings.zone.local(lesson.starts_at).date() if settings and lesson else None,
    )
    own_account = proposal.student.value == principal.account_id.value
    return Facts(
        now=now,
        student=proposal.student,
        permitted=own_account and principal.may(Permission.CREATE_BOOKINGS),
        parties=parties,
        settings=settings or CalendarSettings(),
        in_service_area=_covered(proposal, parties, city),
        near=work.bookings.near(
            student=proposal.student,
            instructor=proposal.instructor,
            around=lesson.widened(AROUND) if lesson else None,
        ),
        pricing=pricing,
    )


def _locked_calendar(work: BookingWork, proposal: Proposal) -> CalendarSettings | None:
    try:
        return work.calendars.lock(proposal.instructor)
    except NotFound:
        # The table of BK-11 says it in its place, after whatever is wrong with the caller.
        return None


def time_of(proposal: Proposal, settings: CalendarSettings | None) -> Interval | None:
    """The time asked for; None where that can't be said. Source: BK-3."""
    if settings is None:
        return None
    try:
        return proposal.lesson(settings.zone)
    except NonexistentLocalTime:
        return None


def _covered(proposal: Proposal, parties: Parties, city: Gazetteer) -> bool | None:
    point = proposal.place.point
    if proposal.format is not Format.TRAVEL or point is None or parties.teacher is None:
        return None
    return city.covers(parties.teacher.service_area, Point(*point))


def _hold(booking_id: BookingId, proposal: Proposal, facts: Facts, city: Gazetteer) -> Booking:
    offered, teacher = facts.parties.offered, facts.parties.teacher
    assert offered is not None  # noqa: S101 - rows 3 and 4 of BK-11 passed
    assert teacher is not None  # noqa: S101 - row 3
    rate = offered.rates[proposal.format]
    note = proposal.note.strip() if proposal.note else ""
    return Booking.hold(
        booking_id,
        at=facts.now,
        lesson=proposal.lesson(facts.settings.zone),
        student=proposal.student,
        instructor=proposal.instructor,
        service_id=proposal.service_id,
        zone=facts.settings.zone,
        student_zone=facts.parties.student_zone,
        location_type=proposal.location_type,
        place=_place(proposal, teacher.teaching_place),
        service_name=offered.service_name,
        hourly_rate=rate,
        price=rate.for_minutes(proposal.duration_minutes),
        service_area=areas_summary(city.boroughs_of(teacher.service_area)),
        note=note or None,
        rules=facts.settings.rules,
    )


def _place(proposal: Proposal, teaching_place: Place | None) -> Place | None:
    match proposal.format:
        case Format.ONLINE:
            return None
        case Format.STUDIO:
            return teaching_place
        case Format.TRAVEL:
            asked, point = proposal.place, proposal.place.point
            assert asked.address is not None  # noqa: S101 - row 14 passed
            assert point is not None  # noqa: S101 - row 14
            return Place(address=asked.address, lat=point[0], lng=point[1], place_id=asked.place_id)


def clear_the_way(
    work: BookingWork,
    booking: Booking,
    near: Sequence[Booking],
    own: Sequence[Booking],
    now: datetime,
) -> None:
    """Let go of the holds that would collide with *booking* in the database."""
    for each in near:
        mine = each.instructor == booking.instructor
        if each.occupies(now) or not (mine or each.lesson.overlaps(booking.lesson)):
            continue
        expired = each if mine else work.bookings.get_for_update(each.booking_id, patient=False)
        if isinstance(expired.state, Pending) and not expired.occupies(now):
            work.bookings.save(expired.expire(at=now))
    for each in own:
        # Another instructor's calendar must hear of it; this one's is locked already.
        mine = each.instructor == booking.instructor
        held = each if mine else work.bookings.get_for_update(each.booking_id, patient=False)
        if held.is_live_hold(now):
            work.bookings.save(held.supersede(at=now))


def _timers(booking: Booking) -> Sequence[NewWork]:
    match booking.state:
        case Pending(hold_expires_at):
            return (hold_timer(booking, due_at=hold_expires_at), completion_timer(booking))
        case _:
            return ()
