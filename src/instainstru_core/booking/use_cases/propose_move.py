"""Say whether a lesson can be moved as its student asks, and reserve the new time. BK-30…BK-33."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, le, optional

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.errors.life import (
    BookingNotFound,
    LateReschedulePriceChange,
    MoveUnderWay,
    NoChange,
)
from instainstru_core.booking.errors.refusals import StudentConflict
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.moving import successor_of
from instainstru_core.booking.model.states import Pending
from instainstru_core.booking.policies.checks import check, check_standing, own_holds_in_the_way
from instainstru_core.booking.policies.facts import (
    MAX_ASKED_MINUTES,
    AskedPlace,
    Facts,
    LocalStart,
    Proposal,
)
from instainstru_core.booking.policies.rescheduling import MoneyNow, MoveDecision, reschedule
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import PaymentStep, Standing
from instainstru_core.booking.timers import completion_timer, hold_timer
from instainstru_core.booking.use_cases.create_booking import (
    CreateBooking,
    clear_the_way,
    gather_facts,
    time_of,
)
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import NonexistentLocalTime, Zone
from instainstru_core.places.ports import Places
from instainstru_core.pricing.errors import PriceBelowFloor
from instainstru_core.pricing.model.config import PricingConfig

_ASKS_CARD: Final = frozenset({PaymentStep.LOCK, PaymentStep.IMMEDIATE})


@frozen(kw_only=True)
class AskedMove:
    """When a lesson shall be instead; what is not named stays as it is. Source: BK-32."""

    principal: Principal
    booking_id: BookingId
    start: datetime | LocalStart
    duration_minutes: int | None = field(
        default=None, validator=optional([ge(1), le(MAX_ASKED_MINUTES)])
    )
    service_id: ServiceId | None = None

    def proposal(self, booking: Booking) -> Proposal:
        """The lesson that is asked for in *booking*'s place, by its student."""
        place = booking.place
        return Proposal(
            student=booking.student,
            instructor=booking.instructor,
            service_id=self.service_id or booking.service_id,
            start=self.start,
            duration_minutes=self.duration_minutes or booking.lesson.minutes,
            location_type=booking.location_type,
            place=AskedPlace()
            if place is None or booking.location_type.format is Format.STUDIO
            else AskedPlace(
                address=place.address, lat=place.lat, lng=place.lng, place_id=place.place_id
            ),
            note=booking.note,
            apart_from=booking.chain.chain_id,
        )

    def names(self, booking: Booking, zone: Zone) -> bool:
        """Whether *booking* is what is asked for already, on the clocks of *zone*."""
        asked = self.proposal(booking)
        same = (asked.service_id, asked.duration_minutes) == (
            booking.service_id,
            booking.lesson.minutes,
        )
        try:
            return same and asked.lesson(zone) == booking.lesson
        except NonexistentLocalTime:
            return False


@frozen(kw_only=True)
class ProposedMove:
    """A move that nothing stands against: nothing is written yet.

    *in_the_way* are the student's own holds, and *near* what may have expired there.
    """

    decision: MoveDecision
    step: PaymentStep
    predecessor: Booking
    successor: Booking
    in_the_way: Sequence[Booking]
    near: Sequence[Booking]

    @property
    def same_price(self) -> bool:
        """Whether the lesson costs what it did."""
        return self.predecessor.price == self.successor.price


def find_own(booking_id: BookingId, principal: Principal, *, work: BookingWork) -> Booking:
    """The booking, locked, if the caller has part in it.

    Raises:
        BookingNotFound: None, or not one of the caller's.
    """
    booking = work.bookings.get_for_update(booking_id)
    if booking.party_of(principal.account_id) is None:
        raise BookingNotFound(booking_id)
    return booking


