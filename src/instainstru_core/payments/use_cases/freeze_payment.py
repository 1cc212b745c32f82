"""Keep the money where it is while a no-show report or an issue is open. Source: PY-40, PY-46."""

from datetime import datetime

from instainstru_core.booking.ids import BookingId
from instainstru_core.payments.model.freezing import freeze
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.ports import PaymentWork

NO_SHOW_REPORTED = "no_show_reported"
COMPLETION_DISPUTED = "completion_disputed"


def freeze_payment(
    booking_id: BookingId, reason: str, *, work: PaymentWork, now: datetime
) -> Payment | None:
    """Freeze the payment, unless what was claimed is settled by now, or the money has gone.

    None: there is no payment. One that a person looks at already is left to them.
    """
    booking = work.bookings.get_for_update(booking_id)
    payment = work.payments.find_for_update(booking.booking_id)
    if payment is None or payment.over or payment.state is PaymentState.MANUAL_REVIEW:
        return payment
    if not work.claims.open_on(booking_id):
        return payment
    return work.payments.save(freeze(payment, reason, at=now))
