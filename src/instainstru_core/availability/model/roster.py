"""The roster: everybody's unbooked open time, ready to be asked. Source: AV-42.

For each local date one array of shape (4, 2, 3, instructors): part, word, format, instructor, as
`quarters_of` cuts planes. Buffers, blackouts and clock changes are already in it; what depends on
now is not, except that expired holds are given back before an answer. So a question costs no work
per instructor.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
from attrs import Factory, define, frozen
from numpy.typing import NDArray

from instainstru_core.availability.model.days import LocalDay, days_between, local_day
from instainstru_core.availability.model.planes import FORMATS, Slots, plane_bytes
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.quarters import PARTS, QUARTER_WORDS, quarters_of
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.who import (
    FirstStarts,
    RosterRows,
    WhoIsFree,
    who_is_free,
)
from instainstru_core.availability.model.words import day_words, slots_of, words_of
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.zones import Zone

_SMALLEST = 64
SPARE_PART = 8
"""One in so many rows may be room for those to come."""

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


@frozen(kw_only=True)
class RosterCalendar:
    """One instructor's calendar, days still as they are stored: 120 bytes for each of *days*."""

    instructor_id: InstructorId
    version: int
    settings: CalendarSettings
    days: Sequence[date] = ()
    planes: bytes = b""
    blackouts: Collection[date] = frozenset()
    busy: Sequence[Busy] = ()
    private_busy: PrivateBusy = NOT_BUSY

    @property
    def has_holds(self) -> bool:
        """Whether some of its time may be given back by the clock alone."""
        return any(each.hold_expires_at is not None for each in self.busy)


