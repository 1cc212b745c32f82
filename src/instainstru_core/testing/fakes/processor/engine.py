"""The rules of the simulated processor: a command and a moment in, an answer out, nothing else.

No clock, no network, no chance: commands replayed with their moments leave the same books.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, cast

from attrs import Factory, define, frozen

from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    BalanceTransaction,
    BankPayout,
    CardDetails,
    CardSetup,
    DisputeSeen,
    InstantBalance,
    PayoutAccount,
    PayoutSchedule,
    ProcessorAnswer,
    RefundSeen,
)
from instainstru_core.testing.fakes.processor.account_commands import (
    ChangeAccount,
    CompleteOnboarding,
    Deauthorise,
    FindAccount,
    FindInstantBalance,
    FindPayout,
    FindSchedule,
    InstantPayout,
    LandPayout,
    LinkDashboard,
    LinkOnboarding,
    ListPayouts,
    OpenAccount,
    PayOut,
    Reverse,
    SetSchedule,
    Transfer,
)
from instainstru_core.testing.fakes.processor.accounts import (
    OnboardingDone,
    change_account,
    complete_onboarding,
    deauthorise,
    find_account,
    link_dashboard,
    link_onboarding,
    open_account,
)
from instainstru_core.testing.fakes.processor.balance import (
    Balance,
    PlatformPaid,
    find_balance,
    list_balance,
    pay_platform,
)
from instainstru_core.testing.fakes.processor.bank_commands import (
    CloseDispute,
    EscalateDispute,
    FailRefund,
    FindBalance,
    FindDispute,
    ListBalance,
    OpenDispute,
    PayPlatform,
    Tick,
)
from instainstru_core.testing.fakes.processor.books import Appointment, Books, Coming
from instainstru_core.testing.fakes.processor.cards import Habit
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Charge,
    Command,
    CompleteSetup,
    ConfirmIntent,
    DetachCard,
    Fault,
    FindCharge,
    FindIntent,
    FindOperation,
    FindRefund,
    FindSetup,
    Keyed,
    Look,
    Refund,
    ScriptFault,
    StartSetup,
    Void,
    kind_of,
)
from instainstru_core.testing.fakes.processor.disputes import (
    close_dispute,
    escalate_dispute,
    find_dispute,
    open_dispute,
)
from instainstru_core.testing.fakes.processor.intents import (
    authorise,
    capture,
    charge,
    confirm_intent,
    find_charge,
    find_intent,
    intent_of,
    void,
)
from instainstru_core.testing.fakes.processor.payouts import (
    arrive,
    find_instant_balance,
    find_payout,
    find_schedule,
    instant_payout,
    land_payout,
    list_payouts,
    pay_out,
    set_schedule,
)
from instainstru_core.testing.fakes.processor.refunds import fail_refund, find_refund, refund
from instainstru_core.testing.fakes.processor.setups import (
    attach_card,
    complete_setup,
    detach_card,
    find_setup,
    start_setup,
)
from instainstru_core.testing.fakes.processor.transfers import reverse, transfer


@frozen
class Rejected:
    """The caller's mistake, not the bank's decision: `key_reused` or `not_found`."""

    code: str


Answer: TypeAlias = (
    ProcessorAnswer
    | AuthorisationResult
    | CardDetails
    | CardSetup
    | RefundSeen
    | PayoutAccount
    | OnboardingDone
    | PayoutSchedule
    | BankPayout
    | tuple[BankPayout, ...]
    | InstantBalance
    | DisputeSeen
    | Balance
    | PlatformPaid
    | tuple[BalanceTransaction, ...]
    | Rejected
    | str
    | None
)


@frozen(kw_only=True)
class Outcome:
    """The *answer*, and what becomes of it on its way back to the caller."""

    answer: Answer
    fault: Fault | None = None
    slow_ms: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether the caller never hears the answer."""
        return self.fault not in {None, Fault.SLOW}


