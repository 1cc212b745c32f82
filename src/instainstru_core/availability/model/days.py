"""Local days as they really pass: 276, 288 or 300 slots, exact where the clocks change.

Source: AV-10. An instant slot is five real minutes counted from the day's first instant; it is
open when the wall slot that the clocks then show is open.
"""

from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from attrs import frozen

from instainstru_core.availability.model.planes import (
    SLOT_MINUTES,
    SLOT_SECONDS,
    SLOTS_PER_DAY,
    Slots,
    span,
)
from instainstru_core.availability.model.windows import END_OF_DAY, label
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone

START_GRID_SLOTS = 3
START_GRID_SECONDS = START_GRID_SLOTS * SLOT_SECONDS

_SLOT = timedelta(seconds=SLOT_SECONDS)


@frozen
class _Stretch:
    """Instant slots from *first* show *length* wall slots from *wall* on, without a jump."""

    first: int
    wall: int
    length: int


_ORDINARY = (_Stretch(0, 0, SLOTS_PER_DAY),)


@frozen(slots=False, eq=False)
class LocalDay:
    """One date in one zone, in instant slots. Make it with `local_day`, which remembers."""

    zone: Zone
    date: date
    starts_at: datetime
    length: int
    _stretches: tuple[_Stretch, ...]

    @cached_property
    def epoch(self) -> int:
        """Its first instant in seconds since 1970."""
        return int(self.starts_at.timestamp())

    @property
    def is_ordinary(self) -> bool:
        """Whether instant slots are wall slots: no clock changes on this day."""
        return self._stretches is _ORDINARY

    def instants(self, plane: Slots) -> Slots:
        """The instant slots during which the clocks show a slot of *plane*."""
        if self.is_ordinary:
            return plane
        found = 0
        for each in self._stretches:
            found |= (plane >> each.wall & span(0, each.length)) << each.first
        return found

    def wall(self, slot: int) -> int:
        """The wall slot that the clocks show during instant slot *slot*."""
        if self.is_ordinary:
            return slot
        stretch = next(each for each in reversed(self._stretches) if each.first <= slot)
        return stretch.wall + slot - stretch.first

    def label(self, slot: int) -> str:
        """What the clocks show as instant slot *slot* begins; the next midnight is `24:00`."""
        return END_OF_DAY if slot >= self.length else label(self.wall(slot))

    def instant(self, slot: int) -> datetime:
        """When instant slot *slot* begins, in UTC."""
        return self.starts_at + slot * _SLOT

    def touched(self, stretch: Interval) -> Slots:
        """The instant slots of this day that share time with *stretch*."""
        first = (stretch.starts_at - self.starts_at) // _SLOT
        last = -((self.starts_at - stretch.ends_at) // _SLOT)
        return span(max(first, 0), min(last, self.length))

    def slot_at(self, moment: datetime) -> int:
        """The first instant slot that does not begin before *moment*, within the day."""
        slot = -((self.starts_at - moment) // _SLOT)
        return min(max(slot, 0), self.length)

    @cached_property
    def start_grid(self) -> Slots:
        """The instant slots at which a lesson may start: wall minutes 00, 15, 30 and 45."""
        return self.instants(_GRID)

    def starts_every(self, minutes: int) -> Slots:
        """The instant slots at which a lesson may start on another grid. Source: spec 01 §8."""
        if minutes == START_GRID_SLOTS * SLOT_MINUTES:
            return self.start_grid
        return self.instants(_grid(minutes // SLOT_MINUTES))

    @cached_property
    def all_slots(self) -> Slots:
        """Every instant slot of the day."""
        return span(0, self.length)


@lru_cache
def _grid(step: int) -> Slots:
    return sum(1 << slot for slot in range(0, SLOTS_PER_DAY, step))


_GRID = _grid(START_GRID_SLOTS)


@lru_cache(maxsize=16_384)
def local_day(zone: Zone, day: date) -> LocalDay:
    """*day* as it passes in *zone*."""
    whole = zone.day(day)
    length = int(whole.duration.total_seconds()) // SLOT_SECONDS
    first = zone.local(whole.starts_at)
    last = zone.local(whole.ends_at - _SLOT)
    if length == SLOTS_PER_DAY and first.utcoffset() == last.utcoffset():
        return LocalDay(zone, day, whole.starts_at, length, _ORDINARY)
    return LocalDay(zone, day, whole.starts_at, length, _stretches(zone, whole.starts_at, length))


def _stretches(zone: Zone, starts_at: datetime, length: int) -> tuple[_Stretch, ...]:
    found: list[_Stretch] = []
    for slot in range(length):
        shown = zone.local(starts_at + slot * _SLOT)
        wall = (60 * shown.hour + shown.minute) // 5
        if found and wall == found[-1].wall + slot - found[-1].first:
            found[-1] = _Stretch(found[-1].first, found[-1].wall, found[-1].length + 1)
        else:
            found.append(_Stretch(slot, wall, 1))
    return tuple(found)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every date from *first* to *last*, both included."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
