"""A week as its editor shows it: half-hours by days, lessons over them. Source: AV-10, AV-26."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final

from attrs import field, frozen

from instainstru_core.availability.model.days import LocalDay, local_day
from instainstru_core.availability.model.planes import (
    FORMATS,
    SLOT_MINUTES,
    SLOTS_PER_DAY,
    DayPlanes,
    Slots,
    ones,
    span,
)
from instainstru_core.availability.model.weeks import Week
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import Zone

CELL_SLOTS: Final = 6
NIGHT_ENDS: Final = 12
"""The half-hours before this one are shown when they are asked for, or used."""

LETTERS: Final[Mapping[Format, str]] = {
    Format.TRAVEL: "t",
    Format.STUDIO: "s",
    Format.ONLINE: "o",
}
"""How marks in the page name a format."""


@frozen
class Taken:
    """A lesson in a cell: whose, the format it needs, if any, and whether it begins there."""

    who: str
    need: str
    first: bool
    hold: bool


@frozen
class Cell:
    """Half an hour: the formats that it is open for as a whole, and in part."""

    whole: str
    part: str
    taken: Taken | None


@frozen
class Line:
    """The same half-hour of all days."""

    at: time
    night: bool
    cells: tuple[Cell, ...]


@frozen
class Column:
    """A day."""

    date: date
    today: bool
    past: bool
    away: bool


@frozen(kw_only=True)
class Sheet:
    """A week to be drawn. *uncovered* are lessons that stand outside of open time."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    uncovered: tuple[BookingCard, ...]
    night: bool = field()
    """Whether anything is open or taken at night."""


def sheet_of(
    week: Week, cards: Sequence[BookingCard], zone: Zone, *, away: frozenset[date], now: datetime
) -> Sheet:
    """The sheet of *week* with the lessons of *cards*, as it is *now*."""
    days = [local_day(zone, each) for each in week.dates]
    today = zone.today(now)
    taken = [_taken(day, cards, now) for day in days]
    lines = tuple(
        Line(
            wall_time(at * CELL_SLOTS),
            at < NIGHT_ENDS,
            tuple(
                _cell(planes, at, found.get(at))
                for planes, found in zip(week.days, taken, strict=True)
            ),
        )
        for at in range(SLOTS_PER_DAY // CELL_SLOTS)
    )
    return Sheet(
        columns=tuple(
            Column(each, today=each == today, past=each < today, away=each in away)
            for each in week.dates
        ),
        lines=lines,
        uncovered=tuple(
            each for each in cards if not _is_over(each, now) and not _is_covered(each, week, days)
        ),
        night=any(
            cell.whole or cell.part or cell.taken
            for line in lines
            if line.night
            for cell in line.cells
        ),
    )


def wall_time(slot: int) -> time:
    """When the slot begins on the wall; the end of the day is midnight."""
    hours, minutes = divmod(slot * SLOT_MINUTES, 60)
    return time(hours % 24, minutes)


def _cell(planes: DayPlanes, at: int, taken: Taken | None) -> Cell:
    wanted = span(at * CELL_SLOTS, (at + 1) * CELL_SLOTS)
    opened = {each: planes.of(each) & wanted for each in FORMATS}
    whole = "".join(LETTERS[each] for each in FORMATS if opened[each] == wanted)
    part = "".join(LETTERS[each] for each in FORMATS if 0 < opened[each] < wanted)
    return Cell(whole, part, taken)


def _taken(day: LocalDay, cards: Sequence[BookingCard], now: datetime) -> dict[int, Taken]:
    """The cells of *day* that lessons touch; what is over needs no open time any more."""
    found: dict[int, Taken] = {}
    for card in cards:
        booking = card.booking
        touched = day.touched(booking.lesson)
        cells = sorted({day.wall(each) // CELL_SLOTS for each in ones(touched)})
        for number, at in enumerate(cells):
            found[at] = Taken(
                card.student_name,
                "" if _is_over(card, now) else LETTERS[booking.location_type.format],
                first=number == 0,
                hold=booking.status is BookingStatus.PENDING,
            )
    return found


def _is_over(card: BookingCard, now: datetime) -> bool:
    return card.booking.lesson.starts_at <= now


def _is_covered(card: BookingCard, week: Week, days: Sequence[LocalDay]) -> bool:
    """Whether what the lesson takes of this week is open for its format. Source: AV-26."""
    wanted = card.booking.location_type.format
    opened = (planes.of(wanted) for planes in week.days)
    return all(
        _outside(day, plane, day.touched(card.booking.lesson)) == 0
        for day, plane in zip(days, opened, strict=True)
    )


def _outside(day: LocalDay, plane: Slots, touched: Slots) -> Slots:
    return touched & ~day.instants(plane) if touched else 0
