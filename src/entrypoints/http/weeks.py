"""Weeks of a calendar over HTTP, for their instructor: read, replace, patch, merge."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from email.utils import format_datetime
from typing import Annotated, Any, Final, Self

from litestar import Response, Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.availability import Formats, ZoneName
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import PatchOp, SkippedDate
from instainstru_core.availability.model.facts import BookedLesson, StoredWeek
from instainstru_core.availability.model.weeks import Week
from instainstru_core.availability.model.windows import Window, WindowText, decode
from instainstru_core.availability.use_cases.merge_week import MergedWeek, MergeWeek, merge_week
from instainstru_core.availability.use_cases.patch_week import Operation, PatchWeek, patch_week
from instainstru_core.availability.use_cases.read_week import ReadWeek, read_week
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.use_cases.save_edit import ANY_VERSION, SavedEdit
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.ports import Ports

ACCESS: Final = requires(Permission.MANAGE_AVAILABILITY)
READING: Final = policy(access=ACCESS, bucket="read")
EDITING: Final = policy(access=ACCESS, bucket="write")
KEYED_EDITING: Final = policy(access=ACCESS, bucket="write", idempotency=OPTIONAL)

NO_VERSION: Final = ""
_ETAGS: Final = re.compile(r'(W/)?"([^"]*)"')
_WEEK: Final = "/instructors/me/availability/weeks/{monday:str}"
_DAYS: Final = [{"2030-01-07": [{"start": "09:00", "end": "12:30"}]}]

WallTime = Annotated[
    str,
    Meta(description="`HH:MM` on the instructor's clock, 5-minute steps.", examples=["09:00"]),
]
EndTime = Annotated[str, Meta(description="As `start`, up to `24:00`.", examples=["12:30"])]
WantedFormats = Annotated[
    list[str] | None,
    Meta(description="All three when left out.", examples=[["studio", "online"]]),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag that was read, or `*` to overwrite."),
]


class WindowBody(Struct, forbid_unknown_fields=True, frozen=True):
    """Open time on one day; it may overlap others, and ends by `24:00`."""

    start: WallTime
    end: EndTime
    formats: WantedFormats = None


class ReplaceWeekBody(Struct, forbid_unknown_fields=True, frozen=True):
    """The whole week; dates not mentioned become closed."""

    days: Annotated[dict[date, list[WindowBody]], Meta(examples=_DAYS)]


class OperationBody(Struct, forbid_unknown_fields=True, frozen=True):
    """One step: open or close a window on a date of the week."""

    op: PatchOp
    date: date
    start: WallTime
    end: EndTime
    formats: WantedFormats = None


class PatchWeekBody(Struct, forbid_unknown_fields=True, frozen=True):
    """What to do to the week, in this order; at most 200 steps."""

    operations: list[OperationBody]


class MergeWeekBody(Struct, forbid_unknown_fields=True, frozen=True):
    """The whole week twice: as it was loaded, and as it is wanted."""

    base: Annotated[dict[date, list[WindowBody]], Meta(examples=_DAYS)]
    mine: Annotated[dict[date, list[WindowBody]], Meta(examples=_DAYS)]


class WindowView(Struct, frozen=True):
    """A run of time that is open for the same formats."""

    start: WallTime
    end: EndTime
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


class SavedWeekView(Struct, frozen=True, kw_only=True):
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
    edit_id: Annotated[
        EditId | None, Meta(description="Undoes this save; null when nothing was written.")
    ]
    dry_run: bool

    @classmethod
    def of(cls, saved: SavedEdit) -> Self:
        """The outcome."""
        return cls(**week_now(saved), **outcome(saved))


class MergedWeekView(SavedWeekView, frozen=True, kw_only=True):
    """What was written, the week as it is now, and what came from the other side."""

    merged_slots: Annotated[
        int, Meta(description="Five-minute slots that only the other side changed since `base`.")
    ]
    merged_changes: Annotated[
        int, Meta(description="The same in changes as people count them: runs of slots.")
    ]

    @classmethod
    def of_merge(cls, merged: MergedWeek) -> Self:
        """The outcome."""
        return cls(
            **week_now(merged.saved),
            **outcome(merged.saved),
            merged_slots=merged.merged_slots,
            merged_changes=merged.merged_changes,
        )


@get(_WEEK, sync_to_thread=True, opt=READING, **documented("Read a week", refusals=(422,)))
def week(
    monday: FromPath[str], principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> Response[WeekView]:
    """Open a week in the editor: all seven dates, and the ETag to send when saving it."""
    request = ReadWeek(instructor_id=teacher(principal), monday=path_date(monday))
    stored = read_week(request, read=ports.read)
    headers = {"ETag": f'"{stored.week.etag}"'}
    if stored.modified_at is not None:
        headers["Last-Modified"] = format_datetime(stored.modified_at, usegmt=True)
    return Response(WeekView.of(stored), headers=headers)


@put(
    _WEEK,
    sync_to_thread=True,
    opt=EDITING,
    **documented("Replace a week", refusals=(412, 422, 428)),
)
def save_week(
    monday: FromPath[str],
    data: JSONBody[ReplaceWeekBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
    dry_run: FromQuery[bool] = False,
) -> Response[SavedWeekView]:
    """Save a whole week, if it is still as it was read. Bookings are never touched by it."""
    request = ReplaceWeek(
        instructor_id=teacher(principal),
        monday=path_date(monday),
        days=_texts(data.days),
        if_match=etags(if_match),
        dry_run=dry_run,
    )
    saved = replace_week(
        request, begin=ports.begin, ids=ports.ids, clock=ports.clock, rules=ports.rules
    )
    return Response(SavedWeekView.of(saved), headers=version(saved))


@patch(
    _WEEK,
    sync_to_thread=True,
    opt=EDITING,
    **documented("Change parts of a week", refusals=(412, 422)),
)
def change_week(
    monday: FromPath[str],
    data: JSONBody[PatchWeekBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
    dry_run: FromQuery[bool] = False,
) -> Response[SavedWeekView]:
    """Open and close windows on whatever is stored now; `If-Match` is honoured when sent."""
    request = PatchWeek(
        instructor_id=teacher(principal),
        monday=path_date(monday),
        operations=[
            Operation(each.op, each.date, WindowText(each.start, each.end, each.formats))
            for each in data.operations
        ],
        if_match=etags(if_match),
        dry_run=dry_run,
    )
    saved = patch_week(
        request, begin=ports.begin, ids=ports.ids, clock=ports.clock, rules=ports.rules
    )
    return Response(SavedWeekView.of(saved), headers=version(saved))


@post(
    f"{_WEEK}/merge",
    status_code=200,
    sync_to_thread=True,
    opt=KEYED_EDITING,
    **documented("Merge a week", refusals=(422,)),
)
def join_weeks(
    monday: FromPath[str],
    data: JSONBody[MergeWeekBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    dry_run: FromQuery[bool] = False,
) -> Response[MergedWeekView]:
    """Save one's changes to a week that somebody else saved since; both sides' survive."""
    request = MergeWeek(
        instructor_id=teacher(principal),
        monday=path_date(monday),
        base=_texts(data.base),
        mine=_texts(data.mine),
        dry_run=dry_run,
    )
    merged = merge_week(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rules=ports.rules,
        answer=keyed.answer(MergedWeekView.of_merge),
    )
    return Response(MergedWeekView.of_merge(merged), headers=version(merged.saved))


def teacher(principal: Principal) -> InstructorId:
    """The caller, as an instructor."""
    return InstructorId(principal.account_id.value)


def etags(header: str | None) -> frozenset[str] | None:
    """The strong tags in `If-Match`; whatever else it holds matches nothing. Source: AV-16."""
    if header is None:
        return None
    if header.strip() == ANY_VERSION:
        return frozenset({ANY_VERSION})
    strong = (tag for weak, tag in _ETAGS.findall(header) if not weak and tag != ANY_VERSION)
    return frozenset(strong) or frozenset({NO_VERSION})


def version(saved: SavedEdit) -> dict[str, str]:
    """The ETag of the one week that was edited, as a header."""
    return {"ETag": f'"{saved.week.etag}"'}


def week_now(saved: SavedEdit) -> dict[str, Any]:
    """The fields that show the week as it is now."""
    return {
        "monday": saved.week.monday,
        "zone": str(saved.zone),
        "days": _days(saved.week),
        "etag": saved.week.etag,
    }


def outcome(saved: SavedEdit) -> dict[str, Any]:
    """The fields that every edit answers with. Source: AV-25."""
    return {
        "days_written": len(saved.written),
        "written_dates": list(saved.written),
        "skipped_dates": [SkippedDateView.of(each) for each in saved.skipped],
        "weeks_affected": saved.weeks_affected,
        "dates_processed": saved.dates_processed,
        "uncovered_bookings": [UncoveredBookingView.of(each) for each in saved.uncovered],
        "edit_id": saved.edit_id,
        "dry_run": saved.dry_run,
    }


def path_date(text: str) -> date:
    """A date as it stands in an address; whatever else stands there leads nowhere."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is None:
        raise NotFoundException
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFoundException from None


def _texts(days: Mapping[date, Sequence[WindowBody]]) -> dict[date, list[WindowText]]:
    return {
        day: [WindowText(each.start, each.end, each.formats) for each in windows]
        for day, windows in days.items()
    }


def _days(content: Week) -> dict[date, list[WindowView]]:
    return {
        day: [WindowView.of(each) for each in decode(planes)]
        for day, planes in content.by_date().items()
    }


ROUTER: Final = Router("/", route_handlers=[week, save_week, change_week, join_weeks])
