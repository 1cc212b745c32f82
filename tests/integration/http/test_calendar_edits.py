"""Edits of calendars over HTTP: patch, merge, copy, repeat, look back, undo."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import define
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http import calendar_edits, weeks
from entrypoints.http.config import PREFIX
from instainstru_core.accounts.model import Role
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.ports import Ports
from instainstru_core.testing.contracts.calendars import NINE, TUESDAY, lesson_of
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    MONDAY,
    NOON,
    Classroom,
    open_classroom,
    signed_in,
)
from tests.integration.http.lone_routes import lone_routes
from tests.integration.http.people import Client, Join
from tests.integration.http.test_budget import BUDGET, statements

CALENDAR = "/instructors/me/availability"
NEXT = MONDAY + timedelta(days=7)
LAST = MONDAY - timedelta(days=7)
ALL = ["travel", "studio", "online"]
MORNING = {"start": "09:00", "end": "12:00"}
NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def window(start: str, end: str, formats: list[str] | None = None) -> dict[str, Any]:
    return {"start": start, "end": end, "formats": formats or ALL}


@define
class Editor:
    """The instructor's browser."""

    http: TestClient[Litestar]
    clock: HandMovedClock
    store: InMemoryStore
    room: Classroom

    def put(self, days: Any, monday: date = MONDAY, if_match: str = "*") -> Any:
        path = f"{CALENDAR}/weeks/{monday}"
        return self.http.put(path, json={"days": days}, headers={"If-Match": if_match})

    def week(self, monday: date = MONDAY) -> Any:
        return self.http.get(f"{CALENDAR}/weeks/{monday}")

    def days(self, monday: date = MONDAY) -> dict[str, Any]:
        """The dates that are open."""
        return {day: each for day, each in self.week(monday).json()["days"].items() if each}

    def patch(self, *operations: Any, monday: date = MONDAY, **more: Any) -> Any:
        path = f"{CALENDAR}/weeks/{monday}"
        return self.http.patch(path, json={"operations": list(operations)}, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.http.post(CALENDAR + path, json=body, **more)


@pytest.fixture
def editor() -> Iterator[Editor]:
    clock = HandMovedClock(NOON)
    store = InMemoryStore(CountedIds(), clock)
    room = open_classroom(store.begin, store.ids, planes=DayPlanes())
    principal = signed_in(room.instructor, Role.INSTRUCTOR)
    with lone_routes(store, principal, weeks.ROUTER, calendar_edits.ROUTER) as client:
        yield Editor(client, clock, store, room)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def pointers(answer: Any) -> list[str]:
    return [each["pointer"] for each in answer.json()["errors"]]


def op(kind: str, day: date, start: str, end: str, *formats: str) -> dict[str, Any]:
    found: dict[str, Any] = {"op": kind, "date": str(day), "start": start, "end": end}
    return found | ({"formats": list(formats)} if formats else {})


# --- patch: AV-17 ---


def test_av17_steps_are_taken_in_order(editor: Editor) -> None:
    answer = editor.patch(
        op("open", TUESDAY, "09:00", "12:00"),
        op("close", TUESDAY, "10:00", "11:00", "travel"),
        op("open", TUESDAY, "10:30", "11:00", "travel"),
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["days"][str(TUESDAY)] == [
        window("09:00", "10:00"),
        window("10:00", "10:30", ["studio", "online"]),
        window("10:30", "12:00"),
    ]
    assert found["written_dates"] == [str(TUESDAY)]
    assert (found["days_written"], found["weeks_affected"], found["dates_processed"]) == (1, 1, 1)
    assert found["skipped_dates"] == found["uncovered_bookings"] == []
    assert answer.headers["ETag"] == f'"{found["etag"]}"' == editor.week().headers["ETag"]
    assert len(found["edit_id"]) == 26


def test_av17_if_match_is_honoured_when_given(editor: Editor) -> None:
    step = op("open", TUESDAY, "09:00", "12:00")
    etag = editor.week().headers["ETag"]
    assert editor.patch(step, headers={"If-Match": etag}).status_code == 200
    stale = editor.patch(op("close", TUESDAY, "09:00", "10:00"), headers={"If-Match": etag})
    assert code(stale) == (412, "version_conflict")
    assert stale.json()["current_days"] == editor.week().json()["days"]
    assert editor.patch(step, headers={"If-Match": "*"}).json()["days_written"] == 0


def test_av17_dates_processed_are_the_distinct_ones(editor: Editor) -> None:
    nothing = editor.patch()
    assert (nothing.status_code, nothing.json()["dates_processed"]) == (200, 0)
    assert nothing.json()["edit_id"] is None
    twice = editor.patch(
        op("open", TUESDAY, "09:00", "10:00"),
        op("close", TUESDAY, "09:00", "10:00"),
        op("close", MONDAY, "09:00", "10:00"),
    ).json()
    assert (twice["dates_processed"], twice["days_written"]) == (2, 0)


@pytest.mark.parametrize(
    ("step", "expected", "field"),
    [
        (op("open", TUESDAY, "9:00", "10:00"), "invalid_time", "start"),
        (op("open", TUESDAY, "09:00", "24:05"), "invalid_time", "end"),
        (op("open", TUESDAY, "09:01", "10:00"), "unaligned_time", "start"),
        (op("open", TUESDAY, "10:00", "09:00"), "invalid_range", "end"),
        (op("open", TUESDAY, "00:00", "00:00"), "invalid_range", "end"),
        (op("close", TUESDAY, "09:00", "10:00", "boat"), "invalid_formats", "formats"),
        (op("close", NEXT, "09:00", "10:00"), "week_mismatch", "date"),
    ],
)
def test_av17_refusals_name_the_step(
    editor: Editor, step: dict[str, Any], expected: str, field: str
) -> None:
    answer = editor.patch(op("open", TUESDAY, "09:00", "12:00"), step)
    assert code(answer) == (422, expected)
    assert pointers(answer) == [f"/operations/1/{field}"]
    assert editor.days() == {}, "all steps or none"


def test_av17_at_most_200_steps(editor: Editor) -> None:
    step = op("open", TUESDAY, "09:00", "12:00")
    assert editor.patch(*[step] * 200).status_code == 200
    answer = editor.patch(*[step] * 201)
    assert code(answer) == (422, "too_many_operations")
    assert pointers(answer) == ["/operations"]


def test_av12_av20_weeks_of_patches(editor: Editor) -> None:
    tuesday = editor.patch(op("open", TUESDAY, "09:00", "12:00"), monday=TUESDAY)
    assert code(tuesday) == (422, "not_monday")
    far = MONDAY + timedelta(days=371)
    answer = editor.patch(op("open", far, "09:00", "12:00"), monday=far)
    assert code(answer) == (422, "out_of_horizon")
    assert editor.patch(op("close", far, "09:00", "12:00"), monday=far).status_code == 200
    strange = editor.patch(op("toggle", TUESDAY, "09:00", "12:00"))
    assert code(strange) == (422, "validation_failed")


def test_av19_the_past_is_corrected_so_far(editor: Editor) -> None:
    monday = MONDAY - timedelta(days=35)
    days = [monday + timedelta(days=n) for n in (4, 5)]
    answer = editor.patch(*(op("open", day, "09:00", "12:00") for day in days), monday=monday)
    assert answer.json()["written_dates"] == [str(days[1])]
    assert answer.json()["skipped_dates"] == [{"date": str(days[0]), "reason": "past_window"}]


# --- merge: AV-18 ---


def test_av18_both_sides_survive(editor: Editor) -> None:
    """Spec 01 §9: Editor saves stale week, Merge chosen."""
    editor.put({str(TUESDAY): [MORNING]})
    base = editor.week().json()["days"]
    editor.patch(
        op("open", MONDAY, "20:00", "21:00"),
        op("close", TUESDAY, "09:00", "09:30", "online"),
        op("open", NEXT - timedelta(days=1), "08:00", "08:05"),
    )
    mine = {**base, str(TUESDAY): [window("09:00", "11:00")]}
    tried = editor.post(
        f"/weeks/{MONDAY}/merge", {"base": base, "mine": mine}, params={"dry_run": "true"}
    )
    answer = editor.post(f"/weeks/{MONDAY}/merge", {"base": base, "mine": mine})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["days"] == editor.week().json()["days"]
    assert editor.days() == {
        str(MONDAY): [window("20:00", "21:00")],
        str(TUESDAY): [
            window("09:00", "09:30", ["travel", "studio"]),
            window("09:30", "11:00"),
        ],
        str(NEXT - timedelta(days=1)): [window("08:00", "08:05")],
    }
    assert (found["merged_changes"], found["merged_slots"]) == (3, 12 + 6 + 1)
    assert (found["written_dates"], found["dates_processed"]) == ([str(TUESDAY)], 7)
    assert answer.headers["ETag"] == f'"{found["etag"]}"' == editor.week().headers["ETag"]
    assert tried.json() == {**found, "dry_run": True, "edit_id": None}


def test_av18_who_changed_nothing_takes_over_what_is_there(editor: Editor) -> None:
    editor.put({str(TUESDAY): [MORNING]})
    answer = editor.post(f"/weeks/{MONDAY}/merge", {"base": {}, "mine": {}}).json()
    assert (answer["days_written"], answer["merged_changes"]) == (0, 1)
    assert list(editor.days()) == [str(TUESDAY)]


@pytest.mark.parametrize(
    ("part", "days", "expected", "pointer"),
    [
        ("base", {str(NEXT): []}, "week_mismatch", f"/base/{NEXT}"),
        ("mine", {str(NEXT): []}, "week_mismatch", f"/mine/{NEXT}"),
        ("mine", {str(TUESDAY): [MORNING] * 49}, "too_many_windows", f"/mine/{TUESDAY}"),
        (
            "base",
            {str(TUESDAY): [{"start": "9", "end": "10:00"}]},
            "invalid_time",
            f"/base/{TUESDAY}/0/start",
        ),
    ],
)
def test_av18_refusals(editor: Editor, part: str, days: Any, expected: str, pointer: str) -> None:
    answer = editor.post(f"/weeks/{MONDAY}/merge", {"base": {}, "mine": {}, part: days})
    assert code(answer) == (422, expected)
    assert pointers(answer) == [pointer]
    tuesday = editor.post(f"/weeks/{TUESDAY}/merge", {"base": {}, "mine": {}})
    assert code(tuesday) == (422, "not_monday")
    far = MONDAY + timedelta(days=371)
    body = {"base": {}, "mine": {str(far): [MORNING]}}
    late = editor.post(f"/weeks/{far}/merge", body)
    assert (code(late), pointers(late)) == ((422, "out_of_horizon"), [f"/mine/{far}"])


# --- copies: AV-22, AV-24 ---


def test_av22_a_copy_makes_a_week_like_another(editor: Editor) -> None:
    sunday = NEXT + timedelta(days=6)
    editor.put({str(TUESDAY): [{**MORNING, "formats": ["studio"]}]})
    editor.put({str(sunday): [MORNING]}, monday=NEXT)
    body = {"from_week": str(MONDAY), "to_week": str(NEXT)}
    tried = editor.post("/copies", body, params={"dry_run": "true"})
    answer = editor.post("/copies", body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert editor.days(NEXT) == {
        str(TUESDAY + timedelta(days=7)): [window("09:00", "12:00", ["studio"])]
    }
    assert found["written_dates"] == [str(TUESDAY + timedelta(days=7)), str(sunday)]
    assert (found["dates_processed"], found["weeks_affected"], found["reason"]) == (7, 1, None)
    etag = editor.week(NEXT).headers["ETag"]
    assert found["weeks"] == [{"monday": str(NEXT), "etag": etag.strip('"')}]
    assert answer.headers["ETag"] == etag == editor.week().headers["ETag"]
    assert tried.json() == {**found, "dry_run": True, "edit_id": None}
    assert editor.post("/copies", body).json()["days_written"] == 0


def test_av22_dates_before_today_stay(editor: Editor) -> None:
    editor.clock.move(timedelta(days=1))
    editor.put({str(NEXT + timedelta(days=n)): [MORNING] for n in range(7)}, monday=NEXT)
    found = editor.post("/copies", {"from_week": str(NEXT), "to_week": str(MONDAY)}).json()
    assert found["skipped_dates"] == [{"date": str(MONDAY), "reason": "past_target"}]
    assert str(MONDAY) not in editor.days()
    assert found["days_written"] == 6, "today is written"


def test_av22_refusals(editor: Editor) -> None:
    editor.put({str(MONDAY): [MORNING]})
    same = editor.post("/copies", {"from_week": str(MONDAY), "to_week": str(MONDAY)})
    assert (code(same), pointers(same)) == ((422, "same_week"), ["/to_week"])
    for body in (
        {"from_week": str(TUESDAY), "to_week": str(MONDAY)},
        {"from_week": str(MONDAY), "to_week": str(TUESDAY)},
    ):
        assert code(editor.post("/copies", body)) == (422, "not_monday")
    far = {"from_week": str(MONDAY), "to_week": str(MONDAY + timedelta(days=371))}
    assert code(editor.post("/copies", far)) == (422, "out_of_horizon")
    near = {"from_week": str(MONDAY), "to_week": str(NEXT)}
    stale = editor.post("/copies", near, headers={"If-Match": '"0"'})
    assert code(stale) == (412, "version_conflict")
    assert stale.json()["current_etag"] == editor.week(NEXT).headers["ETag"].strip('"')
    assert code(editor.post("/copies", {"from_week": str(MONDAY)})) == (422, "validation_failed")


def test_av24_a_closed_week_clears_nothing_by_accident(editor: Editor) -> None:
    editor.put({str(TUESDAY): [MORNING]})
    body = {"from_week": str(NEXT), "to_week": str(MONDAY)}
    found = editor.post("/copies", body).json()
    assert (found["days_written"], found["reason"]) == (0, "empty_source")
    assert (found["skipped_dates"], found["dates_processed"]) == ([], 7)
    assert list(editor.days()) == [str(TUESDAY)]
    assert editor.post("/copies", {**body, "allow_clear": True}).json()["days_written"] == 1
    assert editor.days() == {}


# --- patterns: AV-23, AV-24 ---


def test_av23_a_pattern_fills_its_range_and_nothing_else(editor: Editor) -> None:
    editor.put({str(TUESDAY): [MORNING], str(MONDAY + timedelta(days=4)): [MORNING]})
    first, last = NEXT + timedelta(days=2), NEXT + timedelta(days=15)
    editor.put({str(last): [MORNING]}, monday=NEXT + timedelta(days=14))
    body = {"from_week": str(MONDAY), "start_date": str(first), "end_date": str(last)}
    tried = editor.post("/patterns", body, params={"dry_run": "true"}).json()
    found = editor.post("/patterns", body).json()
    assert tried == {**found, "dry_run": True, "edit_id": None}
    written = [NEXT + timedelta(days=n) for n in (4, 8, 11)]
    assert found["written_dates"] == [str(day) for day in written], "the last is as it was"
    assert (found["dates_processed"], found["weeks_affected"]) == (14, 2)
    mondays = [NEXT + timedelta(days=n) for n in (0, 7, 14)]
    assert found["weeks"] == [
        {"monday": str(each), "etag": editor.week(each).headers["ETag"].strip('"')}
        for each in mondays
    ]
    assert str(NEXT + timedelta(days=1)) not in editor.days(NEXT)


def test_av23_the_source_may_lie_in_the_range(editor: Editor) -> None:
    editor.put({str(TUESDAY): [MORNING]})
    body = {"from_week": str(MONDAY), "start_date": str(LAST), "end_date": str(NEXT)}
    found = editor.post("/patterns", body).json()
    assert found["skipped_dates"] == [
        {"date": str(TUESDAY - timedelta(days=7)), "reason": "past_target"}
    ]
    assert (found["days_written"], found["dates_processed"]) == (0, 15)


@pytest.mark.parametrize(
    ("change", "expected", "pointer"),
    [
        ({"end_date": str(MONDAY - timedelta(days=1))}, "invalid_range", "/end_date"),
        ({"end_date": str(MONDAY + timedelta(days=366))}, "range_too_long", "/end_date"),
        ({"end_date": "9999-12-31"}, "range_too_long", "/end_date"),
        (
            {"start_date": "9999-12-30", "end_date": "9999-12-31"},
            "out_of_horizon",
            "/end_date",
        ),
        (
            {"start_date": str(NEXT), "end_date": str(NEXT + timedelta(days=365))},
            "out_of_horizon",
            "/end_date",
        ),
    ],
)
def test_av23_refusals(editor: Editor, change: dict[str, str], expected: str, pointer: str) -> None:
    editor.put({str(MONDAY + timedelta(days=n)): [MORNING] for n in range(7)})
    whole = {
        "from_week": str(MONDAY),
        "start_date": str(MONDAY),
        "end_date": str(MONDAY + timedelta(days=365)),
    }
    answer = editor.post("/patterns", {**whole, **change})
    assert (code(answer), pointers(answer)) == ((422, expected), [pointer])
    tuesday = editor.post("/patterns", {**whole, "from_week": str(TUESDAY)})
    assert code(tuesday) == (422, "not_monday")
    assert editor.days(NEXT) == {}, "all dates or none"
    assert editor.post("/patterns", whole).json()["days_written"] == 359


def test_av24_a_closed_pattern_clears_nothing_by_accident(editor: Editor) -> None:
    editor.put({str(TUESDAY): [MORNING]})
    body = {"from_week": str(NEXT), "start_date": str(MONDAY), "end_date": str(TUESDAY)}
    found = editor.post("/patterns", body).json()
    assert (found["days_written"], found["reason"]) == (0, "empty_source")
    assert found["dates_processed"] == 2
    assert editor.post("/patterns", {**body, "allow_clear": True}).json()["days_written"] == 1


# --- bookings, flat windows, history ---


def test_av26_every_writer_warns_of_bookings_and_touches_none(editor: Editor) -> None:
    held = lesson_of(editor.room, editor.store.ids, NINE, at=NOON)
    editor.put({str(TUESDAY): [MORNING]})
    with editor.store.begin() as work:
        work.bookings.add(held)
    dry: dict[str, Any] = {"params": {"dry_run": "true"}}
    base = editor.week().json()["days"]
    last = {"from_week": str(NEXT), "allow_clear": True}
    answers = [
        editor.patch(op("close", TUESDAY, "09:30", "10:00", "online"), **dry),
        editor.post(f"/weeks/{MONDAY}/merge", {"base": base, "mine": {}}, **dry),
        editor.post("/copies", {**last, "to_week": str(MONDAY)}, **dry),
        editor.post(
            "/patterns", {**last, "start_date": str(TUESDAY), "end_date": str(NEXT)}, **dry
        ),
    ]
    for answer in answers:
        (warned,) = answer.json()["uncovered_bookings"]
        assert warned["booking_id"] == str(held.booking_id)
    covered = editor.patch(op("close", TUESDAY, "09:30", "10:00", "travel"), **dry)
    assert covered.json()["uncovered_bookings"] == []
    editor.put({})
    with editor.store.begin() as work:
        assert work.bookings.get(held.booking_id) == held


def test_flat_windows_of_a_range(editor: Editor) -> None:
    """Spec 01 §6: at most 365 days, past ones too."""
    editor.put({str(MONDAY): [MORNING], str(TUESDAY): [MORNING, window("14:00", "15:00")]})
    answer = editor.http.get(CALENDAR)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["zone"], found["from"]) == ("America/New_York", str(MONDAY))
    assert found["to"] == str(MONDAY + timedelta(days=29))
    assert found["windows"] == [
        {"date": str(MONDAY), **window("09:00", "12:00")},
        {"date": str(TUESDAY), **window("09:00", "12:00")},
        {"date": str(TUESDAY), **window("14:00", "15:00")},
    ]
    only = editor.http.get(CALENDAR, params={"from": str(LAST), "to": str(MONDAY)}).json()
    assert [each["date"] for each in only["windows"]] == [str(MONDAY)]
    assert editor.http.get(CALENDAR, params={"from": "9999-12-31"}).json()["windows"] == []


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2030-01-08", "2030-01-07", (422, "invalid_range")),
        ("2030-01-07", "2031-01-07", (422, "range_too_long")),
        ("2030-01-07", "2031-01-06", (200, "")),
        ("yesterday", "2030-01-07", (422, "validation_failed")),
    ],
)
def test_flat_windows_have_bounds(
    editor: Editor, first: str, last: str, expected: tuple[int, str]
) -> None:
    assert code(editor.http.get(CALENDAR, params={"from": first, "to": last})) == expected


