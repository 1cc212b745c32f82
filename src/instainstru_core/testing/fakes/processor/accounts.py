"""The simulated processor's rules for instructors' accounts."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.payments.model.processor import PayoutAccount
from instainstru_core.testing.fakes.processor.account_commands import (
    ChangeAccount,
    CompleteOnboarding,
    Deauthorise,
    FindAccount,
    LinkDashboard,
    LinkOnboarding,
    OpenAccount,
)
from instainstru_core.testing.fakes.processor.books import (
    Books,
    ConnectedAccount,
    DashboardPage,
    OnboardingPage,
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
        books.emit("account.updated", page.account, at=at, account=page.account)
    return OnboardingDone(account=page.account, return_url=page.return_url)


def link_dashboard(books: Books, command: LinkDashboard, at: datetime) -> str | None:
    """A fresh link for the account's own page; None when there is no such account."""
    if command.account not in books.accounts:
        return None
    link = books.new_id("dash")
    books.dashboards[link] = DashboardPage(account=command.account, expires_at=at + LINK_LASTS)
    return link


def change_account(books: Books, command: ChangeAccount, at: datetime) -> PayoutAccount | None:
    """The processor's staff restrict an account, ask for papers, or let it go on."""
    if (account := books.accounts.get(command.account)) is None:
        return None
    before = _standing(account)
    account.requirements = command.requirements
    account.is_restricted = not command.charges_enabled
    account.payouts_enabled = command.payouts_enabled
    if _standing(account) != before:
        books.emit("account.updated", account.account, at=at, account=account.account)
    return _standing(account)


def deauthorise(books: Books, command: Deauthorise, at: datetime) -> PayoutAccount | None:
    """The instructor leaves the platform; the account stays theirs."""
    if (account := books.accounts.get(command.account)) is None:
        return None
    if not account.is_deauthorised:
        account.is_deauthorised = True
        name = account.account
        books.emit("account.application.deauthorized", name, at=at, account=name)
    return _standing(account)


def _standing(account: ConnectedAccount) -> PayoutAccount:
    return PayoutAccount(
        account=account.account,
        charges_enabled=account.is_onboarded and not account.is_restricted,
        details_submitted=account.is_onboarded,
        payouts_enabled=account.payouts_enabled,
        requirements=account.requirements,
        deauthorised=account.is_deauthorised,
    )
