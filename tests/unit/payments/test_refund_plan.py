"""What a refund comes to, to the cent (PY-53), and what of a chargeback is recovered (PY-56)."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.plan import Recovery, plan_recovery
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.refunds.errors import (
    AlreadyRefunded,
    AmountExceedsRemaining,
    RefundWindowClosed,
)
from instainstru_core.payments.refunds.plan import (
    REFUND_WINDOW,
    Bearer,
    RefundFacts,
    RefundPlan,
    RefundReason,
    bearer_of,
    outcome_of,
    plan_refund,
)
from instainstru_core.pricing.model.quotes import PriceBreakdown

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CENTS = st.integers(min_value=0, max_value=200_000)


def price(cents: int = 12_000, credit: int = 0, commission_bps: int = 1200) -> PriceBreakdown:
    lesson = Money(cents)
    commission = lesson.share(commission_bps)
    fee = lesson.share(1200)
    return PriceBreakdown(
        hourly_rate=lesson,
        minutes=60,
        modality=Modality.IN_PERSON,
        lesson_price=lesson,
        student_fee=fee,
        commission=commission,
        payout=lesson - commission,
        credit=Money(credit),
        card_amount=lesson + fee - Money(credit),
        student_fee_bps=1200,
        commission_bps=commission_bps,
        tier="growth",
        config_version=1,
    )


def facts(
    credit: int = 0,
    *,
    earlier: int = 0,
    spent: int = 0,
    unspent: int = 0,
    consumed: int = 0,
    unreversed: int = 0,
) -> RefundFacts:
    return RefundFacts(
        breakdown=price(credit=credit),
        captured_at=NOON,
        earlier=Money(earlier),
        spent=Money(spent),
        unspent=Money(unspent),
        consumed=Money(consumed),
        unreversed=Money(unreversed),
    )


def plan(
    of: RefundFacts,
    cents: int | None = None,
    reason: RefundReason = RefundReason.GOODWILL,
    bearer: Bearer | None = None,
) -> RefundPlan:
    return plan_refund(of, cents=cents, reason=reason, bearer=bearer, at=NOON)


def test_py_53_the_worked_figures() -> None:
    """LP 12000 at 12 % and 12 %: A 13440, P 10560."""
    whole = plan(facts(unreversed=10_560), reason=RefundReason.DISPUTE)
    assert (whole.card, whole.full, whole.reversed) == (Money(13_440), True, Money(10_560))
    assert whole.absorbed_cents == 13_440 - 10_560
    part = plan(facts(unreversed=10_560), 5000, RefundReason.DISPUTE)
    assert (part.full, part.reversed) == (False, Money(3929))  # 5000 x 10560 / 13440 = 3928.57
    assert part.absorbed_cents == 5000 - 3929


def test_py_53_credit_that_paid_comes_back_with_the_whole_alone() -> None:
    """CR 5000: A 8440."""
    of = facts(credit=5000, consumed=5000, unreversed=10_560)
    assert plan(of, 8439).reinstated == NOTHING
    whole = plan(of, 8440)
    assert (whole.full, whole.reinstated, whole.reversed) == (True, Money(5000), NOTHING)
    assert whole.absorbed_cents == 8440 + 5000


def test_py_53_spent_credit_is_not_given_twice() -> None:
    """Of 12000 issued, 4000 were spent: 9440 are left, and 8000 of credit are revoked."""
    of = facts(spent=4000, unspent=8000)
    with pytest.raises(AmountExceedsRemaining) as refusal:
        plan(of, 9441)
    assert refusal.value.facts() == {"refundable_cents": 9440}
    whole = plan(of)
    assert (whole.card, whole.revoked) == (Money(9440), Money(8000))
    assert whole.absorbed_cents == 1440


def test_py_53_a_later_refund_may_recover_what_earlier_ones_cost() -> None:
    """The platform bore 13000 before; now the instructor gives all of it back."""
    of = facts(earlier=13_000, unreversed=10_560)
    assert plan(of, bearer=Bearer.INSTRUCTOR).absorbed_cents == 440 - 10_560


def test_py_53_nothing_is_left() -> None:
    """AD-6: `already_refunded` only after a full refund."""
    with pytest.raises(NothingToRefund):
        plan(facts(spent=12_000, earlier=1440))
    with pytest.raises(AlreadyRefunded):
        plan(evolve(facts(earlier=13_440), refunded_in_full=True))
    with pytest.raises(NothingToRefund):
        plan(evolve(facts(), captured_at=None))


def test_py_53_a_refund_is_a_cent_at_least() -> None:
    with pytest.raises(Malformed):
        plan(facts(), 0)
    assert plan(facts(), 1).card == Money(1)


def test_py_54_the_window_is_inclusive() -> None:
    of = facts()
    last = NOON + REFUND_WINDOW
    assert plan_refund(of, cents=1, reason=RefundReason.OTHER, at=last).card == Money(1)
    with pytest.raises(RefundWindowClosed):
        plan_refund(of, cents=1, reason=RefundReason.OTHER, at=last + timedelta(microseconds=1))


@pytest.mark.parametrize("reason", RefundReason)
def test_py_52_who_bears_it_unless_told_otherwise(reason: RefundReason) -> None:
    theirs = {RefundReason.INSTRUCTOR_NO_SHOW, RefundReason.DISPUTE}
    assert (bearer_of(reason) is Bearer.INSTRUCTOR) == (reason in theirs)
    assert plan(facts(unreversed=1), reason=reason, bearer=Bearer.PLATFORM).reversed == NOTHING


def test_py_54_the_outcome_of_a_full_refund() -> None:
    assert outcome_of(RefundReason.INSTRUCTOR_NO_SHOW) is Outcome.INSTRUCTOR_NO_SHOW
    assert outcome_of(RefundReason.DISPUTE) is Outcome.DISPUTE_REFUND
    assert outcome_of(RefundReason.DUPLICATE) is Outcome.ADMIN_REFUND


@given(
    lesson=st.integers(min_value=1, max_value=100_000),
    bps=st.integers(min_value=0, max_value=9999),
    parts=st.lists(st.integers(min_value=1, max_value=60_000), max_size=6),
)
def test_py_53_no_sequence_of_refunds_gives_or_takes_too_much(
    lesson: int, bps: int, parts: list[int]
) -> None:
    """Property: never more than A goes back, nor more than P is reversed; the last takes it all."""
    of = RefundFacts(breakdown=price(lesson, commission_bps=bps), captured_at=NOON)
    paid = of.breakdown.payout
    of = evolve(of, unreversed=paid)
    for cents in [*parts, None]:
        if not of.refundable or (cents is not None and cents > of.refundable.cents):
            continue
        step = plan(of, cents, RefundReason.DISPUTE)
        of = evolve(
            of,
            earlier=of.earlier + step.card,
            unreversed=of.unreversed - step.reversed,
            refunded_in_full=step.full,
        )
    assert of.earlier == of.breakdown.card_amount
    assert of.unreversed == NOTHING


@given(disputed=CENTS, unspent=CENTS, spent=CENTS, payout=CENTS)
def test_py_56_recoveries_are_limited_in_order(
    disputed: int, unspent: int, spent: int, payout: int
) -> None:
    """u, then s, then v; together they are all there is, or all that is disputed."""
    found = plan_recovery(
        Money(disputed), unspent=Money(unspent), spent=Money(spent), payout=Money(payout)
    )
    assert found.total.cents == min(disputed, unspent + spent + payout)
    assert found.unspent.cents == min(unspent, disputed)
    if found.payout:
        assert (found.unspent, found.spent) == (Money(unspent), Money(spent))


def test_py_56_a_worked_recovery() -> None:
    found = plan_recovery(Money(10_000), unspent=Money(4000), spent=Money(5000), payout=Money(5280))
    assert found == Recovery(unspent=Money(4000), spent=Money(5000), payout=Money(1000))
