"""Who gets what when a lesson's money comes to its end: one pure function. Source: PY-27…PY-30."""

from enum import StrEnum
from typing import Self

from attrs import evolve, frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow
from instainstru_core.booking.terms import CancelKind, NoShowType
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.outcomes import ESCALATED, Outcome, Share, share_of
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.pricing.model.quotes import PriceBreakdown


class Ending(StrEnum):
    """How a lesson's money can end: BK-27's policy cases, and PY-30's events."""

    STUDENT_GE24 = "student_ge24"
    STUDENT_12_24 = "student_12_24"
    STUDENT_LT12 = "student_lt12"
    STUDENT_GE24_GAMING = "student_ge24_gaming"
    LOCK_STUDENT_GE12 = "lock_student_ge12"
    LOCK_STUDENT_LT12 = "lock_student_lt12"
    LOCK_INSTRUCTOR_CANCELLED = "lock_instructor_cancelled"
    INSTRUCTOR = "instructor"
    PENDING_UNPAID = "pending_unpaid"
    ADMIN = "admin"
    LESSON_COMPLETED = "lesson_completed"
    STUDENT_NO_SHOW = "student_no_show"
    INSTRUCTOR_NO_SHOW = "instructor_no_show"
    MUTUAL_NO_SHOW = "mutual_no_show"
    ISSUE_FULL_REFUND = "issue_full_refund"
    ISSUE_FULL_CREDIT = "issue_full_credit"
    ISSUE_SPLIT = "issue_split"
    CHECKOUT_TIMEOUT = "checkout_timeout"
    AUTH_DEADLINE = "auth_deadline"


class MoneyPolicy(StrEnum):
    """What an operator who cancels wants done with the money. Source: PY-39."""

    FULL_REFUND = "full_refund"
    FULL_CREDIT = "full_credit"
    STUDENT_POLICY = "student_policy"
    NO_REFUND = "no_refund"


class StepKind(StrEnum):
    """One thing the processor must do, in this order."""

    VOID = "void"
    REFUND = "refund"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    SETTLEMENT = "settlement"
    TOP_UP = "top_up"
    ADVANCE = "advance"


@frozen(kw_only=True)
class Step:
    """What, and how much."""

    kind: StepKind
    amount: Money


@frozen(kw_only=True)
class Funds:
    """Where the money of a lesson is as it ends.

    *held* is held on the card; *captured* was taken before and waits at the platform
    (LOCK). *late_move* says that the lesson was moved late before (PY-35).
    """

    state: PaymentState = PaymentState.AUTHORIZED
    held: Money = NOTHING
    captured: Money = NOTHING
    late_move: bool = False

    @classmethod
    def of(cls, payment: Payment, booking: Booking) -> Self:
        """The funds of *payment*, frozen or not, for *booking*."""
        return cls(
            state=payment.standing,
            held=payment.granted,
            captured=payment.captured,
            late_move=booking.chain.late_reschedule,
        )


NO_FUNDS = Funds()


@frozen(kw_only=True)
class SettlementPlan:
    """The outcome, every amount, and the ordered steps; a step of nothing is left out.

    *captured* is what the card pays in the end, now or before. Where the card must be asked first,
    *if_declined* is the outcome when it refuses; then nothing is charged.
    """

    outcome: Outcome
    captured: Money = NOTHING
    released_hold: Money = NOTHING
    refunded: Money = NOTHING
    credit_released: Money = NOTHING
    credit_applied: Money = NOTHING
    credit_forfeited: Money = NOTHING
    credit_issued: Money = NOTHING
    student_fee_kept: Money = NOTHING
    commission_kept: Money = NOTHING
    payout: Money = NOTHING
    debt: Money = NOTHING
    steps: tuple[Step, ...] = ()
    if_declined: Outcome | None = None


