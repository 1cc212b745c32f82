"""Earnings as a table for spreadsheets. Source: PY-69."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final

from instainstru_core.payments.statements.earnings import EarningLine

BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What tells spreadsheets that it is UTF-8."""

COLUMNS: Final = (
    *("Date", "Student", "Service", "Duration (min)", "Lesson Price", "Platform Fee"),
    *("Net Earnings", "Tip", "Status", "Payment ID"),
)
_FORMULAS: Final = (
    *("=", "+", "-", "@", "\t", "\r", "\n", "\N{MINUS SIGN}"),
    *("\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}"),
    *("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}"),
)


def earnings_csv(lines: Iterable[EarningLine]) -> Iterator[str]:
    """The table, a line at a time; amounts as $0.00."""
    yield BOM + _row(COLUMNS)
    for line in lines:
        yield _row(cells_of(line))


def cells_of(line: EarningLine) -> tuple[str, ...]:
    """The cells of *line*, unescaped, in the order of the columns."""
    return (
        line.zone.local(line.lesson_starts_at).date().isoformat(),
        line.student,
        line.service_name,
        str(line.minutes),
        str(line.lesson_price),
        str(line.commission),
        str(line.net),
        str(line.tip),
        line.status.value,
        str(line.payment_id),
    )


def harmless(cell: str) -> str:
    """*cell*, so that no spreadsheet takes it for a formula, white space before it or not."""
    return f"'{cell}" if cell.startswith(_FORMULAS) or cell.lstrip().startswith(_FORMULAS) else cell


def _row(cells: Iterable[str]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return written.getvalue()
