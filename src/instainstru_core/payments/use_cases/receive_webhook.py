"""Receive a webhook: believe it, keep it, act on it later."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookUnreadable
from instainstru_core.payments.inbox.model import Webhook, WebhookStatus, without_secrets
from instainstru_core.payments.inbox.ports import InboxWork, WebhookVerifier
from instainstru_core.payments.model.processor_events import HANDLED_TYPES, ProcessorEvent

HANDLER: Final = "process_webhook"
MAX_NAME_LENGTH: Final = 255


@frozen(kw_only=True)
class ReceiveWebhook:
    """A provider posted *body*, with *signature* over its raw bytes."""

    provider: str
    signature: str | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@frozen(kw_only=True)
class Receipt:
    """What became of it: *is_new* unless the same event had come before."""

    status: WebhookStatus
    is_new: bool


def receive_webhook(
    request: ReceiveWebhook,
    *,
    begin: Begin[InboxWork],
    verifier: WebhookVerifier,
    ids: Ids,
    clock: Clock,
) -> Receipt:
    """Verify, then store, and file the work; nothing is acted on here. Source: SE-30, PY-63, AD-16.

    Raises:
        WebhookSignatureInvalid: Not signed by the provider, or too long ago.
        WebhookUnconfigured: There is no secret to verify with.
        WebhookUnreadable: Signed, but not an event.
    """
    verifier.verify(request.signature, request.body)
    event = _event(request.body)
    now = clock.now()
    handled = event.type in HANDLED_TYPES
    status = WebhookStatus.RECEIVED if handled else WebhookStatus.IGNORED
    webhook = Webhook(
        webhook_id=ids.new(WebhookId),
        provider=request.provider,
        event=event,
        headers=without_secrets(request.headers),
        body=request.body.decode(),
        received_at=now,
        status=status,
    )
    with begin() as work:
        is_new = work.webhooks.add(webhook)
        if is_new and handled:
            work.work_items.file(to_process(webhook.webhook_id, now, attempt=1))
    return Receipt(status=status, is_new=is_new)


def to_process(webhook_id: WebhookId, due_at: datetime, *, attempt: int) -> NewWork:
    """The work of acting on one event, for the n-th time."""
    return NewWork(
        handler=HANDLER,
        payload={"webhook_id": str(webhook_id)},
        due_at=due_at,
        dedupe_key=f"webhook:{webhook_id}:{attempt}",
    )


def _event(body: bytes) -> ProcessorEvent:
    try:
        document = json.loads(body.decode())
        names = (document["id"], document["type"], document["data"]["object"]["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WebhookUnreadable from None
    # What can't be printed, like NUL or half a surrogate pair, can't be stored either.
    if not all(
        isinstance(name, str) and 0 < len(name) <= MAX_NAME_LENGTH and name.isprintable()
        for name in names
    ):
        raise WebhookUnreadable
    event_id, kind, object_id = names
    return ProcessorEvent(event_id=event_id, type=kind, object_id=object_id)
