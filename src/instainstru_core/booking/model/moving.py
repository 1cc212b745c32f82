"""How one booking takes another's place. Source: BK-32, BK-33, BK-35."""

from datetime import datetime

from attrs import evolve

from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.errors.life import HoldExpired, WrongState
from instainstru_core.booking.events import BookingRescheduled
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Chain, hold_expiry
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.terms import CancelKind
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval


def successor_of(
    booking: Booking,
    booking_id: BookingId,
    *,
    at: datetime,
    lesson: Interval,
    service_id: ServiceId,
    service_name: str,
    hourly_rate: Money,
    price: Money,
    late: bool,
    lock_funded: bool,
    rules: CalendarRules = DEFAULT_RULES,
) -> Booking:
    """The booking that shall take *booking*'s place: held, until its payment step is done.

    Place, location type, zones and notes stay as they are. *rules* say for how long it is held.
    Nobody is told before the swap. Source: BK-16, BK-32, BK-33.
    """
    return evolve(
        booking,
        booking_id=booking_id,
        chain=Chain(
            chain_id=booking.chain.chain_id,
            predecessor_id=booking.booking_id,
            predecessor_start=booking.lesson.starts_at,
            reschedule_count=booking.chain.reschedule_count + 1,
            late_reschedule=late,
            lock_funded=lock_funded,
        ),
        lesson=lesson,
        service_id=service_id,
        service_name=service_name,
        hourly_rate=hourly_rate,
        price=price,
        created_at=at,
        state=Pending(hold_expiry(start=lesson.starts_at, created_at=at, rules=rules)),
        version=0,
        events=(),
    )


def abort(successor: Booking, *, at: datetime) -> Booking:
    """Give up taking another's place: its payment step failed. Nobody is told. Source: BK-33.

    Raises:
        WrongState: It waits for no payment step.
    """
    if not isinstance(successor.state, Pending) or successor.chain.predecessor_id is None:
        raise WrongState(successor.booking_id, successor.status)
    return evolve(successor, state=Cancelled(at=at, kind=CancelKind.ABORTED))


def swap(predecessor: Booking, successor: Booking, *, at: datetime) -> tuple[Booking, Booking]:
    """Let *successor* take *predecessor*'s place, in one moment: both as they are then.

    Source: BK-33, BK-35.

    Raises:
        WrongState: The one is not confirmed, or the other does not wait for its place.
        HoldExpired: It waited too long.
    """
    if not isinstance(predecessor.state, Confirmed):
        raise WrongState(predecessor.booking_id, predecessor.status)
    if (
        not isinstance(successor.state, Pending)
        or successor.chain.predecessor_id != predecessor.booking_id
    ):
        raise WrongState(successor.booking_id, successor.status)
    if at >= successor.state.hold_expires_at:
        raise HoldExpired(successor.booking_id, successor.state.hold_expires_at)
    left = evolve(
        predecessor,
        chain=evolve(predecessor.chain, successor_id=successor.booking_id),
        state=Cancelled(at=at, kind=CancelKind.RESCHEDULED, confirmed_at=predecessor.state.at),
    )
    taken = evolve(
        successor,
        state=Confirmed(at),
        events=(*successor.events, _moved(predecessor, successor, at)),
    )
    return left, taken


def _moved(predecessor: Booking, successor: Booking, at: datetime) -> BookingRescheduled:
    return BookingRescheduled(
        occurred_at=at,
        booking_id=successor.booking_id,
        chain_id=successor.chain.chain_id,
        student=successor.student,
        instructor=successor.instructor,
        service_id=successor.service_id,
        service_name=successor.service_name,
        lesson=successor.lesson,
        zone=successor.zone.name,
        location_type=successor.location_type,
        price=successor.price,
        booking_version=successor.version + 1,
        predecessor_id=predecessor.booking_id,
        moved_from=predecessor.lesson,
        late=successor.chain.late_reschedule,
        lock_funded=successor.chain.lock_funded,
    )
