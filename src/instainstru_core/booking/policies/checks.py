"""Whether a lesson can be booked: the ordered table of BK-11, as one pure function."""

from collections.abc import Iterator, Sequence
from typing import Final

from instainstru_core.availability.model.days import LocalDay, local_day
from instainstru_core.availability.model.settings import Busy
from instainstru_core.booking.errors.refusals import (
    AccountLocked,
    AccountRestricted,
    AddressRequired,
    BeyondHorizon,
    BlackoutDate,
    BufferConflict,
    CoordinatesRequired,
    CreditBalanceNegative,
    CrossesMidnight,
    FormatNotOpen,
    InPast,
    InstructorConflict,
    InstructorNotBookable,
    InstructorNotFound,
    InsufficientNotice,
    InvalidDuration,
    InvalidStartTime,
    MayNotBook,
    OutsideServiceArea,
    OvernightProtection,
    SelfBooking,
    ServiceMismatch,
    ServiceNotFound,
    StudentConflict,
    TimeNotOpen,
    TooManyHolds,
    format_not_offered,
)
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.facts import Facts, Proposal
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NonexistentLocalTime
from instainstru_core.pricing.errors import PriceBelowFloor
from instainstru_core.pricing.model.quotes import price_lesson

_STANDINGS: Final[dict[Standing, type[DomainError]]] = {
    Standing.LOCKED: AccountLocked,
    Standing.RESTRICTED: AccountRestricted,
    Standing.IN_DEBT: CreditBalanceNegative,
}


def check(proposal: Proposal, facts: Facts) -> tuple[DomainError, ...]:
    """Every reason why *proposal* can't be booked, in the order of BK-11; none: it can.

    A check whose input an earlier failure left unknown is skipped.
    """
    return tuple(_failures(proposal, facts))


def _failures(proposal: Proposal, facts: Facts) -> Iterator[DomainError]:
    yield from _caller(facts)
    if missing := tuple(_missing(facts)):
        yield from missing
        return
    yield from _match(proposal, facts)
    try:
        lesson = proposal.lesson(facts.settings.zone)
    except NonexistentLocalTime as gap:
        yield gap
        yield from _terms(proposal, facts)
        yield from _holds(facts)
        return
    day = local_day(facts.settings.zone, facts.settings.zone.local(lesson.starts_at).date())
    yield from _start(lesson, day, facts.settings.rules.booking_start_step_minutes)
    yield from _distance(proposal, facts, lesson, day)
    yield from _terms(proposal, facts)
    yield from _open(proposal, facts, lesson, day)
    yield from _conflicts(proposal, facts, lesson)
    yield from _holds(facts)


def check_standing(standing: Standing) -> None:
    """See that the student may use money. Source: PY-7, PY-71.

    Raises:
        AccountLocked: Money of an earlier lesson never came.
        AccountRestricted: They lost a chargeback.
        CreditBalanceNegative: They owe something.
    """
    if refusal := _STANDINGS.get(standing):
        raise refusal()


def _caller(facts: Facts) -> Iterator[DomainError]:
    """Rows 1 and 2."""
    if not facts.permitted:
        yield MayNotBook()
    if refusal := _STANDINGS.get(facts.parties.standing):
        yield refusal()


def _missing(facts: Facts) -> Iterator[DomainError]:
    """Row 3."""
    offered = facts.parties.offered
    if not facts.parties.service_active or (offered is not None and not offered.active):
        yield ServiceNotFound()
    if facts.parties.teacher is None:
        yield InstructorNotFound()


def _match(proposal: Proposal, facts: Facts) -> Iterator[DomainError]:
    """Rows 4 to 6."""
    offered, teacher = facts.parties.offered, facts.parties.teacher
    if offered is None:
        yield ServiceMismatch()
    if proposal.student.value == proposal.instructor.value:
        yield SelfBooking()
    if teacher is not None and not teacher.is_bookable:
        yield InstructorNotBookable()
    if offered is not None and proposal.duration_minutes not in offered.durations:
        yield InvalidDuration(proposal.duration_minutes, offered.durations)


def _start(lesson: Interval, day: LocalDay, step_minutes: int) -> Iterator[DomainError]:
    """Rows 8 and 9."""
    shown = day.zone.local(lesson.starts_at)
    if shown.minute % step_minutes or shown.second or shown.microsecond:
        yield InvalidStartTime(lesson.starts_at)
    if lesson.ends_at > day.instant(day.length):
        yield CrossesMidnight(lesson)


