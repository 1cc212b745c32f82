"""A charge is disputed while a refund of it is on its way to the processor. PY-54, PY-56, PY-65."""

from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund, order_refund
from instainstru_core.testing.stories.endings import PAYOUT, PRICE, operator
from instainstru_core.testing.stories.refunds import (
    chargeback,
    close,
    hear,
    moved,
    refund_of,
    settled,
)
from instainstru_core.testing.strategies.payments import Till

PAID = ("transfer", PAYOUT)
TAKEN_BACK = ("reversal", PAYOUT)


def test_py_56_the_payout_is_taken_back_although_a_refund_was_to_do_so() -> None:
    """The processor refuses to refund what is disputed, so the dispute takes the payout back."""
    till = Till.opened()
    booking = settled(till)
    payment = till.payment(booking)
    order = OrderRefund(
        principal=operator(till),
        payment_id=payment.payment_id,
        cents=None,
        reason=RefundReason.DISPUTE,
    )
    with till.begin() as work:
        refund = order_refund(order, work=work, ids=till.ids, clock=till.clock).refund
    assert payment.hold is not None
    seen = till.processor.open_dispute(payment.hold.intent)
    assert isinstance(seen, DisputeSeen)
    hear(till, seen.dispute)
    till.after(minutes=2)
    assert refund_of(till, refund.refund_id).state is RefundState.FAILED
    assert chargeback(till, seen.dispute).recovery.payout.cents == PAYOUT
    assert moved(till) == [PAID, TAKEN_BACK]
    close(till, seen.dispute, DisputeStatus.LOST)
    till.after(minutes=2)
    assert moved(till) == [PAID, TAKEN_BACK]
    assert ("refund", PRICE) not in moved(till)
    assert till.books().balanced
