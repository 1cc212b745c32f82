"""Weeks of local dates, and what replacing one would change. Source: AV-12…AV-21, AV-25."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Self

from attrs import field, frozen

from instainstru_core.availability.errors import NotMonday, OutOfHorizon, WeekMismatch
from instainstru_core.availability.model.days import HORIZON_DAYS
from instainstru_core.availability.model.planes import CLOSED, DayPlanes
from instainstru_core.availability.model.windows import WindowText, decode, read_day
from instainstru_core.kernel.errors import Malformed

DAYS_PER_WEEK = 7
PAST_EDIT_WINDOW_DAYS = 30


LAST_MONDAY = date.max - timedelta(days=11)
"""The Monday of the last whole week there is."""


def check_monday(day: date) -> None:
    """Whether *day* addresses a week. Source: AV-12.

    Raises:
        NotMonday: It is another day of the week.
        OutOfHorizon: The calendar ends before that week does.
    """
    if day.weekday() != 0:
        raise NotMonday(day)
    if day > LAST_MONDAY:
        raise OutOfHorizon("/monday", f"the last week that can be addressed begins {LAST_MONDAY}")


def _monday(_: object, __: object, day: date) -> None:
    check_monday(day)


@frozen(slots=False)
class Week:
    """Seven days of planes, Monday first. Its ETag is a hash of its content and of nothing else."""

    monday: date = field(validator=_monday)
    days: tuple[DayPlanes, ...] = (CLOSED,) * DAYS_PER_WEEK

    def __attrs_post_init__(self) -> None:
        if len(self.days) != DAYS_PER_WEEK:
            raise Malformed(f"a week has {DAYS_PER_WEEK} days, not {len(self.days)}")

    @classmethod
    def of(cls, monday: date, days: Mapping[date, DayPlanes]) -> Self:
        """The week of *monday* with *days*; the others are closed.

        Raises:
            NotMonday: It isn't.
        """
        return cls(monday, tuple(days.get(each, CLOSED) for each in week_dates(monday)))

    @property
    def dates(self) -> tuple[date, ...]:
        """Monday to Sunday."""
        return week_dates(self.monday)

    @cached_property
    def etag(self) -> str:
        """Lower-case hex SHA-256 of the 840 bytes. Source: AV-13."""
        return sha256(b"".join(day.to_bytes() for day in self.days)).hexdigest()

    def by_date(self) -> dict[date, DayPlanes]:
        """Its planes by date."""
        return dict(zip(self.dates, self.days, strict=True))

    def as_windows(self) -> dict[str, list[dict[str, object]]]:
        """Its windows by date, in plain values. Source: AV-7, AV-14."""
        return {
            day.isoformat(): [
                {"start": each.starts, "end": each.ends, "formats": [*map(str, each.formats)]}
                for each in decode(planes)
            ]
            for day, planes in self.by_date().items()
        }


def week_dates(monday: date) -> tuple[date, ...]:
    """Monday to Sunday."""
    return tuple(monday + timedelta(days=n) for n in range(DAYS_PER_WEEK))


def read_week_text(
    monday: date, days: Mapping[date, Sequence[WindowText]], *, pointer: str = "/days"
) -> Week:
    """The week that *days* describe; dates not mentioned are closed. Source: AV-15.

    Raises:
        NotMonday: The week is not addressed by its Monday.
        WeekMismatch: A date outside the week.
        RefusedField: A window is wrong, with its place in the document (AV-5).
    """
    wanted = Week(monday)
    planes: dict[date, DayPlanes] = {}
    for day, texts in days.items():
        if day not in wanted.dates:
            raise WeekMismatch(f"{pointer}/{day}", f"{day} is not in the week of {monday}")
        planes[day] = read_day(texts, pointer=f"{pointer}/{day}")
    return Week.of(monday, planes)


class SkipReason(StrEnum):
    """Why a date was left as it is. Source: AV-25."""

    PAST_WINDOW = "past_window"
    PAST_TARGET = "past_target"


@frozen
class SkippedDate:
    """A date whose content would have changed, but may not."""

    date: date
    reason: SkipReason


@frozen
class WeekChange:
    """What is to be written, what is left, and the week as it will then be."""

    writes: Mapping[date, DayPlanes]
    skipped: tuple[SkippedDate, ...]
    after: Week

    def open_dates(self, today: date) -> tuple[date, ...]:
        """The written dates that anyone else may care about: today and later. Source: AV-19."""
        return tuple(day for day in self.writes if day >= today)


def replacement(
    stored: Week,
    wanted: Week,
    *,
    today: date,
    past_edit_window_days: int | None = PAST_EDIT_WINDOW_DAYS,
) -> WeekChange:
    """What turns *stored* into *wanted*, as far as *today* allows. Source: AV-19…AV-21.

    Raises:
        OutOfHorizon: A date too far in the future would change.
    """
    writes: dict[date, DayPlanes] = {}
    skipped: list[SkippedDate] = []
    before, horizon = stored.by_date(), today + timedelta(days=HORIZON_DAYS)
    for day, planes in wanted.by_date().items():
        if planes == before[day]:
            continue
        if day > horizon:
            raise OutOfHorizon(f"/days/{day}", f"dates after {horizon} can't be opened yet")
        if past_edit_window_days is not None and (today - day).days > past_edit_window_days:
            skipped.append(SkippedDate(day, SkipReason.PAST_WINDOW))
        else:
            writes[day] = planes
    after = Week.of(stored.monday, before | writes)
    return WeekChange(writes, tuple(skipped), after)
