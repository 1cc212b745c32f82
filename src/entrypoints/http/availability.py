"""Free time over HTTP, for everybody."""

from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, cast
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
from instainstru_core.availability.model.rules import PublicDetail
from instainstru_core.availability.use_cases.find_next_start import (
    FindNextStart,
    NextStart,
    find_next_start,
)
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.availability.use_cases.save_edit import ANY_VERSION
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.ports import Ports

PUBLIC_SECONDS: Final = 60

_HOUR: Final = [Example(value=60)]
Name = Annotated[
    str | None,
    Meta(description="Null while the platform shows no names.", examples=["Jane S."]),
]
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
    recommended: bool | UnsetType = UNSET

    @classmethod
    def of(cls, start: FreeStart) -> Self:
        """The start."""
        recommended = UNSET if start.recommended is None else start.recommended
        return cls(start.label, start.starts_at, list(start.formats), recommended)


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


class _CalendarView(Struct, frozen=True):
    """Whose calendar it is, and which part of it was asked for."""

    instructor_id: InstructorId
    instructor_name: Name
    zone: ZoneName
    first: date = field(name="from")
    last: date = field(name="to")
    bookable: bool


def _calendar(instructor_id: InstructorId, found: OpenTimes) -> dict[str, Any]:
    """The members of `_CalendarView`."""
    return {
        "instructor_id": instructor_id,
        "instructor_name": found.name,
        "zone": str(found.zone),
        "first": found.first,
        "last": found.last,
        "bookable": found.bookable,
    }


class OpenTimesView(_CalendarView, frozen=True):
    """What is free on an instructor's calendar."""

    formats: Formats
    free_minutes: int
    earliest_date: date | None
    days: list[OpenDayView]

    @classmethod
    def of(cls, instructor_id: InstructorId, found: OpenTimes) -> Self:
        """The answer."""
        return cls(
            **_calendar(instructor_id, found),
            formats=list(found.formats),
            free_minutes=found.free_minutes,
            earliest_date=found.earliest_date,
            days=[OpenDayView.of(each) for each in found.days],
        )


class DaySummaryView(Struct, frozen=True):
    """Whether anything is free on one date before noon, from noon to five, and later."""

    date: date
    blackout: bool
    free_minutes: int
    morning: bool
    afternoon: bool
    evening: bool

    @classmethod
    def of(cls, day: OpenDay) -> Self:
        """The day."""
        parts = day.parts
        return cls(
            date=day.date,
            blackout=day.blackout,
            free_minutes=day.free_minutes,
            morning=parts.morning,
            afternoon=parts.afternoon,
            evening=parts.evening,
        )


class OpenSummaryView(_CalendarView, frozen=True):
    """What is free on an instructor's calendar, by parts of days. Source: AV-37."""

    formats: Formats
    free_minutes: int
    earliest_date: date | None
    days: list[DaySummaryView]

    @classmethod
    def of(cls, instructor_id: InstructorId, found: OpenTimes) -> Self:
        """The answer."""
        return cls(
            **_calendar(instructor_id, found),
            formats=list(found.formats),
            free_minutes=found.free_minutes,
            earliest_date=found.earliest_date,
            days=[DaySummaryView.of(each) for each in found.days],
        )


class OpenAtAllView(_CalendarView, frozen=True):
    """Whether an instructor is free at all, and from which date on. Source: AV-37."""

    has_availability: bool
    earliest_date: date | None

    @classmethod
    def of(cls, instructor_id: InstructorId, found: OpenTimes) -> Self:
        """The answer."""
        return cls(
            **_calendar(instructor_id, found),
            has_availability=found.earliest_date is not None,
            earliest_date=found.earliest_date,
        )


PublicView: TypeAlias = OpenTimesView | OpenSummaryView | OpenAtAllView

_VIEWS: Final[dict[PublicDetail, type[PublicView]]] = {
    PublicDetail.FULL: OpenTimesView,
    PublicDetail.SUMMARY: OpenSummaryView,
    PublicDetail.MINIMAL: OpenAtAllView,
}


