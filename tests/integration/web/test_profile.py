"""The public profile: prices, the calendar of starts, and the map."""

from datetime import date, timedelta

import pytest

from tests.integration.http.people import Client
from tests.integration.http.town import TUESDAY, Town
from tests.integration.web.seen import look
from tests.integration.web.signing import sign_in
from tests.integration.web.test_results import links

MONDAY = TUESDAY - timedelta(days=1)


def close(place: Town, name: str, first: date, days: int) -> None:
    """Leave nothing open of so many days."""
    for ahead in range(days):
        place.open(name, first + timedelta(days=ahead))


def profile(place: Town, name: str = "jane", **asked: str) -> str:
    """The address of a profile."""
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"/instructors/{place.id_of(name)}?{query}"


def test_a_profile_shows_prices_times_and_places(web: Client, place: Town) -> None:
    page = look(web, profile(place))
    assert "$120 an hour" in page.text
    assert "Lessons of 30, 60, 90 minutes." in page.text
    assert "Comes to you in Brooklyn" in page.text
    assert 'class="spot"' in page.answer.text
    assert "1 Main St" not in page.text
    book = f"/book/{place.id_of('jane')}/piano?format=travel&minutes=60&start="
    assert len(links(page.answer.text, book)) > 4


def test_format_and_length_are_chosen_in_the_address(web: Client, place: Town) -> None:
    page = look(web, profile(place, service="piano", format="online", minutes="90"))
    assert "$180 for 90 minutes" in page.text
    assert links(page.answer.text, f"/book/{place.id_of('jane')}/piano?format=online&minutes=90")
    form = page.form("/instructors/")
    assert form.fields["format"] == ["online"]
    assert form.fields["minutes"] == ["90"]


@pytest.mark.parametrize(
    "odd",
    [{"format": "boat"}, {"minutes": "²"}, {"minutes": "9999"}, {"service": "x", "from": "y"}],
)
def test_what_is_not_offered_is_passed_over(web: Client, place: Town, odd: dict[str, str]) -> None:
    assert "$120 for 60 minutes" in look(web, profile(place, **odd)).text


def test_the_calendar_goes_on_week_by_week(web: Client, place: Town) -> None:
    page = look(web, profile(place))
    (later,) = {each for each in links(page.answer.text, profile(place)) if "01-14#" in each}
    assert "Earlier" not in page.text
    there = look(web, later)
    assert "Mon, Jan 14 to Sun, Jan 20" in there.text
    assert "Next free" not in there.text
    (back,) = {each for each in links(there.answer.text, profile(place)) if "01-07#" in each}
    assert "Mon, Jan 7 to Sun, Jan 13" in look(web, back).text


def test_each_day_of_two_weeks_leads_to_its_times(web: Client, place: Town) -> None:
    place.open("jane", TUESDAY)
    page = look(web, profile(place))
    assert "Tuesday, January 8: Nothing free" in page.text
    assert "Wednesday, January 9: " in page.text
    days = [each for each in links(page.answer.text, profile(place)) if "#times" in each]
    assert len({each for each in days if "&from=2030-01-08" in each}) == 0
    assert "Wed, Jan 9 to Tue, Jan 15" in look(web, next(e for e in days if "01-09" in e)).text


def test_a_past_or_far_day_is_brought_near(web: Client, place: Town) -> None:
    assert "Mon, Jan 7 to" in look(web, profile(place, **{"from": "1999-01-01"})).text
    far = look(web, profile(place, **{"from": "2999-01-01"}))
    assert "Mon, Apr 1 to" in far.text
    assert "Later" not in far.text


def test_two_empty_weeks_name_the_next_free_day(web: Client, place: Town) -> None:
    close(place, "jane", MONDAY, 15)
    page = look(web, profile(place))
    assert "Nothing is free in these days." in page.text
    assert "The next free day is Tue, Jan 22" in page.text


def test_nothing_free_at_all_is_said(web: Client, place: Town) -> None:
    close(place, "jane", MONDAY, 21)
    assert "Try another length" in look(web, profile(place)).text


def test_who_offers_nothing_any_more_is_not_there(web: Client, place: Town) -> None:
    (piano,) = place.do("mary", "GET", "/instructors/me/offerings")["items"]
    place.do("mary", "DELETE", f"/instructors/me/offerings/{piano['offering_id']}")
    assert "There is nothing here" in look(web, profile(place, "mary"), 404).text


def test_an_instructor_sees_what_students_see(web: Client, place: Town) -> None:
    sign_in(web, place, "jane")
    assert "This is how students see you." in look(web, profile(place)).text
    assert "This is how students see you." not in look(web, profile(place, "mary")).text


@pytest.mark.parametrize("number", ["01KE77A8R0RSEP2Y2HKFNZ4CH6", "nobody"])
def test_a_profile_of_nobody_is_not_there(web: Client, number: str) -> None:
    assert web.get(f"/instructors/{number}").status_code in {404, 422}


def test_the_paused_are_not_there(web: Client, place: Town) -> None:
    place.do("mary", "POST", "/instructors/me/pause")
    look(web, profile(place, "mary"), 404)


def test_a_drawn_profile_is_drawn_anew_in_another_language(web: Client, place: Town) -> None:
    assert "Tear off a time" in look(web, profile(place)).text
    web.cookies.set("lang", "es")
    assert "Tear off a time" not in look(web, profile(place)).text
    web.cookies.delete("lang")
    assert "Tear off a time" in look(web, profile(place)).text


def test_a_drawn_profile_is_drawn_anew_on_another_day(web: Client, place: Town) -> None:
    assert "Mon, Jan 7 to" in look(web, profile(place)).text
    place.world.clock.set(place.world.clock.now() + timedelta(days=1))
    assert "Tue, Jan 8 to" in look(web, profile(place)).text


def test_a_drawn_profile_follows_price_words_and_hours(web: Client, place: Town) -> None:
    assert "$120 an hour" in look(web, profile(place)).text
    (piano, *_) = place.do("jane", "GET", "/instructors/me/offerings")["items"]
    path = f"/instructors/me/offerings/{piano['offering_id']}"
    change = {"hourly_rate_cents": 15_500, "rates": {}, "description": "With <patience>."}
    place.do("jane", "PATCH", path, change)
    page = look(web, profile(place))
    assert "With <patience>." in page.text
    assert "$155 an hour" in page.text
    assert "$120 an hour" not in page.text
    assert "Wednesday, January 9: Nothing free" not in page.text
    place.open("jane", TUESDAY + timedelta(days=1))
    assert "Wednesday, January 9: Nothing free" in look(web, profile(place)).text


def test_what_was_drawn_for_one_is_not_shown_to_another(web: Client, place: Town) -> None:
    assert "This is how students see you." not in look(web, profile(place)).text
    sign_in(web, place, "jane")
    assert "This is how students see you." in look(web, profile(place)).text
