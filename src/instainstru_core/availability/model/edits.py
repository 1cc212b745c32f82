"""What an edit of a calendar writes, and what it leaves. Source: AV-17…AV-26."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Self

from attrs import field, frozen

from instainstru_core.availability.errors import OutOfHorizon
from instainstru_core.availability.model.planes import CLOSED, SLOT_MINUTES, DayPlanes, runs
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.weeks import Week, monday_of
from instainstru_core.availability.model.windows import Window, encode


class EditCause(StrEnum):
    """What somebody did to a calendar."""

    REPLACE = "replace"
    PATCH = "patch"
    MERGE = "merge"
    COPY = "copy"
    PATTERN = "pattern"
    UNDO = "undo"


class SkipReason(StrEnum):
    """Why a date was left as it is. Source: AV-25."""

    PAST_WINDOW = "past_window"
    PAST_TARGET = "past_target"


@frozen
class SkippedDate:
    """A date whose content would have changed, but may not."""

    date: date
    reason: SkipReason


@frozen(kw_only=True)
class EditLimits:
    """Which dates may be written *today*: how far back, and how far ahead."""

    today: date
    past_days: int | None
    horizon_days: int
    reason: SkipReason

    @classmethod
    def of_editing(cls, today: date, rules: CalendarRules) -> Self:
        """Somebody edits a week: history may be corrected a little. Source: AV-19."""
        return cls(
            today=today,
            past_days=rules.past_edit_window_days,
            horizon_days=rules.horizon_days,
            reason=SkipReason.PAST_WINDOW,
        )

    @classmethod
    def of_filling(cls, today: date, rules: CalendarRules) -> Self:
        """A week is copied onto others: only from today on. Source: AV-22, AV-23."""
        return cls(
            today=today,
            past_days=0,
            horizon_days=rules.horizon_days,
            reason=SkipReason.PAST_TARGET,
        )

    @property
    def horizon(self) -> date:
        """The last date that may be opened. Source: AV-20."""
        return self.today + timedelta(days=self.horizon_days)

    def keep(self, day: date) -> bool:
        """Whether *day* is too long ago to be written."""
        return self.past_days is not None and (self.today - day).days > self.past_days


@frozen(kw_only=True, slots=False)
class Plan:
    """What is to be written and what is left, of *dates* in the weeks of *mondays*.

    *before* holds every open day of those weeks.
    """

    mondays: tuple[date, ...]
    before: Mapping[date, DayPlanes]
    dates: tuple[date, ...]
    writes: Mapping[date, DayPlanes] = field(factory=dict)
    skipped: tuple[SkippedDate, ...] = ()

    @cached_property
    def after(self) -> Mapping[date, DayPlanes]:
        """The days as they will then be."""
        return {**self.before, **self.writes}

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """The weeks, as they will then be."""
        return tuple(Week.of(each, self.after) for each in self.mondays)

    @cached_property
    def flips(self) -> Mapping[date, DayPlanes]:
        """What differs on each written date: the bits that open and those that close."""
        return {day: planes ^ self.before.get(day, CLOSED) for day, planes in self.writes.items()}

    def news(self, today: date) -> Mapping[date, tuple[date, ...]]:
        """The written dates that anyone else may care about, by their Monday. Source: AV-19."""
        found: dict[date, tuple[date, ...]] = {}
        for day in self.writes:
            if day >= today:
                monday = monday_of(day)
                found[monday] = (*found.get(monday, ()), day)
        return found

    @property
    def opened_minutes(self) -> int:
        """Minutes that open for one format or more."""
        return SLOT_MINUTES * sum(
            planes.closed_in(self.before.get(day, CLOSED)).bit_count()
            for day, planes in self.writes.items()
        )

    @property
    def closed_minutes(self) -> int:
        """Minutes that close for one format or more."""
        return SLOT_MINUTES * sum(
            self.before[day].closed_in(planes).bit_count()
            for day, planes in self.writes.items()
            if day in self.before
        )


def planned(
    before: Mapping[date, DayPlanes],
    wanted: Mapping[date, DayPlanes],
    *,
    mondays: tuple[date, ...],
    limits: EditLimits,
    pointer: str,
) -> Plan:
    """What turns *before* into *wanted* on the dates of *wanted*, as far as *limits* allow.

    A day that stays the same is neither written nor skipped. *pointer* says where the dates stand
    in the document; `{}` in it is replaced by the date. Source: AV-19…AV-21, AV-25.

    Raises:
        OutOfHorizon: A date too far in the future would change.
    """
    writes: dict[date, DayPlanes] = {}
    skipped: list[SkippedDate] = []
    for day, planes in sorted(wanted.items()):
        if planes == before.get(day, CLOSED):
            continue
        if day > limits.horizon:
            place = pointer.format(day)
            raise OutOfHorizon(place, f"dates after {limits.horizon} can't be opened yet")
        if limits.keep(day):
            skipped.append(SkippedDate(day, limits.reason))
        else:
            writes[day] = planes
    return Plan(
        mondays=mondays,
        before=before,
        dates=tuple(sorted(wanted)),
        writes=writes,
        skipped=tuple(skipped),
    )


def merged(base: DayPlanes, mine: DayPlanes, theirs: DayPlanes) -> DayPlanes:
    """The changes of both sides; what both changed they changed alike. Source: AV-18."""
    return theirs ^ (base ^ mine).without(base ^ theirs)


def taken_over(base: DayPlanes, mine: DayPlanes, theirs: DayPlanes) -> DayPlanes:
    """The slots that only the other side changed since *base*."""
    return (base ^ theirs).without(base ^ mine)


def count_runs(days: Iterable[DayPlanes]) -> int:
    """How many changes people would count: runs of slots, whatever their formats."""
    return sum(1 for day in days for _ in runs(day.open_in_any))


def unchanged(before: Mapping[date, DayPlanes], dates: Iterable[date]) -> dict[date, DayPlanes]:
    """Those dates as they are."""
    return {day: before.get(day, CLOSED) for day in dates}


class PatchOp(StrEnum):
    """What one step of a patch does. Source: AV-17."""

    OPEN = "open"
    CLOSE = "close"


@frozen
class Step:
    """One step of a patch: open or close a window on a date."""

    op: PatchOp
    day: date
    window: Window


def patched(before: Mapping[date, DayPlanes], steps: Sequence[Step]) -> dict[date, DayPlanes]:
    """The dates that *steps* name, as they are after all of them in order. Source: AV-17."""
    found: dict[date, DayPlanes] = {}
    for step in steps:
        day = found.get(step.day, before.get(step.day, CLOSED))
        named = encode([step.window])
        found[step.day] = day | named if step.op is PatchOp.OPEN else day.without(named)
    return found


def filled(source: Week, first: date, last: date) -> dict[date, DayPlanes]:
    """Each date from *first* to *last* as the same weekday of *source*. Source: AV-22, AV-23."""
    count = (last - first).days + 1
    days = (first + timedelta(days=n) for n in range(count))
    return {day: source.days[day.weekday()] for day in days}
