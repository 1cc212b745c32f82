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
        case Rejected(code):
            return REJECTIONS[code], {"kind": "Rejected", "code": code}
        case value:
            return 200, {"kind": type(value).__name__, **msgspec.to_builtins(value)}