class NextStartView(Struct, frozen=True):
    """The first start there is; the others are null when there is none."""

    instructor_id: InstructorId
    zone: ZoneName
    found: bool
    day: date | None = field(name="date")
    start: Annotated[str | None, Meta(description="On the instructor's clock, `HH:MM`.")]
    starts_at: datetime | None

    @classmethod
    def of(cls, instructor_id: InstructorId, found: NextStart) -> Self:
        """The answer."""
        start = found.start
        return cls(
            instructor_id=instructor_id,
            zone=str(found.zone),
            found=start is not None,
            day=None if start is None else found.zone.local(start.starts_at).date(),
            start=None if start is None else start.label,
            starts_at=None if start is None else start.starts_at,
        )


class _Page(Struct, frozen=True):
    """An answer as it is sent, and its ETag."""

    content: bytes
    etag: str


# An answer that is still right is the same object, so its page is written once and goes with it.
_PAGES: "WeakKeyDictionary[OpenTimes, _Page]" = WeakKeyDictionary()


_OPEN_TIMES = documented("See when an instructor is free", has_versions=True, refusals=(404, 422))
_OPEN_TIMES["responses"][200] = ResponseSpec(
    data_container=cast("type[Any]", PublicView),
    description="Free time, in as much detail as the platform shows.",
    generate_examples=False,
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
    rank: Annotated[
        Literal["gap_smart"] | None,
        QueryParameter(description="Marks the starts that leave the fewest unusable gaps."),
    ] = None,
) -> Response[PublicView]:
    """What is left of an instructor's open time after bookings, buffers, notice and blackouts."""
    found = find_open_times(
        FindOpenTimes(
            instructor_id=instructor_id,
            first=first,
            last=last,
            location_type=location_type,
            minutes=duration,
            recommend=rank is not None,
        ),
        read=ports.read,
        clock=ports.clock,
        rules=ports.rules,
    )
    return _public(_page(instructor_id, found), request.headers.get("If-None-Match"))


def _page(instructor_id: InstructorId, found: OpenTimes) -> _Page:
    if (page := _PAGES.get(found)) is None:
        content = encode(_VIEWS[found.detail].of(instructor_id, found))
        page = _Page(content, f'W/"{sha256(content).hexdigest()[:32]}"')
        _PAGES[found] = page
    return page


def _public(page: _Page, seen: str | None) -> Response[PublicView]:
    """The page, or word that it did not change. Source: AV-38."""
    headers = {"ETag": page.etag, "Cache-Control": f"public, max-age={PUBLIC_SECONDS}"}
    # Weak comparison: a cache on the way may have made another kind of tag of it. RFC 9110, 13.1.2.
    opaque = page.etag.removeprefix("W/")
    unchanged = seen is not None and (seen.strip() == ANY_VERSION or opaque in seen)
    response = Response(
        b"" if unchanged else page.content,
        status_code=304 if unchanged else 200,
        media_type=MediaType.JSON,
        headers=headers,
    )
    return cast("Response[PublicView]", response)


@get(
    "/instructors/{instructor_id:str}/next-available",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read"),
    **documented("See when an instructor is free next", refusals=(404, 422)),
)
def next_available(
    instructor_id: FromPath[InstructorId],
    ports: NamedDependency[Ports],
    location_type: FromQuery[LocationType],
    duration: Annotated[
        int,
        QueryParameter(description="Minutes: a multiple of 5 from 30 to 240.", examples=_HOUR),
    ],
) -> NextStartView:
    """The first start for a lesson of that length in the next 30 days, today included."""
    found = find_next_start(
        FindNextStart(instructor_id=instructor_id, minutes=duration, location_type=location_type),
        read=ports.read,
        clock=ports.clock,
    )
    return NextStartView.of(instructor_id, found)


ROUTER: Final = Router("/", route_handlers=[open_times, next_available])
