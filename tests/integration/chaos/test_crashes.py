"""`kill -9` of the API or the worker, anywhere between the wish and the payout.

After a restart a client that repeats itself, the leases and the sweeper finish the lesson; each
effect at the processor happens once. Source: PY-6, PY-60, PY-61, PY-62, SE-13, OP-12, OP-13.
"""

from datetime import timedelta
from typing import Final

import pytest

from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.lessons import DAY, MINUTE, Lesson
from tests.integration.chaos.people import Crowd, eventually
from tests.integration.chaos.stack import KILLED, Stack

LATER: Final = timedelta(hours=26)
SOON: Final = timedelta(hours=3)

pytestmark = pytest.mark.slow


@pytest.fixture
def lesson(stack: Stack, crowd: Crowd, evidence: Evidence, ahead: timedelta) -> Lesson:
    return Lesson.wished(stack, crowd, evidence, ahead=ahead)


def nobody_dies() -> None:
    raise AssertionError("the API went away")


@pytest.mark.parametrize(
    ("point", "ahead"),
    [
        ("create_booking#1:before", LATER),
        ("create_booking#1:after", LATER),
        ("check_out#1:before", LATER),
        ("check_out#1:after", LATER),
        ("check_out#1:after", SOON),
        ("gateway.authorise#1:before", SOON),
        ("gateway.authorise#1:after", SOON),
        ("carry_out#1:before", SOON),
        ("carry_out#1:after", SOON),
        ("check_out#2:before", SOON),
        ("check_out#2:after", SOON),
    ],
)
def test_api_dies_over_a_request_and_its_client_repeats_it(
    stack: Stack, lesson: Lesson, point: str
) -> None:
    deaths = 0

    def restart() -> None:
        nonlocal deaths
        assert stack.api.burnt(point)
        deaths += 1
        stack.api.kill()
        stack.api.start()
        stack.api.wait()

    stack.api.kill()
    stack.api.start(point)
    stack.api.wait()
    lesson.hold(restart)
    lesson.confirm(restart)
    assert deaths == 1
    lesson.is_paid_in_the_end()


@pytest.mark.parametrize("ahead", [SOON])
@pytest.mark.parametrize(
    "point",
    ["check_out#1:after", "gateway.authorise#1:after"],
)
def test_api_dies_over_a_checkout_and_its_client_never_comes_back(
    stack: Stack, lesson: Lesson, point: str
) -> None:
    """The sweeper hears what the bank said, and the lesson is confirmed. Source: PY-62."""

    class Gone(Exception):
        pass

    def give_up() -> None:
        raise Gone

    stack.api.kill()
    stack.api.start(point)
    stack.api.wait()
    lesson.hold(nobody_dies)
    with pytest.raises(Gone):
        lesson.confirm(give_up)
    assert stack.api.burnt(point)
    stack.api.kill()
    stack.api.start()
    stack.api.wait()
    lesson.recovers_to("authorized")
    lesson.is_paid_in_the_end()


AUTHORISING: Final = (
    "claim_due_work#1:after",
    "authorise_payment#1:after",
    "carry_out#1:before",
    "carry_out#1:after",
    "gateway.authorise#1:before",
    "gateway.authorise#1:after",
    "carry_out#2:before",
    "carry_out#2:after",
)
COMPLETING: Final = ("perform_work#1:before", "perform_work#1:after", "perform_work#2:before")
SETTLING: Final = (
    "claim_due_work#1:after",
    "settle_payment#1:after",
    "carry_out#1:before",
    "carry_out#1:after",
    "gateway.capture#1:before",
    "gateway.capture#1:after",
    "carry_out#2:before",
    "carry_out#2:after",
    "gateway.transfer#1:before",
    "gateway.transfer#1:after",
    "carry_out#3:before",
    "carry_out#3:after",
)


@pytest.mark.parametrize("ahead", [LATER])
@pytest.mark.parametrize("point", AUTHORISING)
def test_worker_dies_over_an_authorisation(
    stack: Stack, crowd: Crowd, lesson: Lesson, point: str
) -> None:
    lesson.hold(nobody_dies)
    lesson.confirm(nobody_dies)
    stack.worker.kill()
    crowd.move_to(lesson.starts_at - DAY + MINUTE)
    worker_dies_at(stack, point)
    stack.worker.start()
    lesson.recovers_to("authorized")
    lesson.is_paid_in_the_end()


@pytest.mark.parametrize("ahead", [SOON])
@pytest.mark.parametrize("point", COMPLETING)
def test_worker_dies_over_news_of_a_lesson(stack: Stack, lesson: Lesson, point: str) -> None:
    lesson.hold(nobody_dies)
    lesson.confirm(nobody_dies)
    stack.worker.kill()
    lesson.complete()
    worker_dies_at(stack, point)
    stack.worker.start()
    lesson.is_paid_in_the_end()


@pytest.mark.parametrize("ahead", [SOON])
@pytest.mark.parametrize("point", SETTLING)
def test_worker_dies_over_a_settlement(
    stack: Stack, crowd: Crowd, evidence: Evidence, lesson: Lesson, point: str
) -> None:
    lesson.hold(nobody_dies)
    lesson.confirm(nobody_dies)
    lesson.complete()
    eventually(
        "the news of the lesson is dealt with",
        lambda: evidence.unfinished(crowd.clock.now()) == 0 or None,
    )
    stack.worker.kill()
    crowd.move_to(lesson.ends_at + DAY + MINUTE)
    worker_dies_at(stack, point)
    stack.worker.start()
    lesson.recovers_to("settled")
    lesson.is_paid_in_the_end()


def worker_dies_at(stack: Stack, point: str) -> None:
    stack.worker.start(point)
    status = eventually(f"the worker dies at {point}", stack.worker.status)
    assert status == KILLED
    assert stack.worker.burnt(point)
