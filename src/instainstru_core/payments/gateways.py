"""The card processor, by what it is asked for. Source: PY-2, PY-4, PY-48…51, PY-56, PY-60…62.

Every call that moves money takes the operation's id as its idempotency *key*: the same key with the
same arguments has one effect and gives the same answer, however often it is sent. Every method may
raise `OutcomeUnknown`: after a timeout or a 5xx it may or may not have happened.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

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


class CardGateway(Protocol):
    """Cards, holds, charges and what is given back."""

    def attach_card(self, *, customer: str, token: str) -> CardDetails | Declined:
        """Keep the card behind *token* for *customer* (our account id), for use without them.

        One that another customer has is declined as `CARD_IN_USE` (PY-67).
        """
        ...

    def start_setup(self, *, customer: str) -> CardSetup:
        """A card form for *customer*, whose card is to be used without them later."""
        ...

    def find_setup(self, setup: str) -> CardSetup | None:
        """How the form stands now; with a token once it was filled in; None: no such form."""
        ...

    def detach_card(self, *, customer: str, token: str) -> None:
        """Forget the card; one that is not there is forgotten already."""
        ...

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
        """Hold *amount* on *card*. *group* is the transfer group `booking:{id}`."""
        ...

    def find_authorisation(self, intent: str) -> AuthorisationResult | None:
        """How the hold stands now; None: no such intent."""
        ...

    def find_operation(self, key: OperationId) -> ProcessorAnswer | None:
        """What any call with this *key* that moves money came to; None: it never arrived.

        Found however long ago it was sent, by the id the processor keeps with everything it makes,
        where a repeat is safe only while the processor remembers the key. Source: PY-62.
        """
        ...

    def capture(self, key: OperationId, *, intent: str, amount: Money) -> Captured | Refused:
        """Take *amount* of the hold; what remains lapses."""
        ...

    def void(self, key: OperationId, *, intent: str) -> Voided | Refused:
        """Let the hold go."""
        ...

    def refund(self, key: OperationId, *, intent: str, amount: Money) -> Refunded | Refused:
        """Give *amount* of the captured money back to the card."""
        ...

    def transfer(
        self, key: OperationId, *, account: str, amount: Money, group: str, charge: str | None
    ) -> Transferred | Refused:
        """Move *amount* to *account*: out of *charge*, or from the platform's balance."""
        ...

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
        """Take *amount* from *card* at once. *group* is the transfer group."""
        ...

    def find_charge(self, intent: str) -> ChargeResult | None:
        """How the charge stands now; None: no such intent, or one that holds only."""
        ...

    def reverse(self, key: OperationId, *, transfer: str, amount: Money) -> Reversed | Refused:
        """Take *amount* of a transfer back from the instructor's account."""
        ...

    def find_refund(self, refund: str) -> RefundSeen | None:
        """How the refund stands now; None: no such refund."""
        ...


class AccountGateway(Protocol):
    """Instructors' accounts, and what they pay out to banks."""

    def open_account(self, key: OperationId, *, instructor: str) -> PayoutAccount:
        """A new account for *instructor* (our id), not yet onboarded."""
        ...

    def onboarding_link(self, *, account: str, return_url: str) -> str:
        """Where the instructor completes onboarding; valid for 5 minutes."""
        ...

    def find_account(self, account: str) -> PayoutAccount | None:
        """How the account stands now."""
        ...

    def dashboard_link(self, *, account: str) -> str:
        """Where the instructor sees their account at the processor; valid for 5 minutes."""
        ...

    def payout_schedule(self, account: str) -> PayoutSchedule:
        """When the account pays out."""
        ...

    def set_payout_schedule(self, account: str, schedule: PayoutSchedule) -> PayoutSchedule:
        """Let the account pay out on *schedule* from now on; doing so again changes nothing."""
        ...

    def payouts(self, account: str, *, limit: int = 100) -> Sequence[BankPayout]:
        """The account's latest payouts, newest first."""
        ...

    def find_payout(self, account: str, payout: str) -> BankPayout | None:
        """How the payout stands now; None: no such payout."""
        ...

    def instant_balance(self, account: str) -> InstantBalance:
        """What the account can pay out at once. Source: PY-49."""
        ...

    def instant_payout(
        self, key: OperationId, *, account: str, amount: Money
    ) -> BankPayout | Refused:
        """Pay *amount* of the account's balance out at once. Source: PY-49."""
        ...


class BooksGateway(Protocol):
    """What the processor's own books say."""

    def find_dispute(self, dispute: str) -> DisputeSeen | None:
        """How the disputed charge stands now; None: no such dispute."""
        ...

    def balance(self) -> int:
        """The platform's balance in cents, what is pending included."""
        ...

    def balance_transactions(
        self, *, since: datetime, until: datetime
    ) -> Iterator[BalanceTransaction]:
        """Every movement of the platform's balance from *since* to before *until*, oldest first."""
        ...


class PaymentGateway(CardGateway, AccountGateway, BooksGateway, Protocol):
    """The card processor."""
