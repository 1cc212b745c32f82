"""An instructor's week on its page, with plain forms: painted, listed, copied, taken back."""

import base64
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import Response

from entrypoints.web.week_forms import spelled
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.availability.model.weeks import Week
from instainstru_core.testing.world import MONDAY, NOON
from tests.integration.http.people import Client
from tests.integration.http.town import TUESDAY, Town
from tests.integration.web.seen import Page, Slip, look, read, send
from tests.integration.web.signing import sign_in

NEXT = MONDAY + timedelta(days=7)
WAY = f"/teach/week?week={NEXT}"
HOUR = 12
NINE = 9 * HOUR


@pytest.fixture
def desk(web: Client, place: Town) -> Client:
    """Jane, before her weeks."""
    return sign_in(web, place, "jane")


def test_a_sunday_shows_the_week_that_is_ahead(web: Client, place: Town) -> None:
    place.world.clock.set(NOON + timedelta(days=6))
    page = look(sign_in(web, place, "jane"), "/teach/week")
    assert {each.action for each in page.slips if "week?" in each.action} == {WAY}
    assert f'href="/teach/week?week={NEXT - timedelta(days=1)}"' in page.answer.text


def form(page: Page, act: str, *, has: str = "") -> Slip:
    """The first form of the page that does *act*, with a field of a name if one is asked for."""
    return next(
        each
        for each in page.slips
        if each.fields.get("act") == [act] and (not has or has in each.fields)
    )


def windows(place: Town, monday: date = NEXT, who: str = "jane") -> dict[str, Any]:
    """What is stored: windows by date."""
    path = f"/instructors/me/availability/weeks/{monday}"
    found: dict[str, Any] = place.do(who, "GET", path)["days"]
    return found


def closed_but(monday: date = NEXT, **days: DayPlanes) -> Week:
    """A week that is closed but for some days: `d1` is Tuesday."""
    return Week(monday, tuple(days.get(f"d{number}", DayPlanes()) for number in range(7)))


def toast(web: Client, answer: Response, way: str = WAY) -> str:
    """What is said where the answer leads."""
    assert (answer.status_code, answer.headers.get("location")) == (303, way), answer.text[-3000:]
    return look(web, way).text


def all_of(day: str, windows: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(each["start"], each["end"], each["formats"]) for each in windows[day]]


def test_the_week_shows_what_is_open_and_who_comes(desk: Client, place: Town) -> None:
    place.book()
    page = look(desk, f"/teach/week?week={TUESDAY}")
    assert "Anna" in page.text
    assert f'href="/teach/week?week={NEXT}"' in page.answer.text
    assert 'data-f="tso"' in page.answer.text
    assert "booked" in page.answer.text


def test_without_a_day_it_is_the_week_of_today(desk: Client) -> None:
    assert "Jan 7" in look(desk, "/teach/week").text


@pytest.mark.parametrize("week", ["yesterday", "2030-02-30", "20300107"])
def test_what_is_no_day_leads_nowhere(desk: Client, week: str) -> None:
    look(desk, f"/teach/week?week={week}", 404)


def test_students_have_no_week(web: Client, place: Town) -> None:
    look(sign_in(web, place, "anna"), "/teach/week", 403)


def test_rows_are_saved_as_the_whole_week(desk: Client, place: Town) -> None:
    slip = form(look(desk, WAY), "save", has="0.0.start")
    typed: dict[str, Any] = {name: "" for name in slip.fields if name.endswith((".start", ".end"))}
    typed |= {"1.0.start": "09:00", "1.0.end": "12:30", "1.0.formats": ["studio", "online"]}
    typed |= {"6.1.start": "20:00", "6.1.end": "00:00", "6.1.formats": "online"}
    assert "Your week is saved." in toast(desk, send(desk, slip, **typed))
    found = windows(place)
    assert all_of(str(NEXT + timedelta(days=1)), found) == [
        ("09:00", "12:30", ["studio", "online"])
    ]
    assert all_of(str(NEXT + timedelta(days=6)), found) == [("20:00", "24:00", ["online"])]
    assert sum(map(len, found.values())) == 2


