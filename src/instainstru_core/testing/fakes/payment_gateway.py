"""The simulated processor as a `PaymentGateway` in memory: for tests, and for trying things out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Self, cast

from attrs import define, evolve

from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    BalanceTransaction,
    BankPayout,
    Captured,
    CardDetails,
    CardSetup,
    ChargeResult,
    Declined,
    DisputeSeen,
    InstantBalance,
    PayoutAccount,
    PayoutSchedule,
    ProcessorAnswer,
    Refunded,
    RefundSeen,
    Refused,
    Reversed,
    Transferred,
    Voided,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.processor.account_commands import (
    FindAccount,
    FindInstantBalance,
    FindPayout,
    FindSchedule,
    InstantPayout,
    LinkDashboard,
    LinkOnboarding,
    ListPayouts,
    OpenAccount,
    Reverse,
    SetSchedule,
    Transfer,
)
from instainstru_core.testing.fakes.processor.balance import Balance
from instainstru_core.testing.fakes.processor.bank_commands import (
    FindBalance,
    FindDispute,
    ListBalance,
)
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Charge,
    DetachCard,
    FindCharge,
    FindIntent,
    FindOperation,
    FindRefund,
    FindSetup,
    Refund,
    StartSetup,
    Void,
)
from instainstru_core.testing.fakes.simulated_bank import SimulatedBank


@define
class SimulatedProcessor(SimulatedBank):
    """A card processor without a card, a bank or a network. `books` shows what really happened.

    Every token of `TEST_CARDS` behaves as its name says, and `fail_next` makes the next calls of a
    kind go wrong. A lost answer is `OutcomeUnknown`, as it would be with the real thing.
    """

    def at(self, moment: datetime) -> Self:
        """The same processor at *moment*: what it is asked happened then."""
        return evolve(self, clock=HandMovedClock(moment))

    def attach_card(self, *, customer: str, token: str) -> CardDetails | Declined:
        """Keep the card behind *token* for *customer*."""
        answer = self._execute(AttachCard(customer=customer, token=token))
        return cast("CardDetails | Declined", answer)

    def authorise(
        self,
        key: OperationId,
        *,
        customer: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> AuthorisationResult:
        """Hold *amount* on *card*."""
        command = Authorise(
            key=str(key),
            customer=customer,
            card=card,
            amount_cents=amount.cents,
            off_session=off_session,
            group=group,
        )
        return cast("AuthorisationResult", self._execute(command))

    def find_authorisation(self, intent: str) -> AuthorisationResult | None:
        """How the hold stands now."""
        return cast("AuthorisationResult | None", self._execute(FindIntent(intent=intent)))

    def find_operation(self, key: OperationId) -> ProcessorAnswer | None:
        """What the call with this *key* came to."""
        return cast("ProcessorAnswer | None", self._execute(FindOperation(key=str(key))))

    def capture(self, key: OperationId, *, intent: str, amount: Money) -> Captured | Refused:
        """Take *amount* of the hold."""
        command = Capture(key=str(key), intent=intent, amount_cents=amount.cents)
        return cast("Captured | Refused", self._execute(command))

    def void(self, key: OperationId, *, intent: str) -> Voided | Refused:
        """Let the hold go."""
        return cast("Voided | Refused", self._execute(Void(key=str(key), intent=intent)))

    def refund(self, key: OperationId, *, intent: str, amount: Money) -> Refunded | Refused:
        """Give *amount* of the captured money back."""
        command = Refund(key=str(key), intent=intent, amount_cents=amount.cents)
        return cast("Refunded | Refused", self._execute(command))

    def transfer(
        self, key: OperationId, *, account: str, amount: Money, group: str, charge: str | None
    ) -> Transferred | Refused:
        """Move *amount* to *account*."""
        command = Transfer(
            key=str(key), account=account, amount_cents=amount.cents, group=group, charge=charge
        )
        return cast("Transferred | Refused", self._execute(command))

    def open_account(self, key: OperationId, *, instructor: str) -> PayoutAccount:
        """A new account for *instructor*."""
        return cast(
            "PayoutAccount", self._execute(OpenAccount(key=str(key), instructor=instructor))
        )

    def onboarding_link(self, *, account: str, return_url: str) -> str:
        """Where the instructor completes onboarding."""
        link = self._execute(LinkOnboarding(account=account, return_url=return_url))
        return f"https://processor.invalid/onboarding/{link}"

    def find_account(self, account: str) -> PayoutAccount | None:
        """How the account stands now."""
        return cast("PayoutAccount | None", self._execute(FindAccount(account=account)))

    def start_setup(self, *, customer: str) -> CardSetup:
        """A card form for *customer*."""
        return cast("CardSetup", self._execute(StartSetup(customer=customer)))

    def find_setup(self, setup: str) -> CardSetup | None:
        """How the form stands now."""
        return cast("CardSetup | None", self._execute(FindSetup(setup=setup)))

    def detach_card(self, *, customer: str, token: str) -> None:
        """Forget the card."""
        self._execute(DetachCard(customer=customer, token=token))

    def charge(
        self,
        key: OperationId,
        *,
        customer: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> ChargeResult:
        """Take *amount* from *card* at once."""
        command = Charge(
            key=str(key),
            customer=customer,
            card=card,
            amount_cents=amount.cents,
            off_session=off_session,
            group=group,
        )
        return cast("ChargeResult", self._execute(command))

    def find_charge(self, intent: str) -> ChargeResult | None:
        """How the charge stands now."""
        return cast("ChargeResult | None", self._execute(FindCharge(intent=intent)))

    def reverse(self, key: OperationId, *, transfer: str, amount: Money) -> Reversed | Refused:
        """Take *amount* of a transfer back."""
        command = Reverse(key=str(key), transfer=transfer, amount_cents=amount.cents)
        return cast("Reversed | Refused", self._execute(command))

    def find_refund(self, refund: str) -> RefundSeen | None:
        """How the refund stands now."""
        return cast("RefundSeen | None", self._execute(FindRefund(refund=refund)))

    def dashboard_link(self, *, account: str) -> str:
        """Where the instructor sees their account."""
        link = self._execute(LinkDashboard(account=account))
        return f"https://processor.invalid/dashboard/{link}"

    def payout_schedule(self, account: str) -> PayoutSchedule:
        """When the account pays out."""
        return cast("PayoutSchedule", self._execute(FindSchedule(account=account)))

    def set_payout_schedule(self, account: str, schedule: PayoutSchedule) -> PayoutSchedule:
        """Let the account pay out on *schedule* from now on."""
        command = SetSchedule(
            account=account,
            interval=schedule.interval,
            weekday=schedule.weekday,
            month_day=schedule.month_day,
        )
        return cast("PayoutSchedule", self._execute(command))

    def payouts(self, account: str, *, limit: int = 100) -> Sequence[BankPayout]:
        """The account's latest payouts, newest first."""
        listed = self._execute(ListPayouts(account=account, limit=limit))
        return cast("tuple[BankPayout, ...]", listed)

    def find_payout(self, account: str, payout: str) -> BankPayout | None:
        """How the payout stands now."""
        found = self._execute(FindPayout(account=account, payout=payout))
        return cast("BankPayout | None", found)

    def instant_balance(self, account: str) -> InstantBalance:
        """What the account can pay out at once."""
        return cast("InstantBalance", self._execute(FindInstantBalance(account=account)))

    def instant_payout(
        self, key: OperationId, *, account: str, amount: Money
    ) -> BankPayout | Refused:
        """Pay *amount* of the account's balance out at once."""
        command = InstantPayout(key=str(key), account=account, amount_cents=amount.cents)
        return cast("BankPayout | Refused", self._execute(command))

    def find_dispute(self, dispute: str) -> DisputeSeen | None:
        """How the disputed charge stands now."""
        return cast("DisputeSeen | None", self._execute(FindDispute(dispute=dispute)))

    def balance(self) -> int:
        """The platform's balance in cents."""
        return cast("Balance", self._execute(FindBalance())).cents

    def balance_transactions(
        self, *, since: datetime, until: datetime
    ) -> Iterator[BalanceTransaction]:
        """Every movement of the platform's balance in a while, oldest first."""
        listed = self._execute(ListBalance(since=since, until=until))
        return iter(cast("tuple[BalanceTransaction, ...]", listed))
