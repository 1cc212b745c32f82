"""Reward a student's lessons at their milestones. Source: CR-10, CR-12."""

from datetime import datetime

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import CreditLot, milestone_source
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.credits.conclude_milestone import conclude_milestone
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.pricing.model.config import PricingConfig


def earn_milestone(
    booking_id: BookingId, *, work: PaymentWork, ids: Ids, now: datetime, config: PricingConfig
) -> CreditLot | None:
    """Grant what the completed lesson earns, pending until its money is settled; None: nothing.

    Inside the caller's unit. One grant per student and ordinal: where an earlier one was withdrawn,
    only what the student did not keep of it. Source: CR-10, CR-12.
    """
    booking = work.bookings.get(booking_id)
    ordinal = work.credit_lots.lessons_completed(booking_id)
    worth = _worth(ordinal, config)
    if not worth:
        return None
    payment = work.payments.find_for_update(booking_id)
    before = work.credit_lots.of_ordinal(booking.student, ordinal)
    if any(not lot.withdrawn for lot in before):
        return None
    kept = sum((lot.kept for lot in before), NOTHING)
    if kept >= worth:
        return None
    lot = CreditLot.granted(
        ids.new(CreditLotId),
        student_id=booking.student,
        source=milestone_source(ordinal % config.credit_cycle_lessons),
        amount=worth - kept,
        at=now,
        booking_id=booking_id,
        ordinal=ordinal,
        grant_key=f"milestone:{booking.student}:{ordinal}:{len(before)}",
        pending=True,
    )
    if not CreditTill(work, ids, now).grant(lot):
        return None
    if payment is not None:
        conclude_milestone(payment, work=work, ids=ids, now=now, config=config)
    return lot


def _worth(ordinal: int, config: PricingConfig) -> Money:
    for milestone in config.credit_milestones:
        if ordinal > 0 and ordinal % config.credit_cycle_lessons == milestone.offset:
            return milestone.amount
    return NOTHING