_ALWAYS = {
    Ending.STUDENT_GE24: Outcome.STUDENT_CANCELLED,
    Ending.STUDENT_GE24_GAMING: Outcome.STUDENT_CANCELLED_12_24,
    Ending.STUDENT_12_24: Outcome.STUDENT_CANCELLED_12_24,
    Ending.STUDENT_LT12: Outcome.STUDENT_CANCELLED_LT12,
    Ending.LOCK_STUDENT_GE12: Outcome.LOCKED_CANCELLED_GE12,
    Ending.LOCK_STUDENT_LT12: Outcome.LOCKED_CANCELLED_LT12,
    Ending.LOCK_INSTRUCTOR_CANCELLED: Outcome.INSTRUCTOR_CANCELLED,
    Ending.INSTRUCTOR: Outcome.INSTRUCTOR_CANCELLED,
    Ending.PENDING_UNPAID: Outcome.CHECKOUT_ABANDONED,
    Ending.LESSON_COMPLETED: Outcome.LESSON_COMPLETED,
    Ending.STUDENT_NO_SHOW: Outcome.STUDENT_NO_SHOW,
    Ending.INSTRUCTOR_NO_SHOW: Outcome.INSTRUCTOR_NO_SHOW,
    Ending.MUTUAL_NO_SHOW: Outcome.MUTUAL_NO_SHOW,
    Ending.ISSUE_FULL_REFUND: Outcome.DISPUTE_REFUND,
    Ending.ISSUE_FULL_CREDIT: Outcome.ADMIN_FULL_CREDIT,
    Ending.ISSUE_SPLIT: Outcome.ADMIN_SPLIT,
    Ending.CHECKOUT_TIMEOUT: Outcome.CHECKOUT_ABANDONED,
    Ending.AUTH_DEADLINE: Outcome.PAYMENT_FAILED,
}
_BY_POLICY = {
    MoneyPolicy.FULL_REFUND: Outcome.ADMIN_REFUND,
    MoneyPolicy.FULL_CREDIT: Outcome.ADMIN_FULL_CREDIT,
    MoneyPolicy.NO_REFUND: Outcome.ADMIN_NO_REFUND,
}
_LATE = frozenset({Ending.STUDENT_12_24, Ending.STUDENT_LT12})
_NO_SHOWS = {
    NoShowType.STUDENT: Ending.STUDENT_NO_SHOW,
    NoShowType.INSTRUCTOR: Ending.INSTRUCTOR_NO_SHOW,
    NoShowType.MUTUAL: Ending.MUTUAL_NO_SHOW,
}


def plan(
    ending: Ending,
    *,
    breakdown: PriceBreakdown,
    funds: Funds = NO_FUNDS,
    policy: MoneyPolicy | None = None,
) -> SettlementPlan:
    """The plan for *ending* with the money where *funds* says; *policy* is an operator's.

    Source: PY-22, PY-27…PY-46.

    Raises:
        Malformed: An operator's ending without a policy of its own. What the student's policy is
            the caller asks `policy_case`.
    """
    return settlement(
        _outcome(ending, funds, policy), breakdown=breakdown, funds=funds, cancels=_cancels(ending)
    )


def settlement(
    outcome: Outcome, *, breakdown: PriceBreakdown, funds: Funds = NO_FUNDS, cancels: bool = False
) -> SettlementPlan:
    """Every amount of *outcome*, and the steps from *funds* to there.

    A card that must be asked and refuses lets a lesson that was called off (*cancels*) end without
    a charge (PY-36); for one that was taught it is asked again (PY-23). Source: PY-28, PY-29.
    """
    share = share_of(outcome)
    if share is Share.NO_CHARGE:
        return SettlementPlan(
            outcome=outcome,
            released_hold=funds.held,
            refunded=funds.captured,
            credit_released=breakdown.credit,
            steps=_steps((StepKind.VOID, funds.held), (StepKind.REFUND, funds.captured)),
        )
    target, payout, commission = _shares(share, breakdown)
    released = NOTHING if share is Share.FULL_PAYOUT else min(breakdown.credit, target)
    spent = breakdown.credit - released
    taken = breakdown.card_amount
    must_take = taken if not funds.captured else NOTHING
    must_ask = must_take if not funds.held else NOTHING
    linked = min(payout, taken)
    return SettlementPlan(
        outcome=outcome,
        captured=taken,
        credit_released=released,
        credit_applied=spent if share is Share.FULL_PAYOUT else NOTHING,
        credit_forfeited=NOTHING if share is Share.FULL_PAYOUT else spent,
        credit_issued=target - released,
        student_fee_kept=breakdown.student_fee,
        commission_kept=commission,
        payout=payout,
        steps=_steps(
            (StepKind.AUTHORISE, must_ask),
            (StepKind.CAPTURE, must_take),
            (StepKind.SETTLEMENT, linked),
            (StepKind.TOP_UP, payout - linked),
        ),
        if_declined=Outcome.UNAUTHORIZED_CANCELLED if must_ask and cancels else None,
    )


