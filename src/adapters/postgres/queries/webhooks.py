"""The ledger of webhooks as the staff looks at it, in PostgreSQL."""

from collections.abc import Sequence

from attrs import define
from sqlalchemy import ColumnElement, Connection, desc, func, or_, select

from adapters.postgres.tables.webhooks import webhooks
from adapters.postgres.webhooks import webhook_of
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookNotFound
from instainstru_core.payments.inbox.model import Webhook, WebhookStatus
from instainstru_core.payments.inbox.queries import (
    WebhookCount,
    WebhookFile,
    WebhookSearch,
    page_of,
    read_cursor,
)

_C = webhooks.c
_COUNTS = (
    select(_C.provider, _C.status, func.count().label("rows"))
    .group_by(_C.provider, _C.status)
    .order_by(_C.provider, _C.status)
)


@define
class PostgresWebhookQueries:
    """The `WebhookQueries` port."""

    _connection: Connection

    def page(self, wanted: WebhookSearch, request: PageRequest) -> Page[Webhook]:
        statement = (
            select(webhooks)
            .where(*_conditions(wanted))
            .order_by(desc(_C.webhook_id))
            .limit(request.limit + 1)
        )
        if (after := read_cursor(request.cursor)) is not None:
            statement = statement.where(_C.webhook_id < after)
        found = [webhook_of(row) for row in self._connection.execute(statement)]
        return page_of(found, request.limit)

    def file(self, webhook_id: WebhookId) -> WebhookFile:
        statement = (
            select(webhooks)
            .where(or_(_C.webhook_id == webhook_id, _C.replay_of == webhook_id))
            .order_by(_C.webhook_id)
        )
        rows = [webhook_of(row) for row in self._connection.execute(statement)]
        this = [each for each in rows if each.webhook_id == webhook_id]
        if not this:
            raise WebhookNotFound(webhook_id)
        replays = [each.webhook_id for each in rows if each.replay_of == webhook_id]
        return WebhookFile(webhook=this[0], replays=tuple(replays))

    def counts(self) -> Sequence[WebhookCount]:
        return [
            WebhookCount(provider=row.provider, status=WebhookStatus(row.status), count=row.rows)
            for row in self._connection.execute(_COUNTS)
        ]


def _conditions(wanted: WebhookSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.provider is not None:
        conditions.append(_C.provider == wanted.provider)
    if wanted.statuses:
        conditions.append(_C.status.in_(sorted(wanted.statuses)))
    if wanted.type is not None:
        conditions.append(_C.type == wanted.type)
    if wanted.name is not None:
        conditions.append(or_(_C.event_id == wanted.name, _C.object_id == wanted.name))
    if wanted.since is not None:
        conditions.append(_C.received_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_C.received_at < wanted.until)
    return conditions
