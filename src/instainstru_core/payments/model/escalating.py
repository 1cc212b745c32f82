"""A payment whose card never gave its money, and how that ends. Source: PY-25, PY-26."""

from datetime import datetime

from attrs import evolve

from instainstru_core.kernel.money import Money
from instainstru_core.payments.events import PaymentEscalated
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import SettlementPlan

CAPTURE_ESCALATED = "capture_escalated"


def escalate(payment: Payment, plan: SettlementPlan, *, at: datetime) -> Payment:
    """Nothing was captured, and nothing more is asked of the card: the platform paid.

    How it should have ended stays `closing`: it says what the outcome's amounts are.
    """
    ended = evolve(
        payment,
        closing=payment.closing or Outcome.LESSON_COMPLETED,
        outcome=plan.outcome,
        failure=None,
    ).recording(PaymentEscalated(**payment.named(at), debt=plan.debt, payout=plan.payout))
    return ended.review(CAPTURE_ESCALATED, at=at)


def pay_off(payment: Payment, *, payout: Money, at: datetime) -> Payment:
    """Nothing is owed any more, and the instructor has theirs. Source: PY-26."""
    decided, outcome = payment.closing, payment.outcome
    if outcome is None:
        return payment
    return evolve(payment.settle(outcome, payout=payout, at=at), closing=decided)
