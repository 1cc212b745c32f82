"""A part of the platform goes away while it is being used, and comes back.

Source: OP-13, SE-13; losing Valkey costs latency, no work.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from threading import Event
from typing import Final

import httpx
import pytest

from instainstru_core.kernel.zones import NEW_YORK
from tests.integration.chaos.evidence import Evidence
from tests.integration.chaos.lessons import DAY, IN_PROGRESS, MINUTE, Lesson, text_of
from tests.integration.chaos.people import (
    EVERYTHING_ENDS,
    MINUTES,
    Crowd,
    Teacher,
    eventually,
    new_key,
)
from tests.integration.chaos.stack import Stack

SOON: Final = timedelta(hours=3)
CLIENTS: Final = 8
LESSONS_EACH: Final = 3
PATIENCE_SECONDS: Final = 40.0
PAUSE_SECONDS: Final = 0.1

pytestmark = pytest.mark.slow


def test_valkey_dies_and_the_platform_goes_on(
    stack: Stack, crowd: Crowd, evidence: Evidence
) -> None:
    """Requests succeed, the pump does the work itself, and nothing is lost. Source: OP-13."""
    before = Lesson.wished(stack, crowd, evidence, ahead=SOON)
    before.hold(nobody_dies)
    before.confirm(nobody_dies)
    before.complete()
    stack.valkey.kill()
    try:
        lesson = without_valkey(stack, crowd, evidence)
        crowd.move_to(max(before.ends_at, lesson.ends_at) + DAY + MINUTE)
        before.recovers_to("settled")
        lesson.recovers_to("settled")
    finally:
        stack.valkey.start()
    before.all_went_well()
    lesson.all_went_well()
    eventually("the broker is used again", lambda: stack.worker.said("broker_is_back") or None)
    after = Lesson.wished(stack, crowd, evidence, ahead=SOON)
    after.hold(nobody_dies)
    after.confirm(nobody_dies)
    after.is_paid_in_the_end()


def without_valkey(stack: Stack, crowd: Crowd, evidence: Evidence) -> Lesson:
    """Sign in, search, book, confirm and complete while Valkey is gone."""
    lesson = Lesson.wished(stack, crowd, evidence, ahead=SOON)
    email, password = crowd.email(lesson.student)
    signed_in = crowd.post(
        stack.api.url,
        "/auth/sessions",
        {"email": email, "password": password, "transport": "bearer"},
        token=None,
        key=new_key(),
    )
    assert signed_in.status_code == 200, signed_in.text
    day = NEW_YORK.today(lesson.starts_at)
    found = httpx.get(
        f"{stack.api.url}/api/v1/search",
        params={"service": lesson.teacher.service, "date": str(day), "format": "online"},
        headers=crowd.headers(),
        timeout=10,
        trust_env=False,
    )
    assert found.status_code == 200, found.text
    assert lesson.teacher.instructor_id in {each["instructor_id"] for each in found.json()["items"]}
    lesson.hold(nobody_dies)
    lesson.confirm(nobody_dies)
    assert evidence.payment_state(lesson.booking_id) == "authorized"
    lesson.complete()
    return lesson


def test_api_is_restarted_while_clients_book(
    stack: Stack, crowd: Crowd, evidence: Evidence
) -> None:
    """Killed amid a request, then again, then stopped in order. Source: SE-13."""
    first_day = NEW_YORK.today(crowd.clock.now() + timedelta(days=3))
    stack.api.kill()
    stack.api.start("create_booking#5:after")
    stack.api.wait()
    done = Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [
            pool.submit(book_one_after_another, stack, crowd, number, first_day, done)
            for number in range(CLIENTS)
        ]
        try:
            eventually("it dies", lambda: stack.api.burnt("create_booking#5:after") or None)
            for end in (stack.api.kill, stack.api.kill, stack.api.stop):
                end()
                stack.api.start()
                stack.api.wait()
                time.sleep(PAUSE_SECONDS)
        finally:
            done.set()
        answered = {
            student: name for client in clients for student, name in client.result().items()
        }
    assert len(answered) >= CLIENTS * LESSONS_EACH
    for student, name in answered.items():
        assert [evidence.name(each.booking_id) for each in evidence.bookings_of(student)] == [name]


def book_one_after_another(
    stack: Stack, crowd: Crowd, number: int, first_day: date, done: Event
) -> dict[str, str]:
    """Book for new students, as long as the API is being restarted; the ids that they heard."""
    heard: dict[str, str] = {}
    teacher = crowd.teachers[number % len(crowd.teachers)]
    # Two clients share a teacher: they take different hours, and each lesson a day of its own.
    hour = wall_time(12 if number < len(crowd.teachers) else 16)
    while len(heard) < LESSONS_EACH or not done.is_set():
        student = crowd.student(with_card=False)
        starts_at = NEW_YORK.instant(first_day + timedelta(days=len(heard)), hour)
        heard[student] = book_stubbornly(stack, crowd, student, teacher, starts_at)
        time.sleep(PAUSE_SECONDS)
    return heard


def book_stubbornly(
    stack: Stack, crowd: Crowd, student: str, teacher: Teacher, starts_at: datetime
) -> str:
    """Send one booking with one key until it is answered; the id."""
    body = {
        "instructor_id": teacher.instructor_id,
        "service_id": teacher.service_id,
        "start": text_of(starts_at),
        "duration_minutes": MINUTES,
        "location_type": "online",
    }
    key, deadline = new_key(), time.monotonic() + PATIENCE_SECONDS
    while True:
        assert time.monotonic() < deadline, "nobody answers"
        try:
            answer = crowd.post(
                stack.api.url, "/bookings", body, token=crowd.token(student), key=key
            )
        except httpx.TransportError:
            time.sleep(PAUSE_SECONDS)
            continue
        if answer.status_code == 201:
            return str(answer.json()["booking_id"])
        if answer.status_code == 503:
            time.sleep(PAUSE_SECONDS)
            continue
        assert (answer.status_code, answer.json()["code"]) == (409, IN_PROGRESS), answer.text
        crowd.outwait(EVERYTHING_ENDS)


def nobody_dies() -> None:
    raise AssertionError("the API went away")
