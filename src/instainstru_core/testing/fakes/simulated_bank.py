"""The other side of the simulated processor's counter: cardholders, banks, its own staff."""

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
from instainstru_core.payments.model.processor import (
    BankPayout,
    DisputeSeen,
    DisputeStatus,
    PayoutStatus,
    Refused,
)
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.testing.fakes.processor.account_commands import (
    ChangeAccount,
    CompleteOnboarding,
    Deauthorise,
    LandPayout,
    PayOut,
)
from instainstru_core.testing.fakes.processor.accounts import OnboardingDone
from instainstru_core.testing.fakes.processor.bank_commands import (
    CloseDispute,
    EscalateDispute,
    FailRefund,
    OpenDispute,
    PayPlatform,
    Tick,
)
from instainstru_core.testing.fakes.processor.books import Books, Effect
from instainstru_core.testing.fakes.processor.commands import (
    Command,
    CompleteSetup,
    ConfirmIntent,
    Fault,
    ScriptFault,
)
from instainstru_core.testing.fakes.processor.engine import Answer, Processor, Rejected


@define
class SimulatedBank:
    """What people and banks do to the processor, and what it remembers of everything."""

    _clock: Clock
    _processor: Processor = Factory(lambda: Processor(Books("simulated")))
    _one_at_a_time: Lock = field(factory=Lock)

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
            ProcessorEvent(
                event_id=each.event_id,
                type=each.type,
                object_id=each.object_id,
                account=each.account,
            )
            for each in self.books.events
        ]

    def fail_next(self, kind: str, fault: Fault, *, calls: int = 1) -> None:
        """Make the next *calls* of *kind* (a name of `KINDS`) go wrong."""
        self._execute(ScriptFault(kind=kind, fault=fault, calls=calls))

    def confirm(self, intent: str, client_secret: str) -> None:
        """The cardholder confirms the hold or the charge (3-D Secure)."""
        self._execute(ConfirmIntent(intent=intent, client_secret=client_secret))

    def fill_in(self, setup: str, client_secret: str, token: str) -> None:
        """The cardholder fills a card form in with the card behind *token*."""
        self._execute(CompleteSetup(setup=setup, client_secret=client_secret, token=token))

    def onboard(self, link: str) -> str:
        """The instructor completes onboarding at *link*; answers with the address to go back to."""
        command = CompleteOnboarding(link=link.rpartition("/")[2])
        return cast("OnboardingDone", self._execute(command)).return_url

    def change_account(
        self,
        account: str,
        *,
        requirements: Sequence[str] = (),
        charges_enabled: bool = True,
        payouts_enabled: bool = True,
    ) -> None:
        """The processor's staff restrict the account, or ask its owner for papers."""
        command = ChangeAccount(
            account=account,
            requirements=requirements,
            charges_enabled=charges_enabled,
            payouts_enabled=payouts_enabled,
        )
        self._execute(command)

    def deauthorise(self, account: str) -> None:
        """The instructor leaves the platform."""
        self._execute(Deauthorise(account=account))

    def pay_out(self, account: str) -> BankPayout | Refused:
        """The account's next payout day has come."""
        return cast("BankPayout | Refused", self._execute(PayOut(account=account)))

    def land_payout(self, payout: str, status: PayoutStatus) -> BankPayout | Refused:
        """The bank says what became of the payout; left alone, it arrives after two days."""
        command = LandPayout(payout=payout, status=status)
        return cast("BankPayout | Refused", self._execute(command))

    def pay_platform(self, amount: Money) -> None:
        """The processor pays part of the platform's balance out."""
        self._execute(PayPlatform(amount_cents=amount.cents))

    def fail_refund(self, refund: str) -> None:
        """The card's bank sends a refund back."""
        self._execute(FailRefund(refund=refund))

    def open_dispute(
        self, intent: str, *, inquiry: bool = False, amount: Money | None = None
    ) -> DisputeSeen | Refused:
        """The card's bank disputes the charge of *intent*, or only asks about it."""
        cents = None if amount is None else amount.cents
        command = OpenDispute(intent=intent, inquiry=inquiry, amount_cents=cents)
        return cast("DisputeSeen | Refused", self._execute(command))

    def escalate_dispute(self, dispute: str) -> DisputeSeen | Refused:
        """What was an inquiry becomes a dispute."""
        command = EscalateDispute(dispute=dispute)
        return cast("DisputeSeen | Refused", self._execute(command))

    def close_dispute(self, dispute: str, status: DisputeStatus) -> DisputeSeen | Refused:
        """The card's bank has decided."""
        command = CloseDispute(dispute=dispute, status=status)
        return cast("DisputeSeen | Refused", self._execute(command))

    def tick(self) -> None:
        """Let happen what was due by the clock: refunds fail, payouts arrive."""
        self._execute(Tick())

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
