"""Signing up in three steps, with what goes wrong on the way."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import escape, unescape

import pytest
from httpx import Response

from entrypoints.web.pages.sign_up import ADDRESS_COOKIE, PROOF_COOKIE
from instainstru_core.testing.world import PASSWORD, World
from tests.integration.http.people import Client, mailed_code
from tests.integration.http.town import Town
from tests.integration.web.conftest import browser
from tests.integration.web.seen import Page, look, read, send

EMAIL = "kim@example.com"
DETAILS = {
    "first_name": "Kim",
    "last_name": "Lee",
    "zip_code": "11215",
    "password": "nine tall oaks by the lake",
    "terms": "yes",
}


@pytest.fixture
def memory() -> World:
    return World()


@pytest.fixture
def page(memory: World) -> Iterator[Client]:
    """Somebody's browser, before the pages of a world in memory."""
    with browser(memory.ports) as client:
        yield client


def begin(page: Client, path: str = "/sign-up", email: str = EMAIL) -> str:
    """A code is sent; where it is to be typed."""
    answer = send(page, look(page, path).form("/sign-up"), email=email)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def type_code(page: Client, way: str, code: str) -> Response:
    return send(page, look(page, way).form("/sign-up/code/"), code=code)


def prove(page: Client, memory: World, path: str = "/sign-up") -> Page:
    """The mailbox is proved; the page that asks who it is."""
    answer = type_code(page, begin(page, path), memory.mailed_code(EMAIL))
    assert answer.status_code == 303, answer.text
    return look(page, answer.headers["location"])


def test_a_student_signs_up_and_goes_on_where_they_were(page: Client, memory: World) -> None:
    """AC-2…AC-6: an address, a code, a name; then signed in, and back."""
    details = prove(page, memory, "/sign-up?next=/search%3Fwhat%3Dpiano")
    assert "Who is going to learn?" in details.text
    joined = send(page, details.form("/sign-up/details"), **DETAILS)
    assert (joined.status_code, joined.headers["location"]) == (303, "/search?what=piano")
    home = look(page, "/")
    assert "Welcome! Your account is ready." in home.text
    assert "My lessons" in home.text
    assert page.cookies.get(PROOF_COOKIE) is None
    assert page.cookies.get(ADDRESS_COOKIE) is None


def test_an_instructor_goes_on_with_their_profile(page: Client, memory: World) -> None:
    details = prove(page, memory, "/sign-up?role=instructor")
    assert "Who is going to teach?" in details.text
    joined = send(page, details.form("/sign-up/details"), **DETAILS)
    assert joined.headers["location"] == "/teach/profile"


def test_on_the_real_database(web: Client, place: Town) -> None:
    way = begin(web)
    proved = type_code(web, way, mailed_code(place.engine, EMAIL))
    joined = send(web, look(web, proved.headers["location"]).form("/sign-up/details"), **DETAILS)
    assert (joined.status_code, joined.headers["location"]) == (303, "/")


def test_somebody_signed_in_is_led_on(page: Client, memory: World) -> None:
    form = prove(page, memory).form("/sign-up/details")
    send(page, form, **DETAILS)
    for path in ("/sign-up?next=/lessons", "/sign-up/details?next=/lessons"):
        assert page.get(path).headers["location"] == "/lessons"
    again = send(page, form, **DETAILS)
    assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_led_away_from_here(page: Client, way: str) -> None:
    """SE-19."""
    form = look(page, f"/sign-up?next={way}").form("/sign-up")
    assert form.fields["next"] == ["/"]
    assert "evil" not in send(page, form, email=EMAIL, next=way).headers["location"]


def test_a_wrong_address_is_marked_and_kept(page: Client) -> None:
    form = look(page, "/sign-up?role=instructor").form("/sign-up")
    answer = send(page, form, email="kim at home")
    again = read(answer).form("/sign-up")
    assert answer.status_code == 422
    assert again.fields["email"] == ["kim at home"]
    assert again.fields["role"] == ["instructor"]
    assert 'aria-invalid="true"' in answer.text
    assert "looks like name@example.com" in read(answer).text
    assert "Please fill this in." in read(send(page, form, email=" ")).text


def test_the_mailbox_leads_back_to_the_code(page: Client) -> None:
    """In a demonstration the code is read in the same window."""
    way = begin(page)
    seen = look(page, way).answer.text
    mails = unescape(re.findall(r'href="(/dev/outbox[^"]*)"', seen)[-1])
    assert f'href="{escape(way)}"' in look(page, mails).answer.text
    evil = look(page, "/dev/outbox?next=//evil.example").answer.text
    assert 'href="//evil' not in evil


def test_the_page_shows_where_the_code_went(page: Client) -> None:
    assert EMAIL in look(page, begin(page)).text
    way = begin(page)
    page.cookies.delete(ADDRESS_COOKIE)
    assert "We sent you six digits" in look(page, way).text


