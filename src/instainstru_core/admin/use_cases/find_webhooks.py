"""Look through what providers told us. Source: AD-16."""

from collections.abc import Sequence

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import Webhook
from instainstru_core.payments.inbox.queries import (
    InboxReads,
    WebhookCount,
    WebhookFile,
    WebhookSearch,
)


def find_webhooks(
    wanted: WebhookSearch, page: PageRequest, *, principal: Principal, read: Begin[InboxReads]
) -> Page[Webhook]:
    """The events that were looked for, newest first.

    Raises:
        Forbidden: The caller watches over nothing.
        Malformed: The cursor is of another list.
    """
    check_watches(principal)
    with read() as reads:
        return reads.webhook_queries.page(wanted, page)


def read_webhook(
    webhook_id: WebhookId, *, principal: Principal, read: Begin[InboxReads]
) -> WebhookFile:
    """One event as it came, what became of it, and its replays.

    Raises:
        Forbidden: The caller watches over nothing.
        WebhookNotFound: It was never received.
    """
    check_watches(principal)
    with read() as reads:
        return reads.webhook_queries.file(webhook_id)


def count_webhooks(*, principal: Principal, read: Begin[InboxReads]) -> Sequence[WebhookCount]:
    """How many events stand how.

    Raises:
        Forbidden: The caller watches over nothing.
    """
    check_watches(principal)
    with read() as reads:
        return reads.webhook_queries.counts()


def check_watches(principal: Principal) -> None:
    """Refuse whoever has nothing to do with the platform's working. Source: AD-2.

    Raises:
        Forbidden: The caller watches over nothing.
    """
    if not principal.may(Permission.ACCESS_MONITORING):
        raise Forbidden("only those who watch over the platform may see its webhooks")
