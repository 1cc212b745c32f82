"""The ledger of webhooks in memory."""

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, evolve

from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookInProgress, WebhookNotFound
from instainstru_core.payments.inbox.model import MAX_ERROR_LENGTH, Webhook, WebhookStatus

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import Tables


@define
class InMemoryWebhooks:
    """The `Webhooks` port."""

    _tables: "Tables"

    def add(self, webhook: Webhook) -> bool:
        names = {(each.provider, each.event.event_id) for each in self._rows().values()}
        if (webhook.provider, webhook.event.event_id) in names:
            return False
        self._rows()[webhook.webhook_id] = webhook
        return True

    def get(self, webhook_id: WebhookId) -> Webhook:
        if (webhook := self._rows().get(webhook_id)) is None:
            raise WebhookNotFound(webhook_id)
        return webhook

    def claim(self, webhook_id: WebhookId, *, now: datetime) -> Webhook | None:
        webhook = self.get(webhook_id)
        if webhook.may_be_claimed(now):
            return self._keep(
                evolve(
                    webhook,
                    status=WebhookStatus.PROCESSING,
                    attempts=webhook.attempts + 1,
                    claimed_at=now,
                )
            )
        if webhook.is_in_progress:
            raise WebhookInProgress(webhook_id)
        return None

    def finish(self, webhook_id: WebhookId) -> None:
        webhook = self.get(webhook_id)
        self._keep(
            evolve(webhook, status=WebhookStatus.PROCESSED, claimed_at=None, last_error=None)
        )

    def fail(self, webhook_id: WebhookId, *, error: str) -> Webhook:
        webhook = self.get(webhook_id)
        status = WebhookStatus.DEAD_LETTER if webhook.is_spent else WebhookStatus.FAILED
        return self._keep(
            evolve(webhook, status=status, claimed_at=None, last_error=error[:MAX_ERROR_LENGTH])
        )

    def get_for_update(self, webhook_id: WebhookId) -> Webhook:
        return self.get(webhook_id)

    def replays(self, webhook_id: WebhookId) -> int:
        return sum(each.replay_of == webhook_id for each in self._rows().values())

    def mark_replayed(self, webhook_id: WebhookId) -> None:
        webhook = self.get(webhook_id)
        self._keep(evolve(webhook, status=WebhookStatus.REPLAYED, claimed_at=None))

    def _keep(self, webhook: Webhook) -> Webhook:
        self._rows()[webhook.webhook_id] = webhook
        return webhook

    def _rows(self) -> dict[WebhookId, Webhook]:
        return self._tables.of("webhooks", WebhookId, Webhook)
