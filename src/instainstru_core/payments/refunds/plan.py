"""What a refund of a settled lesson comes to, to the cent: one pure function. Source: PY-53."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import frozen

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money, half_up
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.refunds.errors import (
    AlreadyRefunded,
    AmountExceedsRemaining,
    RefundWindowClosed,
)
from instainstru_core.pricing.model.quotes import PriceBreakdown

REFUND_WINDOW: Final = timedelta(days=180)
"""How long after its capture a card takes a refund, unless configured otherwise. PY-54."""


class RefundReason(StrEnum):
    """Why an operator gives money back. Source: PY-52."""

    INSTRUCTOR_NO_SHOW = "instructor_no_show"
    DISPUTE = "dispute"
    PLATFORM_ERROR = "platform_error"
    DUPLICATE = "duplicate"
    GOODWILL = "goodwill"
    OTHER = "other"


class Bearer(StrEnum):
    """Whose money goes back. Source: PY-52."""

    INSTRUCTOR = "instructor"
    PLATFORM = "platform"


_AT_FAULT: Final = {
    RefundReason.INSTRUCTOR_NO_SHOW: Outcome.INSTRUCTOR_NO_SHOW,
    RefundReason.DISPUTE: Outcome.DISPUTE_REFUND,
}


def bearer_of(reason: RefundReason) -> Bearer:
    """Who bears it unless the operator says otherwise. Source: PY-52."""
    return Bearer.INSTRUCTOR if reason in _AT_FAULT else Bearer.PLATFORM


def outcome_of(reason: RefundReason) -> Outcome:
    """How a lesson ended that was refunded in full. Source: PY-54."""
    return _AT_FAULT.get(reason, Outcome.ADMIN_REFUND)


@frozen(kw_only=True)
class RefundFacts:
    """What a refund goes by, besides the price.

    *earlier* went back to the card before, or is on its way; *spent* and *unspent* are the credit
    issued out of this lesson's money; *consumed* is the credit that paid for it and was not
    reinstated; *unreversed* is what the instructor got and still has.
    """

    breakdown: PriceBreakdown
    captured_at: datetime | None
    earlier: Money = NOTHING
    refunded_in_full: bool = False
    spent: Money = NOTHING
    unspent: Money = NOTHING
    consumed: Money = NOTHING
    unreversed: Money = NOTHING

    @property
    def refundable(self) -> Money:
        """What can still go back to the card. Source: PY-53."""
        taken = self.breakdown.card_amount.cents
        return Money(max(0, taken - self.earlier.cents - self.spent.cents))


@frozen(kw_only=True)
class RefundPlan:
    """Every figure of one refund.

    *card* is r, *reinstated* c, *reversed* v and *revoked* u of Appendix A's row 23.
    """

    card: Money
    full: bool
    bearer: Bearer
    reinstated: Money = NOTHING
    reversed: Money = NOTHING
    revoked: Money = NOTHING

    @property
    def absorbed_cents(self) -> int:
        """What the platform pays; below 0 it gets back what earlier refunds cost it."""
        given = self.card.cents + self.reinstated.cents
        return given - self.reversed.cents - self.revoked.cents


def plan_refund(
    facts: RefundFacts,
    *,
    cents: int | None,
    reason: RefundReason,
    bearer: Bearer | None = None,
    window: timedelta = REFUND_WINDOW,
    at: datetime,
) -> RefundPlan:
    """What giving back *cents* does; None gives back all that can be. Source: PY-53, PY-54.

    Raises:
        Malformed: Less than a cent is asked for.
        AlreadyRefunded: A full refund was made.
        NothingToRefund: No money was taken, or what was left of it went into spent credit.
        RefundWindowClosed: It was taken more than 180 days ago.
        AmountExceedsRemaining: More is asked for than can be given back.
    """
    if cents is not None and cents < 1:
        raise Malformed("a refund gives back one cent at least")
    if facts.refunded_in_full:
        raise AlreadyRefunded("everything was given back before")
    refundable = facts.refundable
    if not refundable or facts.captured_at is None:
        raise NothingToRefund("nothing of this lesson's money can be given back")
    if at - facts.captured_at > window:
        raise RefundWindowClosed(f"the card was charged more than {window.days} days ago")
    card = refundable if cents is None else Money(cents)
    if card > refundable:
        raise AmountExceedsRemaining(refundable)
    full, borne = card == refundable, bearer or bearer_of(reason)
    return RefundPlan(
        card=card,
        full=full,
        bearer=borne,
        reinstated=facts.consumed if full else NOTHING,
        reversed=_reversed(facts, card, full=full) if borne is Bearer.INSTRUCTOR else NOTHING,
        revoked=facts.unspent if full else NOTHING,
    )


def _reversed(facts: RefundFacts, card: Money, *, full: bool) -> Money:
    """What the instructor gives back: all of it, or the refund's part of the payout."""
    if full:
        return facts.unreversed
    price = facts.breakdown
    paid = (price.lesson_price + price.student_fee).cents
    return min(facts.unreversed, Money(half_up(card.cents * price.payout.cents, paid)))
