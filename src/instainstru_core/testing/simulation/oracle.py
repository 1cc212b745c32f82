"""What everybody must have in the end, worked out a second time.

Nothing here asks the planner, or any code of payments that computes an amount: the figures come
from the rate, the minutes and the commission alone, by the table of Appendix B, in plain integers;
what happened comes from the booking. Source: spec 02 §2.5, §10 properties 3 and 8, Appendix B.
"""

from collections import Counter
from typing import Final

from attrs import evolve, frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow, Pending
from instainstru_core.payments.credits.model import CreditSource
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import Matter, OperationKind, OperationState
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.testing.simulation.aftermath import audit_aftermath
from instainstru_core.testing.simulation.breach import breach
from instainstru_core.testing.simulation.town import Town

BPS: Final = 10_000
FEE_BPS: Final = 1200

_COMPLETED: Final = "lesson_completed_full_payout"
_FULL: Final = frozenset({_COMPLETED, "student_no_show_full_payout", "admin_no_refund"})
_CREDIT: Final = frozenset(
    {"student_cancel_12_24_full_credit", "locked_cancel_ge12_full_credit", "admin_full_credit"}
)
_SPLIT: Final = frozenset(
    {"student_cancel_lt12_split_50_50", "locked_cancel_lt12_split_50_50", "admin_split_50_50"}
)
_NOTHING: Final = frozenset(
    {
        "student_cancel_gt24_no_charge",
        "unauthorized_cancel_no_charge",
        "instructor_cancel_full_refund",
        "checkout_abandoned_no_charge",
        "payment_failed_no_charge",
        "instructor_no_show_full_refund",
        "mutual_no_show_full_refund",
        "student_wins_dispute_full_refund",
        "admin_refund",
    }
)
DISPUTE_LOST: Final = "dispute_lost"
_BEFORE_SETTLEMENT: Final = frozenset(
    {"admin_refund", "instructor_no_show_full_refund", "student_wins_dispute_full_refund"}
)
UNPAID: Final = frozenset({"capture_failure_instructor_paid", "capture_failure_escalated"})
_BY_CASE: Final = {
    "student_ge24": {"student_cancel_gt24_no_charge"},
    "student_12_24": {"student_cancel_12_24_full_credit", "unauthorized_cancel_no_charge"},
    "student_lt12": {"student_cancel_lt12_split_50_50", "unauthorized_cancel_no_charge"},
    "student_ge24_gaming": {"student_cancel_12_24_full_credit", "unauthorized_cancel_no_charge"},
    "lock_student_ge12": {"locked_cancel_ge12_full_credit"},
    "lock_student_lt12": {"locked_cancel_lt12_split_50_50"},
    "lock_instructor_cancelled": {"instructor_cancel_full_refund"},
    "instructor": {"instructor_cancel_full_refund"},
    "pending_unpaid": {"checkout_abandoned_no_charge"},
    "admin": {
        "admin_refund",
        "admin_full_credit",
        "admin_no_refund",
        # The student's own row, where the operator goes by that.
        "student_cancel_gt24_no_charge",
        "student_cancel_12_24_full_credit",
        "student_cancel_lt12_split_50_50",
        "locked_cancel_ge12_full_credit",
        "locked_cancel_lt12_split_50_50",
        "unauthorized_cancel_no_charge",
    },
}
_BY_NO_SHOW: Final = {
    "student": {"student_no_show_full_payout"},
    "instructor": {"instructor_no_show_full_refund"},
    "mutual": {"mutual_no_show_full_refund"},
}
_DISPUTED: Final = frozenset(
    {"student_wins_dispute_full_refund", "admin_full_credit", "admin_split_50_50"}
)


def rounded(numerator: int, denominator: int) -> int:
    """PR-1, half up."""
    return (2 * numerator + denominator) // (2 * denominator)


@frozen(kw_only=True)
class Due:
    """What each must have of one lesson: A, P and CR, the card's and the credit's ends."""

    card: int
    payout: int
    credit: int
    """What the student's available credit grows by, from before the reservation."""

    fee: int
    commission: int
    debt: int = 0
    """What no card paid, and the student owes. Source: PY-25."""

    kept: int = 0
    """What stays in escrow, for a bank took it back before the lesson had an end. Source: PY-57."""


