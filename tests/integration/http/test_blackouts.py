"""Dates without lessons and calendar settings over HTTP: AV-27, AV-28."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from entrypoints.http.config import PREFIX
from instainstru_core.accounts.model import Role
from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.ports import Ports
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    NOON,
    open_classroom,
    signed_in,
)
from tests.integration.http.calendar_desk import CalendarDesk, calendar_desk
from tests.integration.http.people import Client, Join

BLACKOUTS = "/instructors/me/blackouts"
SETTINGS = "/instructors/me/calendar-settings"
TODAY = MONDAY - timedelta(days=3)


@pytest.fixture
def desk() -> Iterator[CalendarDesk]:
    with calendar_desk() as desk:
        yield desk


def block(desk: CalendarDesk, **body: Any) -> Any:
    answer = desk.client.post(BLACKOUTS, json={k: str(v) for k, v in body.items()})
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(desk: CalendarDesk) -> list[AvailabilityChanged]:
    return [each for each in desk.store.recorded if isinstance(each, AvailabilityChanged)]


def listed(desk: CalendarDesk) -> list[str]:
    return [each["date"] for each in desk.get(BLACKOUTS)["items"]]


def day_of(desk: CalendarDesk, day: date) -> Any:
    """One day as the public sees it."""
    (found,) = desk.get(desk.public, **{"from": day, "to": day})["days"]
    return found


def test_av27_a_blocked_date_is_hidden_and_comes_back_as_it_was(desk: CalendarDesk) -> None:
    before = day_of(desk, MONDAY)
    blocked = block(desk, date=MONDAY, reason="  on tour ")
    (blackout,) = blocked["blackouts"]
    assert (blackout["date"], blackout["reason"]) == (str(MONDAY), "on tour")
    assert (blocked["existing_dates"], blocked["bookings"]) == ([], [])
    hidden = day_of(desk, MONDAY)
    assert (hidden["blackout"], hidden["free_minutes"], hidden["windows"]) == (True, 0, [])
    assert listed(desk) == [str(MONDAY)]
    assert desk.client.delete(f"{BLACKOUTS}/{blackout['blackout_id']}").status_code == 204
    assert day_of(desk, MONDAY) == before
    assert listed(desk) == []


def test_av27_a_range_leaves_dates_that_are_blocked(desk: CalendarDesk) -> None:
    wednesday = MONDAY + timedelta(days=2)
    first = block(desk, date=wednesday, reason="first")
    later = block(desk, start_date=MONDAY, end_date=MONDAY + timedelta(days=9), reason="again")
    assert later["existing_dates"] == [str(wednesday)]
    assert len(later["blackouts"]) == 9
    items = desk.get(BLACKOUTS)["items"]
    assert [each["date"] for each in items] == [str(MONDAY + timedelta(days=n)) for n in range(10)]
    assert items[2] == first["blackouts"][0]


def test_av27_what_is_blocked_can_not_be_blocked_again(desk: CalendarDesk) -> None:
    block(desk, start_date=MONDAY, end_date=MONDAY + timedelta(days=1))
    for body in (
        {"date": str(MONDAY)},
        {"start_date": str(MONDAY), "end_date": str(MONDAY + timedelta(days=1))},
    ):
        assert desk.refused("POST", BLACKOUTS, body)[:2] == (409, "blackout_exists")


def test_av27_bookings_stand_and_are_listed(desk: CalendarDesk) -> None:
    """Spec 01 §9: a blackout added over existing bookings."""
    booking = desk.book(NOON)
    elsewhere = desk.book(NOON + timedelta(days=2))
    blocked = block(desk, date=MONDAY)
    assert [each["booking_id"] for each in blocked["bookings"]] == [str(booking.booking_id)]
    with desk.store.begin() as work:
        assert work.bookings.get(booking.booking_id) == booking
        assert work.bookings.get(elsewhere.booking_id) == elsewhere


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"date": TODAY - timedelta(days=1)}, "range_in_past", "/start_date"),
        ({"date": TODAY + timedelta(days=366)}, "out_of_horizon", "/end_date"),
        ({"start_date": MONDAY, "end_date": TODAY}, "invalid_range", "/end_date"),
        (
            {"start_date": MONDAY, "end_date": MONDAY + timedelta(days=90)},
            "range_too_long",
            "/end_date",
        ),
        ({"start_date": MONDAY}, "validation_failed", "/end_date"),
        ({"end_date": MONDAY}, "validation_failed", "/date"),
        ({}, "validation_failed", "/date"),
        ({"date": MONDAY, "start_date": MONDAY}, "validation_failed", "/date"),
        ({"date": "2030-02-30"}, "validation_failed", "/date"),
        ({"date": MONDAY, "reason": "x" * 256}, "validation_failed", "/reason"),
        ({"date": MONDAY, "note": "x"}, "validation_failed", "/note"),
    ],
)
def test_av27_refusals(desk: CalendarDesk, body: dict[str, Any], code: str, pointer: str) -> None:
    sent = {name: str(value) for name, value in body.items()}
    assert desk.refused("POST", BLACKOUTS, sent) == (422, code, pointer)
    assert listed(desk) == []
    assert told(desk) == []


def test_av27_today_and_the_last_date_can_be_blocked(desk: CalendarDesk) -> None:
    block(desk, date=TODAY)
    block(desk, date=TODAY + timedelta(days=365))
    block(desk, start_date=MONDAY, end_date=MONDAY + timedelta(days=89), reason="x" * 255)


def test_av27_what_has_passed_is_listed_no_longer(desk: CalendarDesk) -> None:
    block(desk, start_date=MONDAY, end_date=MONDAY + timedelta(days=1))
    desk.clock.move(timedelta(days=4))
    assert listed(desk) == [str(MONDAY + timedelta(days=1))]


def test_av27_another_instructors_blackout_is_not_found(desk: CalendarDesk) -> None:
    """Other people's things: 404."""
    (blackout,) = block(desk, date=MONDAY)["blackouts"]
    address = f"{BLACKOUTS}/{blackout['blackout_id']}"
    other = open_classroom(desk.store.begin, desk.store.ids)
    desk.caller = signed_in(other.instructor, Role.INSTRUCTOR)
    assert desk.refused("DELETE", address)[:2] == (404, "blackout_not_found")
    assert listed(desk) == []
    desk.caller = desk.teacher
    assert listed(desk) == [str(MONDAY)]
    assert desk.client.delete(address).status_code == 204
    assert desk.refused("DELETE", address)[:2] == (404, "blackout_not_found")
    assert desk.client.delete(f"{BLACKOUTS}/nobody").status_code == 404


