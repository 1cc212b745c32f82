"""How the money of a lesson can end, and what that means for each. Source: PY-28…PY-30."""

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What the money did in the end. Source: PY-30."""

    LESSON_COMPLETED = "lesson_completed_full_payout"
    STUDENT_NO_SHOW = "student_no_show_full_payout"
    INSTRUCTOR_NO_SHOW = "instructor_no_show_full_refund"
    MUTUAL_NO_SHOW = "mutual_no_show_full_refund"
    STUDENT_CANCELLED = "student_cancel_gt24_no_charge"
    STUDENT_CANCELLED_12_24 = "student_cancel_12_24_full_credit"
    STUDENT_CANCELLED_LT12 = "student_cancel_lt12_split_50_50"
    LOCKED_CANCELLED_GE12 = "locked_cancel_ge12_full_credit"
    LOCKED_CANCELLED_LT12 = "locked_cancel_lt12_split_50_50"
    UNAUTHORIZED_CANCELLED = "unauthorized_cancel_no_charge"
    INSTRUCTOR_CANCELLED = "instructor_cancel_full_refund"
    CHECKOUT_ABANDONED = "checkout_abandoned_no_charge"
    PAYMENT_FAILED = "payment_failed_no_charge"
    ADMIN_REFUND = "admin_refund"
    ADMIN_FULL_CREDIT = "admin_full_credit"
    ADMIN_SPLIT = "admin_split_50_50"
    ADMIN_NO_REFUND = "admin_no_refund"
    DISPUTE_REFUND = "student_wins_dispute_full_refund"
    CAPTURE_FAILURE_PAID = "capture_failure_instructor_paid"
    CAPTURE_FAILURE_ESCALATED = "capture_failure_escalated"
    DISPUTE_LOST = "dispute_lost"


class Share(StrEnum):
    """Who the money of a lesson goes to: one of four ways. Source: PY-28, PY-29, Appendix B."""

    NO_CHARGE = "no_charge"
    FULL_PAYOUT = "full_payout"
    FULL_CREDIT = "full_credit"
    SPLIT = "split"


_SHARES = {
    Outcome.LESSON_COMPLETED: Share.FULL_PAYOUT,
    Outcome.STUDENT_NO_SHOW: Share.FULL_PAYOUT,
    Outcome.ADMIN_NO_REFUND: Share.FULL_PAYOUT,
    Outcome.STUDENT_CANCELLED_12_24: Share.FULL_CREDIT,
    Outcome.LOCKED_CANCELLED_GE12: Share.FULL_CREDIT,
    Outcome.ADMIN_FULL_CREDIT: Share.FULL_CREDIT,
    Outcome.STUDENT_CANCELLED_LT12: Share.SPLIT,
    Outcome.LOCKED_CANCELLED_LT12: Share.SPLIT,
    Outcome.ADMIN_SPLIT: Share.SPLIT,
}


def share_of(outcome: Outcome) -> Share:
    """Who gets the money of a lesson that ends so; with no charge it stays the student's."""
    return _SHARES.get(outcome, Share.NO_CHARGE)


ESCALATED: Final = frozenset({Outcome.CAPTURE_FAILURE_PAID, Outcome.CAPTURE_FAILURE_ESCALATED})
"""What the card never gave is the student's debt; what was decided before is kept. Source: PY-25.
"""
