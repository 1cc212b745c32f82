"""What the inbox needs from the world."""

from datetime import datetime
from typing import Protocol

from instainstru_core.due_work.ports import DueWork
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import Webhook
from instainstru_core.payments.model.processor_events import ProcessorEvent


class Webhooks(Protocol):
    """Every event ever received, each once."""

    def add(self, webhook: Webhook) -> bool:
        """Keep *webhook*; False when its provider sent that event before, and nothing changed."""
        ...

    def get(self, webhook_id: WebhookId) -> Webhook:
        """The event as it stands.

        Raises:
            WebhookNotFound: It was never received.
        """
        ...

    def claim(self, webhook_id: WebhookId, *, now: datetime) -> Webhook | None:
        """Begin to act on it, counting the attempt; None when it is settled already.

        Raises:
            WebhookInProgress: Somebody else has begun, less than a lease ago.
            WebhookNotFound: It was never received.
        """
        ...

    def finish(self, webhook_id: WebhookId) -> None:
        """It had its effect.

        Raises:
            WebhookNotFound: It was never received.
        """
        ...

    def fail(self, webhook_id: WebhookId, *, error: str) -> Webhook:
        """It had none this time: failed, or a dead letter at the 8th attempt. Source: AD-16.

        Raises:
            WebhookNotFound: It was never received.
        """
        ...

    def get_for_update(self, webhook_id: WebhookId) -> Webhook:
        """The event as it stands, until the unit ends.

        Raises:
            WebhookNotFound: It was never received.
        """
        ...

    def replays(self, webhook_id: WebhookId) -> int:
        """How often it was let run again."""
        ...

    def mark_replayed(self, webhook_id: WebhookId) -> None:
        """It was let run again: nobody acts on this row any more. Source: AD-16.

        Raises:
            WebhookNotFound: It was never received.
        """
        ...


class InboxWork(DueWork, Protocol):
    """What one unit of work in the inbox can reach."""

    @property
    def webhooks(self) -> Webhooks:
        """Every event ever received."""
        ...


class WebhookVerifier(Protocol):
    """Knows the secrets a provider signs with."""

    def verify(self, signature: str | None, body: bytes) -> None:
        """Believe *body*, or not.

        Raises:
            WebhookSignatureInvalid: The signature is missing, wrong or too old.
            WebhookUnconfigured: There is no secret to verify with.
        """
        ...


class ActOnEvent(Protocol):
    """Does what an event asks for; once, however often it is called with the same event."""

    def __call__(self, event: ProcessorEvent, /) -> None:
        """Act on *event*."""
        ...