def test_a_time_without_ticks_is_closed(desk: Client, place: Town) -> None:
    slip = form(look(desk, WAY), "save", has="0.0.start")
    del slip.fields["0.0.formats"]
    toast(desk, send(desk, slip))
    assert windows(place)[str(NEXT)] == []


def test_a_row_that_cannot_be_is_marked_and_kept(desk: Client, place: Town) -> None:
    before = windows(place)
    slip = form(look(desk, WAY), "save", has="0.0.start")
    answer = send(desk, slip, **{"0.0.start": "12:00", "0.0.end": "09:00"})
    page = read(answer)
    assert answer.status_code == 422
    assert "The end must come after the start." in page.text
    again = form(page, "save", has="0.0.start")
    assert again.fields["0.0.end"] == ["09:00"]
    assert windows(place) == before
    assert "Your week is saved." in toast(desk, send(desk, again, **{"0.0.end": "13:00"}))


def test_a_painted_week_is_saved_and_sent_twice_acts_once(desk: Client, place: Town) -> None:
    mine = closed_but(d2=DayPlanes(online=span(NINE, NINE + 2 * HOUR)))
    edits = place.do("jane", "GET", "/instructors/me/availability/history")["items"]
    before = len([each for each in edits if str(NEXT) in each["dates"]])
    slip = form(look(desk, WAY), "save", has="mine")
    assert "Your week is saved." in toast(desk, send(desk, slip, mine=spelled(mine)))
    assert send(desk, slip, mine=spelled(mine)).headers["location"] == WAY
    wednesday = str(NEXT + timedelta(days=2))
    assert all_of(wednesday, windows(place)) == [("09:00", "11:00", ["online"])]
    edits = place.do("jane", "GET", "/instructors/me/availability/history")["items"]
    assert len([each for each in edits if str(NEXT) in each["dates"]]) == before + 1


@pytest.mark.parametrize("mine", ["", "no week", base64.b64encode(b"x" * 839).decode()])
def test_what_is_no_week_is_refused(desk: Client, mine: str) -> None:
    slip = form(look(desk, WAY), "save", has="mine")
    assert send(desk, slip, mine=mine).status_code == 422


def test_a_form_that_does_nothing_we_know_is_refused(desk: Client) -> None:
    slip = form(look(desk, WAY), "save", has="mine")
    assert send(desk, slip, act="dance").status_code == 422


# --- two devices ---


def conflict(desk: Client, place: Town) -> Page:
    """Jane closes all but Tuesday morning, while her phone opens nothing but Friday."""
    slip = form(look(desk, WAY), "save", has="mine")
    friday = NEXT + timedelta(days=4)
    place.open("jane", friday, {"start": "10:00", "end": "11:00", "formats": ["studio"]})
    mine = closed_but(d1=DayPlanes(travel=span(NINE, NINE + HOUR)))
    kept = base64.b64decode(slip.fields["seen"][0])
    week = Week(
        NEXT,
        (
            *mine.days[:4],
            DayPlanes.of_bytes(kept[4 * 120 : 5 * 120]),
            *mine.days[5:],
        ),
    )
    answer = send(desk, slip, mine=spelled(week))
    assert answer.status_code == 409
    page = read(answer)
    assert "saved on another device meanwhile" in page.text
    assert "Fri, Jan 18, 8:00 AM \N{EN DASH} 10:00 AM" in page.text
    return page


