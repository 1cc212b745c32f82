"""`kill -9` of the API while a lesson moves: it ends in one lesson and one charge.

Whoever hears the processor's answer finishes the move. Source: BK-33, PY-6, PY-18, ADR 0026.
"""

import time
from datetime import timedelta
from typing import Final

import pytest

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.lessons import DAY, LOOKS_SECONDS, MINUTE, TRIES, Lesson, text_of
from tests.integration.chaos.people import EVERYTHING_ENDS, Crowd
from tests.integration.chaos.stack import Stack

pytestmark = pytest.mark.slow

BOOKED_AHEAD: Final = timedelta(hours=26)
LATE: Final = timedelta(hours=20)
POINTS: Final = (
    "reschedule_booking#1:before",
    "reschedule_booking#1:after",
    "gateway.capture#1:before",
    "gateway.capture#1:after",
    "carry_out#1:before",
    "carry_out#1:after",
    "reschedule_booking#3:before",
    "reschedule_booking#3:after",
)


@pytest.fixture
def lesson(stack: Stack, crowd: Crowd, evidence: Evidence) -> Lesson:
    """A lesson 20 hours ahead whose money is held."""
    lesson = Lesson.wished(stack, crowd, evidence, ahead=BOOKED_AHEAD)
    lesson.hold(_nobody_dies)
    lesson.confirm(_nobody_dies)
    crowd.move_to(lesson.starts_at - LATE)
    lesson.becomes("authorized")
    return lesson


def _nobody_dies() -> None:
    raise AssertionError("the API went away")


def _dies_at(stack: Stack, point: str) -> None:
    stack.api.kill()
    stack.api.start(point)
    stack.api.wait()


def _comes_back(stack: Stack, point: str) -> None:
    assert stack.api.burnt(point)
    stack.api.kill()
    stack.api.start()
    stack.api.wait()


def _is_taught_where_it_moved(lesson: Lesson, booking_id: str) -> None:
    """Locked now, paid once in the end, and nothing left over."""
    lesson.booking_id, lesson.starts_at = booking_id, lesson.starts_at + DAY
    assert lesson.evidence.payment_state(booking_id) == "locked"
    lesson.complete()
    lesson.crowd.move_to(lesson.ends_at + DAY + MINUTE)
    lesson.recovers_to("settled")
    statuses = sorted(each.status for each in lesson.evidence.bookings_of(lesson.student))
    assert statuses == ["CANCELLED", "COMPLETED"]
    lesson.evidence.lesson_is_paid_once(booking_id)
    lesson.evidence.nothing_is_amiss()


@pytest.mark.parametrize("point", POINTS)
def test_api_dies_over_a_move_and_its_client_repeats_it(
    stack: Stack, lesson: Lesson, point: str
) -> None:
    deaths = 0

    def restart() -> None:
        nonlocal deaths
        _comes_back(stack, point)
        deaths += 1

    _dies_at(stack, point)
    wanted = {"start": text_of(lesson.starts_at + DAY)}
    found = lesson.insist(f"/bookings/{lesson.booking_id}/reschedule", wanted, restart)
    assert deaths == 1
    assert (found["payment_state"], found["booking"]["status"]) == ("locked", "CONFIRMED")
    _is_taught_where_it_moved(lesson, found["booking"]["booking_id"])


@pytest.mark.parametrize("point", ["reschedule_booking#1:after", "gateway.capture#1:after"])
def test_api_dies_over_a_move_and_its_client_never_comes_back(
    stack: Stack, lesson: Lesson, point: str
) -> None:
    """The sweeper hears what the bank said, and the lesson moves. Source: PY-62."""

    class Gone(Exception):
        pass

    def give_up() -> None:
        raise Gone

    _dies_at(stack, point)
    wanted = {"start": text_of(lesson.starts_at + DAY)}
    with pytest.raises(Gone):
        lesson.insist(f"/bookings/{lesson.booking_id}/reschedule", wanted, give_up)
    _comes_back(stack, point)
    first = lesson.booking_id

    for _ in range(TRIES):
        lesson.crowd.outwait(EVERYTHING_ENDS)
        until = time.monotonic() + LOOKS_SECONDS
        while time.monotonic() < until:
            if (found := _moved_from(first, lesson)) is not None:
                _is_taught_where_it_moved(lesson, found)
                return
            time.sleep(0.05)
    raise AssertionError("nobody heard what the bank said")


def _moved_from(first: str, lesson: Lesson) -> str | None:
    for each in lesson.evidence.bookings_of(lesson.student):
        name = lesson.evidence.name(each.booking_id)
        if each.status == "CONFIRMED" and name != first:
            return name
    return None
