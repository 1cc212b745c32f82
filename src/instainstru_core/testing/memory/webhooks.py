"""The ledger of webhooks in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from attrs import define, evolve

from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookInProgress, WebhookNotFound
from instainstru_core.payments.inbox.model import MAX_ERROR_LENGTH, Webhook, WebhookStatus
from instainstru_core.payments.inbox.queries import (
    WebhookCount,
    WebhookFile,
    WebhookSearch,
    page_of,
    read_cursor,
)
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryWebhooks:
    """The `Webhooks` port."""

    _tables: Tables

    def add(self, webhook: Webhook) -> bool:
        named = self._tables.where(
            "webhooks", WebhookId, Webhook, "event.event_id", webhook.event.event_id
        )
        if any(each.provider == webhook.provider for each in named):
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
        return _rows(self._tables)


@define
class InMemoryWebhookQueries:
    """The `WebhookQueries` port."""

    _tables: Tables

    def page(self, wanted: WebhookSearch, request: PageRequest) -> Page[Webhook]:
        after = read_cursor(request.cursor)
        found = [
            each
            for name, each in sorted(_rows(self._tables).items(), reverse=True)
            if wanted.fits(each) and (after is None or name < after)
        ]
        return page_of(found[: request.limit + 1], request.limit)

    def file(self, webhook_id: WebhookId) -> WebhookFile:
        rows = _rows(self._tables)
        if (webhook := rows.get(webhook_id)) is None:
            raise WebhookNotFound(webhook_id)
        replays = sorted(name for name, each in rows.items() if each.replay_of == webhook_id)
        return WebhookFile(webhook=webhook, replays=tuple(replays))

    def counts(self) -> Sequence[WebhookCount]:
        counted = Counter((each.provider, each.status) for each in _rows(self._tables).values())
        return [
            WebhookCount(provider=provider, status=status, count=count)
            for (provider, status), count in sorted(counted.items())
        ]


def _rows(tables: Tables) -> dict[WebhookId, Webhook]:
    return tables.of("webhooks", WebhookId, Webhook)