def test_a_save_is_undone_and_later_ones_stay(editor: Editor) -> None:
    """Spec 01 §11: instructors can undo any save and see history."""
    editor.put({str(TUESDAY): [MORNING]})
    mistake = editor.patch(
        op("close", TUESDAY, "09:00", "12:00"), op("open", MONDAY, "20:00", "22:00")
    ).json()
    editor.patch(op("open", TUESDAY, "11:00", "13:00"))
    path = f"/history/{mistake['edit_id']}/undo"
    tried = editor.post(path, params={"dry_run": "true"}).json()
    answer = editor.post(path)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert tried == {**found, "dry_run": True, "edit_id": None}
    assert editor.days() == {str(TUESDAY): [window("09:00", "13:00")]}
    assert found["written_dates"] == [str(MONDAY), str(TUESDAY)]
    again = editor.post(f"/history/{found['edit_id']}/undo").json()
    assert editor.days() == {
        str(MONDAY): [window("20:00", "22:00")],
        str(TUESDAY): [window("11:00", "13:00")],
    }
    assert again["days_written"] == 2


def test_the_history_tells_what_each_save_moved(editor: Editor) -> None:
    editor.put({str(TUESDAY): [MORNING]})
    editor.clock.move(timedelta(hours=1))
    editor.patch(
        op("close", TUESDAY, "09:00", "10:00", "travel"), op("open", MONDAY, "20:00", "20:30")
    )
    editor.patch(op("open", MONDAY, "20:00", "20:30"))
    newest = editor.http.get(f"{CALENDAR}/history", params={"limit": 1}).json()
    (entry,) = newest["items"]
    assert entry.pop("edit_id") is not None
    assert entry == {
        "cause": "patch",
        "saved_at": "2030-01-07T18:00:00Z",
        "dates": [str(MONDAY), str(TUESDAY)],
        "opened_minutes": 30,
        "closed_minutes": 60,
    }
    more = {"limit": 1, "cursor": newest["next_cursor"]}
    rest = editor.http.get(f"{CALENDAR}/history", params=more).json()
    assert [each["cause"] for each in rest["items"]] == ["replace"]
    assert rest["next_cursor"] is None
    strange = editor.http.get(f"{CALENDAR}/history", params={"cursor": "x"})
    assert code(strange) == (422, "validation_failed")


