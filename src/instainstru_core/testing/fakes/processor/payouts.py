"""The simulated processor's rules for what instructors' accounts pay out to banks."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import (
    BankPayout,
    InstantBalance,
    PayoutSchedule,
    PayoutStatus,
    Refused,
)
from instainstru_core.testing.fakes.processor.account_commands import (
    FindInstantBalance,
    FindPayout,
    FindSchedule,
    InstantPayout,
    LandPayout,
    ListPayouts,
    PayOut,
    SetSchedule,
)
from instainstru_core.testing.fakes.processor.books import Books, Coming, ConnectedAccount

ARRIVES_AFTER: Final = timedelta(days=2)
INSTANT_AFTER: Final = timedelta(minutes=30)
INSTANT_FEE_BPS: Final = 150
UNDER_WAY: Final = frozenset({PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT})
_BPS: Final = 10_000
_EVENTS: Final = {
    PayoutStatus.PAID: "payout.paid",
    PayoutStatus.FAILED: "payout.failed",
    PayoutStatus.CANCELED: "payout.canceled",
}


def set_schedule(books: Books, command: SetSchedule, at: datetime) -> PayoutSchedule | None:
    """When the account pays out from now on; None when there is no such account."""
    if (account := books.accounts.get(command.account)) is None:
        return None
    wanted = PayoutSchedule(
        interval=command.interval, weekday=command.weekday, month_day=command.month_day
    )
    if account.schedule != wanted:
        account.schedule = wanted
        books.effect("schedule", account.account, key=account.account, amount_cents=0, at=at)
        books.emit("account.updated", account.account, at=at, account=account.account)
    return wanted


def find_schedule(books: Books, command: FindSchedule, at: datetime) -> PayoutSchedule | None:  # noqa: ARG001
    """When the account pays out."""
    account = books.accounts.get(command.account)
    return None if account is None else account.schedule


def pay_out(books: Books, command: PayOut, at: datetime) -> BankPayout | Refused | None:
    """All that the account has goes to the bank; None when there is no such account."""
    if (account := books.accounts.get(command.account)) is None:
        return None
    if not account.payouts_enabled:
        return Refused(reason="payouts_disabled")
    if account.balance_cents <= 0:
        return Refused(reason="nothing_to_pay_out")
    return _sent(books, account, account.balance_cents, at=at)


def instant_payout(books: Books, command: InstantPayout, at: datetime) -> BankPayout | Refused:
    """So much goes to the bank at once, less the fee."""
    if (account := books.accounts.get(command.account)) is None:
        return Refused(reason="account_unknown")
    if not account.payouts_enabled or account.is_deauthorised:
        return Refused(reason="payouts_disabled")
    if command.amount_cents > account.balance_cents:
        return Refused(reason="insufficient_account_balance")
    return _sent(books, account, command.amount_cents, at=at, instant_key=command.key)


def _sent(
    books: Books,
    account: ConnectedAccount,
    cents: int,
    *,
    at: datetime,
    instant_key: str | None = None,
) -> BankPayout:
    instant = instant_key is not None
    due = at + (INSTANT_AFTER if instant else ARRIVES_AFTER)
    payout = BankPayout(
        payout=books.new_id("po"),
        account=account.account,
        amount=Money(cents),
        status=PayoutStatus.IN_TRANSIT,
        created_at=at,
        arrives_on=due.date(),
        instant=instant,
        fee=Money(-(-cents * INSTANT_FEE_BPS // _BPS) if instant else 0),
    )
    books.payouts[payout.payout] = payout
    account.balance_cents -= cents
    key = instant_key or payout.payout
    books.effect("payout", payout.payout, key=key, amount_cents=cents, at=at)
    books.emit("payout.created", payout.payout, at=at, account=account.account)
    books.plan(Coming.PAYOUT_ARRIVES, payout.payout, due=due)
    return payout


def land_payout(books: Books, command: LandPayout, at: datetime) -> BankPayout | Refused | None:
    """The bank's word on a payout: what failed or was stopped is back on the account."""
    if (payout := books.payouts.get(command.payout)) is None:
        return None
    # A bank may send back days later what it had taken.
    returned = payout.status is PayoutStatus.PAID and command.status is PayoutStatus.FAILED
    if payout.status not in UNDER_WAY and not returned:
        return Refused(reason=f"payout_{payout.status}")
    failed = command.status is PayoutStatus.FAILED
    landed = evolve(
        payout,
        status=command.status,
        failure_code=(command.failure_code or "account_closed") if failed else None,
        failure_message=(command.failure_message or "The bank account is closed.")
        if failed
        else None,
    )
    books.payouts[payout.payout] = landed
    if command.status is not PayoutStatus.PAID:
        books.accounts[payout.account].balance_cents += payout.amount.cents
    books.emit("payout.updated", payout.payout, at=at, account=payout.account)
    books.emit(_EVENTS[command.status], payout.payout, at=at, account=payout.account)
    return landed


def arrive(books: Books, name: str, at: datetime) -> None:
    """The payout is with the bank, unless something else was heard of it before."""
    if books.payouts[name].status in UNDER_WAY:
        land_payout(books, LandPayout(payout=name, status=PayoutStatus.PAID), at)


def find_payout(books: Books, command: FindPayout, at: datetime) -> BankPayout | None:  # noqa: ARG001
    """How the payout stands; None when this account has none such."""
    payout = books.payouts.get(command.payout)
    return payout if payout is not None and payout.account == command.account else None


def list_payouts(books: Books, command: ListPayouts, at: datetime) -> tuple[BankPayout, ...]:  # noqa: ARG001
    """The account's latest payouts, newest first."""
    made = [each for each in books.payouts.values() if each.account == command.account]
    return tuple(reversed(made))[: command.limit]


def find_instant_balance(
    books: Books,
    command: FindInstantBalance,
    at: datetime,  # noqa: ARG001
) -> InstantBalance | None:
    """All that the account has, if it may pay out; None when there is no such account."""
    if (account := books.accounts.get(command.account)) is None:
        return None
    available = account.balance_cents if account.payouts_enabled else 0
    return InstantBalance(available=Money(available), fee_bps=INSTANT_FEE_BPS)
