"""What is still bookable on one day, slot by slot. Source: AV-30…AV-35.

This is the definition. `who_is_free` computes the same for everybody at once and is tested
against it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from attrs import frozen

from instainstru_core.availability.model.days import LocalDay
from instainstru_core.availability.model.planes import (
    SLOT_MINUTES,
    SLOTS_PER_DAY,
    DayPlanes,
    Slots,
    eroded,
    ones,
    span,
)
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.windows import annotated
from instainstru_core.kernel.lessons import Format

_SLOTS_PER_HOUR = 60 // SLOT_MINUTES


@frozen
class FreeWindow:
    """A run of free slots: its wall times, its instants, and what it is free for."""

    start: str
    end: str
    starts_at: datetime
    ends_at: datetime
    formats: tuple[Format, ...]


@frozen
class FreeStart:
    """One instant at which a lesson can start, its wall time, and what it can be."""

    label: str
    starts_at: datetime
    formats: tuple[Format, ...]
    recommended: bool | None = None


def unbooked_slots(
    planes: DayPlanes,
    *,
    day: LocalDay,
    wanted: Format,
    busy: Iterable[Busy],
    settings: CalendarSettings,
    private_busy: PrivateBusy = NOT_BUSY,
) -> Slots:
    """Open instant slots that keep the buffer to all of *busy*, whatever the time is now.

    What other calendars take is as if it were closed: it has no buffer. Source: spec 01 §11.
    """
    slots = day.instants(planes.of(wanted)) & ~private_busy.on(day)
    for each in busy:
        slots &= ~day.touched(each.span.widened(settings.buffer(wanted, each.format)))
    return slots


def bookable_slots(
    slots: Slots, *, day: LocalDay, wanted: Format, settings: CalendarSettings, now: datetime
) -> Slots:
    """*slots* without what notice, overnight protection and the horizon take away at *now*."""
    if day.date > settings.last_date(now):
        return 0
    slots &= ~span(0, day.slot_at(settings.first_start(wanted, now)))
    if settings.protected_date(now) == day.date:
        slots &= day.instants(unprotected(wanted, settings.rules))
    return slots


def unprotected(wanted: Format, rules: CalendarRules = DEFAULT_RULES) -> Slots:
    """The wall slots that overnight protection leaves alone. Source: AV-33."""
    return span(rules.protected_hour(wanted) * _SLOTS_PER_HOUR, SLOTS_PER_DAY)


def free_slots(
    planes: DayPlanes,
    *,
    day: LocalDay,
    wanted: Format,
    busy: Iterable[Busy],
    settings: CalendarSettings,
    blocked: bool = False,
    private_busy: PrivateBusy = NOT_BUSY,
    now: datetime,
) -> Slots:
    """The instant slots of *day* that are free for *wanted* at *now*. Source: AV-34."""
    if blocked:
        return 0
    live = [each for each in busy if each.occupies(now)]
    slots = unbooked_slots(
        planes,
        day=day,
        wanted=wanted,
        busy=live,
        settings=settings,
        private_busy=private_busy,
    )
    return bookable_slots(slots, day=day, wanted=wanted, settings=settings, now=now)


def start_slots(
    slots: Slots, *, day: LocalDay, minutes: int, rules: CalendarRules = DEFAULT_RULES
) -> Slots:
    """The slots on the start grid from which *minutes* are free within the day. Source: AV-35."""
    grid = day.starts_every(rules.booking_start_step_minutes)
    return eroded(slots & day.all_slots, minutes // SLOT_MINUTES) & grid


def free_windows(day: LocalDay, slots: Sequence[tuple[Format, Slots]]) -> tuple[FreeWindow, ...]:
    """The maximal runs that are free for the same formats, ascending. Source: AV-34, AV-36."""
    return tuple(
        FreeWindow(day.label(start), day.label(end), day.instant(start), day.instant(end), formats)
        for start, end, formats in annotated(slots)
    )


def free_starts(
    day: LocalDay,
    slots: Sequence[tuple[Format, Slots]],
    *,
    minutes: int,
    rules: CalendarRules = DEFAULT_RULES,
    best: Slots | None = None,
) -> tuple[FreeStart, ...]:
    """Every instant at which *minutes* can start, with the formats that can. Source: AV-35.

    Those in *best* are recommended, if anybody was asked to recommend some.
    """
    grid = day.starts_every(rules.booking_start_step_minutes)
    long_enough = [
        (each, eroded(free & day.all_slots, minutes // SLOT_MINUTES)) for each, free in slots
    ]
    return tuple(
        FreeStart(
            day.label(slot),
            day.instant(slot),
            formats,
            None if best is None else bool(best >> slot & 1),
        )
        for start, end, formats in annotated(long_enough)
        for slot in ones(grid & span(start, end))
    )


def in_wall_range(day: LocalDay, after: int, before: int) -> Slots:
    """The instant slots that show a wall slot from *after* up to *before*. Source: AV-41."""
    return day.instants(span(after, before))