def _distance(
    proposal: Proposal, facts: Facts, lesson: Interval, day: LocalDay
) -> Iterator[DomainError]:
    """Rows 10 to 12."""
    start, settings = lesson.starts_at, facts.settings
    earliest = facts.now + settings.notice(proposal.format)
    if start < facts.now:
        yield InPast(start)
    elif start < earliest:
        yield InsufficientNotice(settings.notice_minutes(proposal.format), earliest)
    first_hour = settings.rules.protected_hour(proposal.format)
    protected = settings.protected_date(facts.now)
    if protected == day.date and day.zone.local(start).hour < first_hour:
        yield OvernightProtection(first_hour)
    last_day = settings.last_date(facts.now)
    if day.date > last_day:
        yield BeyondHorizon(last_day)


def _terms(proposal: Proposal, facts: Facts) -> Iterator[DomainError]:
    """Rows 13 and 14."""
    offered = facts.parties.offered
    if offered is not None:
        rate = offered.rates.get(proposal.format)
        if rate is None:
            yield format_not_offered(proposal.format)
        else:
            modality = proposal.location_type.modality
            try:
                price_lesson(
                    rate,
                    proposal.duration_minutes,
                    modality,
                    facts.pricing,
                    proposal.service_id,
                )
            except PriceBelowFloor as refusal:
                yield refusal
    match proposal.format:
        case Format.STUDIO if facts.parties.teacher and not facts.parties.teacher.teaching_place:
            yield AddressRequired()
        case Format.TRAVEL:
            yield from _travel_place(proposal, facts)


def _travel_place(proposal: Proposal, facts: Facts) -> Iterator[DomainError]:
    if not proposal.place.has_address:
        yield AddressRequired()
    if proposal.place.point is None:
        yield CoordinatesRequired()
    elif not facts.in_service_area:
        yield OutsideServiceArea()


def _open(
    proposal: Proposal, facts: Facts, lesson: Interval, day: LocalDay
) -> Iterator[DomainError]:
    """Rows 15 and 16; of a lesson that crosses midnight, the part on its first day."""
    if facts.parties.blocked:
        yield BlackoutDate(day.date)
    needed = day.touched(lesson)
    open_slots = day.instants(facts.parties.planes.open_in_any)
    # Time taken in another calendar is told as closed time is: nobody can tell them apart.
    if needed & ~(open_slots & ~facts.parties.private_busy.on(day)):
        yield TimeNotOpen(lesson)
    elif needed & ~day.instants(facts.parties.planes.of(proposal.format)):
        yield FormatNotOpen(lesson, proposal.format)


def _conflicts(proposal: Proposal, facts: Facts, lesson: Interval) -> Iterator[DomainError]:
    """Rows 17 and 18."""
    near = [
        each
        for each in facts.near
        if each.occupies(facts.now) and each.chain.chain_id != proposal.apart_from
    ]
    taught = [each for each in near if each.instructor == proposal.instructor]
    if any(each.lesson.overlaps(lesson) for each in taught):
        yield InstructorConflict(lesson)
    elif any(breaks_buffer(each, proposal, lesson, facts) for each in taught):
        yield BufferConflict(lesson)
    for each in near:
        if each.student == proposal.student and each.lesson.overlaps(lesson):
            yield StudentConflict(lesson, each.booking_id)
            return


def breaks_buffer(booking: Booking, proposal: Proposal, lesson: Interval, facts: Facts) -> bool:
    """Whether *lesson* comes nearer to *booking* than the calendar allows. Source: AV-31."""
    taken = Busy(booking.lesson, booking.location_type.format)
    return taken.conflicts(lesson, proposal.format, facts.settings)


def _holds(facts: Facts) -> Iterator[DomainError]:
    """Row 19."""
    most = facts.settings.rules.max_live_holds
    if len(facts.own_live_holds) >= most:
        yield TooManyHolds(most)


def own_holds_in_the_way(proposal: Proposal, facts: Facts, lesson: Interval) -> Sequence[Booking]:
    """The student's own live holds that *lesson* collides with. Source: BK-15."""
    return [
        each
        for each in facts.own_live_holds
        if each.lesson.overlaps(lesson)
        or (each.instructor == proposal.instructor and breaks_buffer(each, proposal, lesson, facts))
    ]
