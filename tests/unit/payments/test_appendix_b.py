"""Appendix B with credit and odd cents: as planned, and as posted. Source: PY-25, PY-28…PY-39."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import (
    Ending,
    Funds,
    SettlementPlan,
    escalation,
    plan,
    settlement,
)
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.testing.stories.credits import give
from instainstru_core.testing.stories.debts import BROKE, fund, funded, wait_out
from instainstru_core.testing.stories.endings import call_off
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till
from instainstru_core.testing.strategies.pricing import breakdowns

CHARGED: Final = [each for each in Outcome if share_of(each) is not Share.NO_CHARGE]
# 45 minutes at 90.00 an hour, 12 % and 15 %: IF is 10.12 and a half, and P odd.
LP, SF, IF, P = 6750, 810, 1013, 5737
HALF, Y, K = 3375, 2869, 506
VISA: Final = "pm_card_visa"
COLUMNS: Final = (
    *(Account.PROCESSOR_BALANCE, Account.CREDIT_AVAILABLE, Account.STUDENT_FEE_REVENUE),
    *(Account.COMMISSION_REVENUE, Account.STUDENT_RECEIVABLE),
)
CREDITS: Final = (1, 3374, 3375, 3376, 6749, LP)


@st.composite
def with_credit(draw: st.DrawFn) -> PriceBreakdown:
    """Any lesson, with some of its price, or all of it, paid by credit."""
    plain = draw(breakdowns())
    credit = draw(st.integers(0, plain.lesson_price.cents))
    return evolve(plain, credit=Money(credit), card_amount=Money(plain.card_amount.cents - credit))


def net(decided: SettlementPlan, breakdown: PriceBreakdown) -> tuple[int, int, int, int, int]:
    """What a plan leaves on the five accounts of Appendix B."""
    set_aside = breakdown.credit.cents
    back = decided.credit_released.cents + decided.credit_issued.cents
    return (
        decided.captured.cents - decided.payout.cents,
        set_aside - back,
        -decided.student_fee_kept.cents,
        -decided.commission_kept.cents,
        decided.debt.cents,
    )


@given(breakdown=with_credit(), outcome=st.sampled_from(CHARGED))
def test_appendix_b_row_by_row(breakdown: PriceBreakdown, outcome: Outcome) -> None:
    """Each row of what is charged, and what becomes of it where the card never pays."""
    price, fee = breakdown.lesson_price.cents, breakdown.student_fee.cents
    credit, card = breakdown.credit.cents, breakdown.card_amount.cents
    half, half_payout = (price + 1) // 2, (breakdown.payout.cents + 1) // 2
    split = min(half_payout, price - half)
    kept = price - half - split
    assert kept >= 0
    released = min(credit, half)
    whole, commission = breakdown.payout.cents, breakdown.commission.cents
    rows = {
        Share.FULL_PAYOUT: (card - whole, credit, -fee, -commission, 0),
        Share.FULL_CREDIT: (card, -(price - credit), -fee, 0, 0),
        Share.SPLIT: (card - split, credit - half, -fee, -kept, 0),
    }
    never = {
        Share.FULL_PAYOUT: (-whole, credit, -fee, -commission, card),
        Share.FULL_CREDIT: (0, 0, -fee, 0, fee),
        Share.SPLIT: (-split, credit - released, -fee, -kept, card - (half - released)),
    }
    decided = settlement(outcome, breakdown=breakdown)
    unpaid = escalation(outcome, breakdown=breakdown)
    assert net(decided, breakdown) == rows[share_of(outcome)]
    assert net(unpaid, breakdown) == never[share_of(outcome)]
    for each in (decided, unpaid):
        assert sum(net(each, breakdown)) == 0
        assert each.credit_released + each.credit_applied + each.credit_forfeited == Money(credit)


@given(breakdown=with_credit())
def test_property_5_the_later_the_dearer_whatever_pays(breakdown: PriceBreakdown) -> None:
    """Credit or card: what is lost never falls as the lesson nears, the payout neither."""
    cases = (Ending.STUDENT_GE24, Ending.STUDENT_12_24, Ending.STUDENT_LT12)
    held = Funds(state=PaymentState.AUTHORIZED, held=breakdown.card_amount)
    plans = [plan(case, breakdown=breakdown, funds=held) for case in cases]
    losses = [
        (each.captured + each.credit_applied + each.credit_forfeited).cents
        - each.credit_issued.cents
        for each in plans
    ]
    assert losses == sorted(losses)
    assert [each.payout for each in plans] == sorted(each.payout for each in plans)


def booked(till: Till, credit: int, hours_ahead: float, card: str = VISA) -> Booking:
    """45 minutes, so much of them paid by credit of which there is enough for all."""
    give(till, LP)
    booking = till.hold(hours_ahead=hours_ahead, minutes=45)
    till.pay(booking, till.default_card(card), credit_cents=credit)
    return till.booking(booking)


def off(till: Till, booking: Booking, *, by_instructor: bool = False) -> None:
    call_off(till, booking, by_instructor=by_instructor)
    till.work_off()


def teach(till: Till, booking: Booking) -> None:
    till.at(booking.lesson.ends_at)
    till.complete(till.booking(booking))
    till.at(booking.lesson.ends_at + 24 * HOUR)


def lock(till: Till, credit: int) -> Booking:
    booking = move(till, booked(till, credit, 20), timedelta(days=2)).booking
    assert till.payment(booking).state is PaymentState.LOCKED
    return booking


def lock_and_stay_late(till: Till, credit: int) -> None:
    booking = lock(till, credit)
    till.at(booking.lesson.starts_at - 6 * HOUR)
    off(till, booking)


def never_paid(till: Till, credit: int, hours_ahead: float) -> None:
    off(till, booked(till, credit, hours_ahead, BROKE))
    wait_out(till)


def taught_and_never_paid(till: Till, credit: int) -> None:
    teach(till, booked(till, credit, 20, BROKE))
    wait_out(till)


Row = tuple[int, int, int, int, int]


def full(credit: int) -> Row:
    return LP + SF - credit - P, credit, -SF, -IF, 0


def kept(credit: int) -> Row:
    return LP + SF - credit, credit - LP, -SF, 0, 0


def split(credit: int) -> Row:
    return LP + SF - credit - Y, credit - HALF, -SF, -K, 0


def nothing(_: int) -> Row:
    return 0, 0, 0, 0, 0


def full_unpaid(credit: int) -> Row:
    return -P, credit, -SF, -IF, LP + SF - credit


def kept_unpaid(_: int) -> Row:
    return 0, 0, -SF, 0, SF


def split_unpaid(credit: int) -> Row:
    released = min(credit, HALF)
    return -Y, credit - released, -SF, -K, LP + SF - credit - (HALF - released)


STORIES: Final[dict[str, tuple[Callable[[Till, int], None], Callable[[int], Row]]]] = {
    "taught": (lambda till, cr: teach(till, booked(till, cr, 20)), full),
    "locked and taught": (lambda till, cr: teach(till, lock(till, cr)), full),
    "12 to 24 hours": (lambda till, cr: off(till, booked(till, cr, 20)), kept),
    "locked, 12 hours and more": (lambda till, cr: off(till, lock(till, cr)), kept),
    "less than 12 hours": (lambda till, cr: off(till, booked(till, cr, 6)), split),
    "locked, less than 12 hours": (lock_and_stay_late, split),
    "early": (lambda till, cr: off(till, booked(till, cr, 72)), nothing),
    "by the instructor": (
        lambda till, cr: off(till, booked(till, cr, 20), by_instructor=True),
        nothing,
    ),
    "locked, by the instructor": (
        lambda till, cr: off(till, lock(till, cr), by_instructor=True),
        nothing,
    ),
    "escalated, taught": (
        taught_and_never_paid,
        full_unpaid,
    ),
    "escalated, less than 12 hours": (
        lambda till, cr: never_paid(till, cr, 6),
        split_unpaid,
    ),
    "escalated, 12 to 24 hours": (
        lambda till, cr: never_paid(till, cr, 20),
        kept_unpaid,
    ),
}
"""What is done, and the row of Appendix B by the credit that was set aside."""


@pytest.mark.parametrize("credit", CREDITS)
@pytest.mark.parametrize("story", STORIES)
def test_appendix_b_as_posted(story: str, credit: int) -> None:
    """Whatever was paid by credit: the row, and nothing left on any account between."""
    till = Till.opened()
    fund(till)
    act, row = STORIES[story]
    act(till, credit)
    left = funded(till)
    given = left.pop(Account.PROMO_CREDIT_EXPENSE)
    assert given == LP
    left[Account.CREDIT_AVAILABLE] = left.get(Account.CREDIT_AVAILABLE, 0) + given
    assert tuple(left.pop(account, 0) for account in COLUMNS) == row(credit)
    assert sum(row(credit)) == 0
    assert not {Account.BOOKING_ESCROW, Account.CREDIT_RESERVED, Account.INSTRUCTOR_PAYABLE} & {
        *left
    }
    assert Account.AUTH_HELD not in left
