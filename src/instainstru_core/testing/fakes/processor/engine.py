"""The rules of the simulated processor: a command and a moment in, an answer out, nothing else.

No clock, no network, no chance: commands replayed with their moments leave the same books.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, cast

from attrs import Factory, define, frozen

from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Captured,
    CardDetails,
    PayoutAccount,
    Refunded,
    Refused,
    Transferred,
    Voided,
)
from instainstru_core.testing.fakes.processor.accounts import (
    OnboardingDone,
    complete_onboarding,
    find_account,
    link_onboarding,
    open_account,
    transfer,
)
from instainstru_core.testing.fakes.processor.books import Books
from instainstru_core.testing.fakes.processor.cards import Habit
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
    Keyed,
    LinkOnboarding,
    Look,
    OpenAccount,
    Refund,
    ScriptFault,
    Transfer,
    Void,
    kind_of,
)
from instainstru_core.testing.fakes.processor.intents import (
    attach_card,
    authorise,
    capture,
    confirm_intent,
    find_intent,
    intent_of,
    refund,
    void,
)


@frozen
class Rejected:
    """The caller's mistake, not the bank's decision: `key_reused` or `not_found`."""

    code: str


Answer: TypeAlias = (
    AuthorisationResult
    | CardDetails
    | Captured
    | Voided
    | Refunded
    | Transferred
    | Refused
    | PayoutAccount
    | OnboardingDone
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

    def is_worth_keeping(self, command: Command) -> bool:
        """Whether *command* would change anything: a look does so only by using up a fault."""
        return not isinstance(command, Look) or bool(self._faults.get(kind_of(command)))

    def execute(self, command: Command, at: datetime) -> Outcome:
        """Do what *command* says, as of *at*; a lost answer may still have had its effect."""
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

    def _scripted(self, command: Command) -> ScriptFault | None:
        waiting = self._faults.get(kind_of(command))
        return waiting.pop(0) if waiting else None

    def _habitual(self, command: Command) -> Fault | None:
        """What the card itself makes go wrong, the first time it is asked with a key."""
        if not isinstance(command, Authorise) or command.key in self._seen:
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
        """How a hold stands now, and what anything else with this key was answered."""
        asked, answer = self._answers.get(command.key, (None, None))
        if isinstance(asked, Authorise):
            return intent_of(self.books, command.key) or answer
        return answer if isinstance(asked, Capture | Void | Refund | Transfer) else None


def _link(books: Books, command: LinkOnboarding, at: datetime) -> Answer:
    link = link_onboarding(books, command, at)
    return Rejected("not_found") if link is None else link


def _onboard(books: Books, command: CompleteOnboarding, at: datetime) -> Answer:
    done = complete_onboarding(books, command, at)
    return Rejected("not_found") if done is None else done


def _confirm(books: Books, command: ConfirmIntent, at: datetime) -> Answer:
    confirmed = confirm_intent(books, command, at)
    return Rejected("not_found") if confirmed is None else confirmed


_Rule: TypeAlias = Callable[[Books, Any, datetime], Answer]
_RULES: Final = cast(
    "Mapping[type[Command], _Rule]",
    {
        AttachCard: attach_card,
        Authorise: authorise,
        Capture: capture,
        CompleteOnboarding: _onboard,
        ConfirmIntent: _confirm,
        FindAccount: find_account,
        FindIntent: find_intent,
        LinkOnboarding: _link,
        OpenAccount: open_account,
        Refund: refund,
        Transfer: transfer,
        Void: void,
    },
)
