"""Moving a lesson over HTTP, and the preview of it. Source: BK-29…BK-35, BK-56, BK-57."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from attrs import evolve

from entrypoints.http.config import HttpConfig
from instainstru_core.kernel.time import instant_text
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.use_cases.open_payout_account import (
    LinkOnboarding,
    link_onboarding,
    refresh_payout_account,
)
from instainstru_core.ports import Ports
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.booking import open_classroom
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Join
from tests.integration.http.serving import serving
from tests.integration.http.test_payments import Counter


@pytest.fixture
def desk(ports: Ports, config: HttpConfig, join: Join) -> Iterator[Counter]:
    """A student with a card and an instructor who can be paid, before the API."""
    processor = SimulatedProcessor(ports.clock)
    simulated = evolve(ports, gateway=processor, rates=Unlimited())
    with serving(simulated, config) as client:
        client.headers["X-Client"] = "tests"
        room = open_classroom(ports.begin, ports.ids, first_day=ports.clock.now().date())
        student = join("student@example.com")
        me = room.instructor
        home = LinkOnboarding(instructor_id=me, return_url="http://localhost:3000/")
        link = link_onboarding(home, begin=ports.begin, gateway=processor, clock=ports.clock)
        processor.onboard(link)
        refresh_payout_account(me, begin=ports.begin, gateway=processor, clock=ports.clock)
        yield Counter(client, simulated, processor, room, student)


def noon(desk: Counter, days: int) -> datetime:
    """Noon in New York, so many days from today."""
    today = NEW_YORK.today(desk.ports.clock.now())
    return NEW_YORK.instant(today + timedelta(days=days), time(12))


def booked(desk: Counter, *, hours_ahead: int = 72, card: str = "pm_card_visa") -> str:
    desk.save_card(card)
    booking = desk.hold(hours_ahead=hours_ahead)
    answer = desk.confirm(booking)
    assert answer.status_code == 200, answer.text
    return booking


def to(start: datetime, **more: str | int) -> dict[str, str | int]:
    return {"start": instant_text(start), **more}


def test_bk_33_a_lesson_moves_and_its_payment_with_it(desk: Counter) -> None:
    booking = booked(desk)
    start = noon(desk, 6)
    answer = desk.post(f"/bookings/{booking}/reschedule", to(start))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["step"], found["payment_state"]) == ("scheduled", "scheduled")
    taken = found["booking"]
    assert (taken["status"], taken["start"]) == ("CONFIRMED", instant_text(start))
    assert (taken["predecessor_id"], taken["chain_id"]) == (booking, booking)
    assert taken["reschedule_count"] == 1
    left = desk.get(f"/bookings/{booking}").json()
    assert (left["status"], left["cancellation"]["kind"]) == ("CANCELLED", "rescheduled")
    assert left["successor_id"] == taken["booking_id"]
    paid = desk.get(f"/bookings/{taken['booking_id']}/payment").json()
    assert paid["state"] == "scheduled"
    listed = desk.get("/bookings?view=upcoming").json()["items"]
    assert [each["booking_id"] for each in listed] == [taken["booking_id"]]


def test_bk_57_a_repeated_key_says_the_same_and_another_finds_it_done(desk: Counter) -> None:
    booking, key = booked(desk), uuid4().hex
    body = to(noon(desk, 6))
    first = desk.post(f"/bookings/{booking}/reschedule", body, key=key)
    again = desk.post(f"/bookings/{booking}/reschedule", body, key=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == first.content
    other = desk.post(f"/bookings/{booking}/reschedule", body)
    assert (other.status_code, other.json()["step"]) == (200, "noop")
    assert other.json()["booking"]["booking_id"] == first.json()["booking"]["booking_id"]


def test_bk_31_a_late_move_locks_the_money(desk: Counter) -> None:
    booking = booked(desk, hours_ahead=20)
    preview = desk.get(f"/bookings/{booking}/reschedule-preview").json()
    assert (preview["allowed"], preview["late"], preview["lock"]) == (True, True, True)
    assert (preview["payment_step"], preview["credit_only_after"]) == ("lock", True)
    found = desk.post(f"/bookings/{booking}/reschedule", to(noon(desk, 5))).json()
    assert (found["step"], found["payment_state"]) == ("lock", "locked")
    taken = found["booking"]
    assert (taken["late_reschedule"], taken["lock_funded"]) == (True, True)
    refused = desk.post(f"/bookings/{taken['booking_id']}/reschedule", to(noon(desk, 6)))
    assert (refused.status_code, refused.json()["code"]) == (409, "reschedule_locked")


@pytest.mark.parametrize(
    ("hours_ahead", "code"),
    [(20, "late_reschedule_price_change"), (11, "reschedule_window_closed")],
)
def test_bk_30_bk_32_late_refusals(desk: Counter, hours_ahead: int, code: str) -> None:
    booking = booked(desk, hours_ahead=hours_ahead)
    body = to(noon(desk, 5), duration_minutes=90)
    refused = desk.post(f"/bookings/{booking}/reschedule", body)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    shown = desk.client.get(
        f"/api/v1/bookings/{booking}/reschedule-preview", params=body, headers=desk.student.headers
    )
    assert shown.status_code == 200, shown.text
    assert (shown.json()["allowed"], shown.json()["code"]) == (False, code)


def test_bk_32_nothing_changes_and_bad_times(desk: Counter) -> None:
    booking = booked(desk)
    path = f"/bookings/{booking}/reschedule"
    start = datetime.fromisoformat(desk.get(f"/bookings/{booking}").json()["start"])
    for body, status, code in (
        (to(start), 422, "no_change"),
        (to(noon(desk, 5) + timedelta(minutes=7)), 422, "invalid_start_time"),
        (to(noon(desk, 5), duration_minutes=35), 422, "invalid_duration"),
        (to(noon(desk, 5), service_id="01JZ8Q5H3M7YB2K4N6P8R0T1V3"), 404, "service_not_found"),
        (to(noon(desk, -1)), 422, "in_past"),
        ({}, 422, "validation_failed"),
        (to(noon(desk, 5)) | {"colour": "red"}, 422, "validation_failed"),
    ):
        answer = desk.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_bk_30_who_may_move_it(desk: Counter, join: Join) -> None:
    booking = booked(desk)
    path, body = f"/bookings/{booking}/reschedule", to(noon(desk, 6))
    stranger = join("stranger@example.com")
    assert desk.post(path, body, who=stranger).status_code == 404
    assert desk.get(f"{path}-preview", who=stranger).status_code == 404
    unpaid = desk.hold(hours_ahead=100)
    refused = desk.post(f"/bookings/{unpaid}/reschedule", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")


def test_py_19_a_refused_card_moves_nothing(desk: Counter) -> None:
    booking = booked(desk, hours_ahead=20, card="pm_card_fails_capture")
    refused = desk.post(f"/bookings/{booking}/reschedule", to(noon(desk, 5)))
    assert (refused.status_code, refused.json()["code"]) == (402, "card_declined")
    assert desk.get(f"/bookings/{booking}").json()["status"] == "CONFIRMED"
    assert desk.get(f"/bookings/{booking}/payment").json()["state"] == "authorized"
    listed = desk.get("/bookings?view=pending").json()["items"]
    assert listed == []


def test_py_62_a_lost_answer_is_a_503_and_the_same_key_goes_on(desk: Counter) -> None:
    booking, key = booked(desk, hours_ahead=20), uuid4().hex
    body = to(noon(desk, 5))
    desk.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
    lost = desk.post(f"/bookings/{booking}/reschedule", body, key=key)
    assert (lost.status_code, lost.json()["code"]) == (503, "processor_unavailable")
    other = desk.post(f"/bookings/{booking}/reschedule", to(noon(desk, 6)))
    assert (other.status_code, other.json()["code"]) == (409, "operation_in_progress")
    done = desk.post(f"/bookings/{booking}/reschedule", body, key=key)
    assert (done.status_code, done.json()["payment_state"]) == (200, "locked")
    kinds = [each.kind for each in desk.processor.effects]
    assert kinds.count("capture") == 1


def test_bk_56_who_moves_it_is_alone_with_it(desk: Counter) -> None:
    booking = booked(desk)
    with desk.ports.mutexes.hold(f"booking:{booking}"):
        answer = desk.post(f"/bookings/{booking}/reschedule", to(noon(desk, 6)))
    assert (answer.status_code, answer.json()["code"]) == (409, "operation_in_progress")


def test_bk_33_what_waits_for_its_place_is_not_confirmed_by_itself(desk: Counter) -> None:
    booking = booked(desk, hours_ahead=20)
    desk.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
    desk.post(f"/bookings/{booking}/reschedule", to(noon(desk, 5)))
    (waiting,) = desk.get("/bookings?view=pending").json()["items"]
    body = {"fingerprint": "0" * 64}
    answer = desk.post(f"/bookings/{waiting['booking_id']}/confirm", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")


def test_bk_29_a_preview_keeps_nothing(desk: Counter) -> None:
    booking = booked(desk)
    body = to(noon(desk, 6), duration_minutes=90)
    shown = desk.client.get(
        f"/api/v1/bookings/{booking}/reschedule-preview", params=body, headers=desk.student.headers
    ).json()
    assert (shown["allowed"], shown["code"], shown["payment_step"]) == (True, None, "scheduled")
    assert (shown["price_cents"], shown["new_price_cents"]) == (9000, 13500)
    assert shown["card_amount_cents"] == 15_120
    assert shown["policy_case_after"] == "student_ge24"
    assert desk.get("/bookings?view=pending").json()["items"] == []
    assert desk.get(f"/bookings/{booking}").json()["successor_id"] is None
