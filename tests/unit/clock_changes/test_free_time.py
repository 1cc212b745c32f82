"""Free time on and around the days on which clocks change, judged by the oracle.

Source: AV-10, AV-27, AV-30…AV-37, AV-39, AV-41, AV-42, spec 01 §11; issue, item 4.
"""

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.free import free_starts, free_windows
from instainstru_core.availability.model.open_times import first_start, open_times
from instainstru_core.availability.model.planes import ones, span
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.rules import START_STEPS, CalendarRules
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.matching import WaitingList
from instainstru_core.availability.waitlist.model.subscription import Subscription, Wish
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.zones import Zone
from tests.unit.clock_changes import oracle
from tests.unit.clock_changes.cases import INSTRUCTOR, Case, cases, night

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SOME = settings(max_examples=60, deadline=None)


@SOME
@given(cases(START_STEPS))
def test_av34_free_slots_and_windows_are_the_oracles(case: Case) -> None:
    """AV-27, AV-30…AV-34, private time: slots, labels and instants."""
    for day in case.dates:
        local, found = local_day(Zone(case.calendar.zone), day), case.free(day)
        assert [local.instant(slot) for slot in ones(found)] == case.calendar.free(day, case.now)
        windows = free_windows(local, [(case.wanted, found)])
        shown = [(each.start, each.end, each.starts_at, each.ends_at) for each in windows]
        assert shown == case.calendar.runs(day, case.now)


@SOME
@given(cases(START_STEPS), st.sampled_from((30, 45, 60, 240)))
def test_av35_starts_are_the_oracles(case: Case, minutes: int) -> None:
    """AV-35, AV-36: with what the clocks show; twice in the repeated time."""
    for day in case.dates:
        local = local_day(Zone(case.calendar.zone), day)
        slots = [(case.wanted, case.free(day))]
        found = free_starts(local, slots, minutes=minutes, rules=case.rules)
        expected = case.calendar.starts(day, minutes, case.now)
        assert [each.starts_at for each in found] == expected
        zone = case.calendar.zone
        assert [each.label for each in found] == [
            f"{oracle.shown(zone, each):%H:%M}" for each in expected
        ]


@SOME
@given(cases(), st.sampled_from((30, 60)))
def test_av37_av39_summary_and_next_start_are_the_oracles(case: Case, minutes: int) -> None:
    """AV-36 totals, AV-37 parts and minutes, AV-39 first start."""
    seen = open_times(case.facts, wanted=None, minutes=minutes, bookable=True, now=case.now)
    for each in seen.days:
        free = case.calendar.free(each.date, case.now)
        assert each.free_minutes == 5 * len(free)
        parts = (each.parts.morning, each.parts.afternoon, each.parts.evening)
        assert parts == case.calendar.parts(each.date, case.now)
    first = first_start(case.facts, wanted=case.wanted, minutes=minutes, now=case.now)
    expected = case.calendar.first_start(case.dates, minutes, case.now)
    assert (None if first is None else first.starts_at) == expected


@SOME
@given(cases(START_STEPS), st.floats(0, 1, exclude_max=True))
def test_av38_an_answer_holds_as_long_as_it_says(case: Case, part: float) -> None:
    """Asked again while it holds, the oracle says the same."""
    seen = open_times(case.facts, wanted=None, minutes=None, bookable=True, now=case.now)
    for moment in (seen.since, seen.since + part * (seen.until - seen.since)):
        for day in case.dates:
            assert case.calendar.free(day, moment) == case.calendar.free(day, case.now)


hours = st.sampled_from(((0, 1440), (60, 120), (90, 150), (120, 180), (0, 115), (105, 600)))


@SOME
@given(st.lists(cases(), min_size=1, max_size=3), st.sampled_from((30, 60)), hours)
def test_av41_av42_who_is_free_is_the_oracles(
    drawn: list[Case], minutes: int, between: tuple[int, int]
) -> None:
    """Both zones in one roster, each with its own dates, asked about the change of the first."""
    change, now, wanted = drawn[0].change, drawn[0].now, drawn[0].wanted
    # Everybody's hours are moved to the dates and the format that are asked about.
    rows = [_moved(each, change, wanted) for each in drawn]
    dates = days_between(change - DAY, change + DAY)
    roster = Roster(dates[0], dates[-1])
    people = [InstructorId(UUID(int=number)) for number in range(len(rows))]
    everybody = [
        RosterCalendar(
            instructor_id=who,
            version=1,
            settings=each.settings,
            days=list(each.planes),
            planes=b"".join(planes.to_bytes() for planes in each.planes.values()),
            blackouts=each.calendar.blackouts,
            busy=each.busy,
            private_busy=each.private,
        )
        for who, each in zip(people, rows, strict=True)
    ]
    roster.put(everybody, now=now)
    after, before = between
    question = WhoIsFree(
        format=wanted,
        dates=dates,
        minutes=minutes,
        after=after // 5,
        before=before // 5,
        now=now,
    )
    expected = {}
    for who, each in zip(people, rows, strict=True):
        starts = {day: each.calendar.starts(day, minutes, now, after, before) for day in dates}
        if found := {day: some[0] for day, some in starts.items() if some}:
            expected[who] = found
    assert roster.ask(question).by_instructor() == expected


