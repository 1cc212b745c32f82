"""Refunds and disputes, as stories of money tell them."""

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.ids import RefundId
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.model import Refund
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.use_cases.carry_out import carry_out
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.payments.use_cases.refunds.order_refund import OrderRefund, order_refund
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk
from instainstru_core.testing.stories.endings import FULL, held, operator
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till


def moved(till: Till) -> list[tuple[str, int]]:
    """What was refunded, transferred and reversed at the processor, in order."""
    kinds = {"refund", "transfer", "reversal"}
    return [(each.kind, each.amount_cents) for each in till.processor.effects if each.kind in kinds]


def settled(till: Till) -> Booking:
    """A lesson that was taught, paid and paid out."""
    booking = held(till)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    assert till.balances() == FULL
    return booking


def give_back(
    till: Till,
    booking: Booking,
    cents: int | None = None,
    *,
    reason: RefundReason = RefundReason.GOODWILL,
    bearer: Bearer | None = None,
    who: Principal | None = None,
) -> Refund:
    """An operator orders a refund, and it is carried out."""
    order = OrderRefund(
        principal=who or operator(till),
        payment_id=till.payment(booking).payment_id,
        cents=cents,
        reason=reason,
        bearer=bearer,
    )
    with till.begin() as work:
        ordered = order_refund(order, work=work, ids=till.ids, clock=till.clock)
    carry_out(
        ordered.followups,
        ordered.payment,
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
        desk=RefundDesk,
    )
    return refund_of(till, ordered.refund.refund_id)


def refund_of(till: Till, refund_id: RefundId) -> Refund:
    """The refund as it stands."""
    with till.begin() as work:
        return work.refunds.get(refund_id)


def hear(till: Till, dispute: str) -> None:
    """The processor tells of a dispute."""
    hear_dispute(dispute, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)
    till.work_off()


def disputed(
    till: Till, booking: Booking, amount: Money | None = None, *, inquiry: bool = False
) -> str:
    """The student's bank disputes the charge, and the platform hears of it."""
    hold = till.payment(booking).hold
    assert hold is not None
    seen = till.processor.open_dispute(hold.intent, amount=amount, inquiry=inquiry)
    assert isinstance(seen, DisputeSeen)
    hear(till, seen.dispute)
    return seen.dispute


def close(till: Till, dispute: str, status: DisputeStatus) -> None:
    """The bank decides, and the platform hears of it twice."""
    till.processor.close_dispute(dispute, status)
    hear(till, dispute)
    hear(till, dispute)


def chargeback(till: Till, dispute: str) -> Chargeback:
    """The chargeback as it stands."""
    with till.begin() as work:
        found = work.chargebacks.find(dispute)
    assert found is not None
    return found


def standing(till: Till) -> Standing:
    """The student's."""
    with till.begin() as work:
        return work.standings.of(till.student)
