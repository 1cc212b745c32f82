"""Act on a webhook that was received: once, or again after a failure, at most eight times."""

from instainstru_core.due_work.model import delay_after
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import WebhookStatus
from instainstru_core.payments.inbox.ports import ActOnEvent, InboxWork
from instainstru_core.payments.use_cases.receive_webhook import to_process


def process_webhook(
    webhook_id: WebhookId, *, begin: Begin[InboxWork], act: ActOnEvent, clock: Clock
) -> WebhookStatus:
    """Act on the event, with no unit of work open, and keep what came of it. Source: AD-16, PY-64.

    A failure of any kind is counted and tried again after 30 s · 2^(n-1), at most 1800 s; the 8th
    makes the event a dead letter, which stays visible.

    Raises:
        WebhookInProgress: Somebody else acts on it right now.
        WebhookNotFound: It was never received.
    """
    with begin() as work:
        webhook = work.webhooks.claim(webhook_id, now=clock.now())
    if webhook is None:
        return WebhookStatus.PROCESSED
    try:
        act(webhook.event)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the ledger counts and shows it.
        with begin() as work:
            failed = work.webhooks.fail(webhook_id, error=f"{type(error).__name__}: {error}")
            if failed.status is WebhookStatus.FAILED:
                due_at = clock.now() + delay_after(failed.attempts)
                again = to_process(webhook_id, due_at, attempt=failed.attempts + 1)
                work.work_items.file(again)
        return failed.status
    with begin() as work:
        work.webhooks.finish(webhook_id)
    return WebhookStatus.PROCESSED
