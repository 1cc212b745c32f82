"""Many want the same at once, over real HTTP. Source: BK-11, BK-14, SE-13."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.lessons import Lesson
from tests.integration.chaos.people import Crowd, new_key
from tests.integration.chaos.stack import Stack

RIVALS = 50
CLICKS = 20
AHEAD = timedelta(days=3)

pytestmark = pytest.mark.slow


def test_one_of_fifty_rivals_gets_the_slot(stack: Stack, crowd: Crowd, evidence: Evidence) -> None:
    """The others are told that it is taken, and nobody meets an error. Source: BK-14."""
    lesson = Lesson.wished(stack, crowd, evidence, ahead=AHEAD)
    before = len(evidence.bookings_with(lesson.teacher.instructor_id))
    tokens = [crowd.token(crowd.student(with_card=False)) for _ in range(RIVALS)]
    gate = Barrier(RIVALS)

    def book(token: str) -> httpx.Response:
        gate.wait()
        return crowd.post(
            stack.api.url, "/bookings", lesson.proposal, token=token, key=new_key(), patience=60
        )

    with ThreadPoolExecutor(RIVALS) as pool:
        answers = list(pool.map(book, tokens))
    outcomes = Counter((each.status_code, each.json().get("code")) for each in answers)
    assert outcomes == {(201, None): 1, (409, "instructor_conflict"): RIVALS - 1}
    rows = evidence.bookings_with(lesson.teacher.instructor_id)
    assert len(rows) == before + 1
    assert sum(1 for each in rows if each.starts_at == lesson.starts_at) == 1


def test_twenty_clicks_with_one_key_book_once(
    stack: Stack, crowd: Crowd, evidence: Evidence
) -> None:
    """Each click is the one that books, its replay, or told to wait. Source: SE-13."""
    lesson = Lesson.wished(stack, crowd, evidence, ahead=AHEAD)
    token, key = crowd.token(lesson.student), new_key()
    gate = Barrier(CLICKS)

    def click(_: int) -> httpx.Response:
        gate.wait()
        return crowd.post(stack.api.url, "/bookings", lesson.proposal, token=token, key=key)

    with ThreadPoolExecutor(CLICKS) as pool:
        answers = list(pool.map(click, range(CLICKS)))
    booked = [each for each in answers if each.status_code == 201]
    others = [each for each in answers if each.status_code != 201]
    assert len([each for each in booked if "Idempotency-Replayed" not in each.headers]) == 1
    assert len({each.content for each in booked}) == 1
    assert {(each.status_code, each.json()["code"]) for each in others} <= {
        (409, "operation_in_progress")
    }
    assert len(evidence.bookings_of(lesson.student)) == 1