@define
class Processor:
    """The books, the answers given so far, and the faults still to come."""

    books: Books
    _answers: dict[str, tuple[Keyed, Answer]] = Factory(dict)
    _seen: set[str] = Factory(set)
    _faults: dict[str, list[ScriptFault]] = Factory(dict)

    def is_worth_keeping(self, command: Command, at: datetime) -> bool:
        """Whether *command* would change anything, as of *at*.

        A look does so only by using up a fault; time's passing, when something was due.
        """
        if self.is_due(at):
            return True
        if isinstance(command, Look):
            return bool(self._faults.get(kind_of(command)))
        return not isinstance(command, Tick)

    def is_due(self, at: datetime) -> bool:
        """Whether something was to happen by itself by now."""
        return any(each.due <= at for each in self.books.agenda)

    def execute(self, command: Command, at: datetime) -> Outcome:
        """Do what *command* says, as of *at*; a lost answer may still have had its effect."""
        self._catch_up(at)
        if isinstance(command, Tick):
            return Outcome(answer=None)
        if isinstance(command, ScriptFault):
            self._faults.setdefault(command.kind, []).extend([command] * command.calls)
            return Outcome(answer=None)
        scripted = self._scripted(command)
        fault = scripted.fault if scripted else self._habitual(command)
        if fault in {Fault.TIMEOUT_BEFORE, Fault.ERROR_500}:
            return Outcome(answer=None, fault=fault)
        return Outcome(
            answer=self._answer(command, at),
            fault=fault,
            slow_ms=scripted.slow_ms if scripted else 0,
        )

    def _catch_up(self, at: datetime) -> None:
        """Let happen what was due by now, each at its own moment."""
        due = sorted(
            (each for each in self.books.agenda if each.due <= at), key=lambda each: each.due
        )
        for each in due:
            self.books.agenda.remove(each)
            _happen(self.books, each)

    def _scripted(self, command: Command) -> ScriptFault | None:
        waiting = self._faults.get(kind_of(command))
        return waiting.pop(0) if waiting else None

    def _habitual(self, command: Command) -> Fault | None:
        """What the card itself makes go wrong, the first time it is asked with a key."""
        if not isinstance(command, Authorise | Charge) or command.key in self._seen:
            return None
        self._seen.add(command.key)
        card = self.books.cards.get(command.card)
        match card.behaviour.habit if card else None:
            case Habit.TIMEOUT_ONCE:
                return Fault.TIMEOUT_AFTER
            case Habit.TIMEOUT_BEFORE:
                return Fault.TIMEOUT_BEFORE
            case _:
                return None

    def _answer(self, command: Command, at: datetime) -> Answer:
        if isinstance(command, FindOperation):
            return self._operation(command)
        rule = _RULES[type(command)]
        if not isinstance(command, Keyed):
            return rule(self.books, command, at)
        if command.key in self._answers:
            earlier, answer = self._answers[command.key]
            return answer if earlier == command else Rejected("key_reused")
        answer = rule(self.books, command, at)
        self._answers[command.key] = (command, answer)
        return answer

    def _operation(self, command: FindOperation) -> Answer:
        """How a hold or charge stands now, and what anything else with this key was answered."""
        asked, answer = self._answers.get(command.key, (None, None))
        if isinstance(asked, Authorise | Charge):
            return intent_of(self.books, command.key) or answer
        moves = Capture | Void | Refund | Transfer | Reverse
        return answer if isinstance(asked, moves) else None


def _happen(books: Books, appointment: Appointment) -> None:
    match appointment.what:
        case Coming.REFUND_FAILS:
            fail_refund(books, FailRefund(refund=appointment.object_id), appointment.due)
        case Coming.PAYOUT_ARRIVES:
            arrive(books, appointment.object_id, appointment.due)


_Rule: TypeAlias = Callable[[Books, Any, datetime], Answer]


def _known(rule: _Rule) -> _Rule:
    """The *rule*, with None said as a rejection: the caller named what doesn't exist."""

    def ruled(books: Books, command: Any, at: datetime) -> Answer:
        answer = rule(books, command, at)
        return Rejected("not_found") if answer is None else answer

    return ruled


_RULES: Final = cast(
    "Mapping[type[Command], _Rule]",
    {
        AttachCard: attach_card,
        Authorise: authorise,
        Capture: capture,
        ChangeAccount: _known(change_account),
        Charge: charge,
        CloseDispute: _known(close_dispute),
        CompleteOnboarding: _known(complete_onboarding),
        CompleteSetup: _known(complete_setup),
        ConfirmIntent: _known(confirm_intent),
        Deauthorise: _known(deauthorise),
        DetachCard: detach_card,
        EscalateDispute: _known(escalate_dispute),
        FailRefund: _known(fail_refund),
        FindAccount: find_account,
        FindBalance: find_balance,
        FindCharge: find_charge,
        FindDispute: find_dispute,
        FindInstantBalance: _known(find_instant_balance),
        FindIntent: find_intent,
        FindPayout: find_payout,
        FindRefund: find_refund,
        FindSchedule: _known(find_schedule),
        FindSetup: find_setup,
        InstantPayout: instant_payout,
        LandPayout: _known(land_payout),
        LinkDashboard: _known(link_dashboard),
        LinkOnboarding: _known(link_onboarding),
        ListBalance: list_balance,
        ListPayouts: list_payouts,
        OpenAccount: open_account,
        OpenDispute: _known(open_dispute),
        PayOut: _known(pay_out),
        PayPlatform: pay_platform,
        Refund: refund,
        Reverse: reverse,
        SetSchedule: _known(set_schedule),
        StartSetup: start_setup,
        Transfer: transfer,
        Void: void,
    },
)