def _moved(case: Case, change: date, wanted: Format) -> Case:
    shift = change - case.change
    known = case.calendar
    platform = 180 if wanted is Format.TRAVEL else 60
    calendar = oracle.Calendar(
        known.zone,
        {day + shift: windows for day, windows in known.windows.items()},
        travel=wanted is Format.TRAVEL,
        taken=tuple(
            oracle.Taken(each.starts_at + shift, each.ends_at + shift, each.travel)
            for each in known.taken
        ),
        blackouts=frozenset(day + shift for day in known.blackouts),
        elsewhere=tuple((since + shift, until + shift) for since, until in known.elsewhere),
        travel_buffer=known.travel_buffer,
        other_buffer=known.other_buffer,
        notice=max(known.notice, platform),
        protection=known.protection,
    )
    return evolve(case, calendar=calendar, change=change)


@SOME
@given(cases(), st.lists(night, min_size=1, max_size=2), st.sampled_from((30, 45, 60)))
def test_spec11_waitlists_match_what_the_oracle_would_book(
    case: Case, wished: list[tuple[int, int]], minutes: int
) -> None:
    """A wish is local dates and wall hours: in skipped hours it finds nothing, twice in others."""
    mask = 0
    for start, end in wished:
        mask |= span(start, end)
    place = LocationType.NEUTRAL_LOCATION if case.calendar.travel else LocationType.ONLINE
    one = Subscription(
        subscription_id=SubscriptionId(UUID(int=1)),
        student=StudentId(UUID(int=2)),
        instructor=INSTRUCTOR,
        wish=Wish(
            location_type=place,
            minutes=minutes,
            first=case.change,
            last=case.change,
            mask=mask,
        ),
        since=case.now,
    )
    zone = case.calendar.zone

    def wishes(moment: datetime) -> bool:
        wall = oracle.shown(zone, moment)
        return bool(mask >> ((60 * wall.hour + wall.minute) // 5) & 1)

    for day in case.dates:
        local = local_day(Zone(zone), day)
        found = WaitingList.of([one]).matches(local, partial(case.free_for, day))
        expected = [
            start
            for start in case.calendar.starts(day, minutes, case.now)
            if day == case.change and all(wishes(start + n * MINUTE) for n in range(minutes))
        ]
        assert [each.starts_at for each in found] == expected[:1]


@pytest.mark.parametrize("step", START_STEPS)
@pytest.mark.parametrize(("zone", "change", "_"), oracle.CHANGES)
def test_av34_the_first_start_is_on_the_grid_of_the_wall(
    zone: str, change: date, _: timedelta, step: int
) -> None:
    """Each five minutes of the night: where half an hour is skipped, the grid moves with it."""
    calendar = oracle.Calendar(zone, {}, step=step)
    settings = CalendarSettings(
        zone=Zone(zone), rules=CalendarRules(booking_start_step_minutes=step)
    )
    for now in oracle.slots_of(zone, change)[:60]:
        assert settings.first_start(Format.ONLINE, now) == calendar.first_allowed(now)


@pytest.mark.parametrize(("zone", "change", "lasting"), oracle.CHANGES)
def test_av10_a_day_that_is_open_is_free_as_long_as_it_lasts(
    zone: str, change: date, lasting: timedelta
) -> None:
    """The oracle itself, against the lengths that the issue names."""
    calendar = oracle.Calendar(zone, {change: [(0, 1440)]}, protection=False)
    free = calendar.free(change, oracle.minutes_of(zone, change)[0] - 2 * DAY)
    assert len(free) * oracle.SLOT == lasting
    slots = local_day(Zone(zone), change)
    assert [slots.instant(n) for n in range(slots.length)] == free
