"""A week as forms carry it: as it was seen, and as it is wanted, painted or written in rows.

Source: AV-2, AV-5, AV-16, AV-18.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Final

from attrs import frozen

from entrypoints.http.problems import Refusal
from entrypoints.web.forms import Form
from instainstru_core.availability.errors import RefusedField
from instainstru_core.availability.model.planes import DAY_BYTES, DayPlanes
from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, Week
from instainstru_core.availability.model.windows import (
    END_OF_DAY,
    MAX_WINDOWS_PER_DAY,
    Window,
    WindowText,
    decode,
    encode,
    read_window,
)
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format

SEEN: Final = "seen"
"""The field that holds the week as its editor was given it."""

MINE: Final = "mine"
"""The field that holds the week as it is wanted, where it was painted."""

THEIRS: Final = "theirs"
"""The field that holds what somebody else made of it."""

BLANK_ROWS: Final = 2
_MIDNIGHT: Final = "00:00"


def spelled(week: Week) -> str:
    """Its 840 bytes, as a field and a script can carry them."""
    return base64.b64encode(b"".join(day.to_bytes() for day in week.days)).decode()


def carried_week(form: Form, name: str, monday: date) -> Week:
    """The week that `spelled` wrote into the field.

    Raises:
        Refusal: Something else stands there.
    """
    try:
        content = base64.b64decode(form[name], validate=True)
        days = [content[at : at + DAY_BYTES] for at in range(0, len(content), DAY_BYTES)]
        return Week(monday, tuple(DayPlanes.of_bytes(each) for each in days))
    except (binascii.Error, ValueError, Malformed):
        raise Refusal(422, "validation_failed", f"{name} is no week: open it anew") from None


def texts_of(week: Week) -> dict[date, list[WindowText]]:
    """The week, as use cases are asked for it."""
    return {
        day: [WindowText(each.starts, each.ends, each.formats) for each in decode(planes)]
        for day, planes in week.by_date().items()
    }


@frozen
class Row:
    """One line of a day's list: a time that is open, or a blank one."""

    name: str
    start: str = ""
    end: str = ""
    formats: tuple[str, ...] = tuple(Format)


def rows_of(week: Week) -> list[list[Row]]:
    """The list of each day, with blank lines to add to it."""
    return [_rows(number, decode(planes)) for number, planes in enumerate(week.days)]


def rows_typed(form: Form) -> list[list[Row]]:
    """The list of each day as it was sent."""
    return [list(_typed(form, number)) for number in range(DAYS_PER_WEEK)]


def listed_week(form: Form, monday: date) -> Week:
    """The week that the rows say; each one that can't be read is marked.

    A row without times or without any format is none.
    """
    return Week(monday, tuple(_listed(form, number) for number in range(DAYS_PER_WEEK)))


def is_painted(form: Form) -> bool:
    """Whether the week was painted, and not written in rows."""
    return MINE in form.fields


def changes(before: Week, after: Week) -> list[tuple[date, bool, Window]]:
    """What changed from one week to another: when, whether it opened, and which time."""
    return [
        (day, opened, window)
        for day, old, new in zip(before.dates, before.days, after.days, strict=True)
        for opened, planes in ((True, new.without(old)), (False, old.without(new)))
        for window in decode(planes)
    ]


def _rows(number: int, windows: Sequence[Window]) -> list[Row]:
    written = [
        Row(_name(number, at), each.starts, _shown_end(each.ends), tuple(map(str, each.formats)))
        for at, each in enumerate(windows)
    ]
    shown = min(len(written) + BLANK_ROWS, MAX_WINDOWS_PER_DAY)
    return written + [Row(_name(number, at)) for at in range(len(written), shown)]


def _typed(form: Form, number: int) -> Iterator[Row]:
    """Every row that was sent, however many: a day may hold more than may be saved at once."""
    for at in count():
        name = _name(number, at)
        if f"{name}.start" not in form.fields:
            return
        yield Row(
            name,
            form[f"{name}.start"].strip(),
            form[f"{name}.end"].strip(),
            form.all(f"{name}.formats"),
        )


def _listed(form: Form, number: int) -> DayPlanes:
    return encode(
        window
        for row in _typed(form, number)
        if (row.start or row.end) and row.formats and (window := _read(form, row)) is not None
    )


def _read(form: Form, row: Row) -> Window | None:
    end = END_OF_DAY if row.end == _MIDNIGHT else row.end
    try:
        return read_window(WindowText(row.start, end, row.formats), pointer="")
    except RefusedField as error:
        form.refused_by(error, f"{row.name}{error.pointer.replace('/', '.')}")
        return None


def _shown_end(end: str) -> str:
    return _MIDNIGHT if end == END_OF_DAY else end


def _name(number: int, at: int) -> str:
    return f"{number}.{at}"


def mistakes_of(form: Form, row: Row) -> Mapping[str, str]:
    """What is wrong with a row, by its part."""
    parts = ("start", "end", "formats")
    return {
        part: form.mistakes[f"{row.name}.{part}"]
        for part in parts
        if f"{row.name}.{part}" in form.mistakes
    }
