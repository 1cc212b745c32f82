"""What a payment does by itself, later. Source: PY-8, PY-12."""

from datetime import datetime
from typing import Final

from instainstru_core.due_work.model import NewWork
from instainstru_core.payments.model.payment import Payment

AUTHORISE_PAYMENT: Final = "authorise_payment"
SETTLE_PAYMENT: Final = "settle_payment"
AUDIT_PAYOUT_SCHEDULES: Final = "audit_payout_schedules"


def authorisation_timer(payment: Payment, *, due_at: datetime | None = None) -> NewWork:
    """Ask the card 24 hours before the lesson, or at *due_at*, unless it was asked before."""
    due_at = due_at or payment.auth_due_at
    return NewWork(
        handler=AUTHORISE_PAYMENT,
        payload={"payment_id": str(payment.payment_id)},
        due_at=due_at,
        # The instant takes part: a lesson that was moved has another one.
        dedupe_key=f"{AUTHORISE_PAYMENT}:{payment.payment_id}:{int(due_at.timestamp())}",
    )


def settlement_timer(payment: Payment, *, due_at: datetime) -> NewWork:
    """Take the money of a taught lesson, and pay it out, at *due_at*. Source: PY-22, PY-42."""
    return NewWork(
        handler=SETTLE_PAYMENT,
        payload={"booking_id": str(payment.booking_id)},
        due_at=due_at,
        dedupe_key=f"{SETTLE_PAYMENT}:{payment.booking_id}:{int(due_at.timestamp())}",
    )
