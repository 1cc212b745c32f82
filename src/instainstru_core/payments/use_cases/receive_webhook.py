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
from instainstru_core.payments.inbox.model import (
    Webhook,
    WebhookStatus,
    first_status,
    without_client_secrets,
    without_secrets,
)
from instainstru_core.payments.inbox.ports import InboxWork, WebhookVerifier
from instainstru_core.payments.model.processor_events import ProcessorEvent

HANDLER: Final = "process_webhook"
MAX_NAME_LENGTH: Final = 255
NO_OBJECT: Final = "-"
"""What the news of a balance is about: it has no name."""


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
    webhook = Webhook(
        webhook_id=ids.new(WebhookId),
        provider=request.provider,
        event=event,
        headers=without_secrets(request.headers),
        body=without_client_secrets(request.body.decode()),
        received_at=now,
        status=first_status(event),
    )
    with begin() as work:
        is_new = work.webhooks.add(webhook)
        if is_new and webhook.status is WebhookStatus.RECEIVED:
            work.work_items.file(to_process(webhook.webhook_id, now, attempt=1))
    return Receipt(status=webhook.status, is_new=is_new)


def to_process(webhook_id: WebhookId, due_at: datetime, *, attempt: int) -> NewWork:
    """The work of acting on one event, for the n-th time."""
    return NewWork(
        handler=HANDLER,
        payload={"webhook_id": str(webhook_id)},
        due_at=due_at,
        dedupe_key=f"webhook:{webhook_id}:{attempt}",
    )


def _event(body: bytes) -> ProcessorEvent:
    """What the body says; an object without a name is none that anybody acts on."""
    try:
        document = json.loads(body.decode())
        told = document["data"]["object"]
        event = ProcessorEvent(
            event_id=_name(document["id"]),
            type=_name(document["type"]),
            object_id=_name(told.get("id", NO_OBJECT)),
            account=_name_or_none(document.get("account")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise WebhookUnreadable from None
    if event.object_id == NO_OBJECT and event.subject is not None:
        raise WebhookUnreadable
    return event


def _name(value: object) -> str:
    # What can't be printed, like NUL or half a surrogate pair, can't be stored either.
    if isinstance(value, str) and 0 < len(value) <= MAX_NAME_LENGTH and value.isprintable():
        return value
    raise ValueError("no name")


def _name_or_none(value: object) -> str | None:
    return None if value is None else _name(value)
