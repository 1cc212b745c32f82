"""What every rule about local time comes to, found by asking the clocks minute by minute.

Plain dates, numbers and `zoneinfo` only: nothing of the platform is used, and nothing is clever.
A day is a list of minutes; every answer is a walk over them. Source: spec 01.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SLOT = 5 * MINUTE

NEW_YORK, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"

CHANGES = (
    (NEW_YORK, date(2027, 3, 14), 23 * HOUR),
    (NEW_YORK, date(2027, 11, 7), 25 * HOUR),
    (LORD_HOWE, date(2027, 4, 4), 24.5 * HOUR),
    (LORD_HOWE, date(2027, 10, 3), 23.5 * HOUR),
)
"""Both changes of 2027 in two zones, one of which changes by half an hour; how long they last."""


@lru_cache(maxsize=200_000)
def shown(zone: str, moment: datetime) -> datetime:
    """What the clocks of *zone* show, as a plain date and time."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@lru_cache(maxsize=512)
def minutes_of(zone: str, day: date) -> tuple[datetime, ...]:
    """Every minute at which the clocks show *day*."""
    first = datetime.combine(day, time(), UTC) - 15 * HOUR
    walk = (first + n * MINUTE for n in range(54 * 60))
    return tuple(moment for moment in walk if shown(zone, moment).date() == day)


def slots_of(zone: str, day: date) -> list[datetime]:
    """Every fifth minute of *day*. Source: AV-10."""
    return list(minutes_of(zone, day)[::5])


def end_of(zone: str, day: date) -> datetime:
    """The first instant of the next day."""
    return minutes_of(zone, day)[-1] + MINUTE


def showing(zone: str, day: date, wall: time) -> list[datetime]:
    """The instants at which the clocks show *wall* on *day*: none, one or two. Source: AV-11."""
    return [each for each in minutes_of(zone, day) if shown(zone, each).time() == wall]


def label(zone: str, day: date, moment: datetime) -> str:
    """What a window's border is called; the next midnight is 24:00. Source: AV-34."""
    return "24:00" if moment == end_of(zone, day) else f"{shown(zone, moment):%H:%M}"


@dataclass(frozen=True)
class Taken:
    """A lesson or a live hold that somebody has already."""

    starts_at: datetime
    ends_at: datetime
    travel: bool


