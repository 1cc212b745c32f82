"""The saves of calendars in PostgreSQL, and what is no longer kept of calendars."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zlib import compress, decompress

from attrs import frozen
from sqlalchemy import Connection, text

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.errors import EditNotFound
from instainstru_core.availability.ids import EditId
from instainstru_core.availability.model.edits import EditCause
from instainstru_core.availability.model.history import CalendarEdit, EditEntry
from instainstru_core.availability.model.planes import DAY_BYTES, DayPlanes
from instainstru_core.availability.queries import page_of_edits, read_edit_cursor
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import Page, PageRequest

# Flips are mostly zeros: the quickest level leaves as little as the best.
_LEVEL: Final = 1
_ENTRY: Final = (
    "edit_id, instructor_id, actor_id, cause, saved_at, dates, opened_minutes, closed_minutes"
)
_GET = text(
    f"""
    SELECT {_ENTRY}, flips FROM calendar_edits
    WHERE edit_id = :edit_id AND instructor_id = :instructor_id
    """  # noqa: S608 - constants
)
_SINCE = text(
    """
    SELECT dates, flips FROM calendar_edits
    WHERE instructor_id = :instructor_id AND dates && CAST(:dates AS date[])
        AND number > (SELECT number FROM calendar_edits WHERE edit_id = :edit_id)
    ORDER BY number
    """
)
_FIRST_PAGE = text(
    f"""
    SELECT {_ENTRY} FROM calendar_edits WHERE instructor_id = :instructor_id
    ORDER BY number DESC LIMIT :limit
    """  # noqa: S608 - constants
)
_NEXT_PAGE = text(
    f"""
    SELECT {_ENTRY} FROM calendar_edits
    WHERE instructor_id = :instructor_id AND number < (
        SELECT number FROM calendar_edits
        WHERE edit_id = :last AND instructor_id = :instructor_id
    )
    ORDER BY number DESC LIMIT :limit
    """  # noqa: S608 - constants
)
_IS_BOOKED: Final = """
    EXISTS (
        SELECT FROM bookings
        WHERE bookings.instructor_id = stored.instructor_id AND bookings.local_date = stored.day
    )
"""
# No zone's date is after *latest*: the index finds what may be old, the zone decides.
_PRUNE_DAYS = text(
    f"""
    DELETE FROM availability_days WHERE (instructor_id, day) IN (
        SELECT stored.instructor_id, stored.day
        FROM availability_days AS stored JOIN instructors USING (instructor_id)
        WHERE stored.day < :latest
            AND stored.day < CAST(timezone(instructors.zone, :now) AS date) - :older_than
            AND NOT {_IS_BOOKED}
        LIMIT :limit
    )
    """  # noqa: S608 - constants
)
_PRUNE_EDITS = text(
    """
    DELETE FROM calendar_edits WHERE edit_id IN (
        SELECT edit_id FROM calendar_edits WHERE saved_at < :before
        ORDER BY saved_at LIMIT :limit
    )
    """
)
_FORGET = text(
    f"""
    WITH edits AS (DELETE FROM calendar_edits WHERE instructor_id = :instructor_id)
    DELETE FROM availability_days AS stored
    WHERE instructor_id = :instructor_id AND NOT {_IS_BOOKED}
    """  # noqa: S608 - constants
)


@frozen
class PostgresCalendarHistory:
    """The `CalendarHistory` and `CalendarHistoryQueries` ports."""

    _connection: Connection

    def get(self, instructor_id: InstructorId, edit_id: EditId) -> CalendarEdit:
        values = {"edit_id": edit_id.value, "instructor_id": instructor_id.value}
        if (row := self._connection.execute(_GET, values).first()) is None:
            raise EditNotFound(edit_id)
        *entry, flips = row
        found = _entry(*entry)
        return CalendarEdit(entry=found, flips=_flips(found.dates, flips))

    def since(self, edit: CalendarEdit) -> Sequence[Mapping[date, DayPlanes]]:
        values = {
            "edit_id": edit.entry.edit_id.value,
            "instructor_id": edit.entry.instructor_id.value,
            "dates": [*edit.entry.dates],
        }
        return [_flips(dates, flips) for dates, flips in self._connection.execute(_SINCE, values)]

    def page(self, instructor_id: InstructorId, request: PageRequest) -> Page[EditEntry]:
        values: dict[str, object] = {
            "instructor_id": instructor_id.value,
            "limit": request.limit + 1,
        }
        last = read_edit_cursor(request.cursor)
        if last is None:
            rows = self._connection.execute(_FIRST_PAGE, values)
        else:
            rows = self._connection.execute(_NEXT_PAGE, values | {"last": last.value})
        return page_of_edits([_entry(*row) for row in rows], request.limit)

    def prune_days(self, *, now: datetime, older_than_days: int, limit: int) -> int:
        latest = now.date() + timedelta(days=1 - older_than_days)
        values = {"now": now, "latest": latest, "older_than": older_than_days, "limit": limit}
        return self._connection.execute(_PRUNE_DAYS, values).rowcount

    def prune_edits(self, *, before: datetime, limit: int) -> int:
        values = {"before": before, "limit": limit}
        return self._connection.execute(_PRUNE_EDITS, values).rowcount

    def forget(self, instructor_id: InstructorId) -> int:
        values = {"instructor_id": instructor_id.value}
        return self._connection.execute(_FORGET, values).rowcount


def edit_values(edit: CalendarEdit) -> dict[str, object]:
    """The columns of a save."""
    entry = edit.entry
    content = b"".join(edit.flips[day].to_bytes() for day in entry.dates)
    return {
        "edit_id": entry.edit_id.value,
        "actor_id": entry.actor_id.value,
        "cause": entry.cause,
        "saved_at": entry.saved_at,
        "dates": [*entry.dates],
        "opened": entry.opened_minutes,
        "closed": entry.closed_minutes,
        "flips": compress(content, _LEVEL),
    }


def _entry(
    edit_id: Any,
    instructor_id: Any,
    actor_id: Any,
    cause: str,
    saved_at: datetime,
    dates: Sequence[date],
    opened_minutes: int,
    closed_minutes: int,
) -> EditEntry:
    return EditEntry(
        edit_id=EditId(edit_id),
        instructor_id=InstructorId(instructor_id),
        actor_id=AccountId(actor_id),
        cause=EditCause(cause),
        saved_at=saved_at,
        dates=tuple(dates),
        opened_minutes=opened_minutes,
        closed_minutes=closed_minutes,
    )


def _flips(dates: Sequence[date], flips: bytes) -> dict[date, DayPlanes]:
    content = decompress(flips)
    return {
        day: DayPlanes.of_bytes(content[at : at + DAY_BYTES])
        for day, at in zip(dates, range(0, len(content), DAY_BYTES), strict=True)
    }
