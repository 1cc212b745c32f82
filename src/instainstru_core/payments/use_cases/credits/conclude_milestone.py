"""Let a milestone's credit be spent once its lesson's money is settled. Source: CR-10, CR-12."""

from datetime import datetime, timedelta

from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.pricing.model.config import PricingConfig


def conclude_milestone(
    payment: Payment, *, work: PaymentWork, ids: Ids, now: datetime, config: PricingConfig
) -> None:
    """What the lesson earned can be spent, or is taken back where it was none after all.

    Inside the caller's unit; nothing happens before the payment is settled, and nothing twice.
    """
    if not payment.settled or payment.outcome is None:
        return
    till = CreditTill(work, ids, now)
    if _earned(payment.outcome):
        lasts = timedelta(days=config.credit_expiry_days)
        for lot in work.credit_lots.earned_by(payment.booking_id):
            if not lot.withdrawn:
                till.unlock(lot, expires_at=now + lasts)
    else:
        till.revoke_milestone(payment)


def _earned(outcome: Outcome) -> bool:
    """Whether a lesson whose money ended so was one. Source: CR-12."""
    return outcome is not Outcome.STUDENT_NO_SHOW and share_of(outcome) is not Share.NO_CHARGE
