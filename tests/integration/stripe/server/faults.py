"""What Stripe answers when it does not do what it is asked.

Stripe API pages: Errors, Error codes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Hiccup(StrEnum):
    """How a call may go wrong on its way."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    ERROR_500 = "error_500"
    SAVED_500 = "saved_500"
    BUSY = "busy"
    HANGS = "hangs"


@dataclass
class Refusal(Exception):
    """An error of the API; *saved*: whether the key remembers it (not if the input is wrong)."""

    status: int
    code: str | None
    message: str
    param: str | None = None
    type: str = "invalid_request_error"
    decline_code: str | None = None
    payment_intent: dict[str, Any] | None = None
    saved: bool = True

    @property
    def body(self) -> dict[str, Any]:
        """As it is sent."""
        told = {
            "type": self.type,
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "decline_code": self.decline_code,
            "payment_intent": self.payment_intent,
        }
        return {"error": {name: value for name, value in told.items() if value is not None}}


def missing(what: str, name: str, *, param: str = "id", status: int = 404) -> Refusal:
    """No such thing."""
    return Refusal(status, "resource_missing", f"No such {what}: '{name}'", param, saved=False)


def wrong(param: str, message: str, code: str = "parameter_invalid") -> Refusal:
    """The request makes no sense."""
    return Refusal(400, code, message, param, saved=False)


def state(code: str, message: str, param: str | None = None) -> Refusal:
    """The request makes sense, but not now."""
    return Refusal(400, code, message, param)
