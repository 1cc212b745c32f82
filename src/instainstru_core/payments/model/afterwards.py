"""What happens to a payment after its lesson: refunds, chargebacks, reviews. Source: PY-53…PY-58.

A payment that is looked into keeps, as *resume_state*, where it goes on from afterwards.
"""

from datetime import datetime

from attrs import evolve

from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.money import Money
from instainstru_core.payments.events import (
    PaymentDisputeClosed,
    PaymentDisputed,
    PaymentRefunded,
    PaymentReviewOpened,
    PaymentReviewResolved,
)
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import CHARGEBACK
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import Payment, PaymentState


def give_back(payment: Payment, amount: Money, *, outcome: Outcome | None, at: datetime) -> Payment:
    """*amount* is on its way back to the card; a full refund says how the lesson ended then.

    What had been decided before stays `closing`. Source: PY-30, PY-54.
    """
    ended = payment if outcome is None else _replaced(payment, outcome)
    return ended.recording(PaymentRefunded(**payment.named(at), amount=amount))


def look_into(payment: Payment, reason: str, *, at: datetime) -> Payment:
    """A person must look at it; one that looks at it already keeps their reason. Source: PY-58."""
    if payment.review_reason is not None:
        return payment
    stopped = _kept(payment, reason, at)
    return stopped.recording(PaymentReviewOpened(**payment.named(at), reason=reason))


def in_escrow(payment: Payment) -> bool:
    """Whether nobody was given any of it: it waits for its lesson, or goes back to its card."""
    if payment.standing is PaymentState.LOCKED:
        return True
    if payment.outcome is not None or payment.closing is None:
        return False
    return bool(payment.captured) and share_of(payment.closing) is Share.NO_CHARGE


def dispute(payment: Payment, amount: Money, *, at: datetime) -> Payment:
    """The bank took *amount* back: nothing automatic happens until that is decided.

    Whatever it was looked into for before gives way. Source: PY-56.
    """
    stopped = _kept(payment, CHARGEBACK, at)
    disputed = PaymentDisputed(**payment.named(at), amount=amount, inquiry=False)
    opened = PaymentReviewOpened(**payment.named(at), reason=CHARGEBACK)
    return stopped.recording(disputed).recording(opened)


def tell_dispute(payment: Payment, amount: Money, *, at: datetime) -> Payment:
    """The bank took *amount* back of what was paid beside the lesson; operators are told."""
    return payment.recording(PaymentDisputed(**payment.named(at), amount=amount, inquiry=False))


def hear_inquiry(payment: Payment, amount: Money, *, at: datetime) -> Payment:
    """The bank only asks; operators are told. Source: PY-56."""
    return payment.recording(PaymentDisputed(**payment.named(at), amount=amount, inquiry=True))


def end_dispute(payment: Payment, amount: Money, result: str, *, at: datetime) -> Payment:
    """The bank decided. Source: PY-57."""
    return payment.recording(
        PaymentDisputeClosed(**payment.named(at), amount=amount, result=result)
    )


def go_on(payment: Payment, *, at: datetime, paying: bool = False) -> Payment:
    """What was looked into is decided: it goes on from where it was.

    While *paying* still runs it counts as captured, and settles with the answer. Source: PY-57.
    """
    if payment.review_reason is None:
        return payment
    state = payment.resume_state or PaymentState.CAPTURED
    if paying and state is PaymentState.SETTLED:
        state = PaymentState.CAPTURED
    resolved = evolve(
        payment,
        state=state,
        review_reason=None,
        resume_state=None,
        settled_at=at if state is PaymentState.SETTLED else None,
    )
    return resolved.recording(
        PaymentReviewResolved(**payment.named(at), reason=payment.review_reason)
    )


def settle_again(payment: Payment, *, at: datetime) -> Payment:
    """What was still to be paid after a dispute is paid: the earlier end stands. Source: PY-57.

    Who looks into it for something else goes on doing so.
    """
    if payment.standing is not PaymentState.CAPTURED or payment.outcome is None:
        return payment
    if payment.frozen:
        return evolve(payment, resume_state=PaymentState.SETTLED)
    return evolve(payment, state=PaymentState.SETTLED, settled_at=at)


def settle_behind(payment: Payment, outcome: Outcome, *, payout: Money, at: datetime) -> Payment:
    """Everything was paid while a person looks at it: what settles with it does; they go on."""
    settled = payment.settle(payment.outcome or outcome, payout=payout, at=at)
    return evolve(
        settled,
        closing=None if payment.outcome is None else payment.closing,
        state=PaymentState.MANUAL_REVIEW,
        review_reason=payment.review_reason,
        resume_state=PaymentState.SETTLED,
        settled_at=None,
    )


def take_again(payment: Payment) -> Payment:
    """What was given back is the platform's again, and its end is still to come. Source: PY-54."""
    if payment.hold is None:
        raise InvalidState("there is no hold whose money came back")
    return evolve(
        payment,
        hold=evolve(payment.hold, status=HoldStatus.CAPTURED),
        closing=payment.outcome,
        outcome=None,
        settled_at=None,
    )


def lose(payment: Payment, *, at: datetime) -> Payment:
    """The bank kept the money: nobody is paid any more. Source: PY-57."""
    return evolve(
        _replaced(payment, Outcome.DISPUTE_LOST),
        state=PaymentState.SETTLED,
        review_reason=None,
        resume_state=None,
        settled_at=at,
    )


def _replaced(payment: Payment, outcome: Outcome) -> Payment:
    """Another outcome stands for the first one, which cancelling again still tells. PY-30."""
    return evolve(payment, outcome=outcome, closing=payment.closing or payment.outcome)


def _kept(payment: Payment, reason: str, at: datetime) -> Payment:
    resume = payment.resume_state or payment.state
    if resume is PaymentState.MANUAL_REVIEW:
        resume = PaymentState.CAPTURED  # Only a transfer can be stuck where money was taken.
    return evolve(
        payment,
        state=PaymentState.MANUAL_REVIEW,
        review_reason=reason,
        review_since=at,
        resume_state=resume,
        settled_at=None,
    )
