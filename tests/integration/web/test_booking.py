"""Booking on the pages: how, when, where, a last look, and the time is held."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.world import NOON
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import Page, look, read, send
from tests.integration.web.signing import sign_in

TOMORROW = NOON + timedelta(days=1)
FAR = "2030-03-11"
HOLD = "Hold this time"


def way(town: Town, who: str = "jane", *, review: bool = False, **chosen: Any) -> str:
    """Where a lesson of piano with *who* is put together."""
    path = f"/book/{town.id_of(who)}/piano" + ("/review" if review else "")
    return f"{path}?{urlencode(chosen)}" if chosen else path


def online(town: Town, **other: Any) -> str:
    """The last look at an hour online, Tuesday at noon."""
    chosen = {"format": "online", "minutes": 60, "start": instant_text(TOMORROW), **other}
    return way(town, review=True, **chosen)


def travelling(town: Town, **other: Any) -> str:
    """The last look at an hour in Park Slope."""
    return online(town, format="travel", at="student_location", where="park-slope", **other)


def hold_form(page: Page) -> Any:
    """The form that holds the time."""
    (found,) = [each for each in page.slips if each.method == "post" and "_key" in each.fields]
    return found


def test_every_step_leads_to_the_next(web: Client, place: Town) -> None:
    how = look(web, way(place))
    assert "How would you like to meet?" in how.text
    assert "At your place" in how.text
    time = look(web, way(place, format="travel"))
    assert "When would you like it?" in time.text
    start = instant_text(TOMORROW)
    assert f"start={start}" in time.answer.text
    where = look(web, way(place, format="travel", start=start))
    assert "Where would you like to meet?" in where.text
    assert "Park Slope" in where.text
    assert "Astoria" not in where.text, "Jane comes to Brooklyn alone"
    answer = send(web, where.form("/book/"), where="park-slope")
    assert answer.status_code == 303
    assert "/review?" in answer.headers["location"]
    assert "A last look" in look(web, answer.headers["location"]).text


def test_only_what_is_open_is_asked(web: Client, place: Town) -> None:
    assert "When would you like it?" in look(web, way(place, "mary")).text
    strip = web.get(way(place, format="studio", minutes=30, start=instant_text(TOMORROW)))
    assert strip.status_code == 303, "the strip of a flyer leads to the last look"
    review = look(web, strip.headers["location"])
    assert "At the studio" in review.text
    assert "Place" not in review.text.split("A last look")[0]


def test_each_choice_can_be_changed_and_the_others_stay(web: Client, place: Town) -> None:
    chosen: Any = {"format": "studio", "minutes": 90, "start": instant_text(TOMORROW)}
    how = look(web, way(place, **chosen, change="how"))
    assert "How would you like to meet?" in how.text
    assert "minutes=90" in how.answer.text
    time = look(web, way(place, **chosen, change="time"))
    assert time.form("/book/").fields["minutes"] == ["90"]
    assert "When would you like it?" in time.text


def test_a_week_without_anything_free_opens_at_the_first_that_has(web: Client, place: Town) -> None:
    assert "Nothing is free in these days" in look(web, f"{way(place, 'mary')}?from={FAR}").text
    for ahead in range(8):
        place.open("mary", (NOON + timedelta(days=ahead)).date())
    page = look(web, way(place, "mary"))
    assert "Tue, Jan 15 to Mon, Jan 21" in page.text
    assert "change=time&from=2030-01-08" in page.answer.text.replace("&amp;", "&")


def test_the_last_look_says_the_price_to_the_cent(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    page = look(web, travelling(place))
    assert "$120.00" in page.text
    assert "Booking Protection (12%)" in page.text
    assert "$14.40" in page.text
    assert "$134.40" in page.text
    assert HOLD in page.text
    shorter = look(web, travelling(place, minutes=30))
    assert "$67.20" in shorter.text
    assert hold_form(shorter).fields["minutes"] == ["30"]


def test_a_time_is_held_with_the_address_and_the_note(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    form = hold_form(look(web, travelling(place)))
    answer = send(web, form, address="200 8th Avenue", note="Bach, please.")
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith("/checkout/")
    booking = place.kept(location.removeprefix("/checkout/"))
    assert booking.lesson.starts_at == TOMORROW
    assert booking.price == Money(120_00)
    assert booking.place is not None
    assert booking.place.address == "200 8th Avenue, Park Slope"
    assert booking.note == "Bach, please."
    assert booking.status == "PENDING"


def test_a_form_that_is_sent_twice_books_once(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    form = hold_form(look(web, online(place)))
    first, second = send(web, form), send(web, form)
    assert first.headers["location"] == second.headers["location"]
    assert place.do("anna", "GET", "/bookings")["total"] == 1


def test_back_and_held_again_is_one_lesson(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    first = send(web, hold_form(look(web, online(place)))).headers["location"]
    page = look(web, online(place))
    assert "You hold this time until 12:30" in page.text
    assert f'href="{first}"' in page.answer.text
    again = send(web, hold_form(page))
    assert again.status_code == 303
    (kept,) = place.do("anna", "GET", "/bookings")["items"]
    assert again.headers["location"] == f"/checkout/{kept['booking_id']}", "the first was let go"


def test_a_lost_race_is_told_kindly_with_the_next_times(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    form = hold_form(look(web, online(place)))
    place.hold("bob")
    answer = send(web, form)
    page = read(answer)
    assert answer.status_code == 409
    assert "Somebody was a moment faster" in page.text
    assert "Still free with Jane" in page.text
    strips = [
        each.split('"')[0].replace("&amp;", "&")
        for each in answer.text.split('class="strip" href="')[1:]
    ]
    assert len(strips) == 4
    led = web.get(strips[0])
    assert HOLD in look(web, led.headers["location"]).text
    assert "Somebody was a moment faster" in look(web, online(place)).text


def test_whoever_is_not_signed_in_sees_all_and_comes_back(web: Client, place: Town) -> None:
    page = look(web, online(place))
    assert "$120.00" in page.text
    assert HOLD not in page.text
    (link,) = [
        each.split('"')[0]
        for each in page.answer.text.split('href="')
        if each.startswith("/sign-in?next=/book")
    ]
    form = look(web, link).form("/sign-in")
    assert form.fields["next"] == [online(place)]


def test_a_session_that_ended_loses_nothing_that_was_typed(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    form = hold_form(look(web, travelling(place)))
    web.cookies.clear()
    answer = send(web, form, address="200 8th Avenue", note="Bach, please.")
    carried = read(answer).form("/sign-in").fields
    assert answer.status_code == 401
    assert carried["carried:address"] == ["200 8th Avenue"]
    assert carried["carried:note"] == ["Bach, please."]


def test_without_an_address_the_note_stays(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    answer = send(web, hold_form(look(web, travelling(place))), address=" ", note="Bach, please.")
    page = read(answer)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert hold_form(page).fields["note"] == ["Bach, please."]


def test_a_lesson_of_ones_own_is_in_the_way(web: Client, place: Town) -> None:
    other = place.book("anna", instructor_id=place.id_of("mary"))
    sign_in(web, place, "anna")
    page = look(web, online(place))
    assert "You have a lesson then" in page.text
    assert f"/lessons/{other}" in page.answer.text


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=-1), "That time has gone by"),
        (timedelta(minutes=15), "That is a little too soon"),
        (timedelta(days=1, minutes=7), "No lesson can start then"),
        (timedelta(days=60), "That time is not open anymore"),
        (timedelta(days=400), "That is too far ahead"),
    ],
)
def test_a_time_that_cannot_be_is_said_kindly(
    web: Client, place: Town, ahead: timedelta, said: str
) -> None:
    sign_in(web, place, "anna")
    page = look(
        web, online(place, format="travel", where="flatbush", start=instant_text(NOON + ahead))
    )
    assert said in page.text
    assert HOLD not in page.text


@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(days=60), timedelta(days=400)])
def test_everybody_sees_that_a_time_is_gone(web: Client, place: Town, ahead: timedelta) -> None:
    assert HOLD not in look(web, online(place, start=instant_text(NOON + ahead))).text
    assert "whole calendar" in look(web, online(place, start=instant_text(NOON + ahead))).text


def test_those_who_teach_are_told_why_they_cannot_book(web: Client, place: Town) -> None:
    sign_in(web, place, "jane")
    assert "This is your own lesson" in look(web, online(place)).text
    sign_in(web, place, "mary")
    page = look(web, online(place))
    assert "sign in with a student's account" in page.text
    assert HOLD not in page.text
    key = {"_key": "k" * 24, "format": "online", "minutes": "60", "start": instant_text(TOMORROW)}
    assert web.post(way(place), data=key).status_code == 403


def test_whoever_holds_too_much_is_told_and_keeps_the_note(web: Client, place: Town) -> None:
    most = place.ports.rules.max_live_holds
    for number in range(most):
        place.hold("anna", start=instant_text(TOMORROW + timedelta(hours=2 * number + 2)))
    sign_in(web, place, "anna")
    page = look(web, online(place))
    answer = send(web, hold_form(page), note="Bach, please.")
    assert answer.status_code == 409
    assert hold_form(read(answer)).fields["note"] == ["Bach, please."]
    assert 'role="alert"' in answer.text


def test_another_length_than_the_one_seen_is_not_booked(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    form = hold_form(look(web, online(place, minutes=90)))
    (piano,) = place.do("jane", "GET", "/instructors/me/offerings")["items"]
    path = f"/instructors/me/offerings/{piano['offering_id']}"
    place.do("jane", "PATCH", path, {"durations": [30, 60]})
    assert send(web, form).status_code == 422
    assert place.do("anna", "GET", "/bookings")["total"] == 0


def test_what_is_not_there_is_not_found(web: Client, place: Town) -> None:
    look(web, way(place).replace("piano", "chess"), 404)
    look(web, way(place, review=True).replace("piano", "chess"), 404)
    look(web, f"/book/{place.id_of('anna')}/piano", 404)
    assert web.get(way(place, review=True)).headers["location"] == way(place)
