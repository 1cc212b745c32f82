"""What the public sees of a calendar, in three levels, and how fresh: AV-36…AV-39."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.rules import CalendarRules, PublicDetail
from instainstru_core.availability.use_cases.find_open_times import (
    FindOpenTimes,
    find_open_times,
)
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.kernel.lessons import Format
from instainstru_core.testing.memory.instructors import offerings_of
from instainstru_core.testing.strategies.booking import MONDAY, NOON
from tests.integration.http.calendar_desk import CalendarDesk, calendar_desk

TUESDAY = MONDAY + timedelta(days=1)
SUMMARY = CalendarRules(public_detail_level=PublicDetail.SUMMARY)
MINIMAL = CalendarRules(public_detail_level=PublicDetail.MINIMAL)
WEEK = {"from": MONDAY, "to": MONDAY + timedelta(days=6)}
NEXT = {"location_type": "online", "duration": 60}


@pytest.fixture
def desk() -> Iterator[CalendarDesk]:
    with calendar_desk() as desk:
        yield desk


def next_of(desk: CalendarDesk, **parameters: object) -> Any:
    return desk.get(f"/instructors/{desk.room.instructor}/next-available", **NEXT | parameters)


# --- levels: AV-37 ---


def test_av37_a_summary_tells_parts_of_days() -> None:
    with calendar_desk(SUMMARY) as desk:
        desk.open(MONDAY, (143, 144))
        desk.open(TUESDAY, (144, 145), (204, 205))
        desk.open(MONDAY + timedelta(days=2), (203, 204))
        desk.client.post(
            "/instructors/me/blackouts", json={"date": str(MONDAY + timedelta(days=3))}
        )
        found = desk.get(desk.public, **{"from": MONDAY, "to": MONDAY + timedelta(days=3)})
    assert found.pop("instructor_id") == str(desk.room.instructor)
    assert found == {
        "instructor_name": "Jane S.",
        "zone": "America/New_York",
        "from": "2030-01-07",
        "to": "2030-01-10",
        "bookable": True,
        "formats": ["travel", "studio", "online"],
        "free_minutes": 20,
        "earliest_date": "2030-01-07",
        "days": [
            part("2030-01-07", 5, morning=True),
            part("2030-01-08", 10, afternoon=True, evening=True),
            part("2030-01-09", 5, afternoon=True),
            part("2030-01-10", 0, blackout=True),
        ],
    }


def part(day: str, minutes: int, **true: bool) -> dict[str, object]:
    parts = dict.fromkeys(("blackout", "morning", "afternoon", "evening"), False)
    return {"date": day, "free_minutes": minutes, **parts, **true}


def test_av37_the_least_that_can_be_told_is_from_when_on() -> None:
    with calendar_desk(MINIMAL) as desk:
        found = desk.get(desk.public, **WEEK, duration=60)
        assert found == {
            "instructor_id": str(desk.room.instructor),
            "instructor_name": "Jane S.",
            "zone": "America/New_York",
            "from": "2030-01-07",
            "to": "2030-01-13",
            "bookable": True,
            "has_availability": True,
            "earliest_date": "2030-01-07",
        }
        for day in range(7):
            desk.open(MONDAY + timedelta(days=day))
        none = desk.get(desk.public, **WEEK)
        assert (none["has_availability"], none["earliest_date"]) == (False, None)


@pytest.mark.parametrize("level", PublicDetail)
def test_av37_a_platform_may_show_no_names(level: PublicDetail) -> None:
    rules = CalendarRules(public_detail_level=level, public_show_name=False)
    with calendar_desk(rules) as desk:
        assert desk.get(desk.public)["instructor_name"] is None
        assert "Jane" not in desk.client.get(desk.public).text


def test_av36_nothing_of_bookings_is_told(desk: CalendarDesk) -> None:
    booking = desk.book(NOON)
    desk.client.post("/instructors/me/blackouts", json={"date": str(TUESDAY), "reason": "hush"})
    text = desk.client.get(desk.public).text
    for secret in (booking.booking_id, desk.student.account_id, booking.service_id, "hush"):
        assert str(secret) not in text


@pytest.mark.parametrize("level", PublicDetail)
@pytest.mark.parametrize(
    ("day", "evening_hours"), [(date(2030, 3, 10), 23), (date(2030, 11, 3), 25)]
)
def test_av10_days_on_which_the_clocks_change(
    level: PublicDetail, day: date, evening_hours: int
) -> None:
    """A whole day is open: it has as many hours as pass. Half past one comes twice in autumn."""
    with calendar_desk(
        CalendarRules(public_detail_level=level),
        now=datetime.combine(day, datetime.min.time(), UTC) - timedelta(days=3),
    ) as desk:
        desk.open(day, (0, 288))
        found = desk.get(desk.public, **{"from": day, "to": day, "duration": 60})
        assert found["earliest_date"] == str(day)
        if level is PublicDetail.MINIMAL:
            assert found["has_availability"] is True
            return
        assert found["free_minutes"] == evening_hours * 60
        (seen,) = found["days"]
        if level is PublicDetail.SUMMARY:
            assert (seen["morning"], seen["afternoon"], seen["evening"]) == (True, True, True)
            return
        (window,) = seen["windows"]
        assert (window["start"], window["end"]) == ("00:00", "24:00")
        instants = [each["starts_at"] for each in seen["starts"]]
        assert len(instants) == len(set(instants)) == (evening_hours - 1) * 4 + 1
        labels = [each["start"] for each in seen["starts"]]
        assert labels.count("01:30") == (2 if evening_hours == 25 else 1)
        assert ("02:30" in labels) is (evening_hours == 25)


@pytest.mark.parametrize(("day", "minutes"), [(date(2030, 3, 10), 15), (date(2030, 11, 3), 45)])
def test_av37_parts_go_by_the_clock_on_the_wall(day: date, minutes: int) -> None:
    """Open from 01:45 to 02:30: the hour is skipped, or a part of it comes twice."""
    with calendar_desk(
        SUMMARY, now=datetime.combine(day, datetime.min.time(), UTC) - timedelta(days=3)
    ) as desk:
        desk.open(day, (21, 30))
        (seen,) = desk.get(desk.public, **{"from": day, "to": day})["days"]
    twice = 15 if minutes == 45 else 0
    assert seen == part(str(day), minutes + twice, morning=True)


# --- ranges: AV-36, spec 01 §8 ---


def test_spec8_how_many_days_are_shown_can_be_set() -> None:
    rules = CalendarRules(public_default_days=3, public_max_days=5, horizon_days=10)
    with calendar_desk(rules) as desk:
        today = MONDAY - timedelta(days=3)
        assert len(desk.get(desk.public)["days"]) == 3
        assert len(desk.get(desk.public, to=today + timedelta(days=4))["days"]) == 5
        far = today + timedelta(days=5)
        assert desk.refused("GET", f"{desk.public}?to={far}")[:2] == (422, "range_too_long")
        beyond = today + timedelta(days=11)
        assert desk.refused("GET", f"{desk.public}?from={beyond}")[:2] == (422, "out_of_horizon")
        last = {"from": today + timedelta(days=9), "to": today + timedelta(days=11)}
        free = [each["free_minutes"] > 0 for each in desk.get(desk.public, **last)["days"]]
        assert free == [True, True, False]


def test_spec8_notice_and_night_can_be_set() -> None:
    """Notice of two hours; the night begins at ten, and mornings at seven."""
    rules = CalendarRules(
        advance_notice_online_minutes=120,
        overnight_window_start_hour=22,
        overnight_earliest_hour_non_travel=7,
    )
    with calendar_desk(rules, now=NOON) as desk:
        assert next_of(desk)["start"] == "14:00"
        desk.clock.move(timedelta(hours=9, minutes=1))
        assert next_of(desk)["date"] == str(TUESDAY)
        early = {"from": TUESDAY, "to": TUESDAY, "duration": 60, "location_type": "online"}
        assert desk.get(desk.public, **early)["days"][0]["starts"][0]["start"] == "00:00"
        desk.clock.move(timedelta(hours=1))
        assert desk.get(desk.public, **early)["days"][0]["starts"][0]["start"] == "07:00"
        assert next_of(desk)["start"] == "07:00"


def test_av36_a_format_that_is_not_offered_is_left_out(desk: CalendarDesk) -> None:
    offer(desk, Format.ONLINE)
    found = desk.get(desk.public)
    assert found["formats"] == ["online"]
    formats = {tuple(each["formats"]) for day in found["days"] for each in day["windows"]}
    assert formats == {("online",)}
    assert desk.get(desk.public, location_type="student_location")["free_minutes"] == 0


def offer(desk: CalendarDesk, *formats: Format) -> None:
    """The instructor offers only these from now on."""
    with desk.store.begin() as work:
        work.calendars.lock(desk.room.instructor)
        (kept,) = offerings_of(work.tables, desk.room.instructor)
        assert isinstance(kept, Offering)
        rate = next(iter(kept.rates.values()))
        work.offerings.save(evolve(kept, rates=dict.fromkeys(formats, rate)))


def test_av9_open_time_stays_on_the_wall_and_bookings_stay_where_they_are(
    desk: CalendarDesk,
) -> None:
    desk.open(MONDAY, (108, 216))
    booking = desk.book(NOON)
    asked = {"from": MONDAY, "to": MONDAY, "location_type": "online"}
    (before,) = desk.get(desk.public, **asked)["days"]
    assert [(each["start"], each["end"]) for each in before["windows"]] == [
        ("09:00", "11:45"),
        ("13:15", "18:00"),
    ]
    desk.move_to("America/Chicago")
    (after,) = desk.get(desk.public, **asked)["days"]
    assert [(each["start"], each["end"]) for each in after["windows"]] == [
        ("09:00", "10:45"),
        ("12:15", "18:00"),
    ]
    assert after["windows"][0]["starts_at"] == "2030-01-07T15:00:00Z"
    with desk.store.begin() as work:
        kept = work.bookings.get(booking.booking_id)
    assert (kept.lesson, kept.zone) == (booking.lesson, booking.zone)


# --- freshness: AV-38 ---


def _save_week(desk: CalendarDesk) -> None:
    desk.client.put(
        f"/instructors/me/availability/weeks/{MONDAY}",
        json={"days": {}},
        headers={"If-Match": "*"},
    )


def _block(desk: CalendarDesk) -> None:
    desk.client.post("/instructors/me/blackouts", json={"date": str(MONDAY)})


def _widen_buffers(desk: CalendarDesk) -> None:
    desk.client.patch("/instructors/me/calendar-settings", json={"non_travel_buffer_minutes": 30})


def _ask_for_notice(desk: CalendarDesk) -> None:
    desk.client.patch("/instructors/me/calendar-settings", json={"min_advance_minutes": 10_000})


def _book(desk: CalendarDesk) -> None:
    desk.book(NOON + timedelta(days=1))


def _cancel(desk: CalendarDesk) -> None:
    with desk.store.begin() as work:
        student = StudentId(desk.student.account_id.value)
        (held,) = work.bookings.near(student=student, instructor=desk.room.instructor, around=None)
        work.bookings.save(held.expire(at=held.lesson.starts_at))


def _move(desk: CalendarDesk) -> None:
    desk.move_to("America/Los_Angeles")


def _offer_less(desk: CalendarDesk) -> None:
    offer(desk, Format.STUDIO)


def _wait(desk: CalendarDesk) -> None:
    """The hold on Monday expires."""
    desk.clock.move(timedelta(minutes=30))


CHANGES: list[Callable[[CalendarDesk], None]] = [
    _save_week,
    _block,
    _widen_buffers,
    _ask_for_notice,
    _book,
    _cancel,
    _move,
    _offer_less,
    _wait,
]


SEEN_BY_ALL = (_ask_for_notice, _move)
"""Changes that even the least detail tells of; the date of the first free time stays otherwise."""


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (change, level)
        for change in CHANGES
        for level in PublicDetail
        if level is not PublicDetail.MINIMAL or change in SEEN_BY_ALL
    ],
    ids=lambda each: each.__name__.strip("_") if callable(each) else str(each),
)
def test_av38_each_change_shows_in_the_next_read(
    change: Callable[[CalendarDesk], None], level: PublicDetail
) -> None:
    with calendar_desk(CalendarRules(public_detail_level=level)) as desk:
        desk.book(NOON)
        first = desk.client.get(desk.public)
        etag = first.headers["ETag"]
        assert etag.startswith('W/"')
        assert first.headers["Cache-Control"] == "public, max-age=60"
        same = desk.client.get(desk.public, headers={"If-None-Match": etag})
        assert (same.status_code, same.content) == (304, b"")
        change(desk)
        after = desk.client.get(desk.public, headers={"If-None-Match": etag})
    assert after.status_code == 200
    assert after.json() != first.json()


def test_spec8_answers_are_kept_as_long_as_the_platform_says() -> None:
    """`public_cache_ttl_s`: an answer of one instant is never of the next one when it is 0."""
    for ttl, again in ((300, True), (0, False)):
        with calendar_desk(CalendarRules(public_cache_ttl_s=ttl)) as desk:
            request = FindOpenTimes(instructor_id=desk.room.instructor)
            found = find_open_times(request, read=desk.store.read, clock=desk.clock)
            assert found.holds_at(desk.clock.now()) is again


# --- next available: AV-39 ---


def test_av39_the_first_start_is_the_first_start_shown(desk: CalendarDesk) -> None:
    for day in range(-3, 11):
        desk.open(MONDAY + timedelta(days=day))
    wednesday = MONDAY + timedelta(days=2)
    desk.open(wednesday, (121, 134), (150, 200))
    found = next_of(desk)
    assert found == {
        "instructor_id": str(desk.room.instructor),
        "zone": "America/New_York",
        "found": True,
        "date": "2030-01-09",
        "start": "12:30",
        "starts_at": "2030-01-09T17:30:00Z",
    }
    assert next_of(desk, duration=45)["start"] == "10:15"
    asked = {"from": wednesday, "to": wednesday, "duration": 60, "location_type": "online"}
    shown = desk.get(desk.public, **asked)["days"][0]["starts"][0]
    assert (shown["start"], shown["starts_at"]) == (found["start"], found["starts_at"])


def test_av39_thirty_days_are_looked_at_today_included(desk: CalendarDesk) -> None:
    for day in range(-3, 14):
        desk.open(MONDAY + timedelta(days=day))
    nothing = {"found": False, "date": None, "start": None, "starts_at": None}
    assert nothing.items() <= next_of(desk).items()
    desk.open(MONDAY + timedelta(days=27), (120, 140))
    assert nothing.items() <= next_of(desk).items()
    desk.open(MONDAY + timedelta(days=26), (120, 140))
    assert next_of(desk)["date"] == str(MONDAY + timedelta(days=26))
    offer(desk, Format.STUDIO)
    assert nothing.items() <= next_of(desk).items()


def test_av39_what_is_missing_is_named_and_nothing_else(desk: CalendarDesk) -> None:
    path = f"/instructors/{desk.room.instructor}/next-available"
    wrong = desk.client.get(path).json()["errors"]
    assert [each["pointer"] for each in wrong] == ["/query/location_type", "/query/duration"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("location_type=online", 422, "validation_failed"),
        ("duration=60", 422, "validation_failed"),
        ("location_type=moon&duration=60", 422, "validation_failed"),
        ("location_type=online&duration=61", 422, "invalid_duration"),
        ("location_type=online&duration=245", 422, "invalid_duration"),
    ],
)
def test_av39_refusals(desk: CalendarDesk, query: str, status: int, code: str) -> None:
    path = f"/instructors/{desk.room.instructor}/next-available?{query}"
    assert desk.refused("GET", path)[:2] == (status, code)


def test_av39_who_is_hidden_is_not_found_and_who_is_unpaid_has_no_start(
    desk: CalendarDesk,
) -> None:
    path = "/instructors/01ARZ3NDEKTSV4RRFFQ69G5FAV/next-available?location_type=online&duration=60"
    assert desk.refused("GET", path)[:2] == (404, "instructor_not_found")
    with desk.store.begin() as work:
        kept = work.instructors.get(desk.room.instructor)
        work.instructors.save(kept.become_payable(False, at=NOON))
    assert next_of(desk)["found"] is False
    with desk.store.begin() as work:
        work.instructors.save(work.instructors.get(desk.room.instructor).pause(at=NOON))
    hidden = path.replace("01ARZ3NDEKTSV4RRFFQ69G5FAV", str(desk.room.instructor))
    assert desk.refused("GET", hidden)[:2] == (404, "instructor_not_found")


# --- gap-smart starts: spec 01 §11 ---


def test_spec11_starts_that_leave_no_gap_are_recommended(desk: CalendarDesk) -> None:
    desk.open(MONDAY, (108, 138))  # 09:00 to 11:30
    asked = {"from": MONDAY, "to": MONDAY, "duration": 60, "location_type": "online"}
    (day,) = desk.get(desk.public, **asked, rank="gap_smart")["days"]
    best = [each["start"] for each in day["starts"] if each["recommended"]]
    assert best == ["09:00", "10:30"]
    assert [each["start"] for each in day["starts"]] == [
        "09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30",
    ]  # fmt: skip
    (plain,) = desk.get(desk.public, **asked)["days"]
    assert all("recommended" not in each for each in plain["starts"])
    assert desk.refused("GET", f"{desk.public}?rank=cheapest")[:2] == (422, "validation_failed")
