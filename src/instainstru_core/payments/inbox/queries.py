"""What the staff sees of what providers told us. Source: AD-16."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.model import Webhook, WebhookStatus


@frozen(kw_only=True)
class WebhookSearch:
    """Which events are looked for; *name* is that of an event or of an object it is about."""

    provider: str | None = None
    statuses: frozenset[WebhookStatus] = frozenset()
    type: str | None = None
    name: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def fits(self, webhook: Webhook) -> bool:
        """Whether *webhook* is one of them."""
        event = webhook.event
        return (
            self.provider in {None, webhook.provider}
            and (not self.statuses or webhook.status in self.statuses)
            and self.type in {None, event.type}
            and self.name in {None, event.event_id, event.object_id}
            and (self.since is None or webhook.received_at >= self.since)
            and (self.until is None or webhook.received_at < self.until)
        )


@frozen(kw_only=True)
class WebhookFile:
    """One event, and the rows as which it was let run again, earliest first."""

    webhook: Webhook
    replays: Sequence[WebhookId]


@frozen(kw_only=True)
class WebhookCount:
    """How many events of one provider stand so."""

    provider: str
    status: WebhookStatus
    count: int


class WebhookQueries(Protocol):
    """Every event ever received, as the staff looks at it."""

    def page(self, wanted: WebhookSearch, request: PageRequest) -> Page[Webhook]:
        """Newest first.

        Raises:
            Malformed: The cursor is of another list.
        """
        ...

    def file(self, webhook_id: WebhookId) -> WebhookFile:
        """One event, with its replays.

        Raises:
            WebhookNotFound: It was never received.
        """
        ...

    def counts(self) -> Sequence[WebhookCount]:
        """How many there are, by provider and status, both in order of their names."""
        ...


class InboxReads(Protocol):
    """What can be read of the inbox without a unit."""

    @property
    def webhook_queries(self) -> WebhookQueries:
        """Every event ever received."""
        ...


def read_cursor(cursor: Cursor | None) -> WebhookId | None:
    """The last event of the page before; None at the beginning.

    Raises:
        Malformed: The cursor is of another list.
    """
    match cursor:
        case None:
            return None
        case Cursor((str(last),)):
            return WebhookId.parse(last)
        case _:
            raise Malformed("expected a cursor that an earlier page returned")


def page_of(found: Sequence[Webhook], limit: int) -> Page[Webhook]:
    """A page out of one row more than it shows, which tells whether the list goes on."""
    items = found[:limit]
    more = Cursor((str(items[-1].webhook_id),)) if len(found) > limit else None
    return Page(items=items, next_cursor=more)
