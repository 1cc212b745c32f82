"""Sample people: the same ones each time, bookable, and planted once."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from itertools import pairwise

from sqlalchemy import Engine, text

from adapters.postgres.unit_of_work import PostgresUnits
from entrypoints.seeding.documents import shipped_catalog, shipped_regions
from entrypoints.seeding.history import past_lessons
from entrypoints.seeding.people import Town
from instainstru_core.instructors.model.offering import STANDARD_FLOORS
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.model.gazetteer import BOROUGHS, Gazetteer
from instainstru_core.testing.fakes.clock import HandMovedClock

TEACHERS = 100


@cache
def town() -> Town:
    return Town(
        catalog=shipped_catalog(), gazetteer=Gazetteer(shipped_regions()), password_hash="h"
    )


def rows(engine: Engine) -> dict[str, int]:
    tables = ("accounts", "instructors", "offerings", "availability_days", "bookings", "events")
    with engine.connect() as connection:
        return {
            table: connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables
        }


def test_planting_twice_changes_nothing(engine: Engine, sow: Callable[[int], int]) -> None:
    assert sow(TEACHERS) == TEACHERS
    first = rows(engine)
    assert first["instructors"] == TEACHERS
    assert first["offerings"] >= TEACHERS
    assert first["bookings"] > TEACHERS
    assert sow(TEACHERS) == TEACHERS
    assert rows(engine) == first


def test_the_past_is_paid_for_to_the_cent(
    engine: Engine, units: PostgresUnits, sow: Callable[[int], int]
) -> None:
    """Source: PY-83, PY-86."""
    sow(20)
    with units.read() as reads:
        balance = reads.ledger_queries.trial_balance()
    assert balance.balanced
    assert balance.journals > 0
    with engine.connect() as connection:
        unpaid = text("""
            SELECT count(*) FROM bookings
            LEFT JOIN payments ON payments.booking_id = bookings.booking_id
            WHERE bookings.status = 'COMPLETED' AND payments.state IS DISTINCT FROM 'settled'
        """)
        assert connection.scalar(unpaid) == 0
        ahead = text("""
            SELECT count(*) FROM bookings JOIN payments USING (booking_id)
            WHERE bookings.status = 'CONFIRMED' AND payments.state = 'scheduled'
        """)
        assert connection.scalar(ahead) == 3
        due = text("SELECT count(*) FROM payment_operations WHERE state <> 'succeeded'")
        assert connection.scalar(due) == 0


def test_more_are_added_to_those_who_are_there(engine: Engine, sow: Callable[[int], int]) -> None:
    sow(10)
    sow(25)
    assert rows(engine)["instructors"] == 25


def test_weeks_that_come_into_view_are_opened(
    engine: Engine, sow: Callable[[int], int], clock: HandMovedClock
) -> None:
    sow(10)
    last = text("SELECT max(day) FROM availability_days")
    with engine.begin() as connection:
        before = connection.scalar(last)
        closed = text("DELETE FROM availability_days WHERE day < :today + 7")
        connection.execute(closed, {"today": NEW_YORK.today(clock.now())})
    clock.move(timedelta(days=7))
    sow(10)
    with engine.connect() as connection:
        after = connection.scalar(last)
        reopened = text("SELECT count(*) FROM availability_days WHERE day < :today")
        assert connection.scalar(reopened, {"today": NEW_YORK.today(clock.now())}) == 0
    assert before is not None
    assert after > before


def test_everyone_is_bookable_and_above_the_floors() -> None:
    """Source: CA-8, IN-10."""
    people = [town().teacher(number) for number in range(TEACHERS)]
    assert len({each.account.email_key for each in people}) == TEACHERS
    for each in people:
        assert each.instructor.is_visible
        assert each.instructor.payable
        assert each.week
        for offering in each.offerings:
            assert offering.bookable_formats(STANDARD_FLOORS) == offering.formats
            for wanted in offering.formats:
                assert any(day.of(wanted) for day in each.week.values())
            if offering.offers(Format.TRAVEL):
                assert each.instructor.service_area
            if offering.offers(Format.STUDIO):
                assert each.instructor.teaching_place is not None


def test_everyone_is_the_same_again() -> None:
    assert town().teacher(17) == town().teacher(17)
    assert town().teacher(17) != town().teacher(18)


def test_all_five_boroughs_have_instructors() -> None:
    gazetteer = town().gazetteer
    people = [town().teacher(number) for number in range(TEACHERS)]
    served = set[str]()
    for each in people:
        served |= {gazetteer.region(slug).borough for slug in each.instructor.service_area}
    assert served == set(BOROUGHS)


def test_nobody_learns_or_teaches_twice_at_once(clock: HandMovedClock) -> None:
    """Source: BK-14."""
    people = [town().teacher(number) for number in range(TEACHERS)]
    students = [town().student(number) for number in range(20)]
    today = NEW_YORK.today(clock.now())
    lessons = list(past_lessons(people, students, today=today, each=4))
    assert len(lessons) > 2 * TEACHERS
    for who in ("student", "instructor"):
        by_person: dict[object, list[object]] = {}
        for lesson in sorted(lessons, key=lambda each: each.lesson):
            by_person.setdefault(getattr(lesson, who), []).append(lesson.lesson)
        for intervals in by_person.values():
            assert not any(one.overlaps(other) for one, other in pairwise(intervals))  # type: ignore[attr-defined]
    assert all(each.lesson.ends_at < clock.now() - timedelta(days=2) for each in lessons)