def escalation(decided: Outcome, *, breakdown: PriceBreakdown) -> SettlementPlan:
    """What a card that never paid makes of *decided*: the rest is the student's debt.

    The platform pays the instructor, and credit that would come out of the captured money is
    withheld. Source: PY-25, Appendix B.
    """
    due = settlement(decided, breakdown=breakdown)
    if share_of(decided) is Share.FULL_CREDIT:
        return SettlementPlan(
            outcome=Outcome.CAPTURE_FAILURE_ESCALATED,
            credit_released=breakdown.credit,
            student_fee_kept=breakdown.student_fee,
            debt=breakdown.student_fee,
        )
    return evolve(
        due,
        outcome=Outcome.CAPTURE_FAILURE_PAID,
        captured=NOTHING,
        credit_issued=NOTHING,
        debt=breakdown.card_amount - due.credit_issued,
        steps=_steps((StepKind.ADVANCE, due.payout)),
        if_declined=None,
    )


def final_plan(payment: Payment) -> SettlementPlan | None:
    """Who got what of a payment that ended, or gets it of one that is to; None: undecided."""
    outcome = payment.outcome or payment.closing
    if outcome is None:
        return None
    if outcome in ESCALATED:
        decided = payment.closing or Outcome.LESSON_COMPLETED
        return escalation(decided, breakdown=payment.breakdown)
    return settlement(outcome, breakdown=payment.breakdown)


def stored_plan(payment: Payment, booking: Booking) -> SettlementPlan | None:
    """The plan that *payment* ends, or ended, by; None while nothing was decided. Source: PY-30.

    What was let go or given back since counts as it was when the plan was made, and a lesson that
    was called off ended as it did, whatever was refunded or disputed since.
    """
    outcome, cancels = payment.outcome or payment.closing, isinstance(booking.state, Cancelled)
    if outcome is None:
        return None
    if outcome in ESCALATED:
        return final_plan(payment)
    if cancels:
        outcome = payment.closing or outcome
    hold, funds = payment.hold, Funds.of(payment, booking)
    if hold is not None and hold.status is HoldStatus.VOIDED and hold.authorized_at is not None:
        funds = evolve(funds, held=hold.amount)
    if hold is not None and hold.status is HoldStatus.REFUNDED:
        funds = evolve(funds, captured=hold.captured_amount)
    return settlement(outcome, breakdown=payment.breakdown, funds=funds, cancels=cancels)


def _shares(share: Share, breakdown: PriceBreakdown) -> tuple[Money, Money, Money]:
    """T, the payout and the commission of a lesson that is charged. Source: PY-28, PY-29."""
    price = breakdown.lesson_price
    if share is Share.FULL_PAYOUT:
        return NOTHING, breakdown.payout, breakdown.commission
    if share is Share.FULL_CREDIT:
        return price, NOTHING, NOTHING
    target = price.half
    payout = min(breakdown.payout.half, price - target)
    return target, payout, price - target - payout


def _outcome(ending: Ending, funds: Funds, policy: MoneyPolicy | None) -> Outcome:
    if ending is Ending.ADMIN:
        if policy is None or policy not in _BY_POLICY:
            raise Malformed(f"an operator says what becomes of the money, not {policy}")
        return _BY_POLICY[policy]
    unpaid = funds.state is PaymentState.PAYMENT_METHOD_REQUIRED and not funds.held
    if ending in _LATE and unpaid and not funds.late_move:
        return Outcome.UNAUTHORIZED_CANCELLED  # The card refused before: it is not asked again.
    return _ALWAYS[ending]


_CANCELLING = frozenset(
    {Ending.STUDENT_GE24_GAMING, Ending.STUDENT_12_24, Ending.STUDENT_LT12, Ending.ADMIN}
)


def _cancels(ending: Ending) -> bool:
    return ending in _CANCELLING


def ending_of(booking: Booking) -> Ending:
    """How the money of a booking ends that is over, or is not to be. Source: PY-30."""
    match booking.state:
        case Completed():
            return Ending.LESSON_COMPLETED
        case NoShow() as missed:
            return _NO_SHOWS[missed.type]
        case Cancelled(confirmed_at=confirmed_at) as off if confirmed_at is not None:
            if off.policy_case is None or off.kind is CancelKind.PAYMENT_FAILED:
                return Ending.AUTH_DEADLINE
            return Ending(off.policy_case.value)
        case _:
            return Ending.PENDING_UNPAID


def _steps(*steps: tuple[StepKind, Money]) -> tuple[Step, ...]:
    return tuple(Step(kind=kind, amount=amount) for kind, amount in steps if amount)
