"""Who is free: one answer for everybody, in a few passes over arrays. Source: AV-41.

The answer equals AV-34 and AV-35 run instructor by instructor; only the order of work differs.
Whatever depends on the zone is one mask of starts for each zone and date, whatever depends on the
instructor is one vector operation for all of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from instainstru_core.availability.model.days import LocalDay, local_day
from instainstru_core.availability.model.free import in_wall_range, unprotected
from instainstru_core.availability.model.planes import (
    FORMAT_INDEX,
    SLOT_MINUTES,
    SLOT_SECONDS,
    SLOTS_PER_DAY,
    Slots,
    eroded,
)
from instainstru_core.availability.model.quarters import (
    NO_QUARTER,
    QUARTER_SECONDS,
    SLOTS_PER_QUARTER,
    Quarters,
    clear_before,
    first_quarter,
    starts_of,
    thirds_of,
)
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import protected_date
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import utc
from instainstru_core.kernel.zones import Zone

Number = TypeVar("Number", np.int64, np.uint64)

COLUMNS_AT_ONCE = 16_384
"""How many planes are worked on at once: few enough to stay in a core's own cache."""


def _minutes(_: object, __: object, minutes: int) -> None:
    if not SLOT_MINUTES <= minutes <= 24 * 60 or minutes % SLOT_MINUTES:
        raise Malformed(f"a lesson lasts a multiple of five minutes, not {minutes}")


def _slot(_: object, __: object, slot: int) -> None:
    if not 0 <= slot <= SLOTS_PER_DAY:
        raise Malformed(f"a day has {SLOTS_PER_DAY} slots, got {slot}")


@frozen(kw_only=True)
class WhoIsFree:
    """A lesson of some length, on one of some local dates, inside some hours of the day.

    *after* and *before* are wall slots: the whole lesson lies between them.
    """

    format: Format
    dates: tuple[date, ...]
    minutes: int = field(validator=_minutes)
    after: int = field(default=0, validator=_slot)
    before: int = field(default=SLOTS_PER_DAY, validator=_slot)
    now: datetime = field(converter=utc)


@frozen(kw_only=True, eq=False)
class RosterRows:
    """What the question needs to know of each instructor; row `n` is always the same one.

    *free* has, by date, the unbooked open time as `quarters_of` cuts it, of shape
    (4, 2, 3, columns): part, word, format, column. A date without entry has none. *columns* says
    which of them the rows are, and *part* which of all rows these are.
    """

    zones: Sequence[Zone]
    zone_of: NDArray[np.int64]
    min_advance_minutes: NDArray[np.int64]
    protected: NDArray[np.bool_]
    free: Mapping[date, NDArray[np.uint64]]
    columns: slice | NDArray[np.int64]
    part: slice = slice(None)
    rules: CalendarRules = DEFAULT_RULES

    def some(self, first: int, last: int) -> "RosterRows":
        """The rows from *first* up to *last* alone."""
        part = slice(first, min(last, self.zone_of.size))
        return evolve(
            self,
            zone_of=self.zone_of[part],
            min_advance_minutes=self.min_advance_minutes[part],
            protected=self.protected[part],
            columns=part if isinstance(self.columns, slice) else self.columns[part],
            part=part,
        )