def figures(payment: Payment, outcome: str, decided: str | None = None) -> Due:
    """Appendix B for one lesson that ended so, or that no card paid after it was *decided* so."""
    price = payment.breakdown
    lesson = rounded(price.hourly_rate.cents * price.minutes, 60)
    fee = rounded(lesson * price.student_fee_bps, BPS)
    commission = rounded(lesson * price.commission_bps, BPS)
    spent = price.credit.cents
    card = lesson + fee - spent
    payout = lesson - commission
    if outcome in UNPAID:
        return _unpaid(figures(payment, str(decided)), spent=spent, card=card, fee=fee)
    if outcome == DISPUTE_LOST and decided is not None:
        return figures(payment, decided)
    if outcome == DISPUTE_LOST:
        return Due(card=card, payout=0, credit=0, fee=0, commission=0, kept=card)
    if outcome in _FULL:
        return Due(card=card, payout=payout, credit=-spent, fee=fee, commission=commission)
    if outcome in _CREDIT:
        return Due(card=card, payout=0, credit=lesson - spent, fee=fee, commission=0)
    if outcome in _SPLIT:
        target = rounded(lesson, 2)
        half = min(rounded(payout, 2), lesson - target)
        kept = lesson - target - half
        return Due(card=card, payout=half, credit=target - spent, fee=fee, commission=kept)
    if outcome in _NOTHING:
        return Due(card=0, payout=0, credit=0, fee=0, commission=0)
    return breach("every outcome is one of the table", outcome)


def _unpaid(decided: Due, *, spent: int, card: int, fee: int) -> Due:
    """Appendix B, the escalated rows: the platform paid, and the student owes. Source: PY-25."""
    if decided.payout == 0:
        return Due(card=0, payout=0, credit=0, fee=fee, commission=0, debt=fee)
    target = max(decided.credit + spent, 0)
    released = min(spent, target)
    return Due(
        card=0,
        payout=decided.payout,
        credit=released - spent,
        fee=fee,
        commission=decided.commission,
        debt=card - (target - released),
    )


def possible(booking: Booking) -> frozenset[str]:
    """How the money of a lesson may have ended that came to this. Source: PY-30."""
    match booking.state:
        case Completed():
            return frozenset({_COMPLETED}) | _DISPUTED
        case NoShow(type=missed):
            return frozenset(_BY_NO_SHOW[missed.value])
        case Cancelled(confirmed_at=None):
            return frozenset({"checkout_abandoned_no_charge"})
        case Cancelled(policy_case=None):
            return frozenset({"payment_failed_no_charge"})
        case Cancelled(policy_case=case) if case is not None:
            return frozenset(_BY_CASE[case.value])
        case _:
            return breach("every lesson comes to an end", booking.booking_id, booking.state)


def named(payment: Payment) -> str:
    """Which payment it is, and how it stands."""
    why = payment.review_reason or payment.outcome or payment.closing
    return (
        f"payment {payment.payment_id} of {payment.breakdown.lesson_price}, {payment.state} {why}"
    )


def audit(town: Town) -> None:
    """Hold everything that is left against a second computation.

    Raises:
        Breach: Something is not where it must be.
    """
    earned: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    for payment in town.store.tables.named("payments").values():
        gone = town.left_the_platform(payment.instructor_id)
        _check_over(town, payment, gone=gone)
        outcome, decided, booking = _ending(town, payment)
        if outcome == DISPUTE_LOST and not _lost_in_escrow(town, payment):
            decided = decided or _COMPLETED
        ended = decided if outcome in {*UNPAID, DISPUTE_LOST} else outcome
        given_back = _BEFORE_SETTLEMENT if _given_back(town, payment) else frozenset[str]()
        if ended is not None and ended not in possible(booking) | given_back:
            breach("the outcome is the booking's", ended, booking.state)
        due = _stranded(town, payment, figures(payment, outcome, decided))
        unsent = 0
        if outcome == DISPUTE_LOST or gone:
            unsent = _unsent(town, payment, due)
        _hold_against(town, payment, due, unsent)
        earned[str(payment.instructor_id)] += due.payout - unsent
        paid[str(payment.student_id)] += due.card
    audit_aftermath(town, earned, paid)


