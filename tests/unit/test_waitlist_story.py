"""Waiting for a time, from the wish to the mail, whatever made the time free. Source: §11."""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.availability.model.windows import WindowText
from instainstru_core.availability.use_cases.block_dates import BlockDates, block_dates
from instainstru_core.availability.use_cases.lift_blackout import LiftBlackout, lift_blackout
from instainstru_core.availability.use_cases.replace_week import ReplaceWeek, replace_week
from instainstru_core.availability.waitlist.model.subscription import Subscription
from instainstru_core.availability.waitlist.use_cases.subscribe import Subscribe, subscribe
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.zones import Zone
from instainstru_core.notifications.model import Mail
from instainstru_core.reactions import PERIODIC
from instainstru_core.testing.world import HOUR, MONDAY, World

THURSDAY = MONDAY + timedelta(days=3)


def wait(world: World, student: Principal, teacher: Principal) -> Subscription:
    """The student waits for Thursday noon."""
    request = Subscribe(
        student=StudentId(student.account_id.value),
        instructor_id=InstructorId(teacher.account_id.value),
        location_type=LocationType.ONLINE,
        minutes=60,
        first=THURSDAY,
        last=THURSDAY,
        windows=[WindowText("12:00", "13:00")],
    )
    ports = world.ports
    return subscribe(request, read=ports.read, begin=ports.begin, ids=ports.ids, clock=world.clock)


def told(world: World) -> list[Mail]:
    """The mails about a free time, first told first."""
    sent = reversed(world.mailbox.latest(limit=1000))
    return [each.mail for each in sent if each.mail.template == "waitlist_matched"]


@pytest.fixture(params=[1, 2], ids=["once", "twice"])
def world(request: pytest.FixtureRequest) -> World:
    """Every piece of work is delivered so often."""
    return World(deliveries=request.param)


def test_who_waits_for_a_booked_time_hears_of_its_cancellation(world: World) -> None:
    jane, anna = world.instructor("Jane"), world.student("Anna")
    ben, carl = world.student("Ben"), world.student("Carl")
    booked = world.book(anna, jane)
    wait(world, carl, jane)
    world.advance(HOUR)
    first = wait(world, ben, jane)
    world.advance(HOUR)
    assert told(world) == []
    world.cancel(anna, booked)
    world.advance(HOUR)
    carls, bens = told(world)
    assert carls.to.casefold().startswith("carl"), "he asked first"
    assert bens.to.casefold().startswith("ben")
    assert "Thursday, January 10, 2030 at 12:00 PM EST is free, for 60 minutes." in bens.text
    with world.ports.read() as reads:
        (kept,) = reads.waitlist_queries.of_student(first.student, now=world.clock.now())
    assert kept.told == {THURSDAY: booked.lesson.starts_at}


def test_who_waits_hears_of_a_hold_that_nobody_paid(world: World) -> None:
    jane, anna, ben = world.instructor("Jane"), world.student("Anna"), world.student("Ben")
    world.hold(anna, jane)
    wait(world, ben, jane)
    world.advance(29 * HOUR / 60)
    assert told(world) == []
    world.advance(2 * HOUR / 60)
    assert len(told(world)) == 1


def test_who_waits_hears_of_a_blackout_that_was_lifted(world: World) -> None:
    jane, ben = world.instructor("Jane"), world.student("Ben")
    me, ports = InstructorId(jane.account_id.value), world.ports
    blocked = block_dates(
        BlockDates(instructor_id=me, first=THURSDAY, last=THURSDAY),
        begin=ports.begin,
        ids=ports.ids,
        clock=world.clock,
    )
    world.advance(HOUR)
    wait(world, ben, jane)
    (blackout,) = blocked.blackouts
    request = LiftBlackout(instructor_id=me, blackout_id=blackout.blackout_id)
    lift_blackout(request, begin=ports.begin, clock=world.clock)
    world.advance(HOUR)
    assert len(told(world)) == 1


def test_what_is_over_is_forgotten_by_itself(world: World) -> None:
    jane, ben = world.instructor("Jane"), world.student("Ben")
    kept = wait(world, ben, jane)
    daily = PERIODIC["forget_waitlist"]
    file_periodic_work([daily], begin=world.ports.begin, clock=world.clock)
    for days, left in ((4, 1), (2, 0)):
        for _ in range(days):
            world.advance(24 * HOUR)
        with world.ports.read() as reads:
            everybody = reads.waitlist_queries.waiting(kept.instructor, first=MONDAY, last=None)
            assert len(everybody) == left


def test_who_waits_hears_of_a_lesson_on_another_date_of_a_zone_that_changed(world: World) -> None:
    """AV-9: the lesson was Thursday noon; by the clocks of now it is Friday morning."""
    jane, anna, ben = world.instructor("Jane"), world.student("Anna"), world.student("Ben")
    booked = world.book(anna, jane)
    me, ports = InstructorId(jane.account_id.value), world.ports
    with ports.begin() as work:
        kept = work.instructors.get_for_update(me)
        work.instructors.save(kept.introduce(at=world.clock.now(), zone=Zone("Pacific/Kiritimati")))
    friday = THURSDAY + timedelta(days=1)
    night = [WindowText("00:00", "24:00")]
    monday = friday - timedelta(days=4)
    edit = ReplaceWeek(
        instructor_id=me, monday=monday, days={friday: night}, if_match=frozenset("*")
    )
    replace_week(edit, begin=ports.begin, ids=ports.ids, clock=world.clock)
    world.advance(HOUR)
    request = Subscribe(
        student=StudentId(ben.account_id.value),
        instructor_id=me,
        location_type=LocationType.ONLINE,
        minutes=60,
        first=friday,
        last=friday,
        windows=[WindowText("07:00", "08:00")],
    )
    subscribe(request, read=ports.read, begin=ports.begin, ids=ports.ids, clock=world.clock)
    world.advance(HOUR)
    assert told(world) == []
    world.cancel(anna, booked)
    world.advance(HOUR)
    assert len(told(world)) == 1