def propose_move(
    asked: AskedMove,
    booking: Booking,
    money: MoneyNow,
    *,
    work: BookingWork,
    places: Places,
    ids: Ids,
    now: datetime,
    pricing: PricingConfig,
) -> ProposedMove:
    """Check everything in the order of BK-32, *booking* and its calendar locked.

    Raises:
        DomainError: The first of BK-30, `no_change`, BK-11 and the price that fails.
        MoveUnderWay: An earlier move has not ended.
    """
    by = booking.party_of(asked.principal.account_id)
    decision = reschedule(booking, by=by, money=money, now=now)
    settings = work.calendars.lock(booking.instructor)
    if asked.names(booking, settings.zone):
        raise NoChange(booking.booking_id)
    proposal = asked.proposal(booking)
    lesson = time_of(proposal, settings)
    request = CreateBooking(principal=asked.principal, proposal=proposal)
    try:
        facts = gather_facts(
            work, request, settings, lesson, places.gazetteer(), now=now, pricing=pricing
        )
    except OperationInProgress:
        if lesson is None:
            raise
        raise StudentConflict(lesson) from None
    if any(_follows(each, booking) and each.is_live_hold(now) for each in facts.near):
        raise MoveUnderWay(booking.booking_id)
    own = own_holds_in_the_way(proposal, facts, lesson) if lesson else ()
    # A move that needs no money is nobody's to refuse for money. Source: PY-71.
    unjudged = evolve(facts.without(own), parties=evolve(facts.parties, standing=Standing.OK))
    for failure in check(proposal, unjudged):
        # What was agreed to stays agreed to, whatever floors are now. Source: PR-6.
        if not (_keeps_price(booking, proposal) and isinstance(failure, PriceBelowFloor)):
            raise failure
    successor = _successor(ids.new(BookingId), booking, proposal, facts, decision)
    if decision.late and successor.price != booking.price:
        raise LateReschedulePriceChange(booking.price.cents, successor.price.cents)
    step = decision.step(
        money,
        starts_at=successor.lesson.starts_at,
        ends_at=successor.lesson.ends_at,
        same_price=successor.price == booking.price,
        now=now,
    )
    if step in _ASKS_CARD or successor.price != booking.price:
        check_standing(facts.parties.standing)
    return ProposedMove(
        decision=decision,
        step=step,
        predecessor=booking,
        successor=successor,
        in_the_way=own,
        near=facts.near,
    )


def reserve(proposed: ProposedMove, *, work: BookingWork, now: datetime) -> Booking:
    """Write the successor down: its time is taken, beside its predecessor's. Source: BK-33.

    Raises:
        InstructorConflict: The constraints know of another lesson then.
        StudentConflict: Likewise, of the student.
    """
    successor = proposed.successor
    try:
        clear_the_way(work, successor, proposed.near, proposed.in_the_way, now)
    except OperationInProgress:
        raise StudentConflict(successor.lesson) from None
    held = work.bookings.add(successor)
    if isinstance(held.state, Pending):
        work.work_items.file(hold_timer(held, due_at=held.state.hold_expires_at))
    work.work_items.file(completion_timer(held))
    return held


def _keeps_price(booking: Booking, proposal: Proposal) -> bool:
    """Whether the lesson stays what it was, save for its time. Source: BK-8, PR-10."""
    asked = (proposal.service_id, proposal.duration_minutes)
    return asked == (booking.service_id, booking.lesson.minutes)


def _follows(each: Booking, booking: Booking) -> bool:
    return each.chain.predecessor_id == booking.booking_id


def _successor(
    booking_id: BookingId,
    booking: Booking,
    proposal: Proposal,
    facts: Facts,
    decision: MoveDecision,
) -> Booking:
    """The lesson in its new place; the rate stays while service and length do. Source: BK-8."""
    offered = facts.parties.offered
    assert offered is not None  # noqa: S101 - row 4 of BK-11 passed
    kept = _keeps_price(booking, proposal)
    rate = booking.hourly_rate if kept else offered.rates[proposal.format]
    lesson = proposal.lesson(facts.settings.zone)
    successor = successor_of(
        booking,
        booking_id,
        at=facts.now,
        lesson=lesson,
        service_id=proposal.service_id,
        service_name=booking.service_name if kept else offered.service_name,
        hourly_rate=rate,
        price=booking.price if kept else rate.for_minutes(proposal.duration_minutes),
        late=decision.late,
        lock_funded=decision.lock,
        rules=facts.settings.rules,
    )
    return evolve(successor, zone=facts.settings.zone, student_zone=facts.parties.student_zone)
