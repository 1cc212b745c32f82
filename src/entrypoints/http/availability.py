"""Free time over HTTP, for everybody."""

from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Self, cast
from weakref import WeakKeyDictionary

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType, field

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.wire import encode
from instainstru_core.availability.model.free import FreeStart, FreeWindow
from instainstru_core.availability.model.open_times import OpenDay, OpenTimes
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.availability.use_cases.save_edit import ANY_VERSION
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.ports import Ports

PUBLIC_SECONDS: Final = 60

_HOUR: Final = [Example(value=60)]
ZoneName = Annotated[str, Meta(examples=["America/New_York"])]
Formats = Annotated[
    list[Format], Meta(description="What the time is open for.", examples=[["studio", "online"]])
]


class FreeWindowView(Struct, frozen=True):
    """Free time: on the instructor's clock, and in UTC."""

    start: str
    end: str
    starts_at: datetime
    ends_at: datetime
    formats: Formats

    @classmethod
    def of(cls, window: FreeWindow) -> Self:
        """The window."""
        return cls(window.start, window.end, window.starts_at, window.ends_at, list(window.formats))


class FreeStartView(Struct, frozen=True):
    """Where a lesson of the asked length can start."""

    start: str
    starts_at: datetime
    formats: Formats

    @classmethod
    def of(cls, start: FreeStart) -> Self:
        """The start."""
        return cls(start.label, start.starts_at, list(start.formats))


class OpenDayView(Struct, frozen=True):
    """One date on the instructor's calendar; *starts* are there when a duration was asked for."""

    date: date
    blackout: bool
    free_minutes: int
    windows: list[FreeWindowView]
    starts: list[FreeStartView] | UnsetType = UNSET

    @classmethod
    def of(cls, day: OpenDay) -> Self:
        """The day."""
        starts = day.starts
        return cls(
            date=day.date,
            blackout=day.blackout,
            free_minutes=day.free_minutes,
            windows=[FreeWindowView.of(each) for each in day.windows],
            starts=UNSET if starts is None else [FreeStartView.of(each) for each in starts],
        )


class OpenTimesView(Struct, frozen=True):
    """What is free on an instructor's calendar."""

    instructor_id: InstructorId
    zone: ZoneName
    first: date = field(name="from")
    last: date = field(name="to")
    bookable: bool
    formats: Formats
    free_minutes: int
    earliest_date: date | None
    days: list[OpenDayView]

    @classmethod
    def of(cls, instructor_id: InstructorId, found: OpenTimes) -> Self:
        """The answer."""
        return cls(
            instructor_id=instructor_id,
            zone=str(found.zone),
            first=found.first,
            last=found.last,
            bookable=found.bookable,
            formats=list(found.formats),
            free_minutes=found.free_minutes,
            earliest_date=found.earliest_date,
            days=[OpenDayView.of(each) for each in found.days],
        )


class _Page(Struct, frozen=True):
    """An answer as it is sent, and its ETag."""

    content: bytes
    etag: str


# An answer that is still right is the same object, so its page is written once and goes with it.
_PAGES: "WeakKeyDictionary[OpenTimes, _Page]" = WeakKeyDictionary()


_OPEN_TIMES = documented("See when an instructor is free", has_versions=True, refusals=(404, 422))
_OPEN_TIMES["responses"][200] = ResponseSpec(
    data_container=OpenTimesView, description="Free time.", generate_examples=False
)


@get(
    "/instructors/{instructor_id:str}/availability",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read"),
    **_OPEN_TIMES,
)
def open_times(
    instructor_id: FromPath[InstructorId],
    request: Request[Any, Any, Any],
    ports: NamedDependency[Ports],
    first: Annotated[
        date | None,
        QueryParameter(name="from", description="A local date, today when left out."),
    ] = None,
    last: Annotated[
        date | None,
        QueryParameter(name="to", description="90 days in all at most, 30 when left out."),
    ] = None,
    location_type: FromQuery[LocationType | None] = None,
    duration: Annotated[
        int | None,
        QueryParameter(
            description="Minutes: a multiple of 5 from 30 to 240. Asks for the starts.",
            examples=_HOUR,
        ),
    ] = None,
) -> Response[OpenTimesView]:
    """What is left of an instructor's open time after bookings, buffers, notice and blackouts."""
    found = find_open_times(
        FindOpenTimes(
            instructor_id=instructor_id,
            first=first,
            last=last,
            location_type=location_type,
            minutes=duration,
        ),
        read=ports.read,
        clock=ports.clock,
    )
    return _public(_page(instructor_id, found), request.headers.get("If-None-Match"))


def _page(instructor_id: InstructorId, found: OpenTimes) -> _Page:
    if (page := _PAGES.get(found)) is None:
        content = encode(OpenTimesView.of(instructor_id, found))
        page = _Page(content, f'W/"{sha256(content).hexdigest()[:32]}"')
        _PAGES[found] = page
    return page


def _public(page: _Page, seen: str | None) -> Response[OpenTimesView]:
    """The page, or word that it did not change. Source: AV-38."""
    headers = {"ETag": page.etag, "Cache-Control": f"public, max-age={PUBLIC_SECONDS}"}
    unchanged = seen is not None and (seen.strip() == ANY_VERSION or page.etag in seen)
    response = Response(
        b"" if unchanged else page.content,
        status_code=304 if unchanged else 200,
        media_type=MediaType.JSON,
        headers=headers,
    )
    return cast("Response[OpenTimesView]", response)


ROUTER: Final = Router("/", route_handlers=[open_times])
