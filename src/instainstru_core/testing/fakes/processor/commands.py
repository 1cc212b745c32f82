"""What the simulated processor can be told: plain values, so that a log of them is its state."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import and_, ge, le

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
from instainstru_core.testing.fakes.processor.values import amount, text

MAX_FAULTED_CALLS: Final = 10_000
MAX_SLOW_MS: Final = 60_000


class Fault(StrEnum):
    """What can be made to go wrong with the next calls of a kind."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    ERROR_500 = "error_500"
    SLOW = "slow"


@frozen(kw_only=True)
class AttachCard:
    """Keep the card behind *token* for *customer*."""

    customer: str = field(validator=text)
    token: str = field(validator=text)


@frozen(kw_only=True)
class AskedOfCard:
    """Money asked of one card, for one group of movements."""

    key: str = field(validator=text)
    customer: str = field(validator=text)
    card: str = field(validator=text)
    amount_cents: int = field(validator=amount)
    off_session: bool
    group: str = field(validator=text)


@frozen(kw_only=True)
class Authorise(AskedOfCard):
    """Hold money on a card."""


@frozen(kw_only=True)
class ConfirmIntent:
    """The cardholder confirms a hold (3-D Secure)."""

    intent: str = field(validator=text)
    client_secret: str = field(validator=text, repr=False)


@frozen(kw_only=True)
class PartOfIntent:
    """Part of the money of one intent."""

    key: str = field(validator=text)
    intent: str = field(validator=text)
    amount_cents: int = field(validator=amount)


@frozen(kw_only=True)
class Capture(PartOfIntent):
    """Take held money."""


@frozen(kw_only=True)
class Void:
    """Let held money go."""

    key: str = field(validator=text)
    intent: str = field(validator=text)


@frozen(kw_only=True)
class Refund(PartOfIntent):
    """Give captured money back."""


@frozen(kw_only=True)
class Charge(AskedOfCard):
    """Take money from a card at once."""


@frozen(kw_only=True)
class StartSetup:
    """A card form for a customer."""

    customer: str = field(validator=text)


@frozen(kw_only=True)
class CompleteSetup:
    """The cardholder fills in the form with the card behind *token*."""

    setup: str = field(validator=text)
    client_secret: str = field(validator=text, repr=False)
    token: str = field(validator=text)


@frozen(kw_only=True)
class DetachCard:
    """Forget a card."""

    customer: str = field(validator=text)
    token: str = field(validator=text)


@frozen(kw_only=True)
class FindIntent:
    """How does the hold stand?"""

    intent: str = field(validator=text)


@frozen(kw_only=True)
class FindOperation:
    """What became of the call with this key?"""

    key: str = field(validator=text)


@frozen(kw_only=True)
class FindCharge:
    """How does the charge stand?"""

    intent: str = field(validator=text)


@frozen(kw_only=True)
class FindRefund:
    """How does the refund stand?"""

    refund: str = field(validator=text)


@frozen(kw_only=True)
class FindSetup:
    """Was the card form filled in?"""

    setup: str = field(validator=text)


@frozen(kw_only=True)
class ScriptFault:
    """Make the next *calls* commands of *kind* go wrong."""

    kind: str = field(validator=text)
    fault: Fault = field(converter=Fault)
    calls: int = field(default=1, validator=and_(ge(1), le(MAX_FAULTED_CALLS)))
    slow_ms: int = field(default=0, validator=and_(ge(0), le(MAX_SLOW_MS)))

    @kind.validator
    def _known(self, _attribute: "Attribute[str]", kind: str) -> None:
        if kind not in KINDS:
            raise ValueError(f"no kind of command is called {kind!r}")


Keyed: TypeAlias = (
    Authorise | Capture | Void | Refund | Charge | Transfer | Reverse | OpenAccount | InstantPayout
)
Unkeyed: TypeAlias = (
    AttachCard
    | DetachCard
    | ConfirmIntent
    | StartSetup
    | CompleteSetup
    | LinkOnboarding
    | CompleteOnboarding
    | LinkDashboard
    | SetSchedule
)
AtTheBank: TypeAlias = (
    ChangeAccount
    | Deauthorise
    | PayOut
    | LandPayout
    | FailRefund
    | OpenDispute
    | EscalateDispute
    | CloseDispute
    | PayPlatform
    | Tick
)
Look: TypeAlias = (
    FindIntent
    | FindOperation
    | FindCharge
    | FindRefund
    | FindSetup
    | FindAccount
    | FindSchedule
    | FindPayout
    | ListPayouts
    | FindInstantBalance
    | FindDispute
    | FindBalance
    | ListBalance
)
Command: TypeAlias = Keyed | Unkeyed | AtTheBank | Look | ScriptFault

KINDS: Final[Mapping[str, type[Command]]] = {
    "attach_card": AttachCard,
    "detach_card": DetachCard,
    "start_setup": StartSetup,
    "complete_setup": CompleteSetup,
    "authorise": Authorise,
    "confirm_intent": ConfirmIntent,
    "capture": Capture,
    "void": Void,
    "refund": Refund,
    "charge": Charge,
    "transfer": Transfer,
    "reverse": Reverse,
    "open_account": OpenAccount,
    "link_onboarding": LinkOnboarding,
    "complete_onboarding": CompleteOnboarding,
    "link_dashboard": LinkDashboard,
    "set_schedule": SetSchedule,
    "instant_payout": InstantPayout,
    "change_account": ChangeAccount,
    "deauthorise": Deauthorise,
    "pay_out": PayOut,
    "land_payout": LandPayout,
    "fail_refund": FailRefund,
    "open_dispute": OpenDispute,
    "escalate_dispute": EscalateDispute,
    "close_dispute": CloseDispute,
    "pay_platform": PayPlatform,
    "tick": Tick,
    "find_intent": FindIntent,
    "find_operation": FindOperation,
    "find_charge": FindCharge,
    "find_refund": FindRefund,
    "find_setup": FindSetup,
    "find_account": FindAccount,
    "find_schedule": FindSchedule,
    "find_payout": FindPayout,
    "list_payouts": ListPayouts,
    "find_instant_balance": FindInstantBalance,
    "find_dispute": FindDispute,
    "find_balance": FindBalance,
    "list_balance": ListBalance,
    "script_fault": ScriptFault,
}
_NAMES: Final = {kind: name for name, kind in KINDS.items()}


def kind_of(command: Command) -> str:
    """The name of the *command*'s kind."""
    return _NAMES[type(command)]