def test_av18_both_are_kept(desk: Client, place: Town) -> None:
    slip = form(conflict(desk, place), "save", has="theirs")
    assert "Both are in" in toast(desk, send(desk, slip, how="merge"))
    found = windows(place)
    assert all_of(str(NEXT + timedelta(days=1)), found) == [("09:00", "10:00", ["travel"])]
    assert all_of(str(NEXT + timedelta(days=4)), found) == [("10:00", "11:00", ["studio"])]
    assert found[str(NEXT)] == []


def test_theirs_is_taken(desk: Client, place: Town) -> None:
    slip = form(conflict(desk, place), "save", has="theirs")
    before = windows(place)
    toast(desk, send(desk, slip, how="theirs"))
    assert windows(place) == before


def test_only_mine_is_kept_over_what_was_shown(desk: Client, place: Town) -> None:
    slip = form(conflict(desk, place), "save", has="theirs")
    assert "Your week is saved." in toast(desk, send(desk, slip, how="mine"))
    assert all_of(str(NEXT + timedelta(days=4)), windows(place)) == [
        ("08:00", "22:00", ["travel", "studio", "online"])
    ]


def test_what_was_saved_after_the_conflict_was_shown_is_shown_too(
    desk: Client, place: Town
) -> None:
    slip = form(conflict(desk, place), "save", has="theirs")
    place.open("jane", NEXT, {"start": "06:00", "end": "07:00"})
    answer = send(desk, slip, how="mine")
    assert answer.status_code == 409
    assert "6:00 AM \N{EN DASH} 7:00 AM" in read(answer).text


# --- copies, days away, undo ---


def test_av22_a_week_is_copied_from_that_of_a_day(desk: Client, place: Town) -> None:
    place.open("jane", TUESDAY, {"start": "07:00", "end": "08:00"})
    slip = form(look(desk, WAY), "copy")
    text = toast(desk, send(desk, slip, **{"from": str(TUESDAY)}))
    assert "This week is like the other one now." in text
    tuesday = windows(place)[str(NEXT + timedelta(days=1))]
    assert [each["start"] for each in tuesday] == ["07:00"]


def test_av24_a_closed_week_is_not_copied(desk: Client, place: Town) -> None:
    before = windows(place)
    far = MONDAY + timedelta(days=140)
    text = toast(desk, send(desk, form(look(desk, WAY), "copy"), **{"from": str(far)}))
    assert "closed all day" in text
    assert windows(place) == before


def test_a_week_is_not_copied_from_no_day_or_itself(desk: Client) -> None:
    slip = form(look(desk, WAY), "copy")
    assert "Please choose a day." in read(send(desk, slip, **{"from": "soon"})).text
    slip = form(look(desk, WAY), "copy")
    assert "copied onto itself" in read(send(desk, slip, **{"from": str(NEXT)})).text


def test_av23_a_week_is_repeated(desk: Client, place: Town) -> None:
    place.open("jane", NEXT, {"start": "07:00", "end": "08:00"})
    text = toast(desk, send(desk, form(look(desk, WAY), "repeat"), weeks="2"))
    assert "The next weeks are like this one now." in text
    for weeks, count in ((1, 1), (2, 1), (3, 0)):
        monday = NEXT + timedelta(weeks=weeks)
        found = windows(place, monday)[str(monday)]
        assert len([each for each in found if each["start"] == "07:00"]) == count
    answer = send(desk, form(look(desk, WAY), "repeat"), weeks="0")
    assert answer.status_code == 422


def test_a_day_is_copied(desk: Client, place: Town) -> None:
    place.open("jane", NEXT, {"start": "07:00", "end": "08:00"})
    slip = form(look(desk, WAY), "day")
    toast(desk, send(desk, slip, from_day="0", to_days="weekdays"))
    toast(desk, send(desk, form(look(desk, WAY), "day"), from_day="0", to_days="6"))
    starts = [[each["start"] for each in day] for day in windows(place).values()]
    assert starts == [["07:00"]] * 5 + [["08:00"], ["07:00"]]
    slip = form(look(desk, WAY), "day")
    assert send(desk, slip, from_day="0", to_days="9").status_code == 422


