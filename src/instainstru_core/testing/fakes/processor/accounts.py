"""The simulated processor's rules for instructors' accounts and the money sent to them."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import PayoutAccount, Refused, Transferred
from instainstru_core.testing.fakes.processor.books import Books, ConnectedAccount, OnboardingPage
from instainstru_core.testing.fakes.processor.commands import (
    CompleteOnboarding,
    FindAccount,
    LinkOnboarding,
    OpenAccount,
    Transfer,
)

LINK_LASTS: Final = timedelta(minutes=5)


@frozen(kw_only=True)
class OnboardingDone:
    """The account can be paid; the instructor goes back to *return_url*."""

    account: str
    return_url: str


def open_account(books: Books, command: OpenAccount, at: datetime) -> PayoutAccount:
    """Open an account."""
    name = books.new_id("acct")
    books.accounts[name] = ConnectedAccount(account=name, instructor=command.instructor)
    books.effect("account", name, key=command.key, amount_cents=0, at=at)
    return _standing(books.accounts[name])


def find_account(books: Books, command: FindAccount, at: datetime) -> PayoutAccount | None:  # noqa: ARG001
    """How the account stands; None when there is none."""
    account = books.accounts.get(command.account)
    return None if account is None else _standing(account)


def link_onboarding(books: Books, command: LinkOnboarding, at: datetime) -> str | None:
    """A fresh link for an account; None when there is no such account."""
    if command.account not in books.accounts:
        return None
    link = books.new_id("onb")
    books.pages[link] = OnboardingPage(
        account=command.account, return_url=command.return_url, expires_at=at + LINK_LASTS
    )
    return link


def complete_onboarding(
    books: Books, command: CompleteOnboarding, at: datetime
) -> OnboardingDone | None:
    """The instructor is done; None when the link is none, or too old."""
    page = books.pages.get(command.link)
    if page is None or at >= page.expires_at:
        return None
    account = books.accounts[page.account]
    if not account.is_onboarded:
        account.is_onboarded = True
        books.emit("account.updated", page.account, at=at)
    return OnboardingDone(account=page.account, return_url=page.return_url)


def transfer(books: Books, command: Transfer, at: datetime) -> Transferred | Refused:
    """Move money to an account, never more than there is to move."""
    account = books.accounts.get(command.account)
    if account is None:
        return Refused(reason="account_unknown")
    if (reason := _no_transfer(books, account, command)) is not None:
        return Refused(reason=reason)
    name = books.new_id("tr")
    if command.charge is not None:
        books.charges[command.charge].transferred_cents += command.amount_cents
    account.balance_cents += command.amount_cents
    books.effect("transfer", name, key=command.key, amount_cents=command.amount_cents, at=at)
    books.book("transfer", name, -command.amount_cents, group=command.group, at=at)
    books.emit("transfer.created", name, at=at)
    return Transferred(transfer=name, amount=Money(command.amount_cents))


def _no_transfer(books: Books, account: ConnectedAccount, command: Transfer) -> str | None:
    if not account.is_onboarded:
        return "account_not_payable"
    if command.charge is None:
        return "insufficient_balance" if command.amount_cents > books.balance_cents else None
    charge = books.charges.get(command.charge)
    if charge is None:
        return "charge_unknown"
    if charge.transferred_cents + command.amount_cents > charge.captured_cents:
        return "amount_too_large"
    return None


def _standing(account: ConnectedAccount) -> PayoutAccount:
    return PayoutAccount(
        account=account.account,
        charges_enabled=account.is_onboarded,
        details_submitted=account.is_onboarded,
    )