@dataclass(frozen=True)
class Calendar:
    """One instructor's wall windows by date, in minutes, and how the calendar behaves."""

    zone: str
    windows: dict[date, list[tuple[int, int]]]
    travel: bool = False
    taken: tuple[Taken, ...] = ()
    blackouts: frozenset[date] = frozenset()
    elsewhere: tuple[tuple[datetime, datetime], ...] = ()
    travel_buffer: int = 60
    other_buffer: int = 15
    notice: int = 60
    protection: bool = True
    step: int = 15
    horizon: int = 365
    _free: dict[tuple[date, datetime], list[datetime]] = field(default_factory=dict, repr=False)

    def is_open(self, moment: datetime) -> bool:
        """Whether the wall minute that the clocks show is inside a window. Source: AV-10."""
        wall = shown(self.zone, moment)
        minute = 60 * wall.hour + wall.minute
        return any(start <= minute < end for start, end in self.windows.get(wall.date(), []))

    def buffer(self, other: Taken) -> timedelta:
        """AV-31."""
        return MINUTE * (self.travel_buffer if self.travel or other.travel else self.other_buffer)

    def is_taken(self, moment: datetime) -> bool:
        """Whether the minute belongs to a lesson or its buffer, or to another calendar."""
        for each in self.taken:
            if each.starts_at - self.buffer(each) <= moment < each.ends_at + self.buffer(each):
                return True
        return any(since <= moment < until for since, until in self.elsewhere)

    def on_grid(self, moment: datetime) -> bool:
        """Whether a lesson may start then at all. Source: AV-35."""
        return shown(self.zone, moment).minute % self.step == 0

    def first_allowed(self, now: datetime) -> datetime:
        """The first minute of the grid that leaves the notice. Source: AV-32, AV-34."""
        moment = (now + self.notice * MINUTE).replace(second=0, microsecond=0)
        while moment < now + self.notice * MINUTE or not self.on_grid(moment):
            moment += MINUTE
        return moment

    def protected(self, now: datetime) -> date | None:
        """AV-33."""
        wall = shown(self.zone, now)
        if not self.protection or 8 <= wall.hour < 20:
            return None
        return wall.date() if wall.hour < 8 else wall.date() + DAY

    def is_too_early(self, moment: datetime, now: datetime) -> bool:
        """Whether overnight protection refuses a start then. Source: AV-33."""
        wall = shown(self.zone, moment)
        return wall.date() == self.protected(now) and wall.hour < (11 if self.travel else 9)

    def last_date(self, now: datetime) -> date:
        """AV-20."""
        return shown(self.zone, now).date() + self.horizon * DAY

    def free(self, day: date, now: datetime) -> list[datetime]:
        """The free slots of *day*. Source: AV-34."""
        if (day, now) not in self._free:
            self._free[day, now] = list(self._free_slots(day, now))
        return self._free[day, now]

    def _free_slots(self, day: date, now: datetime) -> Iterable[datetime]:
        if day in self.blackouts or day > self.last_date(now):
            return
        first = self.first_allowed(now)
        for slot in slots_of(self.zone, day):
            inside = [slot + n * MINUTE for n in range(5)]
            if (
                slot >= first
                and not self.is_too_early(slot, now)
                and all(self.is_open(each) and not self.is_taken(each) for each in inside)
            ):
                yield slot

    def runs(self, day: date, now: datetime) -> list[tuple[str, str, datetime, datetime]]:
        """The free windows: what the clocks show at either end, and when that is."""
        found: list[list[datetime]] = []
        for slot in self.free(day, now):
            if found and found[-1][1] == slot:
                found[-1][1] = slot + SLOT
            else:
                found.append([slot, slot + SLOT])
        return [
            (label(self.zone, day, start), label(self.zone, day, end), start, end)
            for start, end in found
        ]

    def starts(
        self, day: date, minutes: int, now: datetime, after: int = 0, before: int = 1440
    ) -> list[datetime]:
        """Where a lesson can start; all of it between two wall minutes. Source: AV-35, AV-41."""
        free = {slot for slot in self.free(day, now) if after <= self._minute(slot) < before}
        return [
            slot
            for slot in slots_of(self.zone, day)
            if self.on_grid(slot) and all(slot + n * SLOT in free for n in range(minutes // 5))
        ]

    def first_start(self, days: Sequence[date], minutes: int, now: datetime) -> datetime | None:
        """AV-39."""
        return next((start for day in days for start in self.starts(day, minutes, now)), None)

    def parts(self, day: date, now: datetime) -> tuple[bool, bool, bool]:
        """Whether anything is free in the morning, the afternoon, the evening. Source: AV-37."""
        hours = {shown(self.zone, slot).hour for slot in self.free(day, now)}
        parts = (range(12), range(12, 17), range(17, 24))
        return tuple(any(hour in part for hour in hours) for part in parts)  # type: ignore[return-value]

    def _minute(self, moment: datetime) -> int:
        wall = shown(self.zone, moment)
        return 60 * wall.hour + wall.minute

    def refusals(
        self, start: datetime | tuple[date, time], minutes: int, now: datetime
    ) -> list[str]:
        """Which rows 7 to 12 and 15 to 17 of BK-11 refuse a lesson, in their order."""
        if isinstance(start, tuple):
            if not (found := showing(self.zone, *start)):
                return ["nonexistent_local_time"]
            start = found[0]
        end = start + minutes * MINUTE
        day = shown(self.zone, start).date()
        inside = [start + n * MINUTE for n in range(minutes)]
        today = [each for each in inside if shown(self.zone, each).date() == day]
        return list(self._refusals(start, end, day, inside, today, now))

    def _refusals(
        self,
        start: datetime,
        end: datetime,
        day: date,
        inside: list[datetime],
        today: list[datetime],
        now: datetime,
    ) -> Iterable[str]:
        if not self.on_grid(start) or start.second or start.microsecond:
            yield "invalid_start_time"
        if today != inside:
            yield "crosses_midnight"
        if start < now:
            yield "in_past"
        elif start < now + self.notice * MINUTE:
            yield "insufficient_notice"
        if self.is_too_early(start, now):
            yield "overnight_protection"
        if day > self.last_date(now):
            yield "beyond_horizon"
        if day in self.blackouts:
            yield "blackout_date"
        if not all(self.is_open(each) and not self._is_elsewhere(each) for each in today):
            yield "time_not_open"
        yield from self._conflicts(start, end)

    def _conflicts(self, start: datetime, end: datetime) -> Iterable[str]:
        raw = [each for each in self.taken if start < each.ends_at and each.starts_at < end]
        near = [
            each
            for each in self.taken
            if start < each.ends_at + self.buffer(each) and end > each.starts_at - self.buffer(each)
        ]
        if raw:
            yield "instructor_conflict"
        elif near:
            yield "buffer_conflict"

    def _is_elsewhere(self, moment: datetime) -> bool:
        return any(since <= moment < until for since, until in self.elsewhere)


def band(start: datetime, now: datetime) -> str:
    """How far the start is, by minutes that really pass. Source: BK-26."""
    passed, moment = 0, now
    while moment + MINUTE <= start and passed < 24 * 60:
        moment, passed = moment + MINUTE, passed + 1
    return "ge24" if passed >= 24 * 60 else "h12_24" if passed >= 12 * 60 else "lt12"


def earlier(moment: datetime, minutes: int) -> datetime:
    """So many minutes before, one at a time."""
    for _ in range(minutes):
        moment -= MINUTE
    return moment


def month_of(zone: str, now: datetime) -> tuple[datetime, datetime]:
    """The first instants of the local month that holds *now*, and of the next. Source: BK-46."""
    today = shown(zone, now).date()
    first = today.replace(day=1)
    after = first
    while after.month == first.month:
        after += DAY
    return minutes_of(zone, first)[0], minutes_of(zone, after)[0]
