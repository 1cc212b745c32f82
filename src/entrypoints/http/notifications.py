"""The bell: what a person was told. Source: NT-17."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import AUTHENTICATED, OPTIONAL, policy
from instainstru_core.accounts.model import Principal
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, Page
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.model import Notification
from instainstru_core.notifications.use_cases.read_all_notifications import read_all_notifications
from instainstru_core.notifications.use_cases.read_notification import (
    ReadNotification,
    read_notification,
)
from instainstru_core.notifications.use_cases.remove_notifications import (
    RemoveNotifications,
    remove_notifications,
)
from instainstru_core.ports import Ports

MAX_PAGE: Final = 50
_READING: Final = policy(access=AUTHENTICATED, bucket="read")
_WRITING: Final = policy(access=AUTHENTICATED, bucket="write")


class NotificationView(Struct, frozen=True):
    """One thing I was told."""

    notification_id: NotificationId
    kind: Annotated[str, Meta(examples=["booking_confirmed"])]
    title: Annotated[str, Meta(examples=["Confirmed: Piano with Sarah C."])]
    body: str
    data: Annotated[
        Mapping[str, str],
        Meta(
            description="What it is about, by id.",
            examples=[{"booking_id": "01JZ8Q5H3M7YB2K4N6P8R0T1V3"}],
        ),
    ]
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notification: Notification) -> "NotificationView":
        """The notification as its reader sees it."""
        return cls(
            notification_id=notification.notification_id,
            kind=notification.kind,
            title=notification.title,
            body=notification.body,
            data=notification.data,
            created_at=notification.created_at,
            read_at=notification.read_at,
        )


class NotificationPageView(Struct, frozen=True):
    """Some of them, newest first."""

    items: Sequence[NotificationView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Notification]) -> "NotificationPageView":
        """One page."""
        cursor = None if page.next_cursor is None else str(page.next_cursor)
        return cls([NotificationView.of(each) for each in page.items], cursor)


class UnreadCountView(Struct, frozen=True):
    """How much there is to read."""

    unread: Annotated[int, Meta(ge=0, examples=[3])]


class MarkedReadView(Struct, frozen=True):
    """How many had not been read."""

    marked: Annotated[int, Meta(ge=0, examples=[3])]


@get("/", sync_to_thread=True, opt=_READING, **documented("List my notifications"))
def list_mine(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
    unread_only: FromQuery[bool] = False,
) -> NotificationPageView:
    """What I was told, newest first."""
    wanted = page_request(limit, cursor)
    with ports.read() as reads:
        page = reads.inbox.page(principal.account_id, wanted, unread_only=unread_only)
    return NotificationPageView.of(page)


@get(
    "/unread-count",
    sync_to_thread=True,
    opt=_READING,
    **documented("Count my unread notifications"),
)
def count_unread(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> UnreadCountView:
    """The number on the bell."""
    with ports.read() as reads:
        return UnreadCountView(reads.inbox.unread_count(principal.account_id))


@put(
    "/{notification_id:str}/read",
    status_code=204,
    sync_to_thread=True,
    opt=_WRITING,
    **documented("Mark a notification as read", refusals=(404,)),
)
def read_one(
    notification_id: FromPath[NotificationId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Say that I read it; once or more is the same."""
    request = ReadNotification(reader=principal.account_id, notification_id=notification_id)
    read_notification(request, begin=ports.begin, clock=ports.clock)


@post(
    "/read-all",
    status_code=200,
    sync_to_thread=True,
    opt=policy(access=AUTHENTICATED, bucket="write", idempotency=OPTIONAL),
    **documented("Mark all my notifications as read"),
)
def read_all(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> MarkedReadView:
    """Say that I read everything."""
    marked = read_all_notifications(
        principal.account_id,
        begin=ports.begin,
        clock=ports.clock,
        answer=keyed.answer(MarkedReadView),
    )
    return MarkedReadView(marked)


@delete(
    "/{notification_id:str}",
    sync_to_thread=True,
    opt=_WRITING,
    **documented("Remove a notification", refusals=(404,)),
)
def remove_one(
    notification_id: FromPath[NotificationId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Show it to me no more."""
    request = RemoveNotifications(owner=principal.account_id, only=notification_id)
    remove_notifications(request, begin=ports.begin, clock=ports.clock)


@delete("/", sync_to_thread=True, opt=_WRITING, **documented("Remove all my notifications"))
def remove_all(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> None:
    """Show me none of them any more."""
    request = RemoveNotifications(owner=principal.account_id)
    remove_notifications(request, begin=ports.begin, clock=ports.clock)


ROUTER: Final = Router(
    "/notifications",
    route_handlers=[list_mine, count_unread, read_one, read_all, remove_one, remove_all],
    tags=["notifications"],
)