def test_av38_events_name_the_dates_of_each_week(desk: CalendarDesk) -> None:
    sunday = MONDAY + timedelta(days=6)
    block(desk, start_date=sunday, end_date=sunday + timedelta(days=1))
    first, second = told(desk)
    assert (first.dates, first.monday) == ((sunday,), MONDAY)
    assert (second.dates, second.monday) == (
        (sunday + timedelta(days=1),),
        MONDAY + timedelta(days=7),
    )
    assert first.cause == second.cause == "blackout"
    etag = desk.client.get(f"/instructors/me/availability/weeks/{MONDAY}").headers["ETag"]
    assert first.etag == etag.strip('"')
    assert first.etag != "0" * 64


def test_a_retried_post_is_answered_alike_and_done_once(
    free_api: Client, ports: Ports, join: Join
) -> None:
    """Spec 01 §9, SE-13: without the key, the retry would say that the date is blocked already."""
    teacher = join("teacher@example.com", role="instructor")
    keyed = teacher.headers | {"Idempotency-Key": "a-day-off-for-jane"}
    body = {"date": str(ports.clock.now().date() + timedelta(days=9)), "reason": "Away"}
    calendars = f"{PREFIX}/instructors/me/external-calendars"
    feed = free_api.post(
        calendars, json={"url": "https://calendar.example.com/a.ics"}, headers=teacher.headers
    )
    assert feed.status_code == 201, feed.text
    refresh = f"{calendars}/{feed.json()['external_calendar_id']}/refresh"
    for path, sent, status in (
        (f"{PREFIX}{BLACKOUTS}", body, 201),
        (f"{PREFIX}{SETTINGS}/acknowledge", None, 200),
        (refresh, None, 202),
    ):
        first = free_api.post(path, json=sent, headers=keyed)
        again = free_api.post(path, json=sent, headers=keyed)
        assert (first.status_code, again.status_code) == (status, status), first.text
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
    twice = free_api.post(f"{PREFIX}{BLACKOUTS}", json=body, headers=teacher.headers)
    assert (twice.status_code, twice.json()["code"]) == (409, "blackout_exists")


def test_av28_a_calendar_begins_with_the_defaults(desk: CalendarDesk) -> None:
    assert desk.get(SETTINGS) == {
        "zone": "America/New_York",
        "non_travel_buffer_minutes": 15,
        "travel_buffer_minutes": 60,
        "min_advance_minutes": 0,
        "overnight_protection_enabled": True,
        "acknowledged_at": None,
    }


