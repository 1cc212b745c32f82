"""Who gets what, for every way a lesson's money can end. Source: PY-27…PY-46, Appendix B."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.booking.terms import PolicyCase
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import CreditSource, source_of
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import (
    Ending,
    Funds,
    MoneyPolicy,
    SettlementPlan,
    StepKind,
    plan,
)
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.testing.strategies.pricing import breakdowns

REQUIRED = PaymentState.PAYMENT_METHOD_REQUIRED
POLICIES = [each for each in MoneyPolicy if each is not MoneyPolicy.STUDENT_POLICY]


def price(credit: int = 0) -> PriceBreakdown:
    """The worked figures of Appendix B: LP 120.00, 12 % and 12 %."""
    return PriceBreakdown(
        hourly_rate=Money(12_000),
        minutes=60,
        modality=Modality.IN_PERSON,
        lesson_price=Money(12_000),
        student_fee=Money(1440),
        commission=Money(1440),
        payout=Money(10_560),
        credit=Money(credit),
        card_amount=Money(13_440 - credit),
        student_fee_bps=1200,
        commission_bps=1200,
        tier="growth",
        config_version=1,
    )


def funds(where: str, breakdown: PriceBreakdown, *, late_move: bool = False) -> Funds:
    amount = breakdown.card_amount
    match where:
        case "authorized":
            return Funds(state=PaymentState.AUTHORIZED, held=amount, late_move=late_move)
        case "locked":
            return Funds(state=PaymentState.LOCKED, captured=amount, late_move=True)
        case "required":
            return Funds(state=REQUIRED, late_move=late_move)
        case _:
            return Funds(state=PaymentState.SCHEDULED, late_move=late_move)


def steps(decided: SettlementPlan) -> list[tuple[str, int]]:
    return [(step.kind.value, step.amount.cents) for step in decided.steps]


AUTHORISE, CAPTURE = ("authorise", 13_440), ("capture", 13_440)
FULL_PAYOUT = ("settlement", 10_560)
HALF = ("settlement", 5280)
NOTHING_CHARGED = (0, 0, 0, 0, 0)
"""What is charged, the fee and the commission kept, the credit granted, the payout."""
ALL_CREDIT = (13_440, 1440, 0, 12_000, 0)
SPLIT = (13_440, 1440, 720, 6000, 5280)
PAID = (13_440, 1440, 1440, 0, 10_560)

MATRIX = [
    ("student_ge24", "scheduled", False, Outcome.STUDENT_CANCELLED, NOTHING_CHARGED, []),
    (
        "student_ge24",
        "authorized",
        False,
        Outcome.STUDENT_CANCELLED,
        NOTHING_CHARGED,
        [("void", 13_440)],
    ),
    (
        "student_12_24",
        "authorized",
        False,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [CAPTURE],
    ),
    (
        "student_12_24",
        "authorized",
        True,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [CAPTURE],
    ),
    (
        "student_12_24",
        "scheduled",
        False,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [AUTHORISE, CAPTURE],
    ),
    ("student_12_24", "required", False, Outcome.UNAUTHORIZED_CANCELLED, NOTHING_CHARGED, []),
    (
        "student_12_24",
        "required",
        True,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [AUTHORISE, CAPTURE],
    ),
    (
        "student_lt12",
        "authorized",
        False,
        Outcome.STUDENT_CANCELLED_LT12,
        SPLIT,
        [CAPTURE, HALF],
    ),
    (
        "student_lt12",
        "scheduled",
        False,
        Outcome.STUDENT_CANCELLED_LT12,
        SPLIT,
        [AUTHORISE, CAPTURE, HALF],
    ),
    ("student_lt12", "required", False, Outcome.UNAUTHORIZED_CANCELLED, NOTHING_CHARGED, []),
    (
        "student_ge24_gaming",
        "authorized",
        True,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [CAPTURE],
    ),
    (
        "student_ge24_gaming",
        "required",
        True,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [AUTHORISE, CAPTURE],
    ),
    ("lock_student_ge12", "locked", True, Outcome.LOCKED_CANCELLED_GE12, ALL_CREDIT, []),
    ("lock_student_lt12", "locked", True, Outcome.LOCKED_CANCELLED_LT12, SPLIT, [HALF]),
    (
        "lock_instructor_cancelled",
        "locked",
        True,
        Outcome.INSTRUCTOR_CANCELLED,
        NOTHING_CHARGED,
        [("refund", 13_440)],
    ),
    ("instructor", "scheduled", False, Outcome.INSTRUCTOR_CANCELLED, NOTHING_CHARGED, []),
    (
        "instructor",
        "authorized",
        False,
        Outcome.INSTRUCTOR_CANCELLED,
        NOTHING_CHARGED,
        [("void", 13_440)],
    ),
    ("pending_unpaid", "required", False, Outcome.CHECKOUT_ABANDONED, NOTHING_CHARGED, []),
    (
        "lesson_completed",
        "authorized",
        False,
        Outcome.LESSON_COMPLETED,
        PAID,
        [CAPTURE, FULL_PAYOUT],
    ),
    ("lesson_completed", "locked", True, Outcome.LESSON_COMPLETED, PAID, [FULL_PAYOUT]),
    (
        "student_no_show",
        "authorized",
        False,
        Outcome.STUDENT_NO_SHOW,
        PAID,
        [CAPTURE, FULL_PAYOUT],
    ),
    (
        "student_no_show",
        "required",
        False,
        Outcome.STUDENT_NO_SHOW,
        PAID,
        [AUTHORISE, CAPTURE, FULL_PAYOUT],
    ),
    ("student_no_show", "locked", True, Outcome.STUDENT_NO_SHOW, PAID, [FULL_PAYOUT]),
    (
        "instructor_no_show",
        "authorized",
        False,
        Outcome.INSTRUCTOR_NO_SHOW,
        NOTHING_CHARGED,
        [("void", 13_440)],
    ),
    (
        "instructor_no_show",
        "locked",
        True,
        Outcome.INSTRUCTOR_NO_SHOW,
        NOTHING_CHARGED,
        [("refund", 13_440)],
    ),
    (
        "mutual_no_show",
        "authorized",
        False,
        Outcome.MUTUAL_NO_SHOW,
        NOTHING_CHARGED,
        [("void", 13_440)],
    ),
    (
        "issue_full_refund",
        "locked",
        True,
        Outcome.DISPUTE_REFUND,
        NOTHING_CHARGED,
        [("refund", 13_440)],
    ),
    (
        "issue_full_credit",
        "authorized",
        False,
        Outcome.ADMIN_FULL_CREDIT,
        ALL_CREDIT,
        [CAPTURE],
    ),
    ("issue_split", "authorized", False, Outcome.ADMIN_SPLIT, SPLIT, [CAPTURE, HALF]),
    ("student_ge24", "required", False, Outcome.STUDENT_CANCELLED, NOTHING_CHARGED, []),
    (
        "student_lt12",
        "required",
        True,
        Outcome.STUDENT_CANCELLED_LT12,
        SPLIT,
        [AUTHORISE, CAPTURE, HALF],
    ),
    (
        "student_ge24_gaming",
        "scheduled",
        True,
        Outcome.STUDENT_CANCELLED_12_24,
        ALL_CREDIT,
        [AUTHORISE, CAPTURE],
    ),
    ("instructor", "required", False, Outcome.INSTRUCTOR_CANCELLED, NOTHING_CHARGED, []),
    (
        "mutual_no_show",
        "locked",
        True,
        Outcome.MUTUAL_NO_SHOW,
        NOTHING_CHARGED,
        [("refund", 13_440)],
    ),
    (
        "issue_full_refund",
        "authorized",
        False,
        Outcome.DISPUTE_REFUND,
        NOTHING_CHARGED,
        [("void", 13_440)],
    ),
    ("issue_full_credit", "locked", True, Outcome.ADMIN_FULL_CREDIT, ALL_CREDIT, []),
    ("issue_split", "locked", True, Outcome.ADMIN_SPLIT, SPLIT, [HALF]),
    ("checkout_timeout", "required", False, Outcome.CHECKOUT_ABANDONED, NOTHING_CHARGED, []),
    ("auth_deadline", "required", False, Outcome.PAYMENT_FAILED, NOTHING_CHARGED, []),
]
"""PY-30's table, row by row, at Appendix B's figures."""


@pytest.mark.parametrize(("ending", "where", "late_move", "outcome", "amounts", "calls"), MATRIX)
def test_py_30_row_by_row(
    ending: str,
    where: str,
    late_move: bool,
    outcome: Outcome,
    amounts: tuple[int, ...],
    calls: list[tuple[str, int]],
) -> None:
    decided = plan(
        Ending(ending), breakdown=price(), funds=funds(where, price(), late_move=late_move)
    )
    assert decided.outcome is outcome
    kept = (
        decided.captured,
        decided.student_fee_kept,
        decided.commission_kept,
        decided.credit_issued,
        decided.payout,
    )
    assert tuple(each.cents for each in kept) == amounts
    assert steps(decided) == calls


@pytest.mark.parametrize(
    ("policy", "where", "outcome", "calls"),
    [
        (MoneyPolicy.FULL_REFUND, "authorized", Outcome.ADMIN_REFUND, [("void", 13_440)]),
        (MoneyPolicy.FULL_REFUND, "locked", Outcome.ADMIN_REFUND, [("refund", 13_440)]),
        (MoneyPolicy.FULL_CREDIT, "authorized", Outcome.ADMIN_FULL_CREDIT, [CAPTURE]),
        (MoneyPolicy.FULL_CREDIT, "required", Outcome.ADMIN_FULL_CREDIT, [AUTHORISE, CAPTURE]),
        (MoneyPolicy.NO_REFUND, "authorized", Outcome.ADMIN_NO_REFUND, [CAPTURE, FULL_PAYOUT]),
        (MoneyPolicy.NO_REFUND, "locked", Outcome.ADMIN_NO_REFUND, [FULL_PAYOUT]),
    ],
)
def test_py_39_an_operators_policies(
    policy: MoneyPolicy, where: str, outcome: Outcome, calls: list[tuple[str, int]]
) -> None:
    decided = plan(Ending.ADMIN, breakdown=price(), funds=funds(where, price()), policy=policy)
    assert (decided.outcome, steps(decided)) == (outcome, calls)


@pytest.mark.parametrize("policy", [None, MoneyPolicy.STUDENT_POLICY])
def test_py_39_an_operator_says_what_becomes_of_the_money(policy: MoneyPolicy | None) -> None:
    """The student's policy is the student's own case: the caller names that."""
    with pytest.raises(Malformed):
        plan(Ending.ADMIN, breakdown=price(), policy=policy)


def test_appendix_b_with_some_credit() -> None:
    """CR 50.00: completed 84.40 linked and 21.20 topped up; late, 50.00 released, 10.00 granted."""
    some = price(5000)
    taught = plan(Ending.LESSON_COMPLETED, breakdown=some, funds=funds("authorized", some))
    assert steps(taught) == [("capture", 8440), ("settlement", 8440), ("top_up", 2120)]
    assert taught.credit_applied == Money(5000)
    late = plan(Ending.STUDENT_LT12, breakdown=some, funds=funds("authorized", some))
    assert (late.credit_released, late.credit_issued) == (Money(5000), Money(1000))
    assert late.credit_forfeited == NOTHING
    assert late.payout == Money(5280)


def test_appendix_b_with_credit_for_all_of_it() -> None:
    """CR 120.00: 60.00 released, 60.00 forfeited, 14.40 linked and 38.40 topped up."""
    all_of_it = price(12_000)
    late = plan(Ending.STUDENT_LT12, breakdown=all_of_it, funds=funds("authorized", all_of_it))
    assert (late.credit_released, late.credit_forfeited) == (Money(6000), Money(6000))
    assert late.credit_issued == NOTHING
    assert steps(late) == [("capture", 1440), ("settlement", 1440), ("top_up", 3840)]


@given(
    breakdown=breakdowns(),
    ending=st.sampled_from(Ending),
    where=st.sampled_from(["authorized", "locked", "required", "scheduled"]),
    late_move=st.booleans(),
    policy=st.sampled_from(POLICIES),
)
def test_properties_3_and_4_every_plan_conserves(
    breakdown: PriceBreakdown, ending: Ending, where: str, late_move: bool, policy: MoneyPolicy
) -> None:
    where_it_is = funds(where, breakdown, late_move=late_move)
    decided = plan(
        ending,
        breakdown=breakdown,
        funds=where_it_is,
        policy=policy if ending is Ending.ADMIN else None,
    )
    parts = decided.credit_released + decided.credit_applied + decided.credit_forfeited
    assert parts == breakdown.credit
    came = decided.captured + breakdown.credit
    went = decided.credit_released + decided.credit_issued
    kept = decided.student_fee_kept + decided.commission_kept + decided.payout
    assert came.cents - went.cents == kept.cents
    legs = {StepKind.SETTLEMENT, StepKind.TOP_UP}
    transferred = sum(step.amount.cents for step in decided.steps if step.kind in legs)
    assert transferred == decided.payout.cents
    assert all(step.amount for step in decided.steps)
    if share_of(decided.outcome) is Share.NO_CHARGE:
        assert decided.refunded == where_it_is.captured
        assert decided.released_hold == where_it_is.held


@given(breakdown=breakdowns())
def test_property_5_the_later_the_dearer(breakdown: PriceBreakdown) -> None:
    """What the student loses, and what the instructor gets, never falls as the lesson nears."""
    cases = (Ending.STUDENT_GE24, Ending.STUDENT_12_24, Ending.STUDENT_LT12)
    plans = [
        plan(case, breakdown=breakdown, funds=funds("authorized", breakdown)) for case in cases
    ]
    losses = [
        each.captured.cents
        + each.credit_applied.cents
        + each.credit_forfeited.cents
        - each.credit_issued.cents
        for each in plans
    ]
    assert losses == sorted(losses)
    assert [each.payout for each in plans] == sorted(each.payout for each in plans)


@given(breakdown=breakdowns())
def test_property_6_locking_gains_nothing(breakdown: PriceBreakdown) -> None:
    """LOCK, then cancel 12 hours ahead or more: exactly what cancelling at once would have been."""
    at_once = plan(Ending.STUDENT_12_24, breakdown=breakdown, funds=funds("authorized", breakdown))
    later = plan(Ending.LOCK_STUDENT_GE12, breakdown=breakdown, funds=funds("locked", breakdown))
    assert (at_once.captured, at_once.credit_issued, at_once.credit_released) == (
        later.captured,
        later.credit_issued,
        later.credit_released,
    )


@given(
    breakdown=breakdowns(),
    case=st.sampled_from([Ending.STUDENT_12_24, Ending.STUDENT_LT12, Ending.STUDENT_GE24_GAMING]),
)
def test_py_36_a_card_that_must_be_asked_may_refuse(
    breakdown: PriceBreakdown, case: Ending
) -> None:
    asked = plan(case, breakdown=breakdown, funds=funds("scheduled", breakdown))
    must_ask = bool(breakdown.card_amount)
    assert (asked.if_declined is Outcome.UNAUTHORIZED_CANCELLED) is must_ask
    held = plan(case, breakdown=breakdown, funds=funds("authorized", breakdown))
    assert held.if_declined is None


def test_bk_27_every_policy_case_is_an_ending() -> None:
    assert {each.value for each in PolicyCase} <= {each.value for each in Ending}


def test_cr_2_what_credit_is_granted_for() -> None:
    """Whoever ends with credit gets it for a reason, and nobody else does."""
    for outcome in Outcome:
        if share_of(outcome) in {Share.FULL_CREDIT, Share.SPLIT}:
            assert source_of(outcome) in CreditSource
        else:
            with pytest.raises(Malformed):
                source_of(outcome)
    assert source_of(Outcome.ADMIN_SPLIT) is CreditSource.CANCEL_LT12