def _check_over(town: Town, payment: Payment, *, gone: bool) -> None:
    """Everything is answered, and nobody waits, but for an instructor who is *gone*."""
    for each in town.of_payment(payment.payment_id):
        waits = each.kind is OperationKind.TRANSFER and each.state is OperationState.PLANNED
        if not each.finished and not (gone and waits):
            breach("everything is answered in the end", named(payment), each)
    if payment.state is PaymentState.SETTLED:
        return
    if not gone or payment.state not in {PaymentState.CAPTURED, PaymentState.MANUAL_REVIEW}:
        breach("every payment comes to an end", named(payment))
    town.notes["owed to who left"] += 1


def _ending(town: Town, payment: Payment) -> tuple[str, str | None, Booking]:
    """How it ended first, what was decided, and the booking then; of who left, how it will."""
    ended = town.checks.settled_as.get(payment.payment_id)
    booking = town.store.tables.named("bookings")[payment.booking_id]
    if ended is None:
        will = _COMPLETED if payment.closing is None else payment.closing.value
        return will, None, booking
    # One whose hold ran out may be let go of a moment after its money was.
    then = booking if isinstance(ended.booking.state, Pending) else ended.booking
    return ended.outcome, ended.decided, then


def _given_back(town: Town, payment: Payment) -> bool:
    """Whether an operator gave the money back before it was settled. Source: PY-54."""
    refunds = town.store.tables.named("refunds").where("payment_id", payment.payment_id)
    return any(each.state is RefundState.CLOSED for each in refunds)


def _lost_in_escrow(town: Town, payment: Payment) -> bool:
    """Whether a bank took the money back while it waited for its lesson. Source: PY-57."""
    disputed = town.store.tables.named("chargebacks").where("payment_id", payment.payment_id)
    return any(each.escrow for each in disputed)


def _stranded(town: Town, payment: Payment, due: Due) -> Due:
    """What no card took back is in escrow, or the student's as credit. Source: PY-54, PY-58."""
    asked = [
        each
        for each in town.of_payment(payment.payment_id)
        if each.kind is OperationKind.REFUND and each.matter is Matter.LESSON
    ]
    if due.card or not asked or asked[-1].state is not OperationState.FAILED:
        return due
    cents = payment.captured.cents
    lots = town.store.tables.named("credit_lots").where("payment_id", payment.payment_id)
    if any(lot.source is CreditSource.ADMIN_FULL_CREDIT for lot in lots):
        return evolve(due, card=cents, credit=due.credit + cents)
    return evolve(due, card=cents, kept=cents)


def _unsent(town: Town, payment: Payment, due: Due) -> int:
    """What was owed to the instructor, and never sent.

    A bank took it back meanwhile (PY-57), or they left (PY-66).
    """
    owed = -town.checks.settling[payment.payment_id][Account.INSTRUCTOR_PAYABLE]
    still = -town.checks.by_payment[payment.payment_id][Account.INSTRUCTOR_PAYABLE]
    if still and not town.left_the_platform(payment.instructor_id):
        breach("what is not sent any more is not owed any more", named(payment))
    if not 0 <= owed <= due.payout:
        breach("nobody is owed more than they earned", named(payment), owed, due.payout)
    return owed


def _hold_against(town: Town, payment: Payment, due: Due, unsent: int) -> None:
    """PY-83, and Appendix B for what the lesson itself came to."""
    sums = town.checks.settling[payment.payment_id]
    told = {
        Account.PROCESSOR_BALANCE: due.card - due.payout + unsent,
        Account.STUDENT_FEE_REVENUE: -due.fee,
        Account.COMMISSION_REVENUE: -due.commission,
        Account.CREDIT_AVAILABLE: -due.credit,
        Account.STUDENT_RECEIVABLE: due.debt,
        Account.BOOKING_ESCROW: -due.kept,
        Account.CREDIT_RESERVED: 0,
        Account.INSTRUCTOR_PAYABLE: -unsent,
        Account.AUTH_HELD: 0,
    }
    for account, cents in told.items():
        if sums[account] != cents:
            breach("each gets what the table says", named(payment), account, sums[account], cents)
