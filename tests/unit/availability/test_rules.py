"""The figures that the platform may change, and that they count: spec 01 §8."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.availability.model.days import days_between
from instainstru_core.availability.model.facts import CalendarFacts
from instainstru_core.availability.model.open_times import first_start, open_times
from instainstru_core.availability.model.planes import WHOLE_DAY, DayPlanes
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import NEW_YORK, Zone
from instainstru_core.testing.fakes.ids import CountedIds

MONDAY = date(2030, 1, 7)
NOW = datetime(2030, 1, 7, 15, 7, 30, tzinfo=UTC)
DAY_AND_NIGHT = DayPlanes(WHOLE_DAY, WHOLE_DAY, WHOLE_DAY)


def facts_of(
    rules: CalendarRules, planes: DayPlanes, *days: date, zone: Zone = NEW_YORK
) -> CalendarFacts:
    """A calendar that is open on *days*, on a platform with *rules*."""
    return CalendarFacts(
        instructor_id=CountedIds().new(InstructorId),
        version=1,
        first=min(days),
        last=max(days),
        settings=CalendarSettings(zone=zone, overnight_protection_enabled=False, rules=rules),
        days=dict.fromkeys(days, planes),
        formats=(Format.ONLINE,),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"advance_notice_online_minutes": 1441},
        {"advance_notice_travel_minutes": -1},
        {"overnight_window_start_hour": 24},
        {"overnight_window_end_hour": 21},
        {"default_travel_buffer_minutes": 10},
        {"default_non_travel_buffer_minutes": 12},
        {"booking_start_step_minutes": 25},
        {"booking_start_step_minutes": 0},
        {"horizon_days": 0},
        {"hold_minutes": 61},
        {"max_live_holds": 0},
        {"past_edit_window_days": -1},
        {"public_default_days": 91},
        {"public_detail_level": "everything"},
        {"availability_retention_days": 29},
        {"proximity_gap_minutes": 121},
        # No figure is so large that an instant or a date that it leads to can't be told.
        {"hold_minutes": 1441, "hold_cap_minutes": 1441},
        {"hold_cap_minutes": 10**12},
        {"past_edit_window_days": 10**12},
        {"public_cache_ttl_s": 10**15},
        {"same_place_miles": float("inf")},
        {"availability_retention_days": 10**12},
        {"video_join_early_minutes": 10**12},
    ],
    ids=str,
)
def test_a_figure_out_of_its_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        CalendarRules(**wrong)


def test_the_figures_are_those_of_the_spec() -> None:
    assert [DEFAULT_RULES.notice_minutes(each) for each in Format] == [180, 60, 60]
    assert [DEFAULT_RULES.protected_hour(each) for each in Format] == [11, 9, 9]
    assert DEFAULT_RULES.past_edit_window_days == 30
    assert DEFAULT_RULES.booking_start_step_minutes == 15


@pytest.mark.parametrize("step", [5, 10, 15, 20, 30, 60])
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", date(2030, 1, 8)),
        ("America/New_York", date(2030, 3, 10)),
        ("America/New_York", date(2030, 11, 3)),
        ("Australia/Lord_Howe", date(2030, 4, 7)),
        ("Asia/Kathmandu", date(2030, 1, 8)),
    ],
)
def test_av35_lessons_start_on_whatever_grid_there_is(step: int, zone: str, day: date) -> None:
    """Walked minute by minute on the wall; the roster agrees on the first one. AV-41."""
    where = Zone(zone)
    rules = CalendarRules(booking_start_step_minutes=step)
    facts = facts_of(rules, DAY_AND_NIGHT, day, zone=where)
    now = where.midnight(day) + timedelta(hours=5, minutes=7, seconds=30)
    found = open_times(facts, wanted=Format.ONLINE, minutes=60, bookable=True, now=now)
    starts = found.days[0].starts
    assert starts is not None
    whole = where.day(day)
    walked = [
        moment
        for n in range(int(whole.duration.total_seconds()) // 60)
        if (moment := whole.starts_at + timedelta(minutes=n)) >= now + timedelta(hours=1)
        and moment + timedelta(hours=1) <= whole.ends_at
        and where.local(moment).minute % step == 0
    ]
    assert [each.starts_at for each in starts] == walked
    first = first_start(facts, wanted=Format.ONLINE, minutes=60, now=now)
    assert first is not None
    assert first.starts_at == walked[0]
    roster = Roster(day, day)
    roster.put([in_roster(facts)], now=now)
    question = WhoIsFree(format=Format.ONLINE, dates=(day,), minutes=60, now=now)
    assert roster.ask(question).earliest() == {facts.instructor_id: walked[0]}


def in_roster(facts: CalendarFacts) -> RosterCalendar:
    return RosterCalendar(
        instructor_id=facts.instructor_id,
        version=facts.version,
        settings=facts.settings,
        days=[*facts.days],
        planes=b"".join(each.to_bytes() for each in facts.days.values()),
    )


@pytest.mark.parametrize("step", [5, 15, 60])
def test_av38_an_answer_holds_for_as_long_as_it_says(step: int) -> None:
    """Asked again at each end of the time it names, and in between."""
    rules = CalendarRules(booking_start_step_minutes=step, public_cache_ttl_s=86_400)
    facts = facts_of(rules, DAY_AND_NIGHT, MONDAY)
    moment = NOW
    for _ in range(20):
        found = open_times(facts, wanted=None, minutes=60, bookable=True, now=moment)
        assert found.holds_at(moment)
        for other in (found.since, found.until - timedelta(microseconds=1)):
            again = open_times(facts, wanted=None, minutes=60, bookable=True, now=other)
            assert again.days == found.days
        moment = found.until


@pytest.mark.parametrize("horizon", [1, 30, 365])
def test_av34_nothing_is_free_beyond_the_horizon(horizon: int) -> None:
    rules = CalendarRules(horizon_days=horizon)
    last = MONDAY + timedelta(days=horizon)
    facts = facts_of(rules, DAY_AND_NIGHT, *days_between(last, last + timedelta(days=1)))
    found = open_times(facts, wanted=None, minutes=None, bookable=True, now=NOW)
    assert [bool(each.free_minutes) for each in found.days] == [True, False]
    roster = Roster(facts.first, facts.last)
    roster.put([in_roster(facts)], now=NOW)
    dates = (facts.first, facts.last)
    question = WhoIsFree(format=Format.ONLINE, dates=dates, minutes=60, now=NOW)
    assert [*roster.ask(question).by_instructor()[facts.instructor_id]] == [last]


def test_av33_the_night_is_as_long_as_the_platform_says() -> None:
    rules = CalendarRules(
        overnight_window_start_hour=18,
        overnight_window_end_hour=5,
        overnight_earliest_hour_non_travel=13,
        overnight_earliest_hour_travel=14,
    )
    settings = evolve(CalendarSettings(zone=NEW_YORK), rules=rules)
    tuesday = MONDAY + timedelta(days=1)
    midnight = NEW_YORK.midnight(MONDAY)
    expected = {4: MONDAY, 5: None, 17: None, 18: tuesday}
    shown = {hour: settings.protected_date(midnight + timedelta(hours=hour)) for hour in expected}
    assert shown == expected
    facts = evolve(facts_of(rules, DAY_AND_NIGHT, tuesday), settings=settings)
    evening = midnight + timedelta(hours=18)
    first = first_start(facts, wanted=Format.ONLINE, minutes=60, now=evening)
    assert first is not None
    assert first.label == "13:00"
