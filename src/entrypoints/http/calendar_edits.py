"""Whole calendars over HTTP, for their instructor: flat windows, copies, patterns, history."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Self

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct, field

from entrypoints.http.availability import Formats, ZoneName
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.weeks import (
    KEYED_EDITING,
    READING,
    EndTime,
    IfMatch,
    SkippedDateView,
    UncoveredBookingView,
    WallTime,
    etags,
    outcome,
    teacher,
    version,
)
from instainstru_core.accounts.model import Principal
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import EditCause
from instainstru_core.availability.model.history import EditEntry
from instainstru_core.availability.model.weeks import Week
from instainstru_core.availability.model.windows import decode
from instainstru_core.availability.use_cases.apply_pattern import ApplyPattern, apply_pattern
from instainstru_core.availability.use_cases.copy_week import CopyWeek, copy_week
from instainstru_core.availability.use_cases.read_open_days import (
    OpenDays,
    ReadOpenDays,
    read_open_days,
)
from instainstru_core.availability.use_cases.save_edit import SavedEdit
from instainstru_core.availability.use_cases.undo_edit import UndoEdit, undo_edit
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, Page
from instainstru_core.ports import Ports

MAX_PAGE: Final = 100

Monday = Annotated[date, Meta(description="The Monday of the week.", examples=["2030-01-07"])]
AllowClear = Annotated[bool, Meta(description="Lets a closed week close others.")]


class CopyWeekBody(Struct, forbid_unknown_fields=True, frozen=True):
    """Which week is to become like which; dates before today stay."""

    from_week: Monday
    to_week: Annotated[date, Meta(examples=["2030-01-14"])]
    allow_clear: AllowClear = False


class ApplyPatternBody(Struct, forbid_unknown_fields=True, frozen=True):
    """Which week every date of a range is to be like; dates before today stay."""

    from_week: Monday
    start_date: Annotated[date, Meta(examples=["2030-01-14"])]
    end_date: Annotated[
        date, Meta(description="The last date, at most 365 days on.", examples=["2030-03-31"])
    ]
    allow_clear: AllowClear = False


class WeekVersionView(Struct, frozen=True):
    """A week that was looked at, and its ETag now."""

    monday: date
    etag: str

    @classmethod
    def of(cls, week: Week) -> Self:
        """The week."""
        return cls(week.monday, week.etag)


class SavedEditView(Struct, frozen=True, kw_only=True):
    """What was written, and the versions of the weeks as they are now."""

    zone: ZoneName
    weeks: list[WeekVersionView]
    days_written: int
    written_dates: list[date]
    skipped_dates: list[SkippedDateView]
    weeks_affected: int
    dates_processed: int
    uncovered_bookings: list[UncoveredBookingView]
    edit_id: Annotated[
        EditId | None, Meta(description="Undoes this save; null when nothing was written.")
    ]
    reason: Annotated[
        str | None,
        Meta(
            description="`empty_source`: the source is closed, and nothing was to be cleared.",
            examples=["empty_source"],
        ),
    ]
    dry_run: bool

    @classmethod
    def of(cls, saved: SavedEdit) -> Self:
        """The outcome."""
        return cls(
            zone=str(saved.zone),
            weeks=[WeekVersionView.of(each) for each in saved.weeks],
            reason=saved.reason,
            **outcome(saved),
        )


class DatedWindowView(Struct, frozen=True):
    """A run of time on a date that is open for the same formats."""

    date: date
    start: WallTime
    end: EndTime
    formats: Formats


class OpenDaysView(Struct, frozen=True):
    """What an instructor published from one date to another, both included."""

    zone: ZoneName
    first: date = field(name="from")
    last: date = field(name="to")
    windows: list[DatedWindowView]

    @classmethod
    def of(cls, found: OpenDays) -> Self:
        """The windows, one after another."""
        return cls(
            zone=str(found.zone),
            first=found.first,
            last=found.last,
            windows=[
                DatedWindowView(day, each.starts, each.ends, list(each.formats))
                for day, planes in found.days.items()
                for each in decode(planes)
            ],
        )


class EditEntryView(Struct, frozen=True):
    """One save of the calendar. A minute counts if it moved for one format or more."""

    edit_id: EditId
    cause: EditCause
    saved_at: datetime
    dates: Sequence[date]
    opened_minutes: int
    closed_minutes: int

    @classmethod
    def of(cls, entry: EditEntry) -> Self:
        """The line."""
        return cls(
            edit_id=entry.edit_id,
            cause=entry.cause,
            saved_at=entry.saved_at,
            dates=entry.dates,
            opened_minutes=entry.opened_minutes,
            closed_minutes=entry.closed_minutes,
        )


class EditHistoryView(Struct, frozen=True):
    """Saves of the calendar, newest first."""

    items: Sequence[EditEntryView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[EditEntry]) -> Self:
        """One page."""
        cursor = None if page.next_cursor is None else str(page.next_cursor)
        return cls([EditEntryView.of(each) for each in page.items], cursor)


@get("/", sync_to_thread=True, opt=READING, **documented("List my open time", refusals=(404, 422)))
def open_days(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    first: Annotated[
        date | None,
        QueryParameter(name="from", description="A local date, today when left out."),
    ] = None,
    last: Annotated[
        date | None,
        QueryParameter(name="to", description="365 days in all at most, 30 when left out."),
    ] = None,
) -> OpenDaysView:
    """My published windows, one after another, whatever is booked or blocked."""
    request = ReadOpenDays(instructor_id=teacher(principal), first=first, last=last)
    return OpenDaysView.of(read_open_days(request, read=ports.read, clock=ports.clock))


@post(
    "/copies",
    status_code=200,
    sync_to_thread=True,
    opt=KEYED_EDITING,
    **documented("Copy a week", refusals=(404, 412, 422)),
)
def copy(
    data: JSONBody[CopyWeekBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    if_match: IfMatch = None,
    dry_run: FromQuery[bool] = False,
) -> Response[SavedEditView]:
    """Make one week like another; `If-Match`, of the week that changes, is honoured when sent."""
    request = CopyWeek(
        instructor_id=teacher(principal),
        from_week=data.from_week,
        to_week=data.to_week,
        allow_clear=data.allow_clear,
        if_match=etags(if_match),
        dry_run=dry_run,
    )
    saved = copy_week(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=keyed.answer(SavedEditView.of),
    )
    return Response(SavedEditView.of(saved), headers=version(saved))


@post(
    "/patterns",
    status_code=200,
    sync_to_thread=True,
    opt=KEYED_EDITING,
    **documented("Repeat a week", refusals=(404, 422)),
)
def repeat(
    data: JSONBody[ApplyPatternBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    dry_run: FromQuery[bool] = False,
) -> SavedEditView:
    """Make every date of a range like the same weekday of one week."""
    request = ApplyPattern(
        instructor_id=teacher(principal),
        from_week=data.from_week,
        start_date=data.start_date,
        end_date=data.end_date,
        allow_clear=data.allow_clear,
        dry_run=dry_run,
    )
    saved = apply_pattern(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=keyed.answer(SavedEditView.of),
    )
    return SavedEditView.of(saved)


@get(
    "/history",
    sync_to_thread=True,
    opt=READING,
    **documented("List the saves of my calendar", refusals=(422,)),
)
def history(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> EditHistoryView:
    """What I saved, newest first, as long as it is kept."""
    wanted = page_request(limit, cursor)
    with ports.read() as reads:
        page = reads.calendar_history.page(teacher(principal), wanted)
    return EditHistoryView.of(page)


@post(
    "/history/{edit_id:str}/undo",
    status_code=200,
    sync_to_thread=True,
    opt=KEYED_EDITING,
    **documented("Undo a save", refusals=(404, 422)),
)
def undo(
    edit_id: FromPath[EditId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    dry_run: FromQuery[bool] = False,
) -> SavedEditView:
    """Take a save back where nothing was changed since; later changes elsewhere stay."""
    request = UndoEdit(instructor_id=teacher(principal), edit_id=edit_id, dry_run=dry_run)
    saved = undo_edit(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=keyed.answer(SavedEditView.of),
    )
    return SavedEditView.of(saved)


ROUTER: Final = Router(
    "/instructors/me/availability",
    route_handlers=[open_days, copy, repeat, history, undo],
)
