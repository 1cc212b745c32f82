"""A week as forms carry it, and as its sheet shows it."""

from datetime import date, time, timedelta

import pytest
from litestar.datastructures import FormMultiDict

from entrypoints.http.problems import Refusal
from entrypoints.web.forms import Form, form_of
from entrypoints.web.week_forms import (
    carried_week,
    changes,
    listed_week,
    mistakes_of,
    rows_of,
    rows_typed,
    spelled,
    texts_of,
)
from entrypoints.web.week_views import Cell, sheet_of, wall_time
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.weeks import Week, read_week_text
from instainstru_core.kernel.zones import NEW_YORK

MONDAY = date(2030, 1, 7)
NINE = 9 * 12
OPEN = DayPlanes(travel=span(NINE, NINE + 24), online=span(NINE, NINE + 8))
WEEK = Week(MONDAY, (OPEN, *(DayPlanes(),) * 5, DayPlanes(studio=span(276, 288))))


def as_form(week: Week, **more: str) -> Form:
    """What the list of *week* sends."""
    fields = {
        f"{row.name}.{part}": value
        for rows in rows_of(week)
        for row in rows
        for part, value in (("start", (row.start,)), ("end", (row.end,)), ("formats", row.formats))
    }
    return Form(fields={**fields, **{name: (value,) for name, value in more.items()}})


def test_av2_a_week_is_carried_to_the_last_bit() -> None:
    form = Form(fields={"seen": (spelled(WEEK),)})
    assert carried_week(form, "seen", MONDAY) == WEEK
    assert len(spelled(WEEK)) == 1120


@pytest.mark.parametrize("text", ["", "ünd", "AAAA", "/" * 1120])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        carried_week(Form(fields={"seen": (text,)}), "seen", MONDAY)


def test_the_list_says_the_same_week() -> None:
    form = as_form(WEEK)
    assert listed_week(form, MONDAY) == WEEK
    assert not form.refused
    assert rows_typed(form) == rows_of(WEEK)
    assert read_week_text(MONDAY, texts_of(WEEK)) == WEEK


def test_each_row_that_cannot_be_is_marked_where_it_is_wrong() -> None:
    form = as_form(
        WEEK, **{"0.0.end": "08:00", "0.1.start": "9", "1.0.start": "09:01", "1.0.end": "10:00"}
    )
    listed_week(form, MONDAY)
    first, second = rows_typed(form)[0][:2]
    assert mistakes_of(form, first) == {"end": "invalid_range"}
    assert mistakes_of(form, second) == {"start": "invalid_time"}
    assert mistakes_of(form, rows_typed(form)[1][0]) == {"start": "unaligned_time"}


def test_changes_are_told_by_day_and_format() -> None:
    other = Week(MONDAY, (DayPlanes(travel=OPEN.travel), DayPlanes(online=1), *WEEK.days[2:]))
    told = [(day, opened, window.starts) for day, opened, window in changes(WEEK, other)]
    assert told == [(MONDAY, False, "09:00"), (MONDAY + timedelta(days=1), True, "00:00")]


def test_a_cell_is_open_as_a_whole_or_in_part() -> None:
    now = NEW_YORK.midnight(MONDAY) + timedelta(days=1)
    away = frozenset({MONDAY + timedelta(days=2)})
    sheet = sheet_of(WEEK, [], NEW_YORK, away=away, now=now)
    nine, half_past = sheet.lines[18], sheet.lines[19]
    assert nine.at == time(9)
    assert nine.cells[0] == Cell("to", "", None)
    assert half_past.cells[0] == Cell("t", "o", None)
    assert [each.past for each in sheet.columns] == [True] + [False] * 6
    assert [each.today for each in sheet.columns].index(True) == 1
    assert [each.away for each in sheet.columns].index(True) == 2
    assert not sheet.night


def test_the_night_is_shown_when_it_is_used() -> None:
    week = Week(MONDAY, (DayPlanes(online=1), *(DayPlanes(),) * 6))
    now = NEW_YORK.midnight(MONDAY)
    assert sheet_of(week, [], NEW_YORK, away=frozenset(), now=now).night
    assert wall_time(288) == time(0)


# Every quarter of an hour from 0:00 to 12:00, each a time of its own: as many as a day may have.
FULL = DayPlanes(
    travel=sum(span(at, at + 2) for at in range(0, 144, 3)),
    studio=sum(span(at, at + 2) for at in range(0, 144, 3)),
    online=sum(span(at, at + 2) for at in range(0, 144, 3)),
)


def test_av5_the_fullest_week_fits_into_a_form() -> None:
    """AV-5: 48 times a day."""
    week = Week(MONDAY, (FULL,) * 7)
    sent = as_form(week, act="save", _key="k" * 32, seen=spelled(week))
    pairs = [(name, value) for name, values in sent.fields.items() for value in values]
    assert len(pairs) > 1500
    form = form_of(FormMultiDict(pairs))
    assert listed_week(form, MONDAY) == week
    assert not form.refused


def test_a_day_of_more_times_than_may_be_saved_loses_none() -> None:
    """A day that was joined from two devices may hold more than 48 times."""
    planes = DayPlanes(online=sum(span(at, at + 1) for at in range(0, 120, 2)))
    week = Week(MONDAY, (planes, *(DayPlanes(),) * 6))
    assert listed_week(as_form(week), MONDAY) == week
