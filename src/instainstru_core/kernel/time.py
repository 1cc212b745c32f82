"""Instants and intervals, always in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from attrs import field, frozen

from instainstru_core.kernel.errors import Malformed


class Clock(Protocol):
    """The only source of now."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        ...


def utc(moment: datetime) -> datetime:
    """*moment* in UTC.

    Raises:
        Malformed: It has no time zone.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise Malformed(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def instant_text(moment: datetime) -> str:
    """*moment* as JSON has it everywhere: in UTC, ending in `Z`."""
    return utc(moment).isoformat().removesuffix("+00:00") + "Z"


@frozen(order=True)
class Interval:
    """A half-open stretch of time: the start belongs to it, the end doesn't."""

    starts_at: datetime = field(converter=utc)
    ends_at: datetime = field(converter=utc)

    def __attrs_post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise Malformed(f"an interval must end after it starts, not {self}")

    @classmethod
    def lasting(cls, starts_at: datetime, duration: timedelta) -> Self:
        """From *starts_at*, *duration* of elapsed time long."""
        return cls(starts_at, utc(starts_at) + duration)

    @property
    def duration(self) -> timedelta:
        """Elapsed time from start to end."""
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        """Whole minutes from start to end."""
        return int(self.duration.total_seconds()) // 60

    def overlaps(self, other: Self) -> bool:
        """Whether they share an instant; touching is not overlapping."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def widened(self, margin: timedelta) -> Self:
        """This stretch with *margin* more on both sides."""
        return type(self)(self.starts_at - margin, self.ends_at + margin)

    def __contains__(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%H:%M} UTC"