@frozen(kw_only=True, eq=False)
class FirstStarts:
    """For each date and row the first start in seconds since 1970, 0 where there is none."""

    dates: tuple[date, ...]
    ids: Sequence[InstructorId]
    seconds: NDArray[np.int64]

    def by_instructor(self) -> dict[InstructorId, dict[date, datetime]]:
        """The qualifying dates of everybody who has one, each with its first start in UTC."""
        found: dict[InstructorId, dict[date, datetime]] = {}
        for row, day, seconds in self._hits():
            found.setdefault(self.ids[row], {})[self.dates[day]] = _instant(seconds)
        return found

    def earliest(self) -> dict[InstructorId, datetime]:
        """The first start of everybody who has one."""
        if not self.dates:
            return {}
        first = np.where(self.seconds == 0, np.iinfo(np.int64).max, self.seconds).min(axis=0)
        (rows,) = np.nonzero(self.seconds.any(axis=0))
        return {
            self.ids[row]: _instant(seconds)
            for row, seconds in zip(rows.tolist(), first[rows].tolist(), strict=True)
        }

    def _hits(self) -> Iterator[tuple[int, int, int]]:
        rows, days = np.nonzero(self.seconds.T)
        seconds = self.seconds[days, rows]
        return zip(rows.tolist(), days.tolist(), seconds.tolist(), strict=True)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def who_is_free(question: WhoIsFree, rows: RosterRows) -> NDArray[np.int64]:
    """First starts in seconds since 1970, shape (dates, rows); 0 where nobody can start."""
    count = rows.zone_of.size
    found = np.zeros((len(question.dates), count), dtype=np.int64)
    days = [
        _AskedDay.of(question, rows, day, index)
        for index, day in enumerate(question.dates)
        if count and day in rows.free
    ]
    thirds = [n for n in range(SLOTS_PER_QUARTER) if any(each.starts[n].any() for each in days)]
    for first in range(0, count, COLUMNS_AT_ONCE):
        some = rows.some(first, first + COLUMNS_AT_ONCE)
        earliest = _earliest(question, some)
        at_once = max(1, COLUMNS_AT_ONCE // some.zone_of.size)
        for third in thirds:
            # The first quarter whose slot number *third* is not before the first allowed one.
            bounds = -(-(earliest - third) // SLOTS_PER_QUARTER)
            for start in range(0, len(days), at_once):
                asked = days[start : start + at_once]
                indexes = [each.index for each in asked]
                seconds = _first_starts(question, some, asked, third, bounds)
                if third != thirds[0]:
                    seconds = _sooner(seconds, found[indexes, some.part])
                found[indexes, some.part] = seconds
    return found


def _earliest(question: WhoIsFree, rows: RosterRows) -> NDArray[np.int64]:
    """The first slot since 1970 that leaves each instructor enough notice. Source: AV-32."""
    platform = rows.rules.notice_minutes(question.format)
    # Whole minutes are added to `now`, so its seconds only matter once: they round the minute up.
    now = question.now.replace(second=0, microsecond=0)
    minute = int(now.timestamp()) // 60 + (question.now > now)
    minutes = np.maximum(rows.min_advance_minutes, platform) + minute
    slots: NDArray[np.int64] = -(-minutes // SLOT_MINUTES)
    return slots


@frozen(kw_only=True, eq=False)
class _AskedDay:
    """One date for every zone: when it begins, and which starts are asked for and allowed.

    *begins* is in quarter-hours since 1970. *starts* and *nights* have shape (3, 2, zones): third
    of the quarter, word, zone. The second is for whoever has overnight protection, and None when
    it protects nothing of this date.
    """

    index: int
    planes: NDArray[np.uint64]
    begins: NDArray[np.int64]
    starts: NDArray[np.uint64]
    nights: NDArray[np.uint64] | None

    @classmethod
    def of(cls, question: WhoIsFree, rows: RosterRows, day: date, index: int) -> "_AskedDay":
        days = [local_day(zone, day) for zone in rows.zones]
        starts = [_starts(question, each, rows.rules) for each in days]
        nights = [_starts_by_day(question, each, rows.rules) for each in days]
        return cls(
            index=index,
            planes=rows.free[day],
            begins=np.array([each.epoch // QUARTER_SECONDS for each in days], dtype=np.int64),
            starts=_columns(starts),
            nights=None if nights == starts else _columns(nights),
        )

    def mask(self, rows: RosterRows, third: int) -> Quarters:
        """Which starts of each row are left; one column if it is the same for all."""
        mask = _each(self.starts[third], rows)
        if self.nights is None:
            return mask
        night: Quarters = np.where(rows.protected, _each(self.nights[third], rows), mask)
        return night


def _columns(masks: Sequence[Slots]) -> NDArray[np.uint64]:
    return np.array([thirds_of(each) for each in masks], dtype=np.uint64).transpose(1, 2, 0)


def _each(by_zone: NDArray[Number], rows: RosterRows) -> NDArray[Number]:
    """What each row's zone has; one column where there is only one zone."""
    return by_zone if by_zone.shape[-1] == 1 else by_zone[..., rows.zone_of]


def _starts(question: WhoIsFree, day: LocalDay, rules: CalendarRules) -> Slots:
    """Where a lesson may start inside the asked hours; nowhere beyond the horizon."""
    if day.date > day.zone.today(question.now) + timedelta(days=rules.horizon_days):
        return 0
    step = rules.booking_start_step_minutes
    return _starts_within(day, question.minutes, question.after, question.before, step)


def _starts_by_day(question: WhoIsFree, day: LocalDay, rules: CalendarRules) -> Slots:
    """The same without what overnight protection refuses. Source: AV-33."""
    starts = _starts(question, day, rules)
    if protected_date(day.zone, question.now, rules) == day.date:
        starts &= day.instants(unprotected(question.format, rules))
    return starts


@lru_cache(maxsize=16_384)
def _starts_within(day: LocalDay, minutes: int, after: int, before: int, step: int) -> Slots:
    """The starts of the grid from which a whole lesson shows hours of the range."""
    inside = in_wall_range(day, after, before) & day.all_slots
    return eroded(inside, minutes // SLOT_MINUTES) & day.starts_every(step)


def _first_starts(
    question: WhoIsFree,
    rows: RosterRows,
    days: Sequence[_AskedDay],
    third: int,
    bounds: NDArray[np.int64],
) -> NDArray[np.int64]:
    """First starts on that third of a quarter, of shape (dates, rows)."""
    free = starts_of(_reader(question, rows, days), third, question.minutes // SLOT_MINUTES)
    masks = [each.mask(rows, third) for each in days]
    # Not in place: what `starts_of` gives may be the roster itself.
    free = free & np.stack(np.broadcast_arrays(*masks), axis=1)
    begins = np.stack([_each(each.begins, rows) for each in days])
    if int(bounds.max()) > int(begins.min()):
        clear_before(free, bounds - begins)
    first = first_quarter(free)
    seconds: NDArray[np.int64] = first + begins
    seconds *= QUARTER_SECONDS
    seconds += third * SLOT_SECONDS
    seconds *= first != NO_QUARTER
    return seconds


def _reader(
    question: WhoIsFree, rows: RosterRows, days: Sequence[_AskedDay]
) -> Callable[[int], Quarters]:
    """Gives one part of the planes of those days and rows, of shape (2, dates, rows)."""
    index = FORMAT_INDEX[question.format]

    def part(number: int) -> Quarters:
        # Read where they are when it is one date's; only among few rows are dates put together.
        if len(days) == 1:
            return days[0].planes[number, :, index][:, None, rows.columns]
        return np.stack([each.planes[number, :, index][:, rows.columns] for each in days], axis=1)

    return part


def _sooner(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """The smaller of two, where 0 stands for none."""
    return np.where((one == 0) | ((other > 0) & (other < one)), other, one)
