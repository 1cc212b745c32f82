"""Who is free: one answer for everybody, in a few passes over arrays. Source: AV-41.

The answer equals AV-34 and AV-35 run instructor by instructor; only the order of work differs.
Everything that depends on the zone is computed once for each zone and date, everything that
depends on the instructor is one vector operation for all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from instainstru_core.availability.model.days import HORIZON_DAYS, LocalDay, local_day
from instainstru_core.availability.model.free import in_wall_range, unprotected
from instainstru_core.availability.model.planes import (
    FORMAT_INDEX,
    SLOT_MINUTES,
    SLOT_SECONDS,
    SLOTS_PER_DAY,
    WORDS,
    Slots,
)
from instainstru_core.availability.model.settings import (
    PLATFORM_NOTICE_MINUTES,
    protected_date,
)
from instainstru_core.availability.model.words import (
    WORD_BITS,
    Words,
    clear_before,
    erode,
    first_slot,
    words_of,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import utc
from instainstru_core.kernel.zones import Zone

_EVERY_SLOT = (1 << WORDS * WORD_BITS) - 1
COLUMNS_AT_ONCE = 4096
"""How many planes are worked on at once: few enough to stay in a core's own cache."""

_QUARTER_SECONDS = 900
_MINUTES_PER_QUARTER = 15


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

    @property
    def any_time(self) -> bool:
        """Whether every hour of the day will do."""
        return self.after == 0 and self.before == SLOTS_PER_DAY


@frozen(kw_only=True, eq=False)
class RosterRows:
    """What the question needs to know of each instructor; row `n` is always the same one.

    *free* has, by date, unbooked open slots of shape (3, 5, rows); a date without entry has none.
    """

    zones: Sequence[Zone]
    zone_of: NDArray[np.int64]
    min_advance_minutes: NDArray[np.int64]
    protected: NDArray[np.bool_]
    free: Mapping[date, NDArray[np.uint64]]
    picked: NDArray[np.int64] | None = None

    def words(self, day: date, wanted: Format) -> Words | None:
        """A copy of one day's slots for one format."""
        planes = self.free.get(day)
        if planes is None:
            return None
        columns = slice(self.zone_of.size) if self.picked is None else self.picked
        words: Words = np.array(planes[FORMAT_INDEX[wanted]][:, columns])
        return words


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
    found = np.zeros((len(question.dates), rows.zone_of.size), dtype=np.int64)
    if not rows.zone_of.size:
        return found
    earliest = _earliest(question, rows)
    at_once = max(1, COLUMNS_AT_ONCE // rows.zone_of.size)
    for start in range(0, len(question.dates), at_once):
        known = []
        for index, day in enumerate(question.dates[start : start + at_once], start):
            if (words := rows.words(day, question.format)) is not None:
                known.append((index, day, words))
        if known:
            indexes, days, each_day = zip(*known, strict=True)
            # In C order, whatever order the rows were picked in: the steps need a flat view of it.
            words = np.ascontiguousarray(np.stack(each_day, axis=1))
            found[list(indexes)] = _first_starts(question, rows, days, words, earliest)
    return found


def _earliest(question: WhoIsFree, rows: RosterRows) -> NDArray[np.int64]:
    """The first grid instant that leaves each instructor enough notice. Source: AV-32, AV-34."""
    platform = PLATFORM_NOTICE_MINUTES[question.format]
    # Whole minutes are added to `now`, so its seconds only matter once: they round the minute up.
    now = question.now.replace(second=0, microsecond=0)
    minute = int(now.timestamp()) // 60 + (question.now > now)
    minutes = np.maximum(rows.min_advance_minutes, platform) + minute
    return -(-minutes // _MINUTES_PER_QUARTER) * _QUARTER_SECONDS


def _first_starts(
    question: WhoIsFree,
    rows: RosterRows,
    dates: Sequence[date],
    words: Words,
    earliest: NDArray[np.int64],
) -> NDArray[np.int64]:
    """First starts of some dates, shape (dates, rows), of *words* of shape (5, dates, rows).

    What depends on the date is done date by date; the long steps are done for all at once.
    """
    begins = np.empty(words.shape[1:], dtype=np.int64)
    locals_of = [[local_day(zone, each) for zone in rows.zones] for each in dates]
    for row, days in enumerate(locals_of):
        begins[row] = np.array([each.epoch for each in days], dtype=np.int64)[rows.zone_of]
        _open(question, rows, days, words[:, row], earliest - begins[row])
    flat = words.reshape(WORDS, -1)
    erode(flat, question.minutes // SLOT_MINUTES)
    for row, days in enumerate(locals_of):
        _keep(words[:, row], rows, [each.start_grid for each in days])
    slots = first_slot(flat).reshape(begins.shape)
    seconds = begins + slots.astype(np.int64) * SLOT_SECONDS
    return np.where(slots >= 0, seconds, 0)


def _open(
    question: WhoIsFree,
    rows: RosterRows,
    days: Sequence[LocalDay],
    words: Words,
    ahead: NDArray[np.int64],
) -> None:
    """Leave, in place, what notice, asked hours, horizon and night leave of one date.

    *ahead* is by how many seconds the first allowed instant is after each row's midnight.
    """
    notice = -(-ahead // SLOT_SECONDS)
    if notice.size and int(notice.max()) > 0:
        clear_before(words, notice)
    _keep(words, rows, [_allowed(question, each) for each in days])
    nights = [_daylight(question, each) for each in days]
    if any(each != _EVERY_SLOT for each in nights):
        _keep(words, rows, nights, only=rows.protected)


def _allowed(question: WhoIsFree, day: LocalDay) -> Slots:
    """The slots inside the asked hours, none beyond the horizon."""
    if day.date > day.zone.today(question.now) + timedelta(days=HORIZON_DAYS):
        return 0
    if question.any_time:
        return _EVERY_SLOT
    return in_wall_range(day, question.after, question.before)


def _daylight(question: WhoIsFree, day: LocalDay) -> Slots:
    """The slots left by overnight protection, for whoever has it on."""
    if protected_date(day.zone, question.now) != day.date:
        return _EVERY_SLOT
    return day.instants(unprotected(question.format))


def _keep(
    words: Words,
    rows: RosterRows,
    masks: Sequence[Slots],
    *,
    only: NDArray[np.bool_] | None = None,
) -> None:
    """Clear, in place, what is not in the mask of each row's zone."""
    columns = np.concatenate([words_of(each) for each in masks], axis=1)
    if only is None and len(set(masks)) == 1:
        if masks[0] != _EVERY_SLOT:
            words &= columns[:, :1]
        return
    for word in range(WORDS):
        mask = columns[word][rows.zone_of]
        if only is not None:
            mask = np.where(only, mask, ~np.uint64(0))
        words[word] &= mask
