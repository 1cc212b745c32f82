"""What everybody must have in the end, worked out a second time.

Nothing here asks the planner, or any code of payments that computes an amount: the figures come
from the rate, the minutes and the commission alone, by the table of Appendix B, in plain integers;
what happened comes from the booking. Source: spec 02 §2.5, §10 properties 3 and 8, Appendix B.
"""

from collections import Counter
from typing import Final

from attrs import frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.payment import Payment, PaymentState
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
_UNPAID: Final = frozenset({"capture_failure_instructor_paid", "capture_failure_escalated"})
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


def figures(payment: Payment, outcome: str) -> Due:
    """Appendix B for one lesson that ended so."""
    price = payment.breakdown
    lesson = rounded(price.hourly_rate.cents * price.minutes, 60)
    fee = rounded(lesson * price.student_fee_bps, BPS)
    commission = rounded(lesson * price.commission_bps, BPS)
    spent = price.credit.cents
    card = lesson + fee - spent
    payout = lesson - commission
    if outcome in _UNPAID:
        decided = figures(payment, str(payment.closing))
        return _unpaid(decided, spent=spent, card=card, fee=fee)
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
        booking = town.store.tables.named("bookings")[payment.booking_id]
        operations = town.of_payment(payment.payment_id)
        unfinished = [each for each in operations if not each.finished]
        if unfinished:
            breach("everything is answered in the end", named(payment), *unfinished)
        if payment.outcome is None:
            _left_open(town, payment)
            continue
        outcome = str(payment.outcome)
        ended = str(payment.closing) if outcome in _UNPAID else outcome
        if ended not in possible(booking):
            breach("the outcome is the booking's", ended, booking.state)
        due = figures(payment, outcome)
        collected = due.debt - _owed(town, payment)
        _hold_against(town, payment, due, collected)
        earned[str(payment.instructor_id)] += due.payout
        paid[str(payment.student_id)] += due.card + collected
    _totals(town, earned, paid)


def _left_open(town: Town, payment: Payment) -> None:
    """A person must decide, or a card never paid for a lesson that was taught."""
    if payment.state is PaymentState.MANUAL_REVIEW:
        town.notes[f"left to people: {payment.review_reason}"] += 1
        return
    breach("every payment comes to an end", named(payment))


def _owed(town: Town, payment: Payment) -> int:
    """What the student still owes of it, or never will pay; nothing once it is settled."""
    sums = town.checks.by_payment[payment.payment_id]
    owed = sums[Account.STUDENT_RECEIVABLE]
    if payment.state is PaymentState.SETTLED and owed:
        breach("what is settled is paid", named(payment), owed)
    return owed + sums[Account.BAD_DEBT_EXPENSE]


def _hold_against(town: Town, payment: Payment, due: Due, collected: int) -> None:
    sums = town.checks.by_payment[payment.payment_id]
    told = {
        Account.STUDENT_FEE_REVENUE: -due.fee,
        Account.COMMISSION_REVENUE: -due.commission,
        Account.CREDIT_AVAILABLE: -due.credit,
        Account.BOOKING_ESCROW: 0,
        Account.CREDIT_RESERVED: 0,
        Account.INSTRUCTOR_PAYABLE: 0,
        Account.AUTH_HELD: 0,
    }
    posted = town.checks.posted[payment.payment_id]
    if posted != due.card - due.payout + collected:
        breach("each gets what the table says", named(payment), "at the processor", posted, due)
    for account, cents in told.items():
        if sums[account] != cents:
            breach("each gets what the table says", named(payment), account, sums[account], cents)


def _totals(town: Town, earned: Counter[str], paid: Counter[str]) -> None:
    """What instructors have, and what cards paid, by the processor's own books."""
    books = town.processor.books
    for account in books.accounts.values():
        if account.balance_cents != earned[account.instructor]:
            breach(
                "an instructor has what they earned",
                account.instructor,
                account.balance_cents,
                earned[account.instructor],
            )
    spent: Counter[str] = Counter()
    for intent in books.intents.values():
        spent[books.cards[intent.card].customer] += intent.captured_cents - intent.refunded_cents
    for student in spent | paid:
        if spent[student] != paid[student]:
            breach("a student paid what they owed", student, spent[student], paid[student])
