"""Calendars over HTTP: weeks for their instructor, free time for everybody."""

import re
from datetime import date, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Self, cast
from weakref import WeakKeyDictionary

from litestar import Request, Response, Router, get, put
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType, field

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy, requires
from entrypoints.http.wire import encode
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.model.facts import BookedLesson, StoredWeek
from instainstru_core.availability.model.free import FreeStart, FreeWindow
from instainstru_core.availability.model.open_times import OpenDay, OpenTimes
from instainstru_core.availability.model.weeks import SkippedDate, Week
from instainstru_core.availability.model.windows import Window, WindowText, decode
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.availability.use_cases.read_week import ReadWeek, read_week
from instainstru_core.availability.use_cases.replace_week import (
    ANY_VERSION,
    ReplaceWeek,
    SavedWeek,
    replace_week,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.ports import Ports

PUBLIC_SECONDS: Final = 60

_ETAGS: Final = re.compile(r'(W/)?"([^"]*)"')
_EDITING: Final = policy(access=requires(Permission.MANAGE_AVAILABILITY), bucket="write")
_READING: Final = policy(access=requires(Permission.MANAGE_AVAILABILITY), bucket="read")
_WEEK: Final = "/instructors/me/availability/weeks/{monday:str}"

_HOUR: Final = [Example(value=60)]
ZoneName = Annotated[str, Meta(examples=["America/New_York"])]
WallTime = Annotated[
    str,
    Meta(description="`HH:MM` on the instructor's clock, 5-minute steps.", examples=["09:00"]),
]
Formats = Annotated[
    list[Format], Meta(description="What the time is open for.", examples=[["studio", "online"]])
]


class WindowBody(Struct, forbid_unknown_fields=True, frozen=True):
    """Open time on one day; it may overlap others, and ends by `24:00`."""

    start: WallTime
    end: Annotated[str, Meta(examples=["12:30"])]
    formats: Annotated[
        list[str] | None,
        Meta(description="All three when left out.", examples=[["studio", "online"]]),
    ] = None


class ReplaceWeekBody(Struct, forbid_unknown_fields=True, frozen=True):
    """The whole week; dates not mentioned become closed."""

    days: Annotated[
        dict[date, list[WindowBody]],
        Meta(examples=[{"2030-01-07": [{"start": "09:00", "end": "12:30"}]}]),
    ]


class WindowView(Struct, frozen=True):
    """A run of time that is open for the same formats."""

    start: WallTime
    end: Annotated[str, Meta(examples=["12:30"])]
    formats: Formats

    @classmethod
    def of(cls, window: Window) -> Self:
        """The window, as it is written."""
        return cls(window.starts, window.ends, list(window.formats))


class WeekView(Struct, frozen=True):
    """A week as it is stored, in its instructor's zone; its ETag is in the header."""

    monday: date
    zone: ZoneName
    days: dict[date, list[WindowView]]

    @classmethod
    def of(cls, stored: StoredWeek) -> Self:
        """The stored week."""
        return cls(stored.week.monday, str(stored.zone), _days(stored.week))


class SkippedDateView(Struct, frozen=True):
    """A date that was left as it is, and why."""

    date: date
    reason: Annotated[str, Meta(examples=["past_window"])]

    @classmethod
    def of(cls, skipped: SkippedDate) -> Self:
        """The date."""
        return cls(skipped.date, skipped.reason)


class UncoveredBookingView(Struct, frozen=True):
    """A booking that stands, though its time is closed now."""

    booking_id: str
    starts_at: datetime
    ends_at: datetime
    format: Format

    @classmethod
    def of(cls, lesson: BookedLesson) -> Self:
        """The booking's time."""
        return cls(lesson.booking, lesson.span.starts_at, lesson.span.ends_at, lesson.format)


class SavedWeekView(Struct, frozen=True):
    """What was written, and the week as it is now."""

    monday: date
    zone: ZoneName
    days: dict[date, list[WindowView]]
    etag: Annotated[str, Meta(description="The content's hash, as in the header.")]
    days_written: int
    written_dates: list[date]
    skipped_dates: list[SkippedDateView]
    weeks_affected: int
    dates_processed: int
    uncovered_bookings: list[UncoveredBookingView]
    dry_run: bool

    @classmethod
    def of(cls, saved: SavedWeek, *, dry_run: bool) -> Self:
        """The outcome."""
        return cls(
            monday=saved.week.monday,
            zone=str(saved.zone),
            days=_days(saved.week),
            etag=saved.week.etag,
            days_written=len(saved.written),
            written_dates=list(saved.written),
            skipped_dates=[SkippedDateView.of(each) for each in saved.skipped],
            weeks_affected=saved.weeks_affected,
            dates_processed=saved.dates_processed,
            uncovered_bookings=[UncoveredBookingView.of(each) for each in saved.uncovered],
            dry_run=dry_run,
        )


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


@get(_WEEK, sync_to_thread=True, opt=_READING, **documented("Read a week", refusals=(422,)))
def week(
    monday: FromPath[str], principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> Response[WeekView]:
    """Open a week in the editor: all seven dates, and the ETag to send when saving it."""
    request = ReadWeek(instructor_id=_teacher(principal), monday=_date(monday))
    stored = read_week(request, read=ports.read)
    headers = {"ETag": f'"{stored.week.etag}"'}
    if stored.modified_at is not None:
        headers["Last-Modified"] = format_datetime(stored.modified_at, usegmt=True)
    return Response(WeekView.of(stored), headers=headers)


@put(
    _WEEK,
    sync_to_thread=True,
    opt=_EDITING,
    **documented("Replace a week", refusals=(412, 422, 428)),
)
def save_week(
    monday: FromPath[str],
    data: JSONBody[ReplaceWeekBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: Annotated[
        str | None,
        HeaderParameter(
            name="If-Match", description="The ETag that was read, or `*` to overwrite."
        ),
    ] = None,
    dry_run: FromQuery[bool] = False,
) -> Response[SavedWeekView]:
    """Save a whole week, if it is still as it was read. Bookings are never touched by it."""
    request = ReplaceWeek(
        instructor_id=_teacher(principal),
        monday=_date(monday),
        days={
            day: [WindowText(each.start, each.end, each.formats) for each in windows]
            for day, windows in data.days.items()
        },
        if_match=_etags(if_match),
        dry_run=dry_run,
    )
    saved = replace_week(request, begin=ports.begin, clock=ports.clock)
    view = SavedWeekView.of(saved, dry_run=dry_run)
    return Response(view, headers={"ETag": f'"{saved.week.etag}"'})


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


def _teacher(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


def _date(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is None:
        raise NotFoundException
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFoundException from None


def _etags(header: str | None) -> frozenset[str] | None:
    """The strong tags in `If-Match`; whatever else it holds matches nothing. Source: AV-16."""
    if header is None:
        return None
    if header.strip() == ANY_VERSION:
        return frozenset({ANY_VERSION})
    strong = (tag for weak, tag in _ETAGS.findall(header) if not weak and tag != ANY_VERSION)
    return frozenset(strong) or frozenset({header})


def _days(content: Week) -> dict[date, list[WindowView]]:
    return {
        day: [WindowView.of(each) for each in decode(planes)]
        for day, planes in content.by_date().items()
    }


ROUTER: Final = Router("/", route_handlers=[week, save_week, open_times])
