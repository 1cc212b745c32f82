"""Who gets what when a lesson's money comes to its end: one pure function. Source: PY-27, PY-30."""

from enum import StrEnum

from attrs import frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.model.payment import Outcome
from instainstru_core.pricing.model.quotes import PriceBreakdown


class Ending(StrEnum):
    """How a lesson's money can end: BK-27's policy cases and PY-30's events built so far."""

    STUDENT_GE24 = "student_ge24"
    INSTRUCTOR = "instructor"
    PENDING_UNPAID = "pending_unpaid"
    LESSON_COMPLETED = "lesson_completed"
    CHECKOUT_TIMEOUT = "checkout_timeout"
    AUTH_DEADLINE = "auth_deadline"


class StepKind(StrEnum):
    """One thing the processor must do, in this order."""

    VOID = "void"
    CAPTURE = "capture"
    SETTLEMENT = "settlement"
    TOP_UP = "top_up"


@frozen(kw_only=True)
class Step:
    """What, and how much."""

    kind: StepKind
    amount: Money


@frozen(kw_only=True)
class SettlementPlan:
    """The outcome, every amount, and the ordered steps; a step of nothing is left out."""

    outcome: Outcome
    captured: Money = NOTHING
    released_hold: Money = NOTHING
    credit_released: Money = NOTHING
    credit_applied: Money = NOTHING
    student_fee_kept: Money = NOTHING
    commission_kept: Money = NOTHING
    payout: Money = NOTHING
    steps: tuple[Step, ...] = ()


_WITHOUT_CHARGE = {
    Ending.STUDENT_GE24: Outcome.STUDENT_CANCELLED,
    Ending.INSTRUCTOR: Outcome.INSTRUCTOR_CANCELLED,
    Ending.PENDING_UNPAID: Outcome.CHECKOUT_ABANDONED,
    Ending.CHECKOUT_TIMEOUT: Outcome.CHECKOUT_ABANDONED,
    Ending.AUTH_DEADLINE: Outcome.PAYMENT_FAILED,
}


def plan(ending: Ending, *, breakdown: PriceBreakdown, held: Money) -> SettlementPlan:
    """The plan for *ending* with *held* on the card. Source: PY-22, PY-31, PY-37, PY-38."""
    if ending is Ending.LESSON_COMPLETED:
        return _full_payout(breakdown)
    return SettlementPlan(
        outcome=_WITHOUT_CHARGE[ending],
        released_hold=held,
        credit_released=breakdown.credit,
        steps=_steps((StepKind.VOID, held)),
    )


def _full_payout(breakdown: PriceBreakdown) -> SettlementPlan:
    return SettlementPlan(
        outcome=Outcome.LESSON_COMPLETED,
        captured=breakdown.card_amount,
        credit_applied=breakdown.credit,
        student_fee_kept=breakdown.student_fee,
        commission_kept=breakdown.commission,
        payout=breakdown.payout,
        steps=_steps(
            (StepKind.CAPTURE, breakdown.card_amount),
            (StepKind.SETTLEMENT, breakdown.charge_transfer),
            (StepKind.TOP_UP, breakdown.top_up_transfer),
        ),
    )


def ending_of(booking: Booking) -> Ending:
    """How the money of a booking ends that is over without a lesson. Source: PY-30."""
    state = booking.state
    if isinstance(state, Cancelled) and state.confirmed_at is not None:
        case = state.policy_case
        if case is not None and case.value in set(Ending):
            return Ending(case.value)
        return Ending.AUTH_DEADLINE
    return Ending.PENDING_UNPAID


def _steps(*steps: tuple[StepKind, Money]) -> tuple[Step, ...]:
    return tuple(Step(kind=kind, amount=amount) for kind, amount in steps if amount)
