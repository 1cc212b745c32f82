"""What was agreed on stays, whatever becomes of service and price. Source: BK-8, spec 01 §9."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.catalog.model import Catalog
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.ports import Work
from instainstru_core.testing.strategies.booking import piano_catalog
from tests.integration.http.test_payments import Counter
from tests.integration.http.test_reschedules import desk, noon, to

__all__ = ["desk"]


def inactive() -> Catalog:
    catalog = piano_catalog()
    return evolve(catalog, services=tuple(evolve(s, is_active=False) for s in catalog.services))


def stop_the_service(work: Work, _desk: Counter) -> None:
    work.catalog.load(inactive())


def double_the_price(work: Work, desk: Counter) -> None:
    for offering in work.offerings.of(desk.room.instructor):
        rates = {each: Money(2 * rate.cents) for each, rate in offering.rates.items()}
        work.offerings.save(evolve(offering, rates=rates))


def body(desk: Counter, days: int) -> dict[str, Any]:
    return {
        "instructor_id": str(desk.room.instructor),
        "service_id": str(desk.room.service_id),
        "start": instant_text(noon(desk, days)),
        "duration_minutes": 60,
        "location_type": "online",
    }


def booked(desk: Counter, days: int) -> str:
    answer = desk.post("/bookings", body(desk, days))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["booking_id"])


@pytest.mark.parametrize("change", [stop_the_service, double_the_price])
def test_a_hold_is_confirmed_as_it_was_made(
    desk: Counter, change: Callable[[Work, Counter], None]
) -> None:
    """Confirm proceeds, at the price of the hold."""
    desk.save_card()
    held = booked(desk, 5)
    before = desk.get(f"/bookings/{held}").json()
    with desk.ports.begin() as work:
        change(work, desk)
    answer = desk.confirm(held)
    assert answer.status_code == 200, answer.text
    after = desk.get(f"/bookings/{held}").json()
    kept = ("service_name", "hourly_rate_cents", "price_cents")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert after["status"] == "CONFIRMED"


def test_bk_32_what_is_no_service_any_more_is_booked_no_more_and_moved_no_more(
    desk: Counter,
) -> None:
    """The successor must pass BK-11; what stands stays."""
    desk.save_card()
    lesson = booked(desk, 5)
    assert desk.confirm(lesson).status_code == 200
    with desk.ports.begin() as work:
        stop_the_service(work, desk)
    for refused in (
        desk.post("/bookings", body(desk, 6)),
        desk.post(f"/bookings/{lesson}/reschedule", to(noon(desk, 6))),
    ):
        assert (refused.status_code, refused.json()["code"]) == (404, "service_not_found")
    assert desk.get(f"/bookings/{lesson}").json()["status"] == "CONFIRMED"


def test_bk_8_a_moved_lesson_keeps_its_price_while_service_and_length_do(desk: Counter) -> None:
    desk.save_card()
    lesson = booked(desk, 5)
    assert desk.confirm(lesson).status_code == 200
    with desk.ports.begin() as work:
        double_the_price(work, desk)
    moved = desk.post(f"/bookings/{lesson}/reschedule", to(noon(desk, 6))).json()["booking"]
    assert (moved["hourly_rate_cents"], moved["price_cents"]) == (9000, 9000)
    longer = to(noon(desk, 7), duration_minutes=90)
    again = desk.post(f"/bookings/{moved['booking_id']}/reschedule", longer).json()["booking"]
    assert (again["hourly_rate_cents"], again["price_cents"]) == (18000, 27000)


def test_bk_15_a_move_goes_before_the_students_own_hold(desk: Counter) -> None:
    desk.save_card()
    lesson = booked(desk, 5)
    assert desk.confirm(lesson).status_code == 200
    held = booked(desk, 6)
    answer = desk.post(f"/bookings/{lesson}/reschedule", to(noon(desk, 6)))
    assert answer.status_code == 200, answer.text
    gone = desk.get(f"/bookings/{held}").json()
    assert (gone["status"], gone["cancellation"]["kind"]) == ("CANCELLED", "superseded")
    assert desk.get("/bookings").json()["total"] == 1, "neither the hold nor where it was before"


def test_py_1_a_moved_lessons_money_is_where_it_went(desk: Counter) -> None:
    """A chain has one payment, which is found from the booking that was left, too."""
    desk.save_card()
    lesson = booked(desk, 5)
    assert desk.confirm(lesson).status_code == 200
    desk.post(f"/bookings/{lesson}/reschedule", to(noon(desk, 6)))
    left = desk.get(f"/bookings/{lesson}").json()
    assert (left["payment"], left["policy_clock"]) == (None, [])
    found = desk.get(f"/bookings/{lesson}/payment").json()
    assert found["state"] == "scheduled"
    assert found == desk.get(f"/bookings/{left['successor_id']}/payment").json()
