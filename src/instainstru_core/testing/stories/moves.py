"""Lessons that move, as stories of money tell them."""

from datetime import timedelta

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.payments.use_cases.reschedule_booking import Rescheduled, reschedule_booking
from instainstru_core.testing.strategies.booking import TOWN, signed_in
from instainstru_core.testing.strategies.payments import Till


def move(till: Till, booking: Booking, by: timedelta, *, minutes: int | None = None) -> Rescheduled:
    """The student asks to have the lesson *by* later."""
    asked = AskedMove(
        principal=signed_in(booking.student),
        booking_id=booking.booking_id,
        start=booking.lesson.starts_at + by,
        duration_minutes=minutes,
    )
    return reschedule_booking(
        asked,
        begin=till.begin,
        gateway=till.gateway,
        places=TOWN,
        ids=till.ids,
        clock=till.clock,
        config=till.pricing,
    )


def calls(till: Till) -> list[tuple[str, int]]:
    """What really happened at the processor to money, in order."""
    kinds = {"authorisation", "capture", "void", "transfer", "refund"}
    return [(each.kind, each.amount_cents) for each in till.processor.effects if each.kind in kinds]


def late(till: Till) -> Booking:
    """A lesson 20 hours ahead whose money is held."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking)
    return till.booking(booking)
