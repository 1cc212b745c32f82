"""The simulated processor's rules for money sent to instructors' accounts, and taken back."""

from datetime import datetime

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import (
    BalanceKind,
    Refused,
    Reversed,
    Transferred,
)
from instainstru_core.testing.fakes.processor.account_commands import Reverse, Transfer
from instainstru_core.testing.fakes.processor.books import Books, ConnectedAccount, TransferMade


def transfer(books: Books, command: Transfer, at: datetime) -> Transferred | Refused:
    """Move money to an account, never more than there is to move."""
    account = books.accounts.get(command.account)
    if account is None:
        return Refused(reason="account_unknown")
    if (reason := _no_transfer(books, account, command)) is not None:
        return Refused(reason=reason)
    made = TransferMade(
        transfer=books.new_id("tr"),
        account=account.account,
        amount_cents=command.amount_cents,
        group=command.group,
        charge=command.charge,
    )
    books.transfers[made.transfer] = made
    if command.charge is not None:
        books.charges[command.charge].transferred_cents += command.amount_cents
    account.balance_cents += command.amount_cents
    name, cents = made.transfer, command.amount_cents
    books.effect("transfer", name, key=command.key, amount_cents=cents, at=at)
    books.book(BalanceKind.TRANSFER, name, -cents, group=command.group, at=at)
    books.emit("transfer.created", name, at=at)
    return Transferred(transfer=name, amount=Money(cents))


def _no_transfer(books: Books, account: ConnectedAccount, command: Transfer) -> str | None:
    if not account.takes_money:
        return "account_not_payable"
    if command.charge is None:
        return "insufficient_balance" if command.amount_cents > books.spendable_cents else None
    charge = books.charges.get(command.charge)
    if charge is None:
        return "charge_unknown"
    if charge.transferred_cents + command.amount_cents > charge.captured_cents:
        return "amount_too_large"
    return None


def reverse(books: Books, command: Reverse, at: datetime) -> Reversed | Refused:
    """Take money back, never more than was sent, and only what the account still has."""
    if (made := books.transfers.get(command.transfer)) is None:
        return Refused(reason="transfer_unknown")
    account = books.accounts[made.account]
    if (reason := _no_reversal(account, made, command)) is not None:
        return Refused(reason=reason)
    made.reversed_cents += command.amount_cents
    account.balance_cents -= command.amount_cents
    name, cents = books.new_id("trr"), command.amount_cents
    books.effect("reversal", name, key=command.key, amount_cents=cents, at=at)
    books.book(BalanceKind.TRANSFER_REVERSAL, name, cents, group=made.group, at=at)
    books.emit("transfer.reversed", made.transfer, at=at)
    return Reversed(reversal=name, amount=Money(cents))


def _no_reversal(account: ConnectedAccount, made: TransferMade, command: Reverse) -> str | None:
    if made.reversed_cents + command.amount_cents > made.amount_cents:
        return "amount_too_large"
    if account.is_deauthorised:
        return "account_deauthorised"
    if command.amount_cents > account.balance_cents:
        return "insufficient_account_balance"
    return None
