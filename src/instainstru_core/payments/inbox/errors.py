"""What the inbox refuses, and why."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import (
    IncorrectSecret,
    NotFound,
    OperationInProgress,
    Unavailable,
)
from instainstru_core.payments.ids import WebhookId


@frozen
class WebhookSignatureInvalid(IncorrectSecret):
    """Not signed with a secret of ours, or signed too long ago. Source: SE-30."""

    code: ClassVar[str] = "webhook_signature_invalid"

    def __str__(self) -> str:
        return "the signature is missing, wrong or too old"


@frozen
class WebhookUnconfigured(Unavailable):
    """No secret is configured, so nothing can be believed. Source: SE-30."""

    code: ClassVar[str] = "webhook_unconfigured"

    def __str__(self) -> str:
        return "no webhook secret is configured"


@frozen
class WebhookUnreadable(IncorrectSecret):
    """Signed, but not an event: no JSON object with an id, a type and the object's id."""

    code: ClassVar[str] = "malformed_json"

    def __str__(self) -> str:
        return "the body is not an event of the processor"


@frozen
class WebhookNotFound(NotFound):
    """No such event was ever received."""

    webhook_id: WebhookId

    def __str__(self) -> str:
        return f"no webhook {self.webhook_id}"


@frozen
class WebhookInProgress(OperationInProgress):
    """Someone else is acting on it right now. Source: AD-16."""

    webhook_id: WebhookId

    def __str__(self) -> str:
        return f"webhook {self.webhook_id} is being processed"
