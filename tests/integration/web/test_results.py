"""Finding somebody: the home page, results and their map, help, and what can be learned."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.http.people import Client
from tests.integration.http.town import TUESDAY, Town
from tests.integration.web.seen import look, send

CROSS: Final = "\N{MULTIPLICATION SIGN}"


def links(html: str, beginning: str) -> list[str]:
    """The addresses of a page that begin so, in order."""
    found = (each.split('"')[0].replace("&amp;", "&") for each in html.split('href="')[1:])
    return [each for each in found if each.startswith(beginning)]


def test_home_shows_who_is_free_today_each_once(web: Client, place: Town) -> None:
    page = look(web, "/")
    assert "Free today" in page.text
    people = links(page.answer.text, "/instructors/")
    assert people
    assert len(people) == len({urlsplit(each).path for each in people})
    assert links(page.answer.text, "/learn/") == ["/learn/tutoring", "/learn/music", "/learn/kids"]


def test_home_looks_ahead_when_the_day_is_over(web: Client, place: Town) -> None:
    for name in ("jane", "mary"):
        place.open(name, TUESDAY.replace(day=TUESDAY.day - 1))
    page = look(web, "/")
    assert "Free tomorrow" in page.text
    assert "Free today" not in page.text


def test_home_without_anybody_free_has_no_board(web: Client, place: Town) -> None:
    for name in ("jane", "mary"):
        for ahead in (0, 1):
            place.open(name, TUESDAY.replace(day=TUESDAY.day - 1 + ahead))
    page = look(web, "/")
    assert "Free t" not in page.text
    assert "What would you like to learn?" in page.text


def test_a_search_leads_to_a_time_to_book(web: Client, place: Town) -> None:
    home = look(web, "/")
    page = send(web, home.form("/search"), what="piano", where="park slope").text
    assert "Piano in Park Slope" in page
    strips = links(page, f"/book/{place.id_of('jane')}/piano")
    assert len(strips) == 4
    chosen = parse_qs(urlsplit(strips[0]).query)
    assert chosen["minutes"] == ["60"]
    assert chosen["start"][0].endswith("Z")
    assert not links(page, f"/book/{place.id_of('mary')}")


@pytest.mark.parametrize("typed", ["Piano", "PIANO lessons", "learn the piano", "pinao"])
def test_what_is_typed_need_not_be_exact(web: Client, typed: str) -> None:
    """CA-15: case, idle words and small mistakes don't matter."""
    page = look(web, f"/search?what={typed}")
    found = "2 instructors are free" in page.text
    asked = "Which of these do you mean?" in page.text
    assert found or asked
    assert "Piano" in page.text


@pytest.mark.parametrize(("typed", "said"), [("pinao", True), ("learn the piano", False)])
def test_what_was_but_spelled_like_it_is_said(web: Client, typed: str, said: bool) -> None:
    page = look(web, f"/search?what={typed}")
    assert (f"Showing Piano for “{typed}”." in page.text) is said


def test_several_subjects_are_asked_about(web: Client) -> None:
    page = look(web, "/search?what=keys")
    assert "Which of these do you mean?" in page.text
    assert "/search?what=Piano" in page.answer.text


@pytest.mark.parametrize("path", ["/search", "/search?what=juggling", "/search?what=%00%FF"])
def test_no_subject_offers_all(web: Client, path: str) -> None:
    page = look(web, path)
    assert links(page.answer.text, "/learn/")
    assert ("juggling" in page.text) == ("juggling" in path)


def test_filters_are_chips_that_can_be_taken_away(web: Client) -> None:
    page = look(
        web, "/search?what=piano&format=online&hours=evening&most=140&minutes=60&sort=soonest"
    )
    assert "instructors are free" in page.text
    assert f"Online {CROSS}" in page.text
    assert f"At most $140 an hour {CROSS}" in page.text
    without = [each for each in links(page.answer.text, "/search?") if "format=" not in each]
    assert any("hours=evening" in each and "sort=soonest" in each for each in without)
    assert page.slips[1].fields["format"] == ["online"]


