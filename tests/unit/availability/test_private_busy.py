"""Private busy time: kept in UTC, subtracted everywhere. Source: spec 01 §11, AV-10, AV-34."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.facts import CalendarFacts
from instainstru_core.availability.model.free import free_slots
from instainstru_core.availability.model.open_times import open_times
from instainstru_core.availability.model.planes import (
    FORMATS,
    WHOLE_DAY,
    DayPlanes,
    plane_bytes,
    span,
)
from instainstru_core.availability.model.private import NOT_BUSY, PrivateBusy
from instainstru_core.availability.model.roster import Roster, RosterCalendar
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.model.who import WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies import availability as strategies

FIRST = datetime(2027, 3, 1, tzinfo=UTC)
WITHIN = Interval(FIRST, FIRST + timedelta(days=300))
ALWAYS = DayPlanes(WHOLE_DAY, WHOLE_DAY, WHOLE_DAY)
LONG_BEFORE = datetime(2027, 2, 1, tzinfo=UTC)
SLOT = timedelta(minutes=5)

moments = st.builds(
    lambda seconds: FIRST + timedelta(seconds=seconds), st.integers(-86_400, 300 * 86_400)
)
spans = st.builds(
    lambda starts_at, seconds: Interval(starts_at, starts_at + timedelta(seconds=seconds)),
    moments,
    st.integers(1, 3 * 86_400),
)
some_spans = st.lists(spans, max_size=6)


@given(some_spans, strategies.zones, strategies.dates)
def test_av10_a_slot_is_taken_iff_some_span_touches_it(
    taken: list[Interval], zone: Zone, day: date
) -> None:
    """Checked five minutes by five minutes, in zones and on days where the clocks change."""
    local = local_day(zone, day)
    busy = PrivateBusy.of_spans(taken, WITHIN)
    slots = busy.on(local)
    for slot in range(local.length):
        five = Interval.lasting(local.instant(slot), SLOT)
        assert bool(slots >> slot & 1) == any(five.overlaps(each) for each in taken)
    assert slots >> local.length == 0


@given(some_spans)
def test_widening_to_slots_loses_no_time_and_adds_less_than_two_slots_each(
    taken: list[Interval],
) -> None:
    busy = PrivateBusy.of_spans(taken, WITHIN)
    inside = [
        (max(each.starts_at, WITHIN.starts_at), min(each.ends_at, WITHIN.ends_at)) for each in taken
    ]
    longest = sum((max(end - start, timedelta()) for start, end in inside), timedelta())
    assert timedelta(minutes=busy.minutes) <= longest + 2 * SLOT * len(taken)
    assert all(WITHIN.starts_at.date() <= day <= WITHIN.ends_at.date() for day in busy.days)


@given(some_spans, some_spans)
def test_together_is_what_both_spans_take(one: list[Interval], other: list[Interval]) -> None:
    both = PrivateBusy.of_spans(one, WITHIN).together(PrivateBusy.of_spans(other, WITHIN))
    assert both == PrivateBusy.of_spans([*one, *other], WITHIN)


@given(some_spans)
def test_bytes_say_the_same(taken: list[Interval]) -> None:
    busy = PrivateBusy.of_spans(taken, WITHIN)
    content = b"".join(plane_bytes(each) for each in busy.days.values())
    assert PrivateBusy.of_bytes([*busy.days], content) == busy
    assert PrivateBusy.of_bytes([*busy.days, *busy.days], content * 2) == busy


@pytest.mark.parametrize("slots", [0, WHOLE_DAY + 1, -1])
def test_a_kept_date_has_slots_of_its_own(slots: int) -> None:
    with pytest.raises(Malformed):
        PrivateBusy({date(2027, 3, 1): slots})


def test_nothing_taken_is_nothing() -> None:
    assert not NOT_BUSY
    assert NOT_BUSY.minutes == 0
    assert PrivateBusy.of_spans([], WITHIN) == NOT_BUSY


@given(some_spans, strategies.zones, strategies.dates, strategies.formats, strategies.day_planes)
def test_prop_6_it_only_ever_takes_free_time_away(
    taken: list[Interval], zone: Zone, day: date, wanted: Format, planes: DayPlanes
) -> None:
    """Spec 01 §10.6: monotone; and AV-31: it has no buffer, unlike a lesson."""
    local, settings = local_day(zone, day), CalendarSettings(zone=zone)
    busy = PrivateBusy.of_spans(taken, WITHIN)

    def free(private_busy: PrivateBusy) -> int:
        return free_slots(
            planes,
            day=local,
            wanted=wanted,
            busy=(),
            settings=settings,
            private_busy=private_busy,
            now=LONG_BEFORE,
        )

    assert free(busy) == free(NOT_BUSY) & ~busy.on(local)


@given(some_spans, strategies.zones, strategies.dates)
def test_prop_8_the_roster_says_what_free_starts_say(
    taken: list[Interval], zone: Zone, day: date
) -> None:
    """Spec 01 §10.8, AV-41."""
    me = CountedIds().new(InstructorId)
    settings = CalendarSettings(zone=zone)
    busy = PrivateBusy.of_spans(taken, WITHIN)
    facts = CalendarFacts(
        instructor_id=me,
        version=1,
        first=day,
        last=day,
        settings=settings,
        days={day: ALWAYS},
        formats=FORMATS,
        private_busy=busy,
    )
    roster = Roster(day - timedelta(days=1), day + timedelta(days=1))
    calendar = RosterCalendar(
        instructor_id=me,
        version=1,
        settings=settings,
        days=[day],
        planes=ALWAYS.to_bytes(),
        private_busy=busy,
    )
    roster.put([calendar], now=LONG_BEFORE)
    question = WhoIsFree(format=Format.ONLINE, dates=(day,), minutes=60, now=LONG_BEFORE)
    shown = open_times(facts, wanted=Format.ONLINE, minutes=60, bookable=True, now=LONG_BEFORE)
    starts = shown.days[0].starts or ()
    first = [{day: starts[0].starts_at}] if starts else []
    assert [*roster.ask(question).by_instructor().values()] == first


def test_nobody_can_tell_taken_time_from_closed_time() -> None:
    """Spec 01 §11: subtracted, but never shown."""
    zone, day = Zone("America/New_York"), date(2027, 6, 9)
    local = local_day(zone, day)
    noon = Interval(local.instant(144), local.instant(156))
    shared = {
        "instructor_id": CountedIds().new(InstructorId),
        "version": 1,
        "first": day,
        "last": day + timedelta(days=1),
        "settings": CalendarSettings(zone=zone),
        "formats": FORMATS,
    }
    open_all = dict.fromkeys(days_between(day, day + timedelta(days=1)), ALWAYS)
    closed = WHOLE_DAY & ~span(144, 156)
    taken = CalendarFacts(
        **shared,  # type: ignore[arg-type]
        days=open_all,
        private_busy=PrivateBusy.of_spans([noon], WITHIN),
    )
    shut = CalendarFacts(
        **shared,  # type: ignore[arg-type]
        days={**open_all, day: DayPlanes(closed, closed, closed)},
    )
    answers = [
        open_times(each, wanted=None, minutes=60, bookable=True, now=LONG_BEFORE)
        for each in (taken, shut)
    ]
    assert answers[0].days == answers[1].days
    assert answers[0].free_minutes == 2 * 24 * 60 - 60