def test_av27_days_away_come_and_go(desk: Client, place: Town) -> None:
    slip = form(look(desk, WAY), "away")
    typed = {"first": str(NEXT), "last": str(NEXT + timedelta(days=1)), "reason": "On tour"}
    page_text = toast(desk, send(desk, slip, **typed))
    assert "You are away then" in page_text
    assert "On tour" in page_text
    again = read(send(desk, form(look(desk, WAY), "away"), **typed))
    assert again.answer.status_code == 409
    assert "You are away on that day already." in again.text
    lift = form(look(desk, WAY), "back")
    assert "You are back on that day." in toast(desk, send(desk, lift))
    toast(desk, send(desk, lift))
    assert len(place.do("jane", "GET", "/instructors/me/blackouts")["items"]) == 1


def test_days_away_need_a_day_that_is_to_come(desk: Client) -> None:
    slip = form(look(desk, WAY), "away")
    assert "Please choose a day." in read(send(desk, slip)).text
    slip = form(look(desk, WAY), "away")
    past = str(MONDAY - timedelta(days=1))
    assert "These days have passed." in read(send(desk, slip, first=past)).text


def test_a_save_is_taken_back(desk: Client, place: Town) -> None:
    before = windows(place)
    slip = form(look(desk, WAY), "save", has="mine")
    toast(desk, send(desk, slip, mine=spelled(closed_but())))
    slip = form(look(desk, WAY), "undo")
    assert "That change is undone." in toast(desk, send(desk, slip))
    assert windows(place) == before


def test_nobody_takes_back_or_lifts_what_is_another_s(
    web: Client, place: Town, beginning: Town
) -> None:
    place.open("jane", NEXT, {"start": "07:00", "end": "08:00"})
    body = {"start_date": str(NEXT), "end_date": str(NEXT)}
    place.do("jane", "POST", "/instructors/me/blackouts", body)
    page = look(sign_in(web, place, "jane"), WAY)
    undo, back = form(page, "undo"), form(page, "back")
    mary = sign_in(web, place, "mary")
    refused = send(mary, undo)
    assert refused.status_code == 404
    assert "can't be undone any more" in read(refused).text
    assert "Your week" in read(refused).text, "the week is shown as it is"
    send(mary, back)
    assert len(place.do("jane", "GET", "/instructors/me/blackouts")["items"]) == 1


def test_av26_a_lesson_outside_of_open_time_is_named(desk: Client, place: Town) -> None:
    place.book()
    way = f"/teach/week?week={MONDAY}"
    slip = form(look(desk, way), "save", has="mine")
    text = toast(desk, send(desk, slip, mine=spelled(closed_but(MONDAY))), way)
    assert "A lesson stands though its time is closed" in text


def test_av20_what_is_too_far_ahead_stays_painted(desk: Client) -> None:
    far = MONDAY + timedelta(days=371)
    slip = form(look(desk, f"/teach/week?week={far}"), "save", has="mine")
    mine = spelled(closed_but(far, d1=DayPlanes(online=span(NINE, NINE + HOUR))))
    answer = send(desk, slip, mine=mine)
    assert answer.status_code == 422
    assert f'data-mine="{mine}"' in answer.text.replace("&#43;", "+")


def test_av19_days_long_past_stay_and_it_is_said(desk: Client) -> None:
    past = MONDAY - timedelta(days=35)
    way = f"/teach/week?week={past}"
    slip = form(look(desk, way), "save", has="mine")
    mine = spelled(closed_but(past, d1=DayPlanes(online=span(NINE, NINE + HOUR))))
    assert "stay as they were" in toast(desk, send(desk, slip, mine=mine), way)


def test_nothing_to_change_is_said(desk: Client) -> None:
    slip = form(look(desk, WAY), "save", has="mine")
    assert "It was like that already" in toast(desk, send(desk, slip))
