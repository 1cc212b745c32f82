"""The days on which clocks change, over HTTP, judged by the oracle.

Both changes of 2027 in New York and on Lord Howe, on the real app; what is read and kept is tried
with PostgreSQL below too. Source: AV-9…AV-42, BK-1…BK-50; issue, item 4.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, text

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.rules import CalendarRules, PublicDetail
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.reminders.use_cases.run_reminders import run_reminders
from instainstru_core.booking.terms import ReminderKind
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import instant_text
from instainstru_core.kernel.zones import Zone
from instainstru_core.ports import Ports
from instainstru_core.testing.strategies.booking import a_booking
from tests.integration.http.calendar_desk import calendar_desk
from tests.integration.http.clock_town import DAY, HOUR, MINUTE, ClockTown, clock_town
from tests.unit.clock_changes import oracle

# Whole nights, minute by minute: the same lines are counted in the tests of each route.
pytestmark = pytest.mark.no_cover
EVERY = [(zone, change) for zone, change, _ in oracle.CHANGES]
INSTANT = timedelta(microseconds=1)
each_change = pytest.mark.parametrize(("zone", "change"), EVERY, ids=str)


@pytest.fixture(scope="module", params=EVERY, ids=lambda each: f"{each[0]}-{each[1]}")
def one_town(request: pytest.FixtureRequest) -> Iterator[ClockTown]:
    with clock_town(*request.param) as town:
        yield town


@pytest.fixture
def town(one_town: ClockTown) -> Iterator[ClockTown]:
    """A town in memory, put back as it was after each test."""
    kept, began = one_town.world.database._kept, one_town.clock.now()
    yield one_town
    one_town.world.database._kept = kept
    one_town.clock.set(began)


def nows(town: ClockTown) -> list[datetime]:
    """The days and the evening before, and through the night in which the clocks change."""
    hours = (-30, -6, -3.9, 0.1, 0.75, 1.25, 1.75, 2.1, 3, 4, 7.5, 9)
    return [town.midnight + each * HOUR for each in hours]


def instants(text: str) -> datetime:
    return datetime.fromisoformat(text)


def critical(town: ClockTown) -> datetime:
    """A start that the change makes special: the second of two, or the last before the jump."""
    wall = {oracle.NEW_YORK: time(1, 30), oracle.LORD_HOWE: time(1, 45)}[town.zone]
    return oracle.showing(town.zone, town.change, wall)[-1]


# --- free time: AV-10, AV-33…AV-39, AV-41, AV-42 ---


def test_av36_what_the_public_sees_is_the_oracles(town: ClockTown) -> None:
    """AV-34 windows, AV-35 starts, AV-36 totals, AV-39, and AV-41 in the search, all night long."""
    calendar = town.calendar()
    for now in nows(town):
        town.clock.set(now)
        today = oracle.shown(town.zone, now).date()
        dates = [day for day in town.dates if day >= today]
        query = {"from": dates[0], "to": dates[-1], "location_type": "online", "duration": 45}
        seen = town.get(f"{town.teacher}/availability", **query)
        assert [each["date"] for each in seen["days"]] == [str(day) for day in dates]
        for day, found in zip(dates, seen["days"], strict=True):
            windows = [
                (each["start"], each["end"], instants(each["starts_at"]), instants(each["ends_at"]))
                for each in found["windows"]
            ]
            assert windows == calendar.runs(day, now)
            starts = [(each["start"], instants(each["starts_at"])) for each in found["starts"]]
            assert starts == [
                (f"{oracle.shown(town.zone, each):%H:%M}", each)
                for each in calendar.starts(day, 45, now)
            ]
            assert found["free_minutes"] == 5 * len(calendar.free(day, now))
        first = calendar.first_start(dates, 60, now)
        asked = {"location_type": "online", "duration": 60}
        following = town.get(f"{town.teacher}/next-available", **asked)
        assert first is not None
        assert instants(following["starts_at"]) == first
        assert following["date"] == str(oracle.shown(town.zone, first).date())
        assert following["start"] == f"{oracle.shown(town.zone, first):%H:%M}"
        _check_search(town, calendar, dates, now)


def _check_search(
    town: ClockTown, calendar: oracle.Calendar, dates: list[date], now: datetime
) -> None:
    for after, before in (("00:00", "24:00"), ("01:00", "03:00"), ("02:00", "02:30")):
        query = {"from": dates[0], "to": dates[-1], "after": after, "before": before}
        found = town.get("/search", service="piano", duration=30, **query)["items"]
        bounds = [60 * int(each[:2]) + int(each[3:]) for each in (after, before)]
        starts = [start for day in dates for start in calendar.starts(day, 30, now, *bounds)]
        assert [instants(each["first_start"]) for each in found] == starts[:1]


@each_change
@pytest.mark.parametrize("level", [PublicDetail.SUMMARY, PublicDetail.MINIMAL])
def test_av37_parts_of_the_day_are_the_oracles(
    zone: str, change: date, level: PublicDetail
) -> None:
    hours = [(21, 31), (140, 144), (204, 210)]
    calendar = oracle.Calendar(zone, {change: [(5 * start, 5 * end) for start, end in hours]})
    midnight = oracle.minutes_of(zone, change)[0]
    with calendar_desk(CalendarRules(public_detail_level=level), now=midnight - 3 * DAY) as desk:
        desk.move_to(zone)
        desk.open(change, *hours)
        for now in [midnight + n * HOUR for n in (-30, -1, 0.3, 0.8, 10.6, 15.5)]:
            desk.clock.set(now)
            asked = {"from": change, "to": change, "location_type": "online"}
            seen = desk.get(desk.public, **asked)
            free = calendar.free(change, now)
            assert seen["earliest_date"] == (str(change) if free else None)
            if level is PublicDetail.MINIMAL:
                assert seen["has_availability"] is bool(free)
                continue
            (day,) = seen["days"]
            assert (day["morning"], day["afternoon"], day["evening"]) == calendar.parts(change, now)
            assert day["free_minutes"] == seen["free_minutes"] == 5 * len(free)


# --- booking: AV-11, AV-40, BK-1, BK-3, BK-9, BK-11 ---


def test_bk11_every_start_of_the_night_is_judged_as_by_the_oracle(town: ClockTown) -> None:
    """AV-40, rows 7 to 12 and 16: each ten minutes as an instant, each half hour on the wall."""
    calendar = town.calendar()
    for hours, step in ((-30, 10), (-1, 60), (1.25, 45)):
        now = town.midnight + hours * HOUR
        town.clock.set(now)
        for minutes in range(0, 6 * 60, step):
            start = town.midnight + minutes * MINUTE
            assert codes(town, start) == calendar.refusals(start, 60, now)
        for half in range(9):
            wall = time(half // 2, half % 2 * 30)
            found = codes(town, (town.change, f"{wall:%H:%M}"))
            assert found == calendar.refusals((town.change, wall), 60, now)
        late = town.midnight - 75 * MINUTE
        for start in (late, late + 15 * MINUTE, oracle.end_of(town.zone, town.change) - HOUR):
            assert codes(town, start) == calendar.refusals(start, 60, now)


def codes(town: ClockTown, start: datetime | tuple[date, str]) -> list[str]:
    answer = town.do("anna", "POST", "/availability/checks", json=town.lesson(start))
    return [each["code"] for each in answer["failures"]]


def test_bk3_lessons_are_held_as_long_as_they_last(town: ClockTown) -> None:
    """AV-11, BK-1, BK-3, BK-4: a wall time is the first of two, an offset says which."""
    occurrences: dict[str, list[datetime]] = {}
    for minute in range(0, 240, 15):
        wall = time(minute // 60, minute % 60)
        occurrences[f"{wall:%H:%M}"] = oracle.showing(town.zone, town.change, wall)
    calendar = town.calendar()
    for shown, found in occurrences.items():
        asked: list[Any] = [(town.change, shown)]
        # The same instants, written with the offset that the zone has then.
        asked += [_with_offset(town.zone, each) for each in found]
        meant = [found[0] if found else None, *found]
        for start, moment in zip(asked, meant, strict=True):
            answer = town.send("anna", "POST", "/bookings", json=town.lesson(start))
            if moment is None:
                assert (answer.status_code, answer.json()["code"]) == (
                    422,
                    "nonexistent_local_time",
                )
                continue
            refused = calendar.refusals(moment, 60, town.clock.now())
            if refused:
                assert (answer.status_code, answer.json()["code"]) == (422, refused[0])
                continue
            assert answer.status_code == 201, answer.text
            held = answer.json()
            assert (instants(held["start"]), instants(held["end"])) == (moment, moment + HOUR)
            assert held["local_start"] == f"{town.change}T{shown}"
            assert held["zone"] == town.zone
            path = f"/bookings/{held['booking_id']}/cancel"
            town.do("anna", "POST", path, json={"reason": "only asking"})


def _with_offset(zone: str, moment: datetime) -> str:
    ahead = round((oracle.shown(zone, moment) - moment.replace(tzinfo=None)) / MINUTE)
    sign = "-" if ahead < 0 else "+"
    offset = f"{sign}{abs(ahead) // 60:02}:{abs(ahead) % 60:02}"
    return f"{oracle.shown(zone, moment):%Y-%m-%dT%H:%M:%S}{offset}"


def test_av31_a_lesson_across_the_change_takes_its_buffer_of_real_minutes(town: ClockTown) -> None:
    """AV-31, AV-34: what is left around a lesson, and what BK-11 says of every start near it."""
    start = critical(town)
    town.book(start)
    calendar = town.calendar(taken=(oracle.Taken(start, start + HOUR, travel=False),))
    now = town.clock.now()
    query = {"from": town.change, "to": town.change, "location_type": "online"}
    (day,) = town.get(f"{town.teacher}/availability", **query)["days"]
    runs = [(each["start"], each["end"]) for each in day["windows"]]
    assert runs == [(start, end) for start, end, *_ in calendar.runs(town.change, now)]
    for minutes in range(-90, 105, 15):
        asked = start + minutes * MINUTE
        found = [code for code in codes(town, asked) if code != "student_conflict"]
        assert found == calendar.refusals(asked, 60, now)


# --- the life of a lesson: BK-22, BK-26, BK-29…BK-33, BK-42, BK-46, BK-47, BK-49 ---


def test_bk26_a_lesson_lives_by_the_hours_that_pass(town: ClockTown) -> None:
    """Preview, policy clock, phases, lists, statistics, files and completion, at each edge."""
    start = critical(town)
    booking = town.book(start)
    path = f"/bookings/{booking}"
    day, half = (oracle.earlier(start, 60 * hours) for hours in (24, 12))
    shown = town.get(path, "anna")
    assert [instants(each["until"]) for each in shown["policy_clock"]] == [day, half, start]
    assert shown["local_start"] == f"{oracle.shown(town.zone, start):%Y-%m-%dT%H:%M}"
    assert instants(shown["payment"]["auth_due_at"]) == day
    monday = town.change - 6 * DAY
    week = town.get(f"/instructors/me/availability/weeks/{monday}/bookings", "jane")["bookings"]
    assert [(each["local_start"], each["minutes"]) for each in week] == [(shown["local_start"], 60)]
    for edge in (day, half):
        for now in (edge, edge + INSTANT):
            town.clock.set(now)
            preview = town.get(f"{path}/cancel-preview", "anna")
            assert preview["now"]["band"] == oracle.band(start, now)
            move = town.get(f"{path}/reschedule-preview", "anna")
            assert move["allowed"] is (now <= half)
            if now <= half:
                assert move["late"] is (now > day)
    end = start + HOUR
    for now, phase, view in (
        (start - INSTANT, "upcoming", "upcoming"),
        (start, "in_progress", "upcoming"),
        (end - INSTANT, "in_progress", "upcoming"),
        (end, "awaiting_completion", "history"),
    ):
        town.clock.set(now)
        assert town.get(path, "anna")["phase"] == phase
        for each in ("upcoming", "history"):
            listed = [
                one["booking_id"] for one in town.get("/bookings", "anna", view=each)["items"]
            ]
            assert listed == ([booking] if each == view else [])
    file = town.send("anna", "GET", f"{path}/calendar.ics").content
    (event,) = Calendar.from_ical(file).events
    assert (event.start, event.end) == (start, end)
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}".encode() in file


def test_bk22_a_lesson_is_completed_a_day_of_24_hours_after_its_end(town: ClockTown) -> None:
    """BK-22, BK-23: the card is asked 24 hours before, and it is over 24 hours after the end."""
    start = critical(town)
    booking = town.book(start)
    after = start + HOUR
    for _ in range(24):
        after += HOUR
    town.world.advance(after - INSTANT - town.clock.now())
    assert town.get(f"/bookings/{booking}", "anna")["status"] == "CONFIRMED"
    town.world.advance(INSTANT)
    found = town.get(f"/bookings/{booking}", "anna")
    assert (found["status"], instants(found["completed_at"])) == ("COMPLETED", start + HOUR)


def test_bk49_reminders_come_by_the_hours_that_pass(town: ClockTown) -> None:
    """BK-49, NT-13: at 24 hours and at one, of which the first says `tomorrow` if it is."""
    start = critical(town)
    town.book(start)
    for minutes, kind in ((24 * 60, ReminderKind.DAY), (60, ReminderKind.HOUR)):
        due = oracle.earlier(start, minutes)
        for now, sent in ((due - INSTANT, 0), (due, 1), (due + INSTANT, 0)):
            town.clock.set(now)
            run = run_reminders(begin=town.world.ports.begin, clock=town.clock)
            assert run.sent[kind] == sent
        town.world.settle()
    newest = town.get("/notifications", "anna")["items"]
    texts = " ".join(f"{each['title']} {each['body']}" for each in newest)
    before = oracle.earlier(start, 24 * 60)
    is_tomorrow = oracle.shown(town.zone, before).date() + DAY == town.change
    assert ("tomorrow" in texts) is is_tomorrow


def test_bk46_the_month_is_the_teachers(town: ClockTown) -> None:
    first, after = oracle.month_of(town.zone, town.midnight)
    for now, month in ((first, 0), (after - INSTANT, 0), (after, 1)):
        town.clock.set(now)
        shown = town.get("/instructors/me/booking-stats", "jane")["month"]
        assert shown == f"{town.change.year}-{town.change.month + month:02}"


def test_bk50_bk52_the_staff_finds_lessons_by_date(town: ClockTown) -> None:
    """Lists go by the lesson's own date, figures by the platform's day and Monday-week."""
    ends = oracle.end_of(town.zone, town.change)
    half = 30 * MINUTE
    starts = [town.midnight - half, town.midnight, critical(town), ends - half, ends]
    starts += [ends + 26 * HOUR]
    ids = {start: _keep(town, start) for start in starts}
    for day in (*town.dates, town.change + 2 * DAY):
        asked = {"date_from": day, "date_to": day}
        found = {
            each["booking_id"] for each in town.get("/admin/bookings", "ada", **asked)["items"]
        }
        dated = {start for start in starts if oracle.shown(town.zone, start).date() == day}
        assert found == {ids[start] for start in dated}
    platform = {start: oracle.shown(oracle.NEW_YORK, start).date() for start in starts}
    for moment in starts:
        for now in (moment - INSTANT, moment):
            town.clock.set(now)
            today = oracle.shown(oracle.NEW_YORK, now).date()
            monday = today - today.weekday() * DAY
            figures = town.get("/admin/bookings/stats", "ada")
            assert figures["today"]["lessons"] == sum(day == today for day in platform.values())
            week = sum(monday <= day < monday + 7 * DAY for day in platform.values())
            assert figures["week"]["lessons"] == week


def _keep(town: ClockTown, start: datetime) -> str:
    """A lesson of half an hour that is agreed on, wherever it lies."""
    ids, now = town.world.ports.ids, town.clock.now()
    me = InstructorId(town.people["jane"].account_id.value)
    held = a_booking(
        ids.new(BookingId),
        student=StudentId(town.people["anna"].account_id.value),
        instructor=me,
        starts_at=start,
        minutes=30,
        created_at=now,
        zone=Zone(town.zone),
    )
    with town.world.ports.begin() as work:
        work.calendars.lock(me)
        kept = work.bookings.add(held.confirm(at=now))
    return str(kept.booking_id)


def test_bk32_a_lesson_moves_between_the_two_turns_of_an_hour(town: ClockTown) -> None:
    """AV-11, BK-32: asked for by wall time it is the first; the same instant is no change."""
    town.open(town.change, ("00:00", "24:00"))
    start = critical(town)
    booking = town.book(start)
    path = f"/bookings/{booking}/reschedule"
    wall = oracle.shown(town.zone, start)
    first = oracle.showing(town.zone, town.change, wall.time())[0]
    same = town.send("anna", "POST", path, json={"start": instant_text(start)})
    assert (same.status_code, same.json()["code"]) == (422, "no_change")
    local = {"date": str(town.change), "time": f"{wall:%H:%M}"}
    answer = town.send("anna", "POST", path, json=local)
    if first == start:
        assert (answer.status_code, answer.json()["code"]) == (422, "no_change")
    else:
        assert answer.status_code == 200, answer.text
        assert instants(answer.json()["booking"]["start"]) == first


# --- editing: AV-9, AV-14, AV-19, AV-20, AV-22, AV-23, AV-26, AV-27 ---


def test_av19_today_begins_and_ends_with_the_local_date(town: ClockTown) -> None:
    """AV-19, AV-20, AV-22, AV-23, AV-27: right before and at each midnight around the change."""
    source = town.change - 20 * DAY
    source -= source.weekday() * DAY
    town.clock.set(town.midnight - 10 * DAY)
    town.do("jane", "PUT", _week(source), json=_whole(source), headers={"If-Match": "*"})
    monday = town.change - town.change.weekday() * DAY
    for day in (town.change, town.change + DAY):
        begins = oracle.minutes_of(town.zone, day)[0]
        for now, today in ((begins - INSTANT, day - DAY), (begins, day)):
            town.clock.set(now)
            _check_today(town, today, source, monday)


def _week(monday: date) -> str:
    return f"/instructors/me/availability/weeks/{monday}"


def _whole(monday: date) -> dict[str, Any]:
    hours = [{"start": "02:00", "end": "03:00"}]
    return {"days": {str(monday + n * DAY): hours for n in range(7)}}


def _check_today(town: ClockTown, today: date, source: date, monday: date) -> None:
    copy = {"from_week": str(source), "to_week": str(monday)}
    edits = "/instructors/me/availability"
    found = town.do("jane", "POST", f"{edits}/copies?dry_run=true", json=copy)
    week = [monday + n * DAY for n in range(7)]
    assert found["written_dates"] == [str(day) for day in week if day >= today]
    fill = {
        "from_week": str(source),
        "start_date": str(today - DAY),
        "end_date": str(today + DAY),
    }
    found = town.do("jane", "POST", f"{edits}/patterns?dry_run=true", json=fill)
    assert found["written_dates"] == [str(today), str(today + DAY)]
    last = today + 365 * DAY
    for day, status in ((last, 200), (last + DAY, 422)):
        step = {"op": "open", "date": str(day), "start": "02:00", "end": "03:00"}
        path = _week(day - day.weekday() * DAY) + "?dry_run=true"
        answer = town.send("jane", "PATCH", path, json={"operations": [step]})
        assert answer.status_code == status, answer.text
    past = today - 31 * DAY
    for day, written in ((past, []), (past + DAY, [str(past + DAY)])):
        step = {"op": "open", "date": str(day), "start": "02:00", "end": "03:00"}
        path = _week(day - day.weekday() * DAY) + "?dry_run=true"
        found = town.do("jane", "PATCH", path, json={"operations": [step]})
        assert found["written_dates"] == written
    for day, code in ((today - DAY, "range_in_past"), (last + DAY, "out_of_horizon")):
        refused = town.send("jane", "POST", "/instructors/me/blackouts", json={"date": str(day)})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    made = town.do("jane", "POST", "/instructors/me/blackouts", json={"date": str(today)})
    (blackout,) = made["blackouts"]
    town.send("jane", "DELETE", f"/instructors/me/blackouts/{blackout['blackout_id']}")


def test_av22_hours_are_copied_as_the_wall_shows_them(town: ClockTown) -> None:
    """Onto the change's week and from it: two o'clock stays two, though it is skipped or twice."""
    source = town.change - 13 * DAY
    town.do("jane", "PUT", _week(source), json=_whole(source), headers={"If-Match": "*"})
    monday = town.change - 6 * DAY
    hours = [{"start": "02:00", "end": "03:00"}]
    edits = "/instructors/me/availability/copies"
    for since, to in ((source, monday), (monday, monday + 14 * DAY)):
        copy = {"from_week": str(since), "to_week": str(to)}
        assert town.do("jane", "POST", edits, json=copy)["days_written"] > 0
        shown = town.get(_week(to), "jane")["days"][str(to + 6 * DAY)]
        assert [{"start": each["start"], "end": each["end"]} for each in shown] == hours
    calendar = oracle.Calendar(town.zone, {town.change: [(120, 180)]})
    query = {"from": town.change, "to": town.change}
    (day,) = town.get(f"{town.teacher}/availability", **query)["days"]
    assert day["free_minutes"] == 5 * len(calendar.free(town.change, town.clock.now()))


def test_av26_a_lesson_is_uncovered_when_its_wall_time_closes(town: ClockTown) -> None:
    """A lesson of the night needs the wall slots that its minutes show, and no others."""
    start = critical(town)
    booking = town.book(start)
    shown = {oracle.shown(town.zone, start + n * MINUTE) for n in range(60)}
    needed = {60 * each.hour + each.minute // 5 * 5 for each in shown}
    path = f"{_week(town.change - 6 * DAY)}?dry_run=true"
    for minute in range(30, 240, 5):
        walls = [f"{each // 60:02}:{each % 60:02}" for each in (minute, minute + 5)]
        step = {"op": "close", "date": str(town.change), "start": walls[0], "end": walls[1]}
        found = town.do("jane", "PATCH", path, json={"operations": [step]})
        uncovered = [each["booking_id"] for each in found["uncovered_bookings"]]
        assert uncovered == ([booking] if minute in needed else [])


def test_av27_a_blackout_hides_the_whole_local_date(town: ClockTown) -> None:
    """23, 23½, 24½ or 25 hours of it, and nothing of the days around; lessons are listed."""
    booking = town.book(critical(town))
    body = {"date": str(town.change)}
    made = town.do("jane", "POST", "/instructors/me/blackouts", json=body)
    assert [each["booking_id"] for each in made["bookings"]] == [booking]
    calendar = town.calendar(blackouts=frozenset({town.change}))
    query = {"from": town.dates[0], "to": town.dates[-1], "location_type": "online"}
    days = town.get(f"{town.teacher}/availability", **query)["days"]
    minutes = [5 * len(calendar.free(day, town.clock.now())) for day in town.dates]
    assert [each["free_minutes"] for each in days] == minutes
    assert [each["blackout"] for each in days] == [False, True, False]


# --- waiting: spec 01 §11 ---


def test_spec11_who_waits_for_wall_hours_is_told_of_their_first_turn(town: ClockTown) -> None:
    """Hours that are skipped bring no news; hours that come twice bring the first."""
    town.open(town.change)
    for start, end in (("02:00", "03:00"), ("01:30", "02:00")):
        body = {
            "instructor_id": str(town.people["jane"].account_id),
            "location_type": "online",
            "duration": 30,
            "from": str(town.change),
            "to": str(town.change),
            "windows": [{"start": start, "end": end}],
        }
        town.do("anna", "POST", "/waitlist", json=body)
    town.open(town.change, ("00:00", "24:00"))
    town.world.settle()
    calendar = oracle.Calendar(town.zone, {town.change: [(0, 1440)]})
    for each in town.get("/waitlist", "anna")["items"]:
        (window,) = each["windows"]
        bounds = [60 * int(wall[:2]) + int(wall[3:]) for wall in (window["start"], window["end"])]
        now = town.clock.now()
        expected = calendar.starts(town.change, 30, now, *bounds)[:1]
        assert [instants(news["starts_at"]) for news in each["news"]] == expected


# --- the same with PostgreSQL below ---


@each_change
def test_postgres_keeps_and_finds_the_same(
    zone: str, change: date, ports: Ports, engine: Engine
) -> None:
    """Free time, the roster, codes, the week's edits and a lesson's life, once more."""
    with clock_town(zone, change, real=(ports, engine)) as town:
        began = town.clock.now()
        for check in (
            test_av36_what_the_public_sees_is_the_oracles,
            test_bk11_every_start_of_the_night_is_judged_as_by_the_oracle,
            test_av19_today_begins_and_ends_with_the_local_date,
            test_bk46_the_month_is_the_teachers,
            test_bk26_a_lesson_lives_by_the_hours_that_pass,
        ):
            town.clock.set(began)
            check(town)
        with engine.connect() as connection:
            dates = connection.scalars(text("SELECT local_date FROM bookings")).all()
        assert dates == [change], "BK-50: the date where the lesson is given"
