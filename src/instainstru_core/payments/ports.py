"""What payments needs from the world."""

from typing import Protocol

from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Captured,
    CardDetails,
    Declined,
    PayoutAccount,
    Refunded,
    Refused,
    Transferred,
    Voided,
)


class PaymentGateway(Protocol):
    """The card processor.

    Every call that moves money takes the operation's id as its idempotency *key*: the same key with the
    same arguments has one effect and gives the same answer, however often it is sent. Every method may
    raise `OutcomeUnknown` (payments.errors): timeout or 5xx, it may or may not have happened.
    """

    def attach_card(self, *, customer: str, token: str) -> CardDetails | Declined:
        """Keep the card behind *token* for *customer* (our account id), for use without them."""
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
        """How the hold stands now: after 3-D Secure, or to answer a webhook. None: no such intent."""
        ...

    def capture(self, key: OperationId, *, intent: str, amount: Money) -> Captured | Refused:
        """Take *amount* of the hold; what remains lapses. Capturing again answers as the first time."""
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
        """Move *amount* to the instructor's *account*: out of *charge*, or from the platform balance."""
        ...

    def open_account(self, key: OperationId, *, instructor: str) -> PayoutAccount:
        """A new account for *instructor* (our id), not yet onboarded."""
        ...

    def onboarding_link(self, *, account: str, return_url: str) -> str:
        """Where the instructor completes onboarding; valid for 5 minutes."""
        ...

    def find_account(self, account: str) -> PayoutAccount | None:
        """How the account stands now."""
        ...