def test_a_filter_that_means_nothing_is_passed_over(web: Client) -> None:
    odd = "format=boat&hours=teatime&most=-5&minutes=7&sort=luck&after=%21&date=2030-99-99"
    page = look(web, f"/search?what=piano&{odd}")
    assert "2 instructors are free" in page.text
    assert CROSS not in page.text


def test_a_cursor_of_another_order_begins_anew(web: Client) -> None:
    page = look(web, "/search?what=piano&sort=soonest&after=WyJiZXN0IiwxXQ")
    assert page.answer.status_code == 200


def test_a_day_that_is_past_shows_the_next_ones(web: Client) -> None:
    page = look(web, "/search?what=piano&date=2029-12-24")
    assert "is past or too far ahead" in page.text
    assert "2 instructors are free" in page.text


def test_an_unknown_place_is_said_to_be_unknown(web: Client) -> None:
    page = look(web, "/search?what=piano&where=<b>Atlantis")
    assert "We don't know “<b>Atlantis”" in page.text
    assert "2 instructors are free" in page.text


def test_a_zip_is_its_borough(web: Client) -> None:
    assert "Piano in Brooklyn" in look(web, "/search?what=piano&where=11215").text


def test_the_map_counts_and_leads_to_a_neighborhood(web: Client) -> None:
    page = look(web, "/search?what=piano")
    assert "Where they teach" in page.text
    near = [each for each in links(page.answer.text, "/search?") if "where=flatbush" in each]
    assert near
    there = look(web, near[0])
    assert "Piano in Flatbush" in there.text
    assert "1 instructor is free" in there.text


def test_online_lessons_have_no_map(web: Client) -> None:
    page = look(web, "/search?what=piano&format=online")
    assert "Where they teach" not in page.text


@pytest.mark.parametrize(
    ("asked", "why", "easing"),
    [
        ("most=20", "Nobody offers it at that price", "At any price"),
        ("where=astoria", "Nobody of them comes there", "Anywhere in the city"),
        ("minutes=120", "Nobody offers it of that length", "Of any length"),
        ("minutes=120&most=20", "Nobody offers it at that price and of that length", "Without"),
    ],
)
def test_nobody_is_explained_and_helped(web: Client, asked: str, why: str, easing: str) -> None:
    """SR-33: which filter left nobody, and what is found without it."""
    page = look(web, f"/search?what=piano&{asked}")
    assert "Nobody matches all of this" in page.text
    assert why in page.text
    assert easing in page.text
    assert "2 free" in page.text


def test_a_day_without_anybody_names_its_neighbors(web: Client, place: Town) -> None:
    for name in ("jane", "mary"):
        place.open(name, TUESDAY)
    page = look(web, f"/search?what=piano&date={TUESDAY}")
    assert "Everybody who fits is away or booked then." in page.text
    assert "2 instructors teach it." in page.text
    days = [each for each in links(page.answer.text, "/search?") if "date=2030-01-09" in each]
    assert "2 instructors are free" in look(web, days[0]).text


def test_together_too_much_is_asked_without_filters(web: Client) -> None:
    page = look(web, "/search?what=piano&where=astoria&most=20&minutes=120")
    assert "Anywhere in the city, without any filter" in page.text
    assert "/search?what=piano" in links(page.answer.text, "/search")


def test_a_subject_that_nobody_teaches_names_related_ones(web: Client) -> None:
    page = look(web, "/search?what=algebra")
    assert "Nobody" in page.text


def test_what_can_be_learned(web: Client) -> None:
    music = look(web, "/learn/music")
    assert links(music.answer.text, "/learn/music/") == ["/learn/music/keys"]
    keys = look(web, "/learn/music/keys")
    assert "/search?what=Piano" in links(keys.answer.text, "/search?what=")
    assert links(keys.answer.text, "/learn/") == ["/learn/music"]
    kids = look(web, "/learn/kids")
    assert links(kids.answer.text, "/search?what=")


@pytest.mark.parametrize("path", ["/learn/magic", "/learn/music/magic", "/learn/tutoring/keys"])
def test_what_can_not_be_learned_is_not_there(web: Client, path: str) -> None:
    assert "There is nothing here" in look(web, path, 404).text
