"""An operator sends the money of a disputed lesson elsewhere than usual. Source: PY-46."""

from datetime import datetime
from typing import Final

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.model.freezing import unfreeze
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import Ending, SettlementPlan
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.pursue_ending import Clerk

_SETTLED_FROM: Final = frozenset({PaymentState.AUTHORIZED, PaymentState.LOCKED})


def settle_issue(
    booking: Booking, ending: Ending, *, work: PaymentWork, ids: Ids, now: datetime
) -> SettlementPlan:
    """Decide, in the unit that resolves the issue; `resume_payment` carries it out.

    Raises:
        NothingToRefund: Nobody paid.
        InvalidState: The money is neither held nor locked (any more).
    """
    payment = work.payments.find_for_update(booking.booking_id)
    if payment is None:
        raise NothingToRefund("nobody paid for this lesson")
    if payment.over or payment.standing not in _SETTLED_FROM:
        raise InvalidState(f"the payment is {payment.standing}")
    plan = Clerk(work, ids, now, booking).decide(payment, ending)
    work.payments.save(unfreeze(payment, at=now).end_as(plan.outcome))
    return plan
