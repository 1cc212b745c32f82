"""Earnings as a statement on paper. Source: PY-69."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from entrypoints.documents.earnings_csv import COLUMNS, cells_of
from entrypoints.documents.sheets import Sheet
from entrypoints.documents.words import dollars
from instainstru_core.payments.statements.earnings import EarningLine, totals_of
from instainstru_core.payments.statements.periods import Period

_WIDTHS: Final = (20.0, 30.0, 32.0, 11.0, 22.0, 20.0, 22.0, 17.0, 22.0, 43.4)
_NUMBERS: Final = frozenset({3, 4, 5, 6, 7})
_HEADS: Final = ("Date", "Student", "Service", "Min", *COLUMNS[4:])
_HEIGHT: Final = 6.0
_GAP: Final = 3.0
_ID_SIZE: Final = 6.5


def earnings_pdf(lines: Sequence[EarningLine], period: Period, *, made_at: datetime) -> bytes:
    """A statement of *lines*: its totals, then each lesson; the same bytes for the same words."""
    totals = totals_of(lines)
    sheet = Sheet("Statement of earnings", made_at, landscape=True)
    sheet.pen(13, bold=True)
    sheet.cell(sheet.epw / 2, 8, "InstaInstru")
    sheet.pen(11)
    sheet.cell(sheet.epw / 2, 8, "Statement of earnings", align="R")
    sheet.ln(11)
    sheet.rule(strong=True)
    sheet.ln(5)
    sheet.write_line(f"{_day(period.first)} to {_day(period.last)}", soft=True)
    sheet.ln(2)
    named = (
        ("Net earnings", dollars(totals.net.cents)),
        ("Tips", dollars(totals.tips.cents)),
        ("Lesson value", dollars(totals.lesson_value.cents)),
        ("Platform fee", dollars(totals.commission.cents)),
        ("On its way", dollars(totals.owed.cents)),
        ("Lessons", str(totals.lessons)),
        ("Hours", f"{totals.minutes // 60}:{totals.minutes % 60:02}"),
    )
    width = sheet.epw / len(named)
    sheet.pen(8, soft=True)
    for name, _ in named:
        sheet.cell(width, 5, name)
    sheet.ln(5)
    sheet.pen(12, bold=True)
    for _, value in named:
        sheet.cell(width, 7, value)
    sheet.ln(13)
    _heads(sheet)
    for line in lines:
        if sheet.will_page_break(_HEIGHT):
            sheet.add_page()
            _heads(sheet)
        _row(sheet, cells_of(line))
    if not lines:
        sheet.write_line("No lessons in these days.", soft=True)
    return sheet.whole()


def _heads(sheet: Sheet) -> None:
    sheet.pen(8, soft=True)
    for position, (name, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
        _cell(sheet, position, name, width)
    sheet.ln(_HEIGHT)
    sheet.rule(strong=True)


def _row(sheet: Sheet, cells: tuple[str, ...]) -> None:
    for position, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True)):
        sheet.pen(_ID_SIZE if position == len(cells) - 1 else 8)
        _cell(sheet, position, sheet.cut(cell, width - 3), width)
    sheet.ln(_HEIGHT)
    sheet.rule()


def _cell(sheet: Sheet, position: int, text: str, width: float) -> None:
    if position in _NUMBERS:
        sheet.cell(width, _HEIGHT, text, align="R")
    else:
        sheet.set_x(sheet.get_x() + _GAP)
        sheet.cell(width - _GAP, _HEIGHT, text)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
