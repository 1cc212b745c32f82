"""Waitlists: what can be waited for, and whom a free time is news for. Source: spec 01 §11."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.errors import (
    InvalidDuration,
    InvalidRange,
    OutOfHorizon,
    RangeInPast,
    RangeTooLong,
    RefusedField,
)
from instainstru_core.availability.model.days import LocalDay, local_day
from instainstru_core.availability.model.free import start_slots
from instainstru_core.availability.model.planes import (
    SLOTS_PER_DAY,
    WHOLE_DAY,
    Slots,
    ones,
    span,
)
from instainstru_core.availability.model.rules import START_STEPS, CalendarRules
from instainstru_core.availability.model.windows import Window
from instainstru_core.availability.waitlist.errors import InvalidWeekdays
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.matching import WaitingList
from instainstru_core.availability.waitlist.model.subscription import (
    MAX_DATES,
    Subscription,
    Wish,
    asked,
)
from instainstru_core.availability.waitlist.use_cases.forget_subscriptions import (
    forget_subscriptions,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.testing.contracts.calendars import START
from instainstru_core.testing.contracts.waitlists import SUNDAY, TUESDAY, Units, WaitlistContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies import availability as strategies
from instainstru_core.testing.strategies.booking import MONDAY, Classroom


class TestInMemoryWaitlist(WaitlistContract):
    """The suite on the twin."""

    @pytest.fixture
    def clock(self) -> HandMovedClock:
        return HandMovedClock(START)

    @pytest.fixture
    def ids(self) -> Ids:
        return CountedIds()

    @pytest.fixture
    def units(self, ids: Ids, clock: HandMovedClock) -> InMemoryStore:
        return InMemoryStore(ids, clock)

    def told(self, units: Units) -> Sequence[tuple[str, datetime]]:
        assert isinstance(units, InMemoryStore)
        return [
            (str(each.student), each.starts_at)
            for each in units.recorded
            if isinstance(each, WaitlistMatched)
        ]

    def test_what_ended_yesterday_is_forgotten_by_tomorrow(
        self, units: Units, room: Classroom, ids: Ids, clock: HandMovedClock
    ) -> None:
        """The date may not be over yet where the instructor lives."""
        self.waiting(units, room, ids, clock, last=TUESDAY)
        for days, forgotten in ((1, 0), (1, 0), (1, 1), (1, 0)):
            clock.move(timedelta(days=days))
            with units.begin() as work:
                assert forget_subscriptions(work=work, clock=clock) == forgotten


def wish(**changes: Any) -> Wish:
    """An hour online on a Monday or until the next, unless *changes* say otherwise."""
    usual: dict[str, Any] = {
        "location_type": LocationType.ONLINE,
        "minutes": 60,
        "first": MONDAY,
        "last": SUNDAY,
        "weekdays": None,
        "windows": (),
        "today": MONDAY,
        "horizon": MONDAY + timedelta(days=365),
    }
    return asked(**usual | changes)


def test_no_hours_are_all_hours_and_no_weekdays_all_weekdays() -> None:
    found = wish()
    assert (found.mask, found.weekdays) == (WHOLE_DAY, frozenset(range(7)))
    assert found.windows == (Window(0, SLOTS_PER_DAY),)
    assert found.format is Format.ONLINE


def test_overlapping_hours_are_put_together() -> None:
    found = wish(windows=[Window(120, 140), Window(100, 125), Window(200, 220)])
    assert found.windows == (Window(100, 140), Window(200, 220))


@pytest.mark.parametrize(
    ("changes", "error", "pointer"),
    [
        ({"minutes": 25}, InvalidDuration, "/duration"),
        ({"minutes": 62}, InvalidDuration, "/duration"),
        ({"minutes": 245}, InvalidDuration, "/duration"),
        ({"first": MONDAY - timedelta(days=1)}, RangeInPast, "/from"),
        ({"first": SUNDAY, "last": MONDAY}, InvalidRange, "/to"),
        ({"last": MONDAY + timedelta(days=MAX_DATES)}, RangeTooLong, "/to"),
        ({"horizon": SUNDAY - timedelta(days=1)}, OutOfHorizon, "/to"),
        ({"weekdays": []}, InvalidWeekdays, "/weekdays"),
        ({"weekdays": [7]}, InvalidWeekdays, "/weekdays"),
        ({"weekdays": [2], "last": TUESDAY}, InvalidWeekdays, "/weekdays"),
        ({"windows": [Window(100, 111), Window(112, 120)]}, InvalidRange, "/windows"),
    ],
)
def test_what_can_never_be_is_refused(
    changes: dict[str, Any], error: type[RefusedField], pointer: str
) -> None:
    with pytest.raises(error) as refused:
        wish(**changes)
    assert refused.value.pointer == pointer


def test_the_longest_range_and_the_horizon_are_inside() -> None:
    last = MONDAY + timedelta(days=MAX_DATES - 1)
    assert wish(last=last, horizon=last).last == last


@st.composite
def subscriptions(draw: st.DrawFn, around: date, number: int) -> Subscription:
    first = around + timedelta(days=draw(st.integers(-2, 1)))
    mask = draw(strategies.slot_sets())
    return Subscription(
        subscription_id=SubscriptionId(UUID(int=number)),
        student=StudentId(UUID(int=number)),
        instructor=InstructorId(UUID(int=1)),
        wish=Wish(
            location_type=draw(st.sampled_from(LocationType)),
            minutes=draw(st.sampled_from((30, 35, 55, 60, 240))),
            first=first,
            last=first + timedelta(days=draw(st.integers(0, 3))),
            weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
            mask=mask or WHOLE_DAY,
        ),
        since=START + timedelta(minutes=draw(st.integers(0, 2))),
        told={around: START} if draw(st.integers(0, 5)) == 0 else {},
    )


def first_start(one: Subscription, day: LocalDay, free: Slots, rules: CalendarRules) -> int | None:
    """By the definition: a bookable start, every slot of whose lesson shows an hour of theirs."""
    for slot in ones(start_slots(free, day=day, minutes=one.wish.minutes, rules=rules)):
        covered = range(slot, slot + one.wish.minutes // 5)
        if all(one.wish.mask >> day.wall(each) & 1 for each in covered):
            return slot
    return None


@given(st.data())
def test_av35_one_pass_over_all_masks_is_the_definition_one_by_one(data: st.DataObject) -> None:
    """On days on which the clocks change, too."""
    day = local_day(data.draw(strategies.zones), data.draw(strategies.dates))
    waiting = [data.draw(subscriptions(day.date, n)) for n in range(data.draw(st.integers(1, 6)))]
    free = {each: day.instants(data.draw(strategies.slot_sets())) for each in Format}
    step = data.draw(st.sampled_from(START_STEPS))
    rules = CalendarRules(booking_start_step_minutes=step)
    found = WaitingList.of(waiting).matches(day, free.__getitem__, rules=rules)
    expected = []
    for one in sorted(waiting, key=lambda each: (each.since, each.subscription_id)):
        slot = first_start(one, day, free[one.wish.format], rules)
        if one.wish.wants(day.date) and day.date not in one.told and slot is not None:
            expected.append((one, day.instant(slot)))
    assert [(each.subscription, each.starts_at) for each in found] == expected


def test_ten_thousand_masks_are_one_pass() -> None:
    """Everybody's hours are ANDed at once: the free slots are asked for once for each format."""
    day = local_day(strategies.NEW_YORK, TUESDAY)
    waiting = [
        Subscription(
            subscription_id=SubscriptionId(UUID(int=number)),
            student=StudentId(UUID(int=number)),
            instructor=InstructorId(UUID(int=1)),
            wish=wish(windows=[Window(number % 270, number % 270 + 12)]),
            since=START,
        )
        for number in range(10_000)
    ]
    asked_for: list[Format] = []

    def free(wanted: Format) -> Slots:
        asked_for.append(wanted)
        return span(120, 138)

    found = WaitingList.of(waiting).matches(day, free)
    assert asked_for == [Format.ONLINE]
    assert {each.subscription.wish.windows[0].start for each in found} == {120, 123, 126}
    assert len(found) == sum(1 for number in range(10_000) if number % 270 in {120, 123, 126})
