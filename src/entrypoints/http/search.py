"""Find someone who teaches it, there, then, for that. Source: spec 04 §6, SR-33…49."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, cast

from litestar import MediaType, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import FromQuery, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.wire import encode
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.ports import Ports
from instainstru_core.search.errors import InvalidCursor, InvalidFilter
from instainstru_core.search.model.finding import Found, SearchPage
from instainstru_core.search.model.query import (
    DEFAULT_DAYS,
    HORIZON_DAYS,
    MAX_DATES,
    SLOT_MINUTES,
    SLOTS_PER_DAY,
    LessonType,
    SearchQuery,
    Sort,
)
from instainstru_core.search.use_cases.search_lessons import search_lessons

_BIO: Final = 150
_CACHED: Final = {"Cache-Control": "no-cache"}

HOUR: Final = r"^(?:(?:[01][0-9]|2[0-3]):[0-5][05]|24:00)$"
_PIANO: Final = [Example(value="piano")]
_REGION: Final = [Example(value="park-slope")]
_EVENING: Final = [Example(value="18:00")]


class ResultView(Struct, kw_only=True, frozen=True):
    """One instructor who is really free, with the first lesson that can be booked."""

    instructor_id: InstructorId
    name: Annotated[str, Meta(examples=["Maya R."])]
    bio: Annotated[str, Meta(description="At most 150 characters.")]
    founding: bool
    offering_id: OfferingId
    service: Annotated[str, Meta(examples=["piano"])]
    service_name: Annotated[str, Meta(examples=["Piano"])]
    format: Annotated[str, Meta(examples=["studio"])]
    duration_minutes: Annotated[int, Meta(examples=[60])]
    rate_cents: Annotated[int, Meta(description="An hour, in cents.", examples=[9000])]
    price_cents: Annotated[int, Meta(description="This lesson, in cents.", examples=[9000])]
    first_start: Annotated[datetime, Meta(examples=["2030-01-08T23:00:00Z"])]
    first_start_local: Annotated[
        str, Meta(description="By the instructor's clock.", examples=["Tue Jan 8, 18:00"])
    ]
    zone: Annotated[str, Meta(examples=["America/New_York"])]
    regions: Annotated[
        list[str], Meta(description="Where she travels to.", examples=[["park-slope"]])
    ]
    studio_region: str | None

    @classmethod
    def of(cls, found: Found, slugs: list[str]) -> "ResultView":
        """The view of *found*; *slugs* names the regions by number."""
        listing, offering = found.listing, found.offering
        local = Zone(listing.zone).local(found.first_start)
        return cls(
            instructor_id=listing.instructor_id,
            name=listing.name,
            bio=listing.bio[:_BIO],
            founding=listing.founding,
            offering_id=offering.offering_id,
            service=offering.service,
            service_name=offering.service_name,
            format=str(found.format),
            duration_minutes=found.minutes,
            rate_cents=found.rate.cents,
            price_cents=found.price.cents,
            first_start=found.first_start.astimezone(UTC),
            first_start_local=f"{local:%a %b} {local.day}, {local:%H:%M}",
            zone=listing.zone,
            regions=sorted(slugs[number] for number in listing.areas),
            studio_region=None if listing.studio is None else slugs[listing.studio],
        )


class SearchMetaView(Struct, kw_only=True, frozen=True):
    """How many were left after each step. Source: SR-33."""

    after_price: int
    after_format: int
    after_location: int
    after_availability: int


class SearchView(Struct, kw_only=True, frozen=True):
    """One page of results."""

    items: list[ResultView]
    total: int
    next_cursor: str | None
    meta: SearchMetaView

    @classmethod
    def of(cls, page: SearchPage, slugs: list[str]) -> "SearchView":
        """The view of *page*."""
        return cls(
            items=[ResultView.of(each, slugs) for each in page.results],
            total=page.total,
            next_cursor=None if page.next_cursor is None else str(page.next_cursor),
            meta=SearchMetaView(
                after_price=page.after_price,
                after_format=page.after_format,
                after_location=page.after_location,
                after_availability=page.total,
            ),
        )


@get(
    "/search",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="search"),
    **documented("Search for someone who is free", refusals=(404, 422)),
)
def search(
    ports: NamedDependency[Ports],
    service: Annotated[str, QueryParameter(min_length=1, max_length=100, examples=_PIANO)],
    region: Annotated[
        str | None, QueryParameter(min_length=1, max_length=100, examples=_REGION)
    ] = None,
    day: Annotated[date | None, QueryParameter(name="date")] = None,
    since: Annotated[date | None, QueryParameter(name="from")] = None,
    until: Annotated[date | None, QueryParameter(name="to")] = None,
    after: Annotated[str | None, QueryParameter(pattern=HOUR, examples=_EVENING)] = None,
    before: Annotated[str | None, QueryParameter(pattern=HOUR)] = None,
    duration: Annotated[int | None, QueryParameter(ge=30, le=240, multiple_of=5)] = None,
    lesson_format: Annotated[LessonType, QueryParameter(name="format")] = LessonType.ANY,
    rate_min: Annotated[
        int | None, QueryParameter(ge=1, le=100_000, description="An hour, in cents.")
    ] = None,
    rate_max: Annotated[
        int | None, QueryParameter(ge=1, le=100_000, description="An hour, in cents.")
    ] = None,
    sort: FromQuery[Sort] = Sort.BEST,
    limit: Annotated[int, QueryParameter(ge=1, le=50)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=512)] = None,
) -> Response[SearchView]:
    """Only those who can really be booked then, each with the first start.

    Without a day, the seven from today.
    """
    query = SearchQuery(
        service=service,
        dates=_dates(day, since, until, NEW_YORK.today(ports.clock.now())),
        after=0 if after is None else _minutes(after),
        before=SLOTS_PER_DAY * SLOT_MINUTES if before is None else _minutes(before),
        minutes=duration,
        lesson_type=lesson_format,
        region=region,
        min_rate=None if rate_min is None else Money(rate_min),
        max_rate=None if rate_max is None else Money(rate_max),
        sort=sort,
        limit=limit,
        cursor=None if cursor is None else _cursor(cursor),
    )
    page = search_lessons(query, market=ports.market, places=ports.places, clock=ports.clock)
    slugs = [each.slug for each in ports.places.gazetteer().regions]
    # Written here, in the request's own thread, and not by the loop that serves everybody.
    content = encode(SearchView.of(page, slugs))
    return cast(
        "Response[SearchView]", Response(content, media_type=MediaType.JSON, headers=_CACHED)
    )


def _dates(
    day: date | None, since: date | None, until: date | None, today: date
) -> tuple[date, ...]:
    if day is not None:
        if since is not None or until is not None:
            raise InvalidFilter("date", "give a date, or from and to, not both")
        return (day,)
    first = since or today
    if first > today + timedelta(days=HORIZON_DAYS):
        raise InvalidFilter("from", "is more than a year ahead")
    last = until or first + timedelta(days=DEFAULT_DAYS - 1)
    if not 0 <= (last - first).days < MAX_DATES:
        raise InvalidFilter("to", f"must be 0 to {MAX_DATES - 1} days after from")
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _minutes(hour: str) -> int:
    if hour == "24:00":
        return SLOTS_PER_DAY * SLOT_MINUTES
    return int(hour[:2]) * 60 + int(hour[3:])


def _cursor(text: str) -> Cursor:
    try:
        return Cursor.parse(text)
    except Malformed:
        raise InvalidCursor from None


ROUTER: Final = Router("/", route_handlers=[search], tags=["Search"])
