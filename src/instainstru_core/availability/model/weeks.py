"""Weeks of local dates, their content and their ETag. Source: AV-12…AV-15."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Self

from attrs import field, frozen

from instainstru_core.availability.errors import NotMonday, OutOfHorizon, WeekMismatch
from instainstru_core.availability.model.planes import CLOSED, DayPlanes
from instainstru_core.availability.model.windows import WindowText, decode, read_day
from instainstru_core.kernel.errors import Malformed

DAYS_PER_WEEK = 7

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


def check_last(day: date, *, pointer: str) -> None:
    """Whether *day* is in a whole week.

    Raises:
        OutOfHorizon: The calendar ends before its week does.
    """
    if day >= LAST_MONDAY + timedelta(days=DAYS_PER_WEEK):
        raise OutOfHorizon(pointer, f"the last week that can be addressed begins {LAST_MONDAY}")


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


def monday_of(day: date) -> date:
    """The Monday of the week that *day* is in."""
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=1_024)
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
