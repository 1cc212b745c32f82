"""One event as it was received, and what became of it. Source: AD-16."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, field, frozen

from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookInProgress
from instainstru_core.payments.model.processor_events import ProcessorEvent

MAX_ATTEMPTS: Final = 8
"""The attempt whose failure ends the trying. Source: AD-16."""

CLAIM_LEASE: Final = timedelta(seconds=60)
"""After so long a claim is taken to be a dead worker's."""

MAX_ERROR_LENGTH: Final = 500
HIDDEN: Final = "***"
_SECRET_WORDS: Final = ("authorization", "cookie", "signature", "key", "token", "secret")

_CLIENT_SECRET: Final = re.compile(r'("client_secret"\s*:\s*)"(?:[^"\\]|\\.)*"')


class WebhookStatus(StrEnum):
    """How far an event has come. Source: AD-16."""

    RECEIVED = "received"
    PROCESSING = "processing"
    PROCESSED = "processed"
    IGNORED = "ignored"
    FAILED = "failed"
    DEAD_LETTER = "dead_letter"
    REPLAYED = "replayed"


def without_client_secrets(body: str) -> str:
    """The *body* without what a browser could confirm a payment with. Source: AD-16, SE-42."""
    return _CLIENT_SECRET.sub(rf'\1"{HIDDEN}"', body)


def first_status(event: ProcessorEvent) -> WebhookStatus:
    """What an event is kept as when it comes: one that nobody acts on is ignored. Source: PY-63."""
    return WebhookStatus.IGNORED if event.subject is None else WebhookStatus.RECEIVED


@frozen(kw_only=True)
class Webhook:
    """One event of one provider. *attempts* counts the times somebody began to act on it.

    *replay_of* names the row that an operator let run again as this one.
    """

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
    replay_of: WebhookId | None = None

    def replayed(self, webhook_id: WebhookId, *, number: int, at: datetime) -> Self:
        """The same event once more, as a row of its own: the *number*-th replay of this one.

        Raises:
            WebhookInProgress: Somebody is acting on this one. Source: AD-16.
        """
        if self.is_in_progress and not self.may_be_claimed(at):
            raise WebhookInProgress(self.webhook_id)
        return evolve(
            self,
            webhook_id=webhook_id,
            event=evolve(self.event, event_id=f"replay_{self.webhook_id}_{number}"),
            received_at=at,
            status=first_status(self.event),
            attempts=0,
            claimed_at=None,
            last_error=None,
            replay_of=self.webhook_id,
        )

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