def test_nobody_learns_who_has_an_account(page: Client, memory: World) -> None:
    """AC-7: a known address is answered as an unknown one is."""
    memory.student("Anna", card=None)
    known, unknown = begin(page, email="anna@example.com"), begin(page, email="nobody@example.com")
    assert re.sub("[0-9A-Z]{26}", "", known) == re.sub("[0-9A-Z]{26}", "", unknown)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "१२३४५६"])
def test_what_is_no_code_is_said_to_be_none(page: Client, code: str) -> None:
    answer = type_code(page, begin(page), code)
    assert answer.status_code == 422
    assert "The code has six digits." in answer.text


def test_a_code_may_be_typed_with_gaps(page: Client, memory: World) -> None:
    code = begin(page), memory.mailed_code(EMAIL)
    assert type_code(page, code[0], f" {code[1][:3]} {code[1][3:]} ").status_code == 303


def test_wrong_codes_are_counted_and_then_wait(page: Client) -> None:
    """AC-5: five of them, and nothing is taken for ten minutes."""
    way = begin(page)
    answers = [type_code(page, way, "000000") for _ in range(5)]
    assert [each.status_code for each in answers] == [422] * 4 + [429]
    assert "You can try 4 more times." in read(answers[0]).text
    assert "You can try 1 more time." in read(answers[3]).text
    assert answers[4].headers["Retry-After"] == "600"
    assert "Too many wrong codes" in read(answers[4]).text


def test_a_code_that_is_sent_twice_leads_on(page: Client, memory: World) -> None:
    way = begin(page)
    code = memory.mailed_code(EMAIL)
    first, second = type_code(page, way, code), type_code(page, way, code)
    assert first.headers["location"] == second.headers["location"]


def test_the_fourth_code_within_ten_minutes_has_to_wait(page: Client) -> None:
    """AC-4."""
    for _ in range(3):
        begin(page)
    answer = send(page, look(page, "/sign-up").form("/sign-up"), email=EMAIL)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "You can try again in" in read(answer).text
    assert read(answer).form("/sign-up").fields["email"] == [EMAIL]


def test_details_without_a_proof_begin_at_the_beginning(page: Client) -> None:
    assert page.get("/sign-up/details").headers["location"].startswith("/sign-up?")


def test_everything_wrong_is_marked_at_once_and_kept(page: Client, memory: World) -> None:
    form = prove(page, memory).form("/sign-up/details")
    answer = send(page, form, first_name=" ", last_name="Lee", zip_code="112", password="")
    again = read(answer)
    assert answer.status_code == 422
    assert answer.text.count('class="mistake"') == 4
    assert "Please fill this in." in again.text
    assert "has five digits" in again.text
    assert again.form("/sign-up/details").fields["last_name"] == ["Lee"]
    assert "terms" not in again.form("/sign-up/details").fields
    long = send(page, form, **DETAILS | {"password": "x" * 1025})
    assert "This is too long." in read(long).text


def test_a_weak_password_is_told_every_reason_and_the_proof_stays(
    page: Client, memory: World
) -> None:
    """AC-9."""
    form = prove(page, memory).form("/sign-up/details")
    weak = send(page, form, **DETAILS | {"first_name": "Kimberly", "password": "kimberly"})
    assert weak.status_code == 422
    for reason in ("It needs at least 12 characters.", "mostly your name"):
        assert reason in read(weak).text
    assert 'value="kimberly"' not in weak.text
    assert send(page, form, **DETAILS).status_code == 303


def test_too_late_begins_anew_with_the_address(page: Client, memory: World) -> None:
    form = prove(page, memory).form("/sign-up/details")
    memory.advance(timedelta(minutes=16))
    late = send(page, form, **DETAILS)
    assert late.status_code == 400
    assert "It took a little too long" in read(late).text
    assert read(late).form("/sign-up").fields["email"] == [EMAIL]


def test_an_address_that_was_taken_meanwhile_may_sign_in(page: Client, memory: World) -> None:
    form = prove(page, memory).form("/sign-up/details")
    other = page.cookies.get(PROOF_COOKIE)
    assert other is not None
    second = prove(page, memory).form("/sign-up/details")
    assert send(page, second, **DETAILS).status_code == 303
    page.cookies.clear()
    page.cookies.set(PROOF_COOKIE, other, path="/sign-up", domain="127.0.0.1")
    taken = send(page, form, **DETAILS)
    assert taken.status_code == 409
    assert "has an account already" in read(taken).text


def test_the_proof_is_nowhere_on_a_page(page: Client, memory: World) -> None:
    details = prove(page, memory)
    proof = page.cookies.get(PROOF_COOKIE)
    assert proof
    assert proof not in details.answer.text
    assert PASSWORD not in details.answer.text
