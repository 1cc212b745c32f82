"""What the simulated processor can be told: plain values, so that a log of them is its state."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import and_, ge, le

MAX_TEXT: Final = 2048
MAX_AMOUNT: Final = 99_999_999
MAX_FAULTED_CALLS: Final = 10_000
MAX_SLOW_MS: Final = 60_000


def _text(_command: object, attribute: "Attribute[str]", value: str) -> None:
    if not 1 <= len(value) <= MAX_TEXT:
        raise ValueError(f"{attribute.name} takes 1 to {MAX_TEXT} characters")


_amount = and_(ge(1), le(MAX_AMOUNT))


class Fault(StrEnum):
    """What can be made to go wrong with the next calls of a kind."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    ERROR_500 = "error_500"
    SLOW = "slow"


@frozen(kw_only=True)
class AttachCard:
    """Keep the card behind *token* for *customer*."""

    customer: str = field(validator=_text)
    token: str = field(validator=_text)


@frozen(kw_only=True)
class Authorise:
    """Hold money on a card."""

    key: str = field(validator=_text)
    customer: str = field(validator=_text)
    card: str = field(validator=_text)
    amount_cents: int = field(validator=_amount)
    off_session: bool
    group: str = field(validator=_text)


@frozen(kw_only=True)
class ConfirmIntent:
    """The cardholder confirms a hold (3-D Secure)."""

    intent: str = field(validator=_text)
    client_secret: str = field(validator=_text, repr=False)


@frozen(kw_only=True)
class Capture:
    """Take held money."""

    key: str = field(validator=_text)
    intent: str = field(validator=_text)
    amount_cents: int = field(validator=_amount)


@frozen(kw_only=True)
class Void:
    """Let held money go."""

    key: str = field(validator=_text)
    intent: str = field(validator=_text)


@frozen(kw_only=True)
class Refund:
    """Give captured money back."""

    key: str = field(validator=_text)
    intent: str = field(validator=_text)
    amount_cents: int = field(validator=_amount)


@frozen(kw_only=True)
class Transfer:
    """Move money to an account, out of *charge* or from the platform's balance."""

    key: str = field(validator=_text)
    account: str = field(validator=_text)
    amount_cents: int = field(validator=_amount)
    group: str = field(validator=_text)
    charge: str | None = None


@frozen(kw_only=True)
class OpenAccount:
    """A new account, not yet onboarded."""

    key: str = field(validator=_text)
    instructor: str = field(validator=_text)


@frozen(kw_only=True)
class LinkOnboarding:
    """A fresh address for the onboarding page of an account."""

    account: str = field(validator=_text)
    return_url: str = field(validator=_text)


@frozen(kw_only=True)
class CompleteOnboarding:
    """The instructor fills in the onboarding page."""

    link: str = field(validator=_text)


@frozen(kw_only=True)
class FindIntent:
    """How does the hold stand?"""

    intent: str = field(validator=_text)


@frozen(kw_only=True)
class FindOperation:
    """What became of the call with this key?"""

    key: str = field(validator=_text)


@frozen(kw_only=True)
class FindAccount:
    """How does the account stand?"""

    account: str = field(validator=_text)


@frozen(kw_only=True)
class ScriptFault:
    """Make the next *calls* commands of *kind* go wrong."""

    kind: str = field(validator=_text)
    fault: Fault = field(converter=Fault)
    calls: int = field(default=1, validator=and_(ge(1), le(MAX_FAULTED_CALLS)))
    slow_ms: int = field(default=0, validator=and_(ge(0), le(MAX_SLOW_MS)))

    @kind.validator
    def _known(self, _attribute: "Attribute[str]", kind: str) -> None:
        if kind not in KINDS:
            raise ValueError(f"no kind of command is called {kind!r}")


Keyed: TypeAlias = Authorise | Capture | Void | Refund | Transfer | OpenAccount
Unkeyed: TypeAlias = AttachCard | ConfirmIntent | LinkOnboarding | CompleteOnboarding
Look: TypeAlias = FindIntent | FindOperation | FindAccount
Command: TypeAlias = Keyed | Unkeyed | Look | ScriptFault

KINDS: Final[Mapping[str, type[Command]]] = {
    "attach_card": AttachCard,
    "authorise": Authorise,
    "confirm_intent": ConfirmIntent,
    "capture": Capture,
    "void": Void,
    "refund": Refund,
    "transfer": Transfer,
    "open_account": OpenAccount,
    "link_onboarding": LinkOnboarding,
    "complete_onboarding": CompleteOnboarding,
    "find_intent": FindIntent,
    "find_operation": FindOperation,
    "find_account": FindAccount,
    "script_fault": ScriptFault,
}
_NAMES: Final = {kind: name for name, kind in KINDS.items()}


def kind_of(command: Command) -> str:
    """The name of the *command*'s kind."""
    return _NAMES[type(command)]
