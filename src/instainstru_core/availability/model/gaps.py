"""Starts that leave no gap which nobody can fill. Source: spec 01 §11.

Time is usable when some lesson of the shortest length that is offered covers it. A lesson takes
its own time out of the day, with the buffers, and may leave runs so short that no lesson fits in
them: those are stranded, and so is the free time that the buffers eat. The starts that strand
least fill a day best.
"""

from collections.abc import Sequence

from attrs import frozen

from instainstru_core.availability.model.days import LocalDay
from instainstru_core.availability.model.free import start_slots
from instainstru_core.availability.model.planes import SLOT_MINUTES, Slots, ones, span
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.kernel.lessons import Format

_SECONDS_PER_MINUTE = 60


@frozen(order=True)
class RankedStart:
    """A bookable start, and how many minutes a lesson there would make useless besides its own."""

    stranded_minutes: int
    slot: int


def usable(
    free: Slots, *, day: LocalDay, shortest: int, rules: CalendarRules = DEFAULT_RULES
) -> Slots:
    """Those slots of *free* that some bookable lesson of *shortest* minutes covers."""
    covered, length = start_slots(free, day=day, minutes=shortest, rules=rules), 1
    while length < shortest // SLOT_MINUTES:
        step = min(length, shortest // SLOT_MINUTES - length)
        covered |= covered << step
        length += step
    return covered


def ranked_starts(
    free: Slots,
    *,
    day: LocalDay,
    wanted: Format,
    minutes: int,
    shortest: int,
    settings: CalendarSettings,
) -> tuple[RankedStart, ...]:
    """Every start of a lesson of *minutes* in *free*, those that strand least first.

    The buffer is the one to another lesson of the same format.
    """
    buffer = int(settings.buffer(wanted, wanted).total_seconds()) // _SECONDS_PER_MINUTE
    around, length = buffer // SLOT_MINUTES, minutes // SLOT_MINUTES
    shortest, rules = min(shortest, minutes), settings.rules
    before = usable(free, day=day, shortest=shortest, rules=rules)
    found = []
    for slot in ones(start_slots(free, day=day, minutes=minutes, rules=rules)):
        lesson = span(slot, slot + length)
        left = free & ~span(max(slot - around, 0), slot + length + around)
        lost = before & ~usable(left, day=day, shortest=shortest, rules=rules) & ~lesson
        found.append(RankedStart(SLOT_MINUTES * lost.bit_count(), slot))
    return tuple(sorted(found))


def best_starts(ranked: Sequence[RankedStart]) -> Slots:
    """The starts that strand least, as slots."""
    least = min((each.stranded_minutes for each in ranked), default=0)
    return sum(1 << each.slot for each in ranked if each.stranded_minutes == least)
