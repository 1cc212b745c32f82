"""`kill -9` while a lesson is called off late: one capture, one credit, one transfer, once.

The closing is decided with the cancellation, and whoever comes by pursues it. Source: PY-6, PY-30,
PY-33, ADR 0028.
"""

from datetime import timedelta
from typing import Final

import pytest

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.lessons import Lesson
from tests.integration.chaos.people import Crowd
from tests.integration.chaos.stack import Stack
from tests.integration.chaos.test_crashes import nobody_dies, worker_dies_at

pytestmark = pytest.mark.slow

SOON: Final = timedelta(hours=3)
WORKER: Final = (
    "release_payment#1:after",
    "carry_out#1:before",
    "gateway.capture#1:before",
    "gateway.capture#1:after",
    "carry_out#2:after",
    "gateway.transfer#1:after",
)


@pytest.fixture
def lesson(stack: Stack, crowd: Crowd, evidence: Evidence) -> Lesson:
    """A lesson in three hours whose money is held."""
    lesson = Lesson.wished(stack, crowd, evidence, ahead=SOON)
    lesson.hold(nobody_dies)
    lesson.confirm(nobody_dies)
    lesson.becomes("authorized")
    crowd.move_to(lesson.starts_at - SOON)
    return lesson


def is_split(lesson: Lesson) -> None:
    """Half of the lesson is credit, half of the payout is paid; nothing happened twice."""
    lesson.recovers_to("settled")
    lesson.evidence.lesson_is_split_once(lesson.booking_id)
    lesson.evidence.nothing_is_amiss()


@pytest.mark.parametrize("point", ["cancel_lesson#1:before", "cancel_lesson#1:after"])
def test_api_dies_over_a_cancellation_and_its_client_repeats_it(
    stack: Stack, lesson: Lesson, point: str
) -> None:
    stack.api.kill()
    stack.api.start(point)
    stack.api.wait()

    def restart() -> None:
        assert stack.api.burnt(point)
        stack.api.kill()
        stack.api.start()
        stack.api.wait()

    path = f"/bookings/{lesson.booking_id}/cancel"
    found = lesson.insist(path, {"reason": "ill"}, restart)
    assert found["settlement"]["outcome"] == "student_cancel_lt12_split_50_50"
    is_split(lesson)


@pytest.mark.parametrize("point", WORKER)
def test_worker_dies_over_the_money_of_a_cancellation(
    stack: Stack, lesson: Lesson, point: str
) -> None:
    stack.worker.kill()
    path = f"/bookings/{lesson.booking_id}/cancel"
    assert lesson.insist(path, {"reason": "ill"}, nobody_dies)["status"] == "CANCELLED"
    worker_dies_at(stack, point)
    stack.worker.start()
    is_split(lesson)
