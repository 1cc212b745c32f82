"""What the simulated processor's own books say of the platform's balance."""

from datetime import datetime

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import BalanceKind, BalanceTransaction, Refused
from instainstru_core.testing.fakes.processor.bank_commands import (
    FindBalance,
    ListBalance,
    PayPlatform,
)
from instainstru_core.testing.fakes.processor.books import Books, Movement


@frozen(kw_only=True)
class Balance:
    """What the platform has; below zero when it paid out more than came in."""

    cents: int


@frozen(kw_only=True)
class PlatformPaid:
    """Part of the balance is on its way to the platform's bank."""

    payout: str
    amount: Money


def pay_platform(books: Books, command: PayPlatform, at: datetime) -> PlatformPaid | Refused:
    """Pay part of the balance out, never more than came in."""
    if command.amount_cents > books.balance_cents:
        return Refused(reason="insufficient_balance")
    name, cents = books.new_id("po"), command.amount_cents
    books.effect("platform_payout", name, key=name, amount_cents=cents, at=at)
    books.book(BalanceKind.PAYOUT, name, -cents, group="platform", at=at)
    books.emit("payout.created", name, at=at)
    return PlatformPaid(payout=name, amount=Money(cents))


def find_balance(books: Books, command: FindBalance, at: datetime) -> Balance:  # noqa: ARG001
    """What all movements come to."""
    return Balance(cents=books.balance_cents)


def list_balance(
    books: Books,
    command: ListBalance,
    at: datetime,  # noqa: ARG001
) -> tuple[BalanceTransaction, ...]:
    """The movements of a while, oldest first."""
    return tuple(
        _told(each)
        for each in books.balance_transactions
        if command.since <= each.at < command.until
    )


def _told(moved: Movement) -> BalanceTransaction:
    return BalanceTransaction(
        reference=moved.reference,
        kind=moved.kind,
        source=moved.source,
        amount_cents=moved.amount_cents,
        fee_cents=moved.fee_cents,
        occurred_at=moved.at,
    )