def test_only_ones_own_saves_are_undone(editor: Editor) -> None:
    assert code(editor.post(f"/history/{NOBODY}/undo")) == (404, "edit_not_found")
    assert editor.post("/history/nothing/undo").status_code == 404


# --- on real servers ---


def test_a_save_asked_for_twice_with_one_key_is_made_once(
    free_api: Client, ports: Ports, join: Join
) -> None:
    """Spec 01 §9: the retry of any POST replays. Every edit stays within the budget of OP-18."""
    teacher = join("teacher@example.com", role="instructor")
    today = ports.clock.now().date()
    monday = today + timedelta(days=7 - today.weekday())
    path = f"{PREFIX}{CALENDAR}"
    week = f"{path}/weeks/{monday}"
    step = op("open", monday, "09:00", "12:00")
    keyed = teacher.headers | {"Idempotency-Key": "a-copy-of-a-week-1"}
    copy = {"from_week": str(monday), "to_week": str(monday + timedelta(days=7))}
    pattern = {"from_week": str(monday), "start_date": str(today), "end_date": str(today)}
    merge = {"base": {}, "mine": {str(monday): [MORNING]}}
    counts: list[int] = []

    def send(method: str, to: str, body: Any, headers: Any = teacher.headers) -> Any:
        with statements() as seen:
            answer = free_api.request(method, to, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        counts.append(len(seen))
        return answer

    send("PATCH", week, {"operations": [step]})
    first = send("POST", f"{path}/copies", copy, keyed)
    again = send("POST", f"{path}/copies", copy, keyed)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    send("POST", f"{path}/history/{first.json()['edit_id']}/undo", None)
    send("POST", f"{path}/patterns", pattern)
    send("POST", f"{week}/merge", merge)
    causes = [each["cause"] for each in send("GET", f"{path}/history", None).json()["items"]]
    assert causes == ["undo", "copy", "patch"]
    assert max(counts) <= BUDGET
