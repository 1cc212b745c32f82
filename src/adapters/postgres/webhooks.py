"""The ledger of webhooks in PostgreSQL, one statement per call."""

from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, bindparam, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.tables.webhooks import webhooks
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookInProgress, WebhookNotFound
from instainstru_core.payments.inbox.model import (
    CLAIM_LEASE,
    MAX_ATTEMPTS,
    MAX_ERROR_LENGTH,
    Webhook,
    WebhookStatus,
)
from instainstru_core.payments.model.processor_events import ProcessorEvent

_THIS = webhooks.c.webhook_id == bindparam("this", type_=webhooks.c.webhook_id.type)
_ADD = (
    insert(webhooks)
    .on_conflict_do_nothing(constraint="webhooks_provider_event_id_key")
    .returning(webhooks.c.webhook_id)
)
_GET = select(webhooks).where(_THIS)
_GET_FOR_UPDATE = _GET.with_for_update()
_REPLAYS = (
    select(func.count())
    .select_from(webhooks)
    .where(webhooks.c.replay_of == bindparam("this", type_=webhooks.c.webhook_id.type))
)
_MARK_REPLAYED = (
    update(webhooks)
    .where(_THIS)
    .values(status=WebhookStatus.REPLAYED, claimed_at=None)
    .returning(webhooks.c.webhook_id)
)
_CLAIM = (
    update(webhooks)
    .where(_THIS)
    .where(
        or_(
            webhooks.c.status.in_([WebhookStatus.RECEIVED, WebhookStatus.FAILED]),
            webhooks.c.claimed_at <= bindparam("lease_began"),
        )
    )
    .values(
        status=WebhookStatus.PROCESSING,
        attempts=webhooks.c.attempts + 1,
        claimed_at=bindparam("now"),
    )
    .returning(webhooks)
)
_FINISH = (
    update(webhooks)
    .where(_THIS)
    .values(status=WebhookStatus.PROCESSED, claimed_at=None, last_error=None)
    .returning(webhooks.c.webhook_id)
)
_FAIL = (
    update(webhooks)
    .where(_THIS)
    .values(
        status=case(
            (webhooks.c.attempts >= MAX_ATTEMPTS, literal(WebhookStatus.DEAD_LETTER.value)),
            else_=literal(WebhookStatus.FAILED.value),
        ),
        claimed_at=None,
        last_error=bindparam("error"),
    )
    .returning(webhooks)
)


@define
class PostgresWebhooks:
    """The `Webhooks` port."""

    _connection: Connection

    def add(self, webhook: Webhook) -> bool:
        return self._connection.scalar(_ADD, _columns(webhook)) is not None

    def get(self, webhook_id: WebhookId) -> Webhook:
        row = self._connection.execute(_GET, {"this": webhook_id}).one_or_none()
        if row is None:
            raise WebhookNotFound(webhook_id)
        return webhook_of(row)

    def claim(self, webhook_id: WebhookId, *, now: datetime) -> Webhook | None:
        values = {"this": webhook_id, "now": now, "lease_began": now - CLAIM_LEASE}
        row = self._connection.execute(_CLAIM, values).one_or_none()
        if row is not None:
            return webhook_of(row)
        if self.get(webhook_id).is_in_progress:
            raise WebhookInProgress(webhook_id)
        return None

    def finish(self, webhook_id: WebhookId) -> None:
        if self._connection.scalar(_FINISH, {"this": webhook_id}) is None:
            raise WebhookNotFound(webhook_id)

    def fail(self, webhook_id: WebhookId, *, error: str) -> Webhook:
        values = {"this": webhook_id, "error": error.replace("\0", "")[:MAX_ERROR_LENGTH]}
        row = self._connection.execute(_FAIL, values).one_or_none()
        if row is None:
            raise WebhookNotFound(webhook_id)
        return webhook_of(row)

    def get_for_update(self, webhook_id: WebhookId) -> Webhook:
        row = self._connection.execute(_GET_FOR_UPDATE, {"this": webhook_id}).one_or_none()
        if row is None:
            raise WebhookNotFound(webhook_id)
        return webhook_of(row)

    def replays(self, webhook_id: WebhookId) -> int:
        return int(self._connection.scalar(_REPLAYS, {"this": webhook_id}) or 0)

    def mark_replayed(self, webhook_id: WebhookId) -> None:
        if self._connection.scalar(_MARK_REPLAYED, {"this": webhook_id}) is None:
            raise WebhookNotFound(webhook_id)


def _columns(webhook: Webhook) -> dict[str, Any]:
    return {
        "webhook_id": webhook.webhook_id,
        "provider": webhook.provider,
        "event_id": webhook.event.event_id,
        "type": webhook.event.type,
        "object_id": webhook.event.object_id,
        "account": webhook.event.account,
        "headers": dict(webhook.headers),
        "body": webhook.body,
        "received_at": webhook.received_at,
        "status": webhook.status,
        "attempts": webhook.attempts,
        "claimed_at": webhook.claimed_at,
        "last_error": webhook.last_error,
        "replay_of": webhook.replay_of,
    }


def webhook_of(row: Row[Any]) -> Webhook:
    """The webhook that *row* keeps."""
    return Webhook(
        webhook_id=row.webhook_id,
        provider=row.provider,
        event=ProcessorEvent(
            event_id=row.event_id, type=row.type, object_id=row.object_id, account=row.account
        ),
        headers=row.headers,
        body=row.body,
        received_at=row.received_at,
        status=WebhookStatus(row.status),
        attempts=row.attempts,
        claimed_at=row.claimed_at,
        last_error=row.last_error,
        replay_of=row.replay_of,
    )
