"""Private busy time: when other calendars of an instructor say that they are taken.

Kept for each date of UTC, not for local dates: five minutes of UTC are the same five minutes in
every zone, so an instructor who moves, or a clock that changes, alters nothing that is kept.
Source: spec 01 §11, AV-10.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Self

from attrs import field, frozen

from instainstru_core.availability.model.days import LocalDay
from instainstru_core.availability.model.planes import (
    PLANE_BYTES,
    SLOT_MINUTES,
    SLOT_SECONDS,
    SLOTS_PER_DAY,
    WHOLE_DAY,
    Slots,
    span,
)
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.time import Interval

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY_SECONDS = SLOTS_PER_DAY * SLOT_SECONDS


def _kept(_: object, __: object, days: Mapping[date, Slots]) -> None:
    if not all(0 < slots <= WHOLE_DAY for slots in days.values()):
        raise Malformed("a kept date has some of its 288 slots")


@frozen
class PrivateBusy:
    """The slots of each date of UTC that are taken elsewhere; a date without entry has none."""

    days: Mapping[date, Slots] = field(factory=dict, validator=_kept)

    @classmethod
    def of_spans(cls, spans: Iterable[Interval], within: Interval) -> Self:
        """What *spans* take of *within*, each widened to whole slots."""
        days: dict[date, Slots] = {}
        for each in spans:
            since = max(each.starts_at, within.starts_at)
            until = min(each.ends_at, within.ends_at)
            if since < until:
                _take(days, _slot(since, upwards=False), _slot(until, upwards=True))
        return cls(days)

    @classmethod
    def of_bytes(cls, dates: Iterable[date], content: bytes) -> Self:
        """Planes of 40 bytes, one for each of *dates*; several of one date are put together."""
        days: dict[date, Slots] = {}
        for index, day in enumerate(dates):
            plane = content[index * PLANE_BYTES : (index + 1) * PLANE_BYTES]
            days[day] = days.get(day, 0) | int.from_bytes(plane, "little")
        return cls(days)

    def on(self, day: LocalDay) -> Slots:
        """The instant slots of *day* that are taken."""
        if not self.days:
            return 0
        ordinal, seconds = divmod(day.epoch, _DAY_SECONDS)
        # A zone may be off by less than a slot's length only before there were zones.
        first = seconds // SLOT_SECONDS
        found, offset = 0, -first
        utc_date = date.fromordinal(_EPOCH_ORDINAL + ordinal)
        while offset < day.length:
            slots = self.days.get(utc_date, 0)
            found |= slots << offset if offset >= 0 else slots >> -offset
            offset += SLOTS_PER_DAY
            utc_date += timedelta(days=1)
        return found & day.all_slots

    @property
    def minutes(self) -> int:
        """How much time it is in all."""
        return SLOT_MINUTES * sum(slots.bit_count() for slots in self.days.values())

    def together(self, other: "PrivateBusy") -> "PrivateBusy":
        """What either takes."""
        both = {**self.days}
        for day, slots in other.days.items():
            both[day] = both.get(day, 0) | slots
        return PrivateBusy(both)

    def __bool__(self) -> bool:
        return bool(self.days)


NOT_BUSY = PrivateBusy()
"""Nothing is known of other calendars."""


def utc_midnight(day: date) -> datetime:
    """The first instant of a date of UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _slot(moment: datetime, *, upwards: bool) -> int:
    """The number since 1970 of the slot border at or before *moment*, or at or after it."""
    seconds = int(moment.timestamp())
    if upwards:
        whole = seconds if moment.microsecond == 0 else seconds + 1
        return -(-whole // SLOT_SECONDS)
    return seconds // SLOT_SECONDS


def _take(days: dict[date, Slots], first: int, last: int) -> None:
    while first < last:
        ordinal, slot = divmod(first, SLOTS_PER_DAY)
        end = min(last, (ordinal + 1) * SLOTS_PER_DAY)
        day = date.fromordinal(_EPOCH_ORDINAL + ordinal)
        days[day] = days.get(day, 0) | span(slot, slot + end - first)
        first = end