def test_av28_only_what_is_named_changes(desk: CalendarDesk) -> None:
    for changes in (
        {"travel_buffer_minutes": 90},
        {"non_travel_buffer_minutes": 0},
        {"min_advance_minutes": 10_080},
        {"overnight_protection_enabled": False},
        {"min_advance_minutes": 0},
    ):
        before = desk.get(SETTINGS)
        answer = desk.client.patch(SETTINGS, json=changes)
        assert answer.status_code == 200, answer.text
        assert answer.json() == before | changes == desk.get(SETTINGS)
    assert [each.cause for each in told(desk)] == ["settings"] * 5


def test_av28_changes_take_effect_at_once_for_new_bookings_only(desk: CalendarDesk) -> None:
    booking = desk.book(NOON)
    ends = {"from": MONDAY, "to": MONDAY, "location_type": "online"}

    def gap() -> list[str]:
        windows = desk.get(desk.public, **ends)["days"][0]["windows"]
        return [windows[0]["end"], windows[1]["start"]]

    assert gap() == ["11:45", "13:15"]
    desk.client.patch(SETTINGS, json={"non_travel_buffer_minutes": 45})
    assert gap() == ["11:15", "13:45"]
    with desk.store.begin() as work:
        assert work.bookings.get(booking.booking_id) == booking


def test_av28_what_changes_nothing_is_no_news(desk: CalendarDesk) -> None:
    assert desk.client.patch(SETTINGS, json={}).status_code == 200
    assert desk.client.patch(SETTINGS, json={"travel_buffer_minutes": 60}).status_code == 200
    assert told(desk) == []


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"travel_buffer_minutes": 10}, "invalid_buffers", "/travel_buffer_minutes"),
        ({"non_travel_buffer_minutes": 65}, "invalid_buffers", "/non_travel_buffer_minutes"),
        ({"travel_buffer_minutes": 61}, "validation_failed", "/travel_buffer_minutes"),
        ({"travel_buffer_minutes": 125}, "validation_failed", "/travel_buffer_minutes"),
        ({"non_travel_buffer_minutes": -5}, "validation_failed", "/non_travel_buffer_minutes"),
        ({"min_advance_minutes": 10_081}, "validation_failed", "/min_advance_minutes"),
        ({"min_advance_minutes": -1}, "validation_failed", "/min_advance_minutes"),
        ({"min_advance_minutes": "60"}, "validation_failed", "/min_advance_minutes"),
        ({"overnight_protection_enabled": None}, "validation_failed", None),
        ({"zone": "Europe/Paris"}, "validation_failed", "/zone"),
    ],
)
def test_av28_refusals(
    desk: CalendarDesk, body: dict[str, Any], code: str, pointer: str | None
) -> None:
    before = desk.get(SETTINGS)
    status, found, where = desk.refused("PATCH", SETTINGS, body)
    assert (status, found) == (422, code)
    assert where == (pointer or "/overnight_protection_enabled")
    assert desk.get(SETTINGS) == before


def test_av28_acknowledging_is_kept_the_first_time(desk: CalendarDesk) -> None:
    first = desk.client.post(f"{SETTINGS}/acknowledge")
    assert first.status_code == 200, first.text
    desk.clock.move(timedelta(hours=1))
    again = desk.client.post(f"{SETTINGS}/acknowledge")
    assert first.json() == again.json() == desk.get(SETTINGS)
    assert first.json()["acknowledged_at"] == "2030-01-04T17:00:00Z"
    assert told(desk) == []


def test_spec8_the_platforms_buffers_count_until_an_instructor_sets_their_own() -> None:
    """Spec 01 §8: default buffers."""
    rules = CalendarRules(default_non_travel_buffer_minutes=30, default_travel_buffer_minutes=90)
    with calendar_desk(rules) as desk:
        kept = desk.get(SETTINGS)
        assert (kept["non_travel_buffer_minutes"], kept["travel_buffer_minutes"]) == (30, 90)
        assert desk.client.patch(SETTINGS, json={"min_advance_minutes": 120}).status_code == 200
        desk.store.rules = evolve(rules, default_non_travel_buffer_minutes=45)
        kept = desk.get(SETTINGS)
        assert (kept["non_travel_buffer_minutes"], kept["min_advance_minutes"]) == (45, 120)
        # Whoever asks for what the platform has anyway means it, whatever comes.
        assert desk.client.patch(SETTINGS, json={"travel_buffer_minutes": 90}).status_code == 200
        desk.store.rules = rules
        assert desk.get(SETTINGS)["non_travel_buffer_minutes"] == 45
        answer = desk.client.patch(SETTINGS, json={"non_travel_buffer_minutes": 15})
        assert answer.json()["travel_buffer_minutes"] == 90
