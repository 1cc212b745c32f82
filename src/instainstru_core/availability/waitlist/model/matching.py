"""Whom of all who wait a free time is news for: one AND over everybody. Source: spec 01 §11.

For each subscription the starts its hours allow are kept as quarters, like the roster's planes. The
starts that a date really has are the same for all who ask for the same format and length. So a date
is one AND of arrays and one look for the first bit, however many wait.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from instainstru_core.availability.model.days import LocalDay
from instainstru_core.availability.model.free import start_slots
from instainstru_core.availability.model.planes import (
    PLANE_BYTES,
    SLOT_MINUTES,
    Slots,
    eroded,
    plane_bytes,
)
from instainstru_core.availability.model.quarters import (
    NO_QUARTER,
    QUARTER_WORDS,
    SLOTS_PER_QUARTER,
    first_quarter,
    quarters_of,
    starts_of,
    thirds_of,
)
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.waitlist.model.subscription import Subscription
from instainstru_core.kernel.lessons import Format

FreeSlots = Callable[[Format], Slots]
"""The free instant slots of one day, for each format. Source: AV-34."""

_NEVER = NO_QUARTER * SLOTS_PER_QUARTER


@frozen(kw_only=True)
class Match:
    """On *day* the subscription's first start is at *starts_at*."""

    subscription: Subscription
    day: date
    starts_at: datetime


@frozen(kw_only=True, eq=False)
class WaitingList:
    """Everybody who waits for one instructor, in the order in which they asked.

    *starts* has shape (3, 2, subscriptions): third of the quarter, word, subscription. *kind_of*
    says which of *kinds* a subscription asks for.
    """

    subscriptions: Sequence[Subscription]
    kinds: Sequence[tuple[Format, int]]
    kind_of: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    weekdays: NDArray[np.int64]
    starts: NDArray[np.uint64]

    @classmethod
    def of(cls, waiting: Sequence[Subscription]) -> "WaitingList":
        """The list of *waiting*; whoever asked first is first."""
        known = sorted(waiting, key=lambda each: (each.since, each.subscription_id))
        asked = [(each.wish.format, each.wish.minutes) for each in known]
        kinds = sorted(set(asked))
        number = {kind: index for index, kind in enumerate(kinds)}
        kind_of = np.array([number[each] for each in asked], dtype=np.int64)
        return cls(
            subscriptions=known,
            kinds=kinds,
            kind_of=kind_of,
            first=_ordinals(each.wish.first for each in known),
            last=_ordinals(each.wish.last for each in known),
            weekdays=np.array(
                [sum(1 << day for day in each.wish.weekdays) for each in known], dtype=np.int64
            ),
            starts=_allowed(known, kinds, kind_of),
        )

    def matches(
        self, day: LocalDay, free: FreeSlots, *, rules: CalendarRules = DEFAULT_RULES
    ) -> list[Match]:
        """Who can start on *day* inside their hours, and was not told of it; first come first."""
        ordinal = day.date.toordinal()
        asking = (self.first <= ordinal) & (ordinal <= self.last)
        asking &= (self.weekdays >> day.date.weekday() & 1).astype(np.bool_)
        if not asking.any():
            return []
        slots = self._first_slots(day, free, rules)
        rows = np.flatnonzero(asking & (slots < _NEVER)).tolist()
        return [
            Match(subscription=one, day=day.date, starts_at=day.instant(int(slots[row])))
            for row in rows
            if day.date not in (one := self.subscriptions[row]).told
        ]

    def _first_slots(
        self, day: LocalDay, free: FreeSlots, rules: CalendarRules
    ) -> NDArray[np.int64]:
        possible = [
            start_slots(free(wanted), day=day, minutes=minutes, rules=rules)
            for wanted, minutes in self.kinds
        ]
        if not day.is_ordinary:
            # The hours that clocks show twice or not at all are looked at one by one.
            each = zip(self.subscriptions, self.kind_of.tolist(), strict=True)
            found = [_first_on(day, one, possible[kind]) for one, kind in each]
            return np.array(found, dtype=np.int64)
        table = np.array([thirds_of(each) for each in possible], dtype=np.uint64)
        hits = table.transpose(1, 2, 0)[:, :, self.kind_of] & self.starts
        slots = [
            first_quarter(hits[third]) * SLOTS_PER_QUARTER + third
            for third in range(SLOTS_PER_QUARTER)
        ]
        earliest: NDArray[np.int64] = np.min(slots, axis=0)
        return earliest


def _ordinals(dates: Iterable[date]) -> NDArray[np.int64]:
    return np.array([each.toordinal() for each in dates], dtype=np.int64)


def _allowed(
    known: Sequence[Subscription],
    kinds: Sequence[tuple[Format, int]],
    kind_of: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """From which slots a lesson shows nothing but the hours of each subscription."""
    content = b"".join(plane_bytes(each.wish.mask) for each in known)
    words = np.frombuffer(content, dtype="<u8").astype(np.uint64).reshape(-1, PLANE_BYTES // 8).T
    parts = quarters_of(words)
    found = np.zeros((SLOTS_PER_QUARTER, QUARTER_WORDS, len(known)), dtype=np.uint64)
    for index, (_, minutes) in enumerate(kinds):
        some = np.flatnonzero(kind_of == index)
        chosen = parts[:, :, some]
        for third in range(SLOTS_PER_QUARTER):
            length = minutes // SLOT_MINUTES
            found[third][:, some] = starts_of(chosen.__getitem__, third, length)
    return found


def _first_on(day: LocalDay, one: Subscription, possible: Slots) -> int:
    """The first of *possible* from which a lesson shows nothing but the subscription's hours."""
    length = one.wish.minutes // SLOT_MINUTES
    found = possible & eroded(day.instants(one.wish.mask), length)
    return (found & -found).bit_length() - 1 if found else _NEVER
