"""Requests and answers of the simulated processor's HTTP API."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from entrypoints.processor.courier import MAX_COPIES, MAX_DELAY_MS
from instainstru_core.testing.fakes.processor.engine import Answer, Rejected

REJECTIONS: Final = {"key_reused": 409, "not_found": 404}


class AttachCardBody(Struct, forbid_unknown_fields=True):
    """A token as the card form gives it."""

    token: str


class AuthoriseBody(Struct, forbid_unknown_fields=True):
    """Money to be held."""

    customer: str
    card: str
    amount_cents: int
    off_session: bool
    group: str


class ConfirmBody(Struct, forbid_unknown_fields=True):
    """What the cardholder's browser knows."""

    client_secret: str


class FormBody(Struct, forbid_unknown_fields=True):
    """A card form, filled in."""

    client_secret: str
    token: str


class ScheduleBody(Struct, forbid_unknown_fields=True):
    """When an account pays out."""

    interval: str
    weekday: int | None = None
    month_day: int | None = None


class ChangeAccountBody(Struct, forbid_unknown_fields=True):
    """What an account may do, and what its owner is asked for."""

    requirements: list[str] = []
    charges_enabled: bool = True
    payouts_enabled: bool = True


class OpenDisputeBody(Struct, forbid_unknown_fields=True):
    """Which charge is disputed, by its intent."""

    intent: str
    inquiry: bool = False
    amount_cents: int | None = None
    reason: str = "fraudulent"


class CloseDisputeBody(Struct, forbid_unknown_fields=True):
    """How a dispute ends."""

    status: str


class LandingBody(Struct, forbid_unknown_fields=True):
    """What became of a payout."""

    status: str
    failure_code: str | None = None
    failure_message: str | None = None


class AmountBody(Struct, forbid_unknown_fields=True):
    """So much money."""

    amount_cents: int


class TransferBody(Struct, forbid_unknown_fields=True):
    """Money for an instructor."""

    account: str
    amount_cents: int
    group: str
    charge: str | None = None


class OpenAccountBody(Struct, forbid_unknown_fields=True):
    """Whose account it will be."""

    instructor: str


class OnboardingLinkBody(Struct, forbid_unknown_fields=True):
    """Where the instructor goes afterwards."""

    return_url: Annotated[str, Meta(pattern="^https?://", max_length=2048)]


class FaultBody(Struct, forbid_unknown_fields=True):
    """What shall go wrong with the next calls of a kind."""

    kind: str
    fault: str
    calls: int = 1
    slow_ms: int = 0


class MannersBody(Struct, forbid_unknown_fields=True):
    """How badly webhooks are delivered."""

    copies: Annotated[int, Meta(ge=0, le=MAX_COPIES)] = 1
    """How often each event is brought; 0 keeps silent about it, for ever."""
    delay_ms: Annotated[int, Meta(ge=0, le=MAX_DELAY_MS)] = 0
    shuffled: bool = False


def written(answer: Answer) -> tuple[int, dict[str, Any]]:
    """The status and the document of an answer: the name of its class as `kind`, and its fields."""
    match answer:
        case None:
            return 200, {"kind": "Nothing"}
        case str(text):
            return 200, {"kind": "Link", "url": text}
        case tuple(items):
            return 200, {"kind": "List", "items": [msgspec.to_builtins(each) for each in items]}
        case Rejected(code):
            return REJECTIONS[code], {"kind": "Rejected", "code": code}
        case value:
            return 200, {"kind": type(value).__name__, **msgspec.to_builtins(value)}
