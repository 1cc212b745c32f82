"""What instructors' accounts pay out to their banks. Source: PY-48, PY-49.

Stripe API pages: Balance settings, Payouts, Balance (`instant_available`), Instant payouts for
Connect; every call names the connected account.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final, Literal

import stripe
from attrs import frozen
from stripe import Balance, BalanceSettings, BalanceTransaction, Payout, RequestOptions
from stripe.params import BalanceSettingsUpdateParamsPaymentsPayoutsSchedule as NewSchedule

from adapters.stripe.client import CURRENCY, PAGE, Counter, answering, is_foreign, metadata
from instainstru_core.kernel.money import BASIS_POINTS, NOTHING, Money, half_up
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    BankPayout,
    InstantBalance,
    PayoutInterval,
    PayoutSchedule,
    PayoutStatus,
    Refused,
)

WEEKDAYS: Final[tuple[Literal["monday", "tuesday", "wednesday", "thursday", "friday"], ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
)
"""Banks are closed on the other two, and Stripe takes these five only."""

_DAYS: Final[Mapping[str, int]] = {name: number for number, name in enumerate(WEEKDAYS)}
WITH_FEE: Final = ["balance_transaction"]


@frozen
class Payouts:
    """Looks at one account's payouts and changes their schedule, in that account's name."""

    counter: Counter

    def payout_schedule(self, account: str) -> PayoutSchedule:
        """When the account pays out."""
        with answering():
            try:
                found = self.counter.client.v1.balance_settings.retrieve({}, _as(account))
            except stripe.PermissionError as error:
                raise _unknown(error) from error
        return _schedule(found)

    def set_payout_schedule(self, account: str, schedule: PayoutSchedule) -> PayoutSchedule:
        """Let the account pay out on *schedule* from now on."""
        with answering():
            try:
                changed = self.counter.client.v1.balance_settings.update(
                    {"payments": {"payouts": {"schedule": _wanted(schedule)}}}, _as(account)
                )
            except stripe.PermissionError as error:
                raise _unknown(error) from error
        return _schedule(changed)

    def payouts(self, account: str, *, limit: int = 100) -> Sequence[BankPayout]:
        """The account's latest payouts, newest first."""
        with answering():
            try:
                listed = self.counter.client.v1.payouts.list(
                    {"limit": min(limit, PAGE), "expand": ["data.balance_transaction"]},
                    _as(account),
                )
                return [_payout(each, account) for each in islice(listed.auto_paging_iter(), limit)]
            except stripe.PermissionError as error:
                raise _unknown(error) from error

    def find_payout(self, account: str, payout: str) -> BankPayout | None:
        """How the payout stands now."""
        try:
            with answering():
                try:
                    found = self.counter.client.v1.payouts.retrieve(
                        payout, {"expand": WITH_FEE}, _as(account)
                    )
                except stripe.PermissionError as error:
                    raise _unknown(error) from error
        except ProcessorObjectUnknown:
            return None
        return _payout(found, account)

    def instant_balance(self, account: str) -> InstantBalance:
        """What the account can pay out at once, and what that costs."""
        with answering():
            try:
                found = self.counter.client.v1.balance.retrieve(
                    {"expand": ["instant_available.net_available"]}, _as(account)
                )
            except stripe.PermissionError as error:
                raise _unknown(error) from error
        for each in found.instant_available or []:
            if each.currency == CURRENCY and each.amount > 0:
                return InstantBalance(available=Money(each.amount), fee_bps=_fee_bps(each))
        return InstantBalance(available=NOTHING)

    def instant_payout(
        self, key: OperationId, *, account: str, amount: Money
    ) -> BankPayout | Refused:
        """Pay *amount* of the account's balance out at once."""
        with answering():
            try:
                made = self.counter.client.v1.payouts.create(
                    {
                        "amount": amount.cents,
                        "currency": CURRENCY,
                        "expand": WITH_FEE,
                        "metadata": metadata(key, "instant_payout"),
                        "method": "instant",
                    },
                    {"idempotency_key": str(key), "stripe_account": account},
                )
            except (stripe.CardError, stripe.InvalidRequestError) as error:
                return _refused(error)
            except stripe.PermissionError as error:
                if is_foreign(error):
                    return Refused(reason="account_unknown")
                raise
        return _payout(made, account)


def _as(account: str) -> RequestOptions:
    return {"stripe_account": account}


def _unknown(error: stripe.StripeError) -> Exception:
    return ProcessorObjectUnknown() if is_foreign(error) else error


def _refused(error: stripe.CardError | stripe.InvalidRequestError) -> Refused:
    if error.code in {"balance_insufficient", "insufficient_funds"}:
        return Refused(reason="insufficient_account_balance")
    if error.code == "payouts_not_allowed":
        return Refused(reason="payouts_disabled")
    return Refused(reason=error.code or "payout_refused")


def _wanted(schedule: PayoutSchedule) -> NewSchedule:
    match schedule:
        case PayoutSchedule(interval=PayoutInterval.WEEKLY, weekday=int(day)):
            return {"interval": "weekly", "weekly_payout_days": [WEEKDAYS[day]]}
        case PayoutSchedule(interval=PayoutInterval.MONTHLY, month_day=int(day)):
            return {"interval": "monthly", "monthly_payout_days": [day]}
        case _:
            return {"interval": "daily"}


def _schedule(settings: BalanceSettings) -> PayoutSchedule:
    payouts = settings.payments.payouts
    found = None if payouts is None else payouts.schedule
    if found is not None and found.interval == "weekly" and found.weekly_payout_days:
        weekday = _DAYS[found.weekly_payout_days[0]]
        return PayoutSchedule(interval=PayoutInterval.WEEKLY, weekday=weekday)
    if found is not None and found.interval == "monthly" and found.monthly_payout_days:
        month_day = found.monthly_payout_days[0]
        return PayoutSchedule(interval=PayoutInterval.MONTHLY, month_day=month_day)
    return PayoutSchedule(interval=PayoutInterval.DAILY)


def _payout(payout: Payout, account: str) -> BankPayout:
    booked = payout.balance_transaction
    return BankPayout(
        payout=payout.id,
        account=account,
        amount=Money(payout.amount),
        status=PayoutStatus(payout.status),
        created_at=datetime.fromtimestamp(payout.created, UTC),
        arrives_on=datetime.fromtimestamp(payout.arrival_date, UTC).date(),
        instant=payout.method == "instant",
        fee=Money(booked.fee) if isinstance(booked, BalanceTransaction) else NOTHING,
        failure_code=payout.failure_code,
        failure_message=payout.failure_message,
    )


def _fee_bps(available: Balance.InstantAvailable) -> int:
    """The fee that remains between the balance and the most that any bank gets of it."""
    net = max((each.amount for each in available.net_available or []), default=available.amount)
    return half_up((available.amount - net) * BASIS_POINTS, available.amount)
