"""Pay more of a lesson with credit, before its money is taken. Source: CR-4, RF-23."""

from typing import Final

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.credits.errors import CreditFixed
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.pricing.model.config import PricingConfig

_OPEN: Final = frozenset({PaymentState.SCHEDULED, PaymentState.AUTHORIZED})


@frozen(kw_only=True)
class AddCredit:
    """At most *more* of a lesson's price is to be paid with the student's credit besides."""

    student_id: StudentId
    booking_id: BookingId
    more: Money


def add_credit(
    request: AddCredit,
    *,
    begin: Begin[PaymentWork],
    ids: Ids,
    clock: Clock,
    config: PricingConfig,
) -> Payment:
    """Credit rises and the card amount falls; a hold stands, and less of it will be taken.

    The processor is asked nothing: what is not captured of a hold lapses. The card amount stays
    what the processor can charge (PR-4).

    Raises:
        BookingNotFound: There is none, or it is somebody else's, or it was never checked out.
        CreditFixed: The payment is neither scheduled nor authorised, or its end is decided.
        OperationInProgress: The card is being asked right now.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        payment = work.payments.find_for_update(request.booking_id)
        if booking.student != request.student_id or payment is None:
            raise BookingNotFound(request.booking_id)
        if payment.state not in _OPEN or payment.closing is not None:
            raise CreditFixed
        now = clock.now()
        if payment.move is not None or Desk(work, ids, now, booking).awaits_answer(payment):
            raise OperationInProgress
        more = CreditTill(work, ids, now).add(
            payment.payment_id,
            payment.student_id,
            lesson_price=payment.breakdown.lesson_price,
            more=min(request.more, room(payment, config)),
        )
        return work.payments.save(_paid_with(payment, more)) if more else payment


def room(payment: Payment, config: PricingConfig) -> Money:
    """How much more of the payment can be credit. Source: CR-3, PR-4."""
    price = payment.breakdown
    left, smallest = price.lesson_price - price.credit, config.smallest_charge
    if price.card_amount - left >= smallest:
        return left
    return price.card_amount - min(price.card_amount, smallest)


def _paid_with(payment: Payment, more: Money) -> Payment:
    price = payment.breakdown
    lower = evolve(price, credit=price.credit + more, card_amount=price.card_amount - more)
    return evolve(payment, breakdown=lower)
