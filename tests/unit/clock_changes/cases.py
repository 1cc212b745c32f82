"""Calendars around clock changes, as the oracle has them and as the platform does."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from attrs import frozen
from hypothesis import strategies as st

from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.facts import CalendarFacts
from instainstru_core.availability.model.free import free_slots
from instainstru_core.availability.model.planes import CLOSED, DayPlanes, span
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.availability.model.settings import Busy, CalendarSettings
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone
from tests.unit.clock_changes import oracle

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
INSTRUCTOR = InstructorId(UUID(int=1))


@frozen(eq=False)
class Case:
    """The same calendar as the oracle has it and as the platform does, and an instant."""

    calendar: oracle.Calendar
    change: date
    now: datetime

    @property
    def wanted(self) -> Format:
        return Format.TRAVEL if self.calendar.travel else Format.ONLINE

    @property
    def rules(self) -> CalendarRules:
        return CalendarRules(booking_start_step_minutes=self.calendar.step)

    @property
    def settings(self) -> CalendarSettings:
        known = self.calendar
        platform = self.rules.notice_minutes(self.wanted)
        return CalendarSettings(
            zone=Zone(known.zone),
            non_travel_buffer_minutes=known.other_buffer,
            travel_buffer_minutes=known.travel_buffer,
            min_advance_minutes=known.notice if known.notice > platform else 0,
            overnight_protection_enabled=known.protection,
            rules=self.rules,
        )

    @property
    def dates(self) -> tuple[date, ...]:
        return days_between(self.change - DAY, self.change + DAY)

    @property
    def planes(self) -> dict[date, DayPlanes]:
        return {day: self._planes(day) for day in self.calendar.windows}

    def _planes(self, day: date) -> DayPlanes:
        plane = 0
        for start, end in self.calendar.windows[day]:
            plane |= span(start // 5, end // 5)
        return DayPlanes(travel=plane) if self.calendar.travel else DayPlanes(online=plane)

    @property
    def busy(self) -> tuple[Busy, ...]:
        return tuple(
            Busy(
                Interval(each.starts_at, each.ends_at),
                Format.TRAVEL if each.travel else Format.STUDIO,
            )
            for each in self.calendar.taken
        )

    @property
    def private(self) -> PrivateBusy:
        spans = [Interval(*each) for each in self.calendar.elsewhere]
        middle = datetime.combine(self.change, time(), UTC)
        return PrivateBusy.of_spans(spans, Interval(middle - 9 * DAY, middle + 9 * DAY))

    @property
    def facts(self) -> CalendarFacts:
        return CalendarFacts(
            instructor_id=INSTRUCTOR,
            version=1,
            first=self.dates[0],
            last=self.dates[-1],
            settings=self.settings,
            days=self.planes,
            blackouts=self.calendar.blackouts,
            busy=self.busy,
            formats=(self.wanted,),
            private_busy=self.private,
        )

    def free_for(self, day: date, wanted: Format) -> int:
        return self.free(day) if wanted is self.wanted else 0

    def free(self, day: date) -> int:
        return free_slots(
            self.planes.get(day, CLOSED),
            day=local_day(Zone(self.calendar.zone), day),
            wanted=self.wanted,
            busy=self.busy,
            settings=self.settings,
            blocked=day in self.calendar.blackouts,
            private_busy=self.private,
            now=self.now,
        )


walls = st.integers(0, 287).flatmap(
    lambda start: st.tuples(st.just(start), st.integers(start + 1, min(288, start + 150)))
)
night = st.integers(0, 60).flatmap(
    lambda start: st.tuples(st.just(start), st.integers(start + 1, 96))
)


@st.composite
def moments(draw: st.DrawFn, change: date, reach: int = 36) -> datetime:
    """An instant within *reach* hours of noon, most of all in the night of the change."""
    minutes = draw(st.one_of(st.integers(-60 * reach, 60 * reach), st.integers(-720, -360)))
    return datetime.combine(change, time(12), UTC) + minutes * MINUTE


@st.composite
def cases(draw: st.DrawFn, steps: tuple[int, ...] = (15,)) -> Case:
    """Some hours, lessons and rules around one change, and an instant before or after it."""
    zone, change, _ = draw(st.sampled_from(oracle.CHANGES))
    night_of = oracle.minutes_of(zone, change)[0]
    travel = draw(st.booleans())
    taken, elsewhere = [], []
    for _ in range(draw(st.integers(0, 2))):
        starts_at = night_of + 15 * draw(st.integers(-12, 24)) * MINUTE
        lasting = draw(st.sampled_from((30, 60, 75, 240))) * MINUTE
        taken.append(oracle.Taken(starts_at, starts_at + lasting, draw(st.booleans())))
    if draw(st.booleans()):
        since = night_of + 5 * draw(st.integers(-40, 60)) * MINUTE
        elsewhere.append((since, since + draw(st.sampled_from((5, 40, 180))) * MINUTE))
    other = draw(st.sampled_from((0, 15, 45)))
    windows = {
        change + n * DAY: [
            (5 * start, 5 * end)
            for start, end in draw(st.lists(st.one_of(night, walls), min_size=1, max_size=3))
        ]
        for n in (-1, 0, 1)
    }
    calendar = oracle.Calendar(
        zone,
        windows,
        travel=travel,
        taken=tuple(taken),
        blackouts=draw(st.sampled_from((frozenset(), frozenset(), frozenset({change})))),
        elsewhere=tuple(elsewhere),
        travel_buffer=draw(st.sampled_from((other, 60, 120))),
        other_buffer=other,
        notice=draw(st.sampled_from((180 if travel else 60, 181, 720, 1440))),
        protection=draw(st.booleans()),
        step=draw(st.sampled_from(steps)),
    )
    odd = draw(st.sampled_from((timedelta(), timedelta(seconds=1), timedelta(microseconds=-1))))
    before = draw(st.sampled_from((timedelta(), DAY, 5 * DAY)))
    return Case(calendar, change, draw(moments(change)) - before + odd)
