"""Zones and local days, exact across clock changes. Source: AV-9…AV-11, BK-3, BK-4."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from attrs import field, frozen

from instainstru_core.kernel.errors import DomainError, Malformed
from instainstru_core.kernel.time import Interval

MINUTES_PER_DAY = 24 * 60


class NonexistentLocalTime(DomainError):
    """The clocks jump over this wall time. Source: AV-11."""

    code = "nonexistent_local_time"


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def _zone_info(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _known(_: object, __: object, name: str) -> None:
    if name not in _known_zones():
        raise Malformed(f"expected the name of an IANA time zone, got {name!r}")


@frozen
class Zone:
    """An IANA time zone by name.

    Raises:
        Malformed: No such zone.
    """

    name: str = field(validator=_known)

    @property
    def info(self) -> ZoneInfo:
        """The zone's rules."""
        return _zone_info(self.name)

    def local(self, moment: datetime) -> datetime:
        """*moment* as this zone's clocks show it."""
        return moment.astimezone(self.info)

    def today(self, now: datetime) -> date:
        """The local date at *now*."""
        return self.local(now).date()

    def midnight(self, day: date) -> datetime:
        """The first instant of *day*, in UTC; or where midnight is skipped, the jump."""
        return _midnight(self.name, day)

    def day(self, day: date) -> Interval:
        """The stretch of *day*: 23, 24 or 25 hours where the clocks change by one."""
        return Interval(self.midnight(day), self.midnight(day + timedelta(days=1)))

    def instant(self, day: date, wall: time) -> datetime:
        """The instant at which the clocks show *wall* on *day*; the first one when it occurs twice.

        Raises:
            NonexistentLocalTime: The clocks jump over it.
        """
        naive = datetime.combine(day, wall)
        moment = naive.replace(tzinfo=self.info, fold=0).astimezone(UTC)
        if moment.astimezone(self.info).replace(tzinfo=None) != naive:
            raise NonexistentLocalTime(f"{day} {wall:%H:%M} does not exist in {self.name}")
        return moment

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=65_536)
def _midnight(name: str, day: date) -> datetime:
    naive = datetime.combine(day, time())
    info = _zone_info(name)
    moment = naive.replace(tzinfo=info, fold=0).astimezone(UTC)
    shown = moment.astimezone(info).replace(tzinfo=None)
    if shown == naive:
        return moment
    # Midnight was skipped: the day begins where the clocks jump to. The two readings of the gap
    # bracket the change, and the later one minus the gap is the change itself.
    after = naive.replace(tzinfo=info, fold=1).astimezone(UTC)
    low, high = sorted((moment, after))
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(info).date() < day:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


NEW_YORK = Zone("America/New_York")
