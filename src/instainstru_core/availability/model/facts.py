"""What is known of one calendar, at one version of it."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import Final

from attrs import define, field, frozen
from attrs.validators import max_len, optional

from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.availability.model.weeks import Week
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval, utc
from instainstru_core.kernel.zones import Zone

MAX_REASON_LENGTH = 255
MIN_LESSON_MINUTES = 30
MAX_WEIGHT: Final = 300_000
"""Parts of all answers that are kept at once: some 80 MB, if anybody asks for the largest only."""


@frozen(kw_only=True)
class Blackout:
    """A local date on which an instructor takes no lessons. Source: AV-27."""

    blackout_id: BlackoutId
    instructor_id: InstructorId
    day: date
    reason: str | None = field(default=None, validator=optional(max_len(MAX_REASON_LENGTH)))
    created_at: datetime = field(converter=utc)


@frozen(kw_only=True)
class StoredWeek:
    """A week as it is kept, in the zone it is meant in. Source: AV-14."""

    week: Week
    zone: Zone
    modified_at: datetime | None = None


@frozen
class BookedLesson:
    """A lesson that somebody counts on, by the id of its booking. Source: AV-26."""

    booking: str
    span: Interval
    format: Format


@frozen(kw_only=True)
class Glance:
    """What is asked of a calendar before anything else.

    *version* changes with everything that can change the free time; equal versions, equal facts.
    """

    instructor_id: InstructorId
    version: int
    zone: Zone
    visible: bool
    payable: bool
    name: str


@define(eq=False)
class Answers:
    """What was worked out lately, for all threads; what was not asked for longest goes first.

    Anybody may ask for other dates and lengths of lessons all day long: *weight*, the number of
    parts of everything that is kept, is what keeps the memory from filling.
    """

    max_weight: int = MAX_WEIGHT
    weight: int = field(default=0, init=False)
    _kept: "OrderedDict[Hashable, tuple[object, int]]" = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def get(self, key: Hashable) -> object | None:
        """The answer, if it is still kept."""
        with self._lock:
            if (found := self._kept.get(key)) is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, answer: object, *, weight: int) -> None:
        """Keep *answer*, which has so many parts, instead of what was answered before."""
        with self._lock:
            self._drop(self._kept.pop(key, None))
            self._kept[key] = (answer, weight)
            self.weight += weight
            while self.weight > self.max_weight:
                self._drop(self._kept.popitem(last=False)[1])

    def _drop(self, kept: tuple[object, int] | None) -> None:
        self.weight -= 0 if kept is None else kept[1]


@frozen(kw_only=True, eq=False, slots=False)
class CalendarFacts:
    """Everything that the free time from *first* to *last* follows from, except now."""

    instructor_id: InstructorId
    version: int
    first: date
    last: date
    settings: CalendarSettings
    days: Mapping[date, DayPlanes]
    blackouts: frozenset[date] = frozenset()
    busy: tuple[Busy, ...] = ()
    formats: tuple[Format, ...] = ()
    shortest_minutes: int = MIN_LESSON_MINUTES
    private_busy: PrivateBusy = NOT_BUSY

    answers: Answers = field(factory=Answers, repr=False)
    """Where answers are kept, these facts' and perhaps others' too."""

    @property
    def key(self) -> Hashable:
        """What tells these facts from all others: equal keys, equal facts."""
        return (self.instructor_id, self.version, self.first, self.last)

    @cached_property
    def _by_date(self) -> Mapping[date, tuple[Busy, ...]]:
        found: dict[date, list[Busy]] = {}
        for each in self.busy:
            for day in each.touched_dates(self.settings.zone):
                found.setdefault(day, []).append(each)
        return {day: tuple(lessons) for day, lessons in found.items()}

    def busy_on(self, day: date) -> tuple[Busy, ...]:
        """The lessons that may take something from *day*, with the widest buffer."""
        return self._by_date.get(day, ())
