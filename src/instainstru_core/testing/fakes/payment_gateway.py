"""The simulated processor as a `PaymentGateway` in memory: for tests, and for trying things out."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import cast

from attrs import Factory, define, field

from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.payments.errors import (
    OutcomeUnknown,
    ProcessorKeyReused,
    ProcessorObjectUnknown,
)
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Captured,
    CardDetails,
    Declined,
    PayoutAccount,
    ProcessorAnswer,
    Refunded,
    Refused,
    Transferred,
    Voided,
)
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.testing.fakes.processor.accounts import OnboardingDone
from instainstru_core.testing.fakes.processor.books import Books, Effect
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Command,
    CompleteOnboarding,
    ConfirmIntent,
    Fault,
    FindAccount,
    FindIntent,
    FindOperation,
    LinkOnboarding,
    OpenAccount,
    Refund,
    ScriptFault,
    Transfer,
    Void,
)
from instainstru_core.testing.fakes.processor.engine import Answer, Processor, Rejected


@define
class SimulatedProcessor:
    """A card processor without a card, a bank or a network. `books` shows what really happened.

    Every token of `TEST_CARDS` behaves as its name says, and `fail_next` makes the next calls of a
    kind go wrong. A lost answer is `OutcomeUnknown`, as it would be with the real thing.
    """

    _clock: Clock
    _processor: Processor = Factory(lambda: Processor(Books("simulated")))
    _one_at_a_time: Lock = field(factory=Lock, init=False)

    @property
    def books(self) -> Books:
        """What the processor remembers."""
        return self._processor.books

    @property
    def effects(self) -> Sequence[Effect]:
        """Everything that really happened, in order."""
        return self.books.effects

    @property
    def news(self) -> Sequence[ProcessorEvent]:
        """Every event the platform should hear of, in order."""
        return [
            ProcessorEvent(event_id=each.event_id, type=each.type, object_id=each.object_id)
            for each in self.books.events
        ]

    def fail_next(self, kind: str, fault: Fault, *, calls: int = 1) -> None:
        """Make the next *calls* of *kind* (a name of `KINDS`) go wrong."""
        self._execute(ScriptFault(kind=kind, fault=fault, calls=calls))

    def confirm(self, intent: str, client_secret: str) -> None:
        """The cardholder confirms the hold (3-D Secure)."""
        self._execute(ConfirmIntent(intent=intent, client_secret=client_secret))

    def onboard(self, link: str) -> str:
        """The instructor completes onboarding at *link*; answers with the address to go back to."""
        command = CompleteOnboarding(link=link.rpartition("/")[2])
        return cast("OnboardingDone", self._execute(command)).return_url

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

    def _execute(self, command: Command) -> Answer:
        with self._one_at_a_time:
            outcome = self._processor.execute(command, self._now())
        if outcome.is_lost:
            raise OutcomeUnknown
        match outcome.answer:
            case Rejected("key_reused"):
                raise ProcessorKeyReused
            case Rejected():
                raise ProcessorObjectUnknown
            case answer:
                return answer

    def _now(self) -> datetime:
        return self._clock.now()
