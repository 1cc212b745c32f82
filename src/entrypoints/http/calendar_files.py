"""Lessons in other calendars: a file of one, a secret feed of all. Source: BK-47, BK-48.

The files are iCalendar (RFC 5545), with the name and pace of a feed as RFC 7986 has them.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Final, cast

from icalendar import Calendar, Event
from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from msgspec import Meta, Struct

from entrypoints.http.config import PREFIX
from entrypoints.http.openapi import documented
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.calendar.errors import FeedNotFound
from instainstru_core.booking.calendar.model import CalendarEntry
from instainstru_core.booking.calendar.use_cases.change_feed import (
    NewFeed,
    change_feed,
    revoke_feed,
)
from instainstru_core.booking.calendar.use_cases.read_calendar import read_calendar, read_feed
from instainstru_core.booking.ids import BookingId
from instainstru_core.ports import Ports

ICS: Final = "text/calendar"
SUFFIX: Final = ".ics"
PRODUCT: Final = "-//InstaInstru//Lessons//EN"
FEED_NAME: Final = "InstaInstru lessons"
FETCH_EVERY: Final = timedelta(hours=1)
REMEMBERED: Final = 8_192
_END: Final = b"END:VCALENDAR\r\n"
_READERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)


class CalendarFeedView(Struct, kw_only=True, frozen=True):
    """A new feed. Whoever has its address can read it; it is shown this once."""

    path: Annotated[
        str,
        Meta(
            description="On this server; add it to a calendar by its address.",
            examples=["/api/v1/calendar/Xh3k0Qy8mB4tUqW2vZp7Ls1dNf6aRc9eGj5iKo0uYxE.ics"],
        ),
    ]

    @classmethod
    def of(cls, made: NewFeed) -> "CalendarFeedView":
        """The view of the feed that was made."""
        return cls(path=f"{PREFIX}/calendar/{made.token}{SUFFIX}")


def _file(summary: str) -> Any:
    found = documented(summary, has_versions=True, refusals=(404,))
    found["responses"][200] = ResponseSpec(
        data_container=str,
        description="An iCalendar file.",
        media_type=ICS,
        generate_examples=False,
    )
    return found


@get(
    "/bookings/{booking_id:str}/calendar.ics",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **_file("Download a booking for my calendar"),
)
def booking_file(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[str]:
    """A lesson as one event, which moves as the lesson is moved. Source: BK-47."""
    entry = read_calendar(
        booking_id, viewer=principal.account_id, read=ports.read, clock=ports.clock
    )
    return _answer([entry], request, f"lesson-{entry.chain_id}{SUFFIX}")


@post(
    "/me/calendar-feed",
    sync_to_thread=True,
    opt=policy(access=AUTHENTICATED, bucket="write"),
    **documented("Make my calendar feed"),
)
def make_feed(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> CalendarFeedView:
    """A secret address of all my lessons; the address before it is dead at once. Source: BK-48."""
    made = change_feed(
        principal.account_id, begin=ports.begin, secrets=ports.secrets, clock=ports.clock
    )
    return CalendarFeedView.of(made)


@delete(
    "/me/calendar-feed",
    sync_to_thread=True,
    status_code=204,
    opt=policy(access=AUTHENTICATED, bucket="write"),
    **documented("Give up my calendar feed"),
)
def drop_feed(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> None:
    """No feed any more: its address is dead at once. Source: BK-48."""
    revoke_feed(principal.account_id, begin=ports.begin)


@get(
    "/calendar/{file:str}",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read"),
    **_file("Read a calendar feed"),
)
def feed_file(
    file: FromPath[str], request: Request[Any, Any, Any], ports: NamedDependency[Ports]
) -> Response[str]:
    """All lessons of whoever made the feed, for the calendar they gave its address to.

    The address ends in `.ics`. Source: BK-48.
    """
    token = file.removesuffix(SUFFIX)
    if token == file:
        raise FeedNotFound
    entries = read_feed(token, read=ports.read, clock=ports.clock)
    return _answer(entries, request, f"lessons{SUFFIX}", name=FEED_NAME)


def _answer(
    entries: Iterable[CalendarEntry],
    request: Request[Any, Any, Any],
    file: str,
    name: str | None = None,
) -> Response[str]:
    shown = list(entries)
    etag = f'W/"{sha256(repr((shown, name)).encode()).hexdigest()[:32]}"'
    # A calendar asks again each time, and is told at once when there is nothing new.
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in request.headers.get("If-None-Match", ""):
        return Response("", status_code=304, media_type=ICS, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{file}"'
    content = calendar_of(shown, name=name)
    return cast("Response[str]", Response(content, media_type=ICS, headers=headers))


def calendar_of(entries: Iterable[CalendarEntry], *, name: str | None = None) -> bytes:
    """The iCalendar object of *entries*; with a *name* it is a feed, to be fetched again."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if name is not None:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", FETCH_EVERY, parameters={"value": "DURATION"})
    head = calendar.to_ical().removesuffix(_END)
    return b"".join([head, *map(_written, entries), _END])


@lru_cache(maxsize=REMEMBERED)
def _written(entry: CalendarEntry) -> bytes:
    """One event as it is written. It is the same each time, and takes half a millisecond."""
    written: bytes = _event(entry).to_ical()
    return written


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("created", entry.created_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.span.starts_at)
    event.add("dtend", entry.span.ends_at)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("summary", entry.summary)
    event.add("location", entry.location)
    event.add("description", entry.description)
    return event


ROUTER: Final = Router(
    "/", route_handlers=[booking_file, make_feed, drop_feed, feed_file], tags=["calendar"]
)
