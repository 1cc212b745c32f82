"""External calendars of an instructor: nobody else ever learns of them. Source: spec 01 §11."""

from datetime import datetime
from typing import Annotated, Final, Self

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from entrypoints.http.weeks import teacher
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.availability.external.model.addresses import MAX_ADDRESS_LENGTH
from instainstru_core.availability.external.model.feed import Feed, FeedProblem, FeedStatus
from instainstru_core.availability.external.use_cases.add_feed import AddFeed, add_feed
from instainstru_core.availability.external.use_cases.list_feeds import (
    FeedList,
    ListFeeds,
    list_feeds,
)
from instainstru_core.availability.external.use_cases.remove_feed import RemoveFeed, remove_feed
from instainstru_core.availability.external.use_cases.request_refresh import (
    RequestRefresh,
    request_refresh,
)
from instainstru_core.ports import Ports

_TEACHERS: Final = requires(Permission.MANAGE_AVAILABILITY)


class AddFeedBody(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """A calendar somewhere else, by its secret address in iCalendar format."""

    url: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_ADDRESS_LENGTH,
            description="`https://` or `webcal://`, on the public internet.",
            examples=["https://calendar.example.com/private-4f1c/basic.ics"],
        ),
    ]


class FeedView(Struct, kw_only=True, frozen=True):
    """An external calendar: how it stands, and never what is in it, nor its whole address."""

    external_calendar_id: FeedId
    address: Annotated[
        str,
        Meta(
            description="The host and the last characters: whoever has it all can read it.",
            examples=["calendar.example.com/…asic"],
        ),
    ]
    status: FeedStatus
    problem: Annotated[
        FeedProblem | None,
        Meta(description="Why it can't be read. What it took before, it takes on."),
    ]
    failures: Annotated[int, Meta(description="How often in a row it could not be read.")]
    busy_minutes: Annotated[int, Meta(description="How much time it takes, from yesterday on.")]
    added_at: datetime
    last_checked_at: datetime | None
    last_success_at: datetime | None
    next_check_at: datetime

    @classmethod
    def of(cls, feed: Feed) -> Self:
        """The feed as its owner may see it."""
        return cls(
            external_calendar_id=feed.feed_id,
            address=feed.address.hint,
            status=feed.status,
            problem=feed.problem,
            failures=feed.failures,
            busy_minutes=feed.busy_minutes,
            added_at=feed.added_at,
            last_checked_at=feed.checked_at,
            last_success_at=feed.succeeded_at,
            next_check_at=feed.next_check_at,
        )


class FeedsView(Struct, kw_only=True, frozen=True):
    """All my external calendars, and the time they take together."""

    items: list[FeedView]
    busy_minutes: int

    @classmethod
    def of(cls, found: FeedList) -> Self:
        """The list."""
        return cls(
            items=[FeedView.of(each) for each in found.feeds], busy_minutes=found.busy_minutes
        )


@get(
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("List my external calendars"),
)
def list_calendars(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> FeedsView:
    """My calendars elsewhere, oldest first, and how reading them went."""
    return FeedsView.of(list_feeds(ListFeeds(instructor_id=teacher(principal)), read=ports.read))


@post(
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="write", idempotency=OPTIONAL),
    **documented("Add an external calendar", refusals=(404, 409)),
)
def add_calendar(
    data: JSONBody[AddFeedBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> FeedView:
    """Keep the time it takes free of lessons; it is read at once, and every 15 minutes."""
    feed = add_feed(
        AddFeed(instructor_id=teacher(principal), url=data.url),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(FeedView.of),
    )
    return FeedView.of(feed)


@delete(
    "/{external_calendar_id:str}",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="write"),
    **documented("Remove an external calendar", refusals=(404,)),
)
def remove_calendar(
    external_calendar_id: FromPath[FeedId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Forget its address, and give the time it took back."""
    request = RemoveFeed(instructor_id=teacher(principal), feed_id=external_calendar_id)
    remove_feed(request, begin=ports.begin, clock=ports.clock)


@post(
    "/{external_calendar_id:str}/refresh",
    status_code=202,
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="write", idempotency=OPTIONAL),
    **documented("Read an external calendar now", refusals=(404, 409)),
)
def refresh_calendar(
    external_calendar_id: FromPath[FeedId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> FeedView:
    """Have it read as soon as a worker is free; once a minute at most."""
    feed = request_refresh(
        RequestRefresh(instructor_id=teacher(principal), feed_id=external_calendar_id),
        begin=ports.begin,
        clock=ports.clock,
        answer=keyed.answer(FeedView.of),
    )
    return FeedView.of(feed)


ROUTER: Final = Router(
    "/instructors/me/external-calendars",
    route_handlers=[list_calendars, add_calendar, remove_calendar, refresh_calendar],
    tags=["External calendars"],
)