@define(eq=False)
class Roster:
    """Everybody's unbooked open time from *first* to *last*. Not for two threads at once."""

    first: date
    last: date
    ids: list[InstructorId] = Factory(list)
    _rows: dict[InstructorId, int] = Factory(dict)
    _versions: dict[InstructorId, int] = Factory(dict)
    _zones: dict[Zone, int] = Factory(dict)
    _zone_of: NDArray[np.int64] = Factory(lambda: np.zeros(_SMALLEST, np.int64))
    _advance: NDArray[np.int64] = Factory(lambda: np.zeros(_SMALLEST, np.int64))
    _protected: NDArray[np.bool_] = Factory(lambda: np.zeros(_SMALLEST, np.bool_))
    _free: dict[date, NDArray[np.uint64]] = Factory(dict)
    _held: dict[InstructorId, RosterCalendar] = Factory(dict)
    _rules: CalendarRules = DEFAULT_RULES
    # Between these two instants no hold expires: what was computed inside stays right inside.
    _settled: tuple[datetime, datetime] = (_BEGINNING, _NEVER)

    def version(self, instructor_id: InstructorId) -> int | None:
        """The version of the calendar in here, None when it isn't."""
        return self._versions.get(instructor_id)

    def __contains__(self, instructor_id: InstructorId) -> bool:
        return instructor_id in self._rows

    @property
    def held(self) -> tuple[InstructorId, ...]:
        """Those with holds that the clock may end."""
        return tuple(self._held)

    def put(
        self,
        calendars: Sequence[RosterCalendar],
        *,
        now: datetime,
        first: date | None = None,
        last: date | None = None,
    ) -> None:
        """Take *calendars* in, in place of what is known of them from *first* to *last*.

        Days taken in alone don't make a calendar known: its version stays what it was.
        """
        # What is in here already must be of the same instant as what comes.
        self.settle(now)
        self._make_room(calendars)
        whole = first is None and last is None
        for each in calendars:
            self._enter(each)
            if whole:
                self._versions[each.instructor_id] = each.version
                self._held.pop(each.instructor_id, None)
            if each.has_holds:
                # Of one whose other days are in here, what they hold is known, too.
                self._held.setdefault(each.instructor_id, each)
        self._write(calendars, first or self.first, last or self.last, now)
        self._settle_between(now)

    def move(self, first: date, last: date) -> None:
        """Cover other dates: those before *first* are forgotten, later ones can be put in."""
        self.first, self.last = first, last
        for day in [each for each in self._free if not first <= each <= last]:
            del self._free[day]

    def settle(self, now: datetime) -> None:
        """Give back the time of holds that have expired at *now*. Source: AV-30."""
        since, until = self._settled
        if not since <= now < until:
            self._write([*self._held.values()], self.first, self.last, now)
            self._settle_between(now)

    def ask(
        self, question: WhoIsFree, *, among: Collection[InstructorId] | None = None
    ) -> FirstStarts:
        """Who can start when; of *among* only, if given. Source: AV-41."""
        self.settle(question.now)
        ids: Sequence[InstructorId] = self.ids
        picked = None
        if among is not None:
            rows_of = [(each, self._rows.get(each, -1)) for each in among]
            ids = [each for each, row in rows_of if row >= 0]
            picked = np.array([row for _, row in rows_of if row >= 0], dtype=np.int64)
        rows = self._view(picked)
        seconds = who_is_free(question, rows)
        # A tuple: rows may be added after the answer was given.
        return FirstStarts(dates=question.dates, ids=tuple(ids), seconds=seconds)

    def forget(self, instructor_ids: Collection[InstructorId]) -> None:
        """Leave out whoever teaches here no longer; the last row moves into each gap."""
        for each in instructor_ids:
            if (row := self._rows.pop(each, None)) is None:
                continue
            last, moved = len(self.ids) - 1, self.ids.pop()
            for column in (self._zone_of, self._advance, self._protected):
                column[row] = column[last]
            for planes in self._free.values():
                planes[..., row] = planes[..., last]
                planes[..., last] = 0
            if moved != each:
                self.ids[row], self._rows[moved] = moved, row
            self._versions.pop(each, None)
            self._held.pop(each, None)

    def reserve(self, count: int) -> None:
        """Make room for *count* instructors."""
        if (more := count - self._zone_of.size) <= 0:
            return
        self._zone_of = np.concatenate([self._zone_of, np.zeros(more, np.int64)])
        self._advance = np.concatenate([self._advance, np.zeros(more, np.int64)])
        self._protected = np.concatenate([self._protected, np.zeros(more, np.bool_)])
        for day, planes in self._free.items():
            room = np.zeros((*planes.shape[:3], more), np.uint64)
            self._free[day] = np.concatenate([planes, room], axis=3)

    @property
    def nbytes(self) -> int:
        """How much memory its arrays take."""
        arrays = (self._zone_of, self._advance, self._protected, *self._free.values())
        return sum(each.nbytes for each in arrays)

    def _view(self, picked: NDArray[np.int64] | None) -> RosterRows:
        chosen: slice | NDArray[np.int64] = slice(len(self.ids)) if picked is None else picked
        return RosterRows(
            zones=tuple(self._zones),
            zone_of=self._zone_of[chosen],
            min_advance_minutes=self._advance[chosen],
            protected=self._protected[chosen],
            free=self._free,
            columns=chosen,
            rules=self._rules,
        )

    def _enter(self, calendar: RosterCalendar) -> None:
        row = self._rows.setdefault(calendar.instructor_id, len(self.ids))
        if row == len(self.ids):
            self.ids.append(calendar.instructor_id)
        settings = calendar.settings
        self._zone_of[row] = self._zones.setdefault(settings.zone, len(self._zones))
        self._advance[row] = settings.min_advance_minutes
        self._protected[row] = settings.overnight_protection_enabled
        # The platform's figures are the same for everybody.
        self._rules = settings.rules

    def _make_room(self, calendars: Sequence[RosterCalendar]) -> None:
        named = {each.instructor_id for each in calendars}
        unknown = [each for each in named if each not in self._rows]
        count, capacity = len(self.ids) + len(unknown), self._zone_of.size
        if count > capacity:
            # An eighth to spare: each row is copied a few times, and little room stays empty.
            self.reserve(max(count, capacity + capacity // SPARE_PART))

    def _write(
        self, calendars: Sequence[RosterCalendar], first: date, last: date, now: datetime
    ) -> None:
        if not calendars:
            return
        rows = np.array([self._rows[each.instructor_id] for each in calendars], dtype=np.int64)
        for day, planes in self._free.items():
            if first <= day <= last:
                planes[..., rows] = 0
        words = day_words(b"".join(each.planes for each in calendars))
        column = 0
        for each in calendars:
            _leave_free(each, words[:, :, column : column + len(each.days)], now)
            column += len(each.days)
        if column:
            self._keep(calendars, rows, words, first, last)

    def _keep(
        self,
        calendars: Sequence[RosterCalendar],
        rows: NDArray[np.int64],
        words: NDArray[np.uint64],
        first: date,
        last: date,
    ) -> None:
        """Keep what is free on each day; *words* has a column for each day of each calendar."""
        formats, size, days = words.shape
        flat = np.ascontiguousarray(words.transpose(1, 0, 2)).reshape(size, -1)
        quarters = quarters_of(flat).reshape(PARTS, QUARTER_WORDS, formats, days)
        dates = np.array([day.toordinal() for each in calendars for day in each.days])
        owners = np.repeat(rows, [len(each.days) for each in calendars])
        order = np.argsort(dates, kind="stable")
        edges = np.flatnonzero(np.diff(dates[order])) + 1
        for group in np.split(order, edges):
            day = date.fromordinal(int(dates[group[0]]))
            if first <= day <= last:
                self._planes(day)[..., owners[group]] = quarters[..., group]

    def _planes(self, day: date) -> NDArray[np.uint64]:
        if day not in self._free:
            shape = (PARTS, QUARTER_WORDS, len(FORMATS), self._zone_of.size)
            self._free[day] = np.zeros(shape, np.uint64)
        return self._free[day]

    def _settle_between(self, now: datetime) -> None:
        ends = sorted(_expiries(self._held.values()))
        self._settled = (
            max((each for each in ends if each <= now), default=_BEGINNING),
            min((each for each in ends if each > now), default=_NEVER),
        )


def _leave_free(calendar: RosterCalendar, words: NDArray[np.uint64], now: datetime) -> None:
    """Turn wall slots into free instant slots, in place, for each day of *calendar*.

    *words* has shape (3, 5, days). Source: AV-10, AV-27, AV-30, AV-31.
    """
    if not calendar.days:
        return
    zone = calendar.settings.zone
    columns = {day: column for column, day in enumerate(calendar.days)}
    for local in _changing(zone, min(calendar.days), max(calendar.days)):
        if (column := columns.get(local.date)) is not None:
            for plane in words[:, :, column]:
                plane[:] = words_of(local.instants(slots_of(plane)))[:, 0]
    for day in calendar.blackouts:
        if (column := columns.get(day)) is not None:
            words[:, :, column] = 0
    for day, taken in _taken(calendar, columns, now).items():
        content = b"".join(map(plane_bytes, taken))
        words[:, :, columns[day]] &= ~np.frombuffer(content, dtype="<u8").reshape(len(FORMATS), -1)


@lru_cache(maxsize=4_096)
def _changing(zone: Zone, first: date, last: date) -> tuple[LocalDay, ...]:
    """The days on which wall slots and instant slots differ."""
    days = (local_day(zone, each) for each in days_between(first, last))
    return tuple(each for each in days if not each.is_ordinary)


def _taken(
    calendar: RosterCalendar, days: Collection[date], now: datetime
) -> dict[date, list[Slots]]:
    """What lessons, their buffers and other calendars take of *days*, for each format."""
    settings = calendar.settings
    found: dict[date, list[Slots]] = {}
    if calendar.private_busy:
        for day in days:
            if taken := calendar.private_busy.on(local_day(settings.zone, day)):
                found[day] = [taken] * len(FORMATS)
    for busy in calendar.busy:
        if not busy.occupies(now):
            continue
        # Only travel makes a difference: studio and online have the same buffer. Source: AV-31.
        travel, other = (settings.buffer(each, busy.format) for each in (FORMATS[0], FORMATS[-1]))
        far = busy.span.widened(travel)
        near = far if other == travel else busy.span.widened(other)
        for day in busy.touched_dates(settings.zone):
            if day in days:
                local = local_day(settings.zone, day)
                widest = local.touched(far)
                slots = (widest, *[widest if near is far else local.touched(near)] * 2)
                before = found.get(day) or (0,) * len(FORMATS)
                found[day] = [one | more for one, more in zip(before, slots, strict=True)]
    return found


def _expiries(calendars: Iterable[RosterCalendar]) -> set[datetime]:
    return {
        busy.hold_expires_at
        for each in calendars
        for busy in each.busy
        if busy.hold_expires_at is not None
    }
