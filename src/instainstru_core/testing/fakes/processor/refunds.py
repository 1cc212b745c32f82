"""The simulated processor's rules for money given back to cards."""

from datetime import datetime, timedelta
from typing import Final

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import (
    BalanceKind,
    Refunded,
    RefundSeen,
    RefundStatus,
    Refused,
)
from instainstru_core.testing.fakes.processor.bank_commands import FailRefund
from instainstru_core.testing.fakes.processor.books import Books, Coming, Intent, RefundMade
from instainstru_core.testing.fakes.processor.cards import Habit
from instainstru_core.testing.fakes.processor.commands import FindRefund, Refund
from instainstru_core.testing.fakes.processor.disputes import is_disputed

FAILS_AFTER: Final = timedelta(hours=1)


def refund(books: Books, command: Refund, at: datetime) -> Refunded | Refused:
    """Give taken money back, never more than was taken."""
    intent = books.intents.get(command.intent)
    if intent is None:
        return Refused(reason="intent_unknown")
    if (reason := _no_refund(books, intent, command)) is not None:
        return Refused(reason=reason)
    fails = books.cards[intent.card].behaviour.habit is Habit.REFUND_FAILS
    made = RefundMade(
        refund=books.new_id("re"),
        intent=intent.intent,
        amount_cents=command.amount_cents,
        status=RefundStatus.PENDING if fails else RefundStatus.SUCCEEDED,
    )
    name, cents = made.refund, command.amount_cents
    books.refunds[name] = made
    intent.refunded_cents += cents
    books.effect("refund", name, key=command.key, amount_cents=cents, at=at)
    books.book(BalanceKind.REFUND, name, -cents, group=intent.group, at=at)
    books.emit("refund.created", name, at=at)
    books.emit("charge.refunded", str(intent.charge), at=at)
    if fails:
        books.plan(Coming.REFUND_FAILS, name, due=at + FAILS_AFTER)
    return Refunded(refund=name, amount=Money(cents))


def _no_refund(books: Books, intent: Intent, command: Refund) -> str | None:
    if intent.charge is None:
        return "not_captured"
    if intent.refunded_cents + command.amount_cents > intent.captured_cents:
        return "amount_too_large"
    return "charge_disputed" if is_disputed(books, intent) else None


def fail_refund(books: Books, command: FailRefund, at: datetime) -> RefundSeen | None:
    """The card's bank sends the money back; None when there is no such refund."""
    if (made := books.refunds.get(command.refund)) is None:
        return None
    if made.status is not RefundStatus.FAILED:
        made.status = RefundStatus.FAILED
        intent = books.intents[made.intent]
        intent.refunded_cents -= made.amount_cents
        name, cents = made.refund, made.amount_cents
        books.book(BalanceKind.REFUND_FAILURE, name, cents, group=intent.group, at=at)
        books.emit("refund.updated", name, at=at)
        books.emit("refund.failed", name, at=at)
    return _seen(made)


def find_refund(books: Books, command: FindRefund, at: datetime) -> RefundSeen | None:  # noqa: ARG001
    """How the refund stands; None when there is none."""
    made = books.refunds.get(command.refund)
    return None if made is None else _seen(made)


def _seen(made: RefundMade) -> RefundSeen:
    return RefundSeen(refund=made.refund, amount=Money(made.amount_cents), status=made.status)
