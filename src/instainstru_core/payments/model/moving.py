"""What a reschedule does to a payment. Source: PY-1, PY-17…PY-20."""

from datetime import datetime

from attrs import evolve

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.rescheduling import MoneyNow
from instainstru_core.payments.events import PaymentLocked, PaymentScheduled
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.payment import AUTHORISE_BEFORE, Payment, PaymentState
from instainstru_core.pricing.model.quotes import PriceBreakdown

_READY = frozenset({PaymentState.AUTHORIZED, PaymentState.SCHEDULED})


def money_now(payment: Payment) -> MoneyNow:
    """What moving a lesson must know of its *payment*. Source: BK-31."""
    hold = payment.hold
    active = hold is not None and hold.status is HoldStatus.ACTIVE
    return MoneyNow(
        locked=payment.state is PaymentState.LOCKED,
        ready=payment.state in _READY,
        held_until=hold.expires_at if hold is not None and active else None,
        nothing_due=not payment.breakdown.card_amount,
    )


def move_to(payment: Payment, booking: Booking, breakdown: PriceBreakdown) -> Payment:
    """The same payment for *booking*; its history stays whole. Source: PY-1."""
    return evolve(
        payment,
        booking_id=booking.booking_id,
        lesson=booking.lesson,
        auth_due_at=booking.lesson.starts_at - AUTHORISE_BEFORE,
        breakdown=breakdown,
        failure=None,
        move=None,
    )


def reschedule_hold(payment: Payment, *, at: datetime) -> Payment:
    """The card will be asked 24 hours before the new start. Source: PY-17, PY-8."""
    news = PaymentScheduled(**payment.named(at), auth_due_at=payment.auth_due_at)
    return payment.stands_at(PaymentState.SCHEDULED).recording(news)


def lock(payment: Payment, *, at: datetime) -> Payment:
    """The money is taken and waits for the lesson; nobody is paid. Source: PY-18, PY-20."""
    news = PaymentLocked(**payment.named(at), amount=payment.captured)
    return evolve(payment, failure=None).stands_at(PaymentState.LOCKED).recording(news)
