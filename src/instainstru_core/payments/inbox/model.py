"""One event as it was received, and what became of it. Source: AD-16."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.model.processor_events import ProcessorEvent

MAX_ATTEMPTS: Final = 8
"""The attempt whose failure ends the trying. Source: AD-16."""

CLAIM_LEASE: Final = timedelta(seconds=60)
"""After so long a claim is taken to be a dead worker's."""

MAX_ERROR_LENGTH: Final = 500
HIDDEN: Final = "***"
_SECRET_WORDS: Final = ("authorization", "cookie", "signature", "key", "token", "secret")


class WebhookStatus(StrEnum):
    """How far an event has come. Source: AD-16."""

    RECEIVED = "received"
    PROCESSING = "processing"
    PROCESSED = "processed"
    IGNORED = "ignored"
    FAILED = "failed"
    DEAD_LETTER = "dead_letter"
    REPLAYED = "replayed"


@frozen(kw_only=True)
class Webhook:
    """One event of one provider. *attempts* counts the times somebody began to act on it."""

    webhook_id: WebhookId
    provider: str
    event: ProcessorEvent
    headers: Mapping[str, str]
    body: str
    received_at: datetime = field(converter=utc)
    status: WebhookStatus = WebhookStatus.RECEIVED
    attempts: int = 0
    claimed_at: datetime | None = None
    last_error: str | None = None

    def may_be_claimed(self, now: datetime) -> bool:
        """Whether nobody acts on it, or nobody has been heard of for a lease."""
        if self.status in {WebhookStatus.RECEIVED, WebhookStatus.FAILED}:
            return True
        return self.is_in_progress and (
            self.claimed_at is None or self.claimed_at <= now - CLAIM_LEASE
        )

    @property
    def is_in_progress(self) -> bool:
        """Whether somebody has begun to act on it and not ended."""
        return self.status is WebhookStatus.PROCESSING

    @property
    def is_spent(self) -> bool:
        """Whether one more failure is the last."""
        return self.attempts >= MAX_ATTEMPTS


def without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """The *headers*, by lower-case name, with what could open something hidden. Source: AD-16."""
    return {
        name.lower(): HIDDEN if any(word in name.lower() for word in _SECRET_WORDS) else value
        for name, value in headers.items()
    }
