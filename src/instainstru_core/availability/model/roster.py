"""The roster: everybody's unbooked open time, ready to be asked. Source: AV-42.

For each local date one array of shape (3, 5, instructors): format, word, instructor. Buffers,
blackouts and clock changes are already in it; what depends on now is not, except that expired holds
are given back before an answer. So a question costs no work per instructor.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime

import numpy as np
from attrs import Factory, define, frozen
from numpy.typing import NDArray

from instainstru_core.availability.model.days import LocalDay, days_between, local_day
from instainstru_core.availability.model.planes import FORMATS, WORDS
from instainstru_core.availability.model.settings import (
    Busy,
    CalendarSettings,
)
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
    # Between these two instants no hold expires: what was computed inside stays right inside.
    _settled: tuple[datetime, datetime] = (_BEGINNING, _NEVER)

    def version(self, instructor_id: InstructorId) -> int | None:
        """The version of the calendar in here, None when it isn't."""
        return self._versions.get(instructor_id)

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
        whole = first is None and last is None
        for each in calendars:
            self._enter(each)
            if whole:
                self._versions[each.instructor_id] = each.version
            if each.has_holds:
                self._held[each.instructor_id] = each
            else:
                self._held.pop(each.instructor_id, None)
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

    def _view(self, picked: NDArray[np.int64] | None) -> RosterRows:
        chosen: slice | NDArray[np.int64] = slice(len(self.ids)) if picked is None else picked
        return RosterRows(
            zones=tuple(self._zones),
            zone_of=self._zone_of[chosen],
            min_advance_minutes=self._advance[chosen],
            protected=self._protected[chosen],
            free=self._free,
            picked=picked,
        )

    def _enter(self, calendar: RosterCalendar) -> None:
        row = self._rows.setdefault(calendar.instructor_id, len(self.ids))
        if row == len(self.ids):
            self.ids.append(calendar.instructor_id)
            self._make_room()
        settings = calendar.settings
        self._zone_of[row] = self._zones.setdefault(settings.zone, len(self._zones))
        self._advance[row] = settings.min_advance_minutes
        self._protected[row] = settings.overnight_protection_enabled

    def _make_room(self) -> None:
        capacity = self._zone_of.size
        if len(self.ids) <= capacity:
            return
        more = capacity  # Doubling: each row is copied once on average.
        self._zone_of = np.concatenate([self._zone_of, np.zeros(more, np.int64)])
        self._advance = np.concatenate([self._advance, np.zeros(more, np.int64)])
        self._protected = np.concatenate([self._protected, np.zeros(more, np.bool_)])
        for day, planes in self._free.items():
            room = np.zeros((len(FORMATS), WORDS, more), np.uint64)
            self._free[day] = np.concatenate([planes, room], axis=2)

    def _write(
        self, calendars: Sequence[RosterCalendar], first: date, last: date, now: datetime
    ) -> None:
        if not calendars:
            return
        rows = np.array([self._rows[each.instructor_id] for each in calendars], dtype=np.int64)
        for day in days_between(first, last):
            if (planes := self._free.get(day)) is not None:
                planes[:, :, rows] = 0
        self._open(calendars, rows, first, last)
        for each in calendars:
            self._take_away(each, first, last, now)

    def _open(
        self,
        calendars: Sequence[RosterCalendar],
        rows: NDArray[np.int64],
        first: date,
        last: date,
    ) -> None:
        ordinals = [day.toordinal() for each in calendars for day in each.days]
        if not ordinals:
            return
        words = day_words(b"".join(each.planes for each in calendars))
        owners = np.repeat(rows, [len(each.days) for each in calendars])
        dates = np.array(ordinals)
        order = np.argsort(dates, kind="stable")
        edges = np.flatnonzero(np.diff(dates[order])) + 1
        for group in np.split(order, edges):
            day = date.fromordinal(int(dates[group[0]]))
            if first <= day <= last:
                planes = self._planes(day)
                planes[:, :, owners[group]] = words[:, :, group]
                self._pass_clock_changes(day, planes, owners[group])

    def _planes(self, day: date) -> NDArray[np.uint64]:
        if day not in self._free:
            shape = (len(FORMATS), WORDS, self._zone_of.size)
            self._free[day] = np.zeros(shape, np.uint64)
        return self._free[day]

    def _pass_clock_changes(
        self, day: date, planes: NDArray[np.uint64], rows: NDArray[np.int64]
    ) -> None:
        """Turn wall slots into instant slots where the two differ. Source: AV-10."""
        for zone, index in self._zones.items():
            local = local_day(zone, day)
            if local.is_ordinary:
                continue
            for row in rows[self._zone_of[rows] == index].tolist():
                for plane in planes[:, :, row]:
                    plane[:] = words_of(local.instants(slots_of(plane)))[:, 0]

    def _take_away(self, calendar: RosterCalendar, first: date, last: date, now: datetime) -> None:
        row = self._rows[calendar.instructor_id]
        for day in calendar.blackouts:
            if day in self._free and first <= day <= last:
                self._free[day][:, :, row] = 0
        for busy in calendar.busy:
            if busy.occupies(now):
                for day in busy.touched_dates(calendar.settings.zone):
                    if first <= day <= last and day in self._free:
                        local = local_day(calendar.settings.zone, day)
                        self._subtract(busy, calendar.settings, local, row)

    def _subtract(self, busy: Busy, settings: CalendarSettings, day: LocalDay, row: int) -> None:
        planes = self._free[day.date]
        for index, wanted in enumerate(FORMATS):
            taken = day.touched(busy.span.widened(settings.buffer(wanted, busy.format)))
            planes[index, :, row] &= ~words_of(taken)[:, 0]

    def _settle_between(self, now: datetime) -> None:
        ends = sorted(_expiries(self._held.values()))
        self._settled = (
            max((each for each in ends if each <= now), default=_BEGINNING),
            min((each for each in ends if each > now), default=_NEVER),
        )


def _expiries(calendars: Iterable[RosterCalendar]) -> set[datetime]:
    return {
        busy.hold_expires_at
        for each in calendars
        for busy in each.busy
        if busy.hold_expires_at is not None
    }
