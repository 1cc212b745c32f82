"""Let an event run again, as a row of its own. Source: AD-16."""

from datetime import datetime

from attrs import frozen

from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import Webhook, WebhookStatus
from instainstru_core.payments.inbox.ports import InboxWork
from instainstru_core.payments.use_cases.receive_webhook import to_process


@frozen(kw_only=True)
class Replayed:
    """The row that was let run *again*, and how it stood *before*."""

    before: Webhook
    again: Webhook


def replay_webhook(webhook_id: WebhookId, *, work: InboxWork, ids: Ids, at: datetime) -> Replayed:
    """File the event once more under a key of its own, in an open unit; acting is due work.

    The original is marked, so whatever was still to be tried of it is tried no more: an event that
    waits for its next attempt runs once. Every handler bears being run again (PY-65).

    Raises:
        WebhookInProgress: Somebody acts on it right now.
        WebhookNotFound: It was never received.
    """
    before = work.webhooks.get_for_update(webhook_id)
    number = work.webhooks.replays(webhook_id) + 1
    again = before.replayed(ids.new(WebhookId), number=number, at=at)
    work.webhooks.add(again)
    work.webhooks.mark_replayed(webhook_id)
    if again.status is WebhookStatus.RECEIVED:
        work.work_items.file(to_process(again.webhook_id, at, attempt=1))
    return Replayed(before=before, again=again)
