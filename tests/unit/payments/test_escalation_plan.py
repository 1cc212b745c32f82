"""What a card that never paid makes of a plan. Source: PY-25, PY-30, Appendix B, property 3."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.planner import StepKind, escalation, settlement
from instainstru_core.pricing.model.quotes import PriceBreakdown

CHARGED = [outcome for outcome in Outcome if share_of(outcome) is not Share.NO_CHARGE]


def breakdown(
    price: int = 12_000, credit: int = 0, *, fee_bps: int = 1200, commission_bps: int = 1200
) -> PriceBreakdown:
    """The worked figures of Appendix B, unless told otherwise."""
    lesson, reserved = Money(price), Money(credit)
    fee, commission = lesson.share(fee_bps), lesson.share(commission_bps)
    return PriceBreakdown(
        hourly_rate=lesson,
        minutes=60,
        modality=Modality.REMOTE,
        lesson_price=lesson,
        student_fee=fee,
        commission=commission,
        payout=lesson - commission,
        credit=reserved,
        card_amount=lesson - reserved + fee,
        student_fee_bps=fee_bps,
        commission_bps=commission_bps,
        tier="growth",
        config_version=1,
    )


@pytest.mark.parametrize(
    ("decided", "credit", "outcome", "debt", "payout"),
    [
        (Outcome.LESSON_COMPLETED, 0, Outcome.CAPTURE_FAILURE_PAID, 13_440, 10_560),
        (Outcome.STUDENT_NO_SHOW, 5000, Outcome.CAPTURE_FAILURE_PAID, 8_440, 10_560),
        (Outcome.STUDENT_CANCELLED_LT12, 0, Outcome.CAPTURE_FAILURE_PAID, 7_440, 5_280),
        (Outcome.STUDENT_CANCELLED_LT12, 5000, Outcome.CAPTURE_FAILURE_PAID, 7_440, 5_280),
        (Outcome.STUDENT_CANCELLED_LT12, 12_000, Outcome.CAPTURE_FAILURE_PAID, 1_440, 5_280),
        (Outcome.STUDENT_CANCELLED_12_24, 0, Outcome.CAPTURE_FAILURE_ESCALATED, 1_440, 0),
        (Outcome.STUDENT_CANCELLED_12_24, 5000, Outcome.CAPTURE_FAILURE_ESCALATED, 1_440, 0),
        (Outcome.ADMIN_SPLIT, 0, Outcome.CAPTURE_FAILURE_PAID, 7_440, 5_280),
        (Outcome.ADMIN_FULL_CREDIT, 0, Outcome.CAPTURE_FAILURE_ESCALATED, 1_440, 0),
        (Outcome.ADMIN_NO_REFUND, 0, Outcome.CAPTURE_FAILURE_PAID, 13_440, 10_560),
    ],
)
def test_py_25_appendix_b(
    decided: Outcome, credit: int, outcome: Outcome, debt: int, payout: int
) -> None:
    plan = escalation(decided, breakdown=breakdown(credit=credit))
    assert (plan.outcome, plan.debt.cents, plan.payout.cents) == (outcome, debt, payout)
    assert plan.captured == plan.credit_issued == NOTHING
    steps = [(each.kind, each.amount.cents) for each in plan.steps]
    assert steps == ([(StepKind.ADVANCE, payout)] if payout else [])


@given(
    decided=st.sampled_from(CHARGED),
    price=st.integers(1, 100_000),
    share=st.integers(0, 100),
    fee_bps=st.integers(0, 3000),
    commission_bps=st.integers(0, 9999),
)
def test_property_3_every_cent_of_an_escalation_is_somebodys(
    decided: Outcome, price: int, share: int, fee_bps: int, commission_bps: int
) -> None:
    """CR - released + debt = fee kept + commission kept + payout; credit is used up as before."""
    agreed = breakdown(price, price * share // 100, fee_bps=fee_bps, commission_bps=commission_bps)
    plan = escalation(decided, breakdown=agreed)
    kept = plan.student_fee_kept + plan.commission_kept + plan.payout
    assert agreed.credit - plan.credit_released + plan.debt == kept
    spent = plan.credit_released + plan.credit_applied + plan.credit_forfeited
    assert spent == agreed.credit
    if share_of(decided) is not Share.FULL_CREDIT:
        due = settlement(decided, breakdown=agreed)
        assert plan.payout == due.payout
        assert plan == evolve(
            due,
            outcome=plan.outcome,
            captured=NOTHING,
            credit_issued=NOTHING,
            debt=plan.debt,
            steps=plan.steps,
        )
