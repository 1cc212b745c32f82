"""The ledger of webhooks, for who watches over the platform. Source: AD-16."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from entrypoints.http.admin_bodies import ReasonBody
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import OPTIONAL, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.find_webhooks import (
    count_webhooks,
    find_webhooks,
    read_webhook,
)
from instainstru_core.admin.use_cases.replay_event import EventReplay, ReplayEvent, replay_event
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import Webhook, WebhookStatus
from instainstru_core.payments.inbox.queries import WebhookCount, WebhookFile, WebhookSearch
from instainstru_core.ports import Ports

_WATCHERS: Final = requires(Permission.ACCESS_MONITORING)
_MAX_NAME: Final = 255


class WebhookRowView(Struct, kw_only=True, frozen=True):
    """One event, in a line; `attempts` counts how often somebody began to act on it."""

    webhook_id: str
    provider: str
    event_id: str
    type: str
    object_id: str
    account: str | None
    status: str
    attempts: int
    last_error: str | None
    received_at: datetime
    replay_of: str | None

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookRowView":
        """The line of *webhook*."""
        return cls(
            webhook_id=str(webhook.webhook_id),
            provider=webhook.provider,
            event_id=webhook.event.event_id,
            type=webhook.event.type,
            object_id=webhook.event.object_id,
            account=webhook.event.account,
            status=webhook.status.value,
            attempts=webhook.attempts,
            last_error=webhook.last_error,
            received_at=webhook.received_at,
            replay_of=None if webhook.replay_of is None else str(webhook.replay_of),
        )


class WebhooksView(Struct, kw_only=True, frozen=True):
    """Part of the ledger, newest first."""

    items: list[WebhookRowView]
    next_cursor: str | None


class WebhookFileView(Struct, kw_only=True, frozen=True):
    """One event as it came: what could open something is hidden among its headers."""

    event: WebhookRowView
    headers: Mapping[str, str]
    body: str
    claimed_at: datetime | None
    replays: list[str]

    @classmethod
    def of(cls, file: WebhookFile) -> "WebhookFileView":
        """The view of *file*."""
        webhook = file.webhook
        return cls(
            event=WebhookRowView.of(webhook),
            headers=webhook.headers,
            body=webhook.body,
            claimed_at=webhook.claimed_at,
            replays=[str(each) for each in file.replays],
        )


class WebhookCountView(Struct, kw_only=True, frozen=True):
    """How many events of one provider stand so."""

    provider: str
    status: str
    count: int

    @classmethod
    def of(cls, counted: WebhookCount) -> "WebhookCountView":
        """The view of *counted*."""
        return cls(provider=counted.provider, status=counted.status.value, count=counted.count)


class WebhookStatsView(Struct, kw_only=True, frozen=True):
    """The whole ledger, counted."""

    counts: list[WebhookCountView]


class ReplayBody(ReasonBody, kw_only=True, forbid_unknown_fields=True):
    """Why it shall run again; a dry run only tells what would run."""

    dry_run: bool = True


class ReplayView(Struct, kw_only=True, frozen=True):
    """What runs again, or would: `runs` says what it is about, and is null where nobody listens."""

    webhook_id: str
    event_id: str
    type: str
    object_id: str
    status_before: str
    runs: str | None
    dry_run: bool
    replayed_as: str | None

    @classmethod
    def of(cls, replay: EventReplay) -> "ReplayView":
        """The view of *replay*."""
        before, subject = replay.before, replay.again.event.subject
        return cls(
            webhook_id=str(before.webhook_id),
            event_id=replay.again.event.event_id,
            type=before.event.type,
            object_id=before.event.object_id,
            status_before=before.status.value,
            runs=None if subject is None else subject.value,
            dry_run=replay.dry_run,
            replayed_as=None if replay.dry_run else str(replay.again.webhook_id),
        )


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_WATCHERS, bucket="read"),
    **documented("List the webhooks that were received"),
)
def list_webhooks(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    provider: Annotated[str | None, QueryParameter(max_length=_MAX_NAME)] = None,
    statuses: FromQuery[list[WebhookStatus] | None] = None,
    type: Annotated[str | None, QueryParameter(max_length=_MAX_NAME)] = None,  # noqa: A002
    name: Annotated[str | None, QueryParameter(max_length=_MAX_NAME)] = None,
    received_from: FromQuery[datetime | None] = None,
    received_until: FromQuery[datetime | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> WebhooksView:
    """Newest first. `name` is that of an event or of the object that it is about.

    `statuses` may be given several times.
    """
    wanted = WebhookSearch(
        provider=provider,
        statuses=frozenset(statuses or ()),
        type=type,
        name=name,
        since=received_from,
        until=received_until,
    )
    page = find_webhooks(wanted, page_request(limit, cursor), principal=principal, read=ports.read)
    return WebhooksView(
        items=[WebhookRowView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@get(
    "/stats",
    sync_to_thread=True,
    opt=policy(access=_WATCHERS, bucket="read"),
    **documented("Count webhooks"),
)
def show_stats(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> WebhookStatsView:
    """How many events of each provider stand how."""
    found = count_webhooks(principal=principal, read=ports.read)
    return WebhookStatsView(counts=[WebhookCountView.of(each) for each in found])


@get(
    "/{webhook_id:str}",
    sync_to_thread=True,
    opt=policy(access=_WATCHERS, bucket="read"),
    **documented("Show a webhook", refusals=(404,)),
)
def show_webhook(
    webhook_id: FromPath[WebhookId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> WebhookFileView:
    """The event as it came, and what became of it."""
    return WebhookFileView.of(read_webhook(webhook_id, principal=principal, read=ports.read))


@post(
    "/{webhook_id:str}/replay",
    status_code=200,
    sync_to_thread=True,
    opt=policy(access=_WATCHERS, bucket="write", idempotency=OPTIONAL),
    **documented("Let a webhook run again", refusals=(404, 409)),
)
def replay(
    webhook_id: FromPath[WebhookId],
    data: JSONBody[ReplayBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ReplayView:
    """Tell what would run; with `dry_run` false, let it run as an event of its own."""
    request = ReplayEvent(
        principal=principal, webhook_id=webhook_id, why=data.why(), dry_run=data.dry_run
    )
    done = replay_event(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(ReplayView.of),
    )
    return ReplayView.of(done)


ROUTER: Final = Router(
    "/admin/webhooks",
    route_handlers=[list_webhooks, show_stats, show_webhook, replay],
    tags=["admin"],
)
