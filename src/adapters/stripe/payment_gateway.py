"""The `PaymentGateway` port against Stripe. Source: PY-2, PY-60…62."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Self, TypeVar, cast

from attrs import field, frozen
from stripe import StripeClient

from adapters.stripe.accounts import Accounts
from adapters.stripe.books import Books
from adapters.stripe.cards import Cards
from adapters.stripe.client import Counter, is_saved
from adapters.stripe.customers import Customers
from adapters.stripe.found import Found
from adapters.stripe.holds import Holds
from adapters.stripe.payouts import Payouts
from adapters.stripe.transfers import Transfers
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown
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

AnswerT = TypeVar("AnswerT", bound=ProcessorAnswer)


@frozen
class StripeGateway:
    """Every question goes to the desk that knows its subject; each of them is small."""

    _cards: Cards = field(repr=False)
    _holds: Holds = field(repr=False)
    _transfers: Transfers = field(repr=False)
    _accounts: Accounts = field(repr=False)
    _payouts: Payouts = field(repr=False)
    _books: Books = field(repr=False)
    _found: Found = field(repr=False)

    @classmethod
    def over(cls, client: StripeClient) -> Self:
        """The gateway that asks through *client*."""
        counter = Counter(client)
        customers = Customers(counter)
        return cls(
            cards=Cards(counter, customers),
            holds=Holds(counter, customers),
            transfers=Transfers(counter),
            accounts=Accounts(counter),
            payouts=Payouts(counter),
            books=Books(counter),
            found=Found(counter),
        )

    def attach_card(self, *, customer: str, token: str) -> CardDetails | Declined:
        """Keep the card behind *token*."""
        return self._cards.attach_card(customer=customer, token=token)

    def start_setup(self, *, customer: str) -> CardSetup:
        """A card form for *customer*."""
        return self._cards.start_setup(customer=customer)

    def find_setup(self, setup: str) -> CardSetup | None:
        """How the form stands now."""
        return self._cards.find_setup(setup)

    def detach_card(self, *, customer: str, token: str) -> None:
        """Forget the card."""
        self._cards.detach_card(customer=customer, token=token)

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
        return self._told(
            key,
            lambda: self._holds.authorise(
                key,
                customer=customer,
                card=card,
                amount=amount,
                off_session=off_session,
                group=group,
            ),
        )

    def find_authorisation(self, intent: str) -> AuthorisationResult | None:
        """How the hold stands now."""
        return self._holds.find_authorisation(intent)

    def find_operation(self, key: OperationId) -> ProcessorAnswer | None:
        """What the call with this *key* came to."""
        return self._found.find_operation(key)

    def capture(self, key: OperationId, *, intent: str, amount: Money) -> Captured | Refused:
        """Take *amount* of the hold."""
        return self._told(key, lambda: self._holds.capture(key, intent=intent, amount=amount))

    def void(self, key: OperationId, *, intent: str) -> Voided | Refused:
        """Let the hold go."""
        return self._told(key, lambda: self._holds.void(key, intent=intent))

    def refund(self, key: OperationId, *, intent: str, amount: Money) -> Refunded | Refused:
        """Give *amount* of the captured money back."""
        return self._told(key, lambda: self._holds.refund(key, intent=intent, amount=amount))

    def find_refund(self, refund: str) -> RefundSeen | None:
        """How the refund stands now."""
        return self._holds.find_refund(refund)

    def transfer(
        self, key: OperationId, *, account: str, amount: Money, group: str, charge: str | None
    ) -> Transferred | Refused:
        """Move *amount* to *account*."""
        return self._told(
            key,
            lambda: self._transfers.transfer(
                key, account=account, amount=amount, group=group, charge=charge
            ),
        )

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
        return self._told(
            key,
            lambda: self._holds.charge(
                key,
                customer=customer,
                card=card,
                amount=amount,
                off_session=off_session,
                group=group,
            ),
        )

    def find_charge(self, intent: str) -> ChargeResult | None:
        """How the charge stands now."""
        return self._holds.find_charge(intent)

    def reverse(self, key: OperationId, *, transfer: str, amount: Money) -> Reversed | Refused:
        """Take *amount* of a transfer back."""
        return self._told(
            key, lambda: self._transfers.reverse(key, transfer=transfer, amount=amount)
        )

    def open_account(self, key: OperationId, *, instructor: str) -> PayoutAccount:
        """A new account for *instructor*."""
        return self._accounts.open_account(key, instructor=instructor)

    def onboarding_link(self, *, account: str, return_url: str) -> str:
        """Where the instructor completes onboarding."""
        return self._accounts.onboarding_link(account=account, return_url=return_url)

    def find_account(self, account: str) -> PayoutAccount | None:
        """How the account stands now."""
        return self._accounts.find_account(account)

    def dashboard_link(self, *, account: str) -> str:
        """Where the instructor sees their account."""
        return self._accounts.dashboard_link(account=account)

    def payout_schedule(self, account: str) -> PayoutSchedule:
        """When the account pays out."""
        return self._payouts.payout_schedule(account)

    def set_payout_schedule(self, account: str, schedule: PayoutSchedule) -> PayoutSchedule:
        """Let the account pay out on *schedule* from now on."""
        return self._payouts.set_payout_schedule(account, schedule)

    def payouts(self, account: str, *, limit: int = 100) -> Sequence[BankPayout]:
        """The account's latest payouts, newest first."""
        return self._payouts.payouts(account, limit=limit)

    def find_payout(self, account: str, payout: str) -> BankPayout | None:
        """How the payout stands now."""
        return self._payouts.find_payout(account, payout)

    def instant_balance(self, account: str) -> InstantBalance:
        """What the account can pay out at once."""
        return self._payouts.instant_balance(account)

    def instant_payout(
        self, key: OperationId, *, account: str, amount: Money
    ) -> BankPayout | Refused:
        """Pay *amount* of the account's balance out at once."""
        return self._payouts.instant_payout(key, account=account, amount=amount)

    def find_dispute(self, dispute: str) -> DisputeSeen | None:
        """How the disputed charge stands now."""
        return self._books.find_dispute(dispute)

    def balance(self) -> int:
        """The platform's balance in cents."""
        return self._books.balance()

    def balance_transactions(
        self, *, since: datetime, until: datetime
    ) -> Iterator[BalanceTransaction]:
        """Every movement of the platform's balance, oldest first."""
        return self._books.balance_transactions(since=since, until=until)

    def _told(self, key: OperationId, ask: Callable[[], AnswerT]) -> AnswerT:
        """The answer; where Stripe has saved a 500 for the *key*, what the call left behind.

        A repeat would be given the same 500 for a day. Stripe API page: Idempotent requests.
        """
        try:
            return ask()
        except OutcomeUnknown as error:
            if not is_saved(error.__cause__):
                raise
            found = self._found.find_operation(key)
            if found is None:
                raise
            # One key is one call: what was found is what that call makes.
            return cast("AnswerT", found)
