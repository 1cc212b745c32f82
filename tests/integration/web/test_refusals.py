"""Errors are pages: what happened, what to do next, and nothing that was typed is lost.

Source: SE-23, AC-26.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from attrs import evolve, frozen
from httpx import Response

import instainstru_core
from entrypoints.http.config import HttpConfig
from entrypoints.web.refusal_words import REFUSAL_WORDS
from entrypoints.web.sayings import NOT_POSSIBLE, PASSWORD_REASONS
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.password_policy import common_passwords, weaknesses
from instainstru_core.kernel.errors import (
    DomainError,
    Gone,
    InvalidState,
    OperationInProgress,
    Unavailable,
    VersionConflict,
)
from instainstru_core.testing.world import PASSWORD, World
from tests.integration.http.people import Client
from tests.integration.web.conftest import CONFIG, browser
from tests.integration.web.seen import Page, Slip, read, send

NOBODYS_BUSINESS = frozenset(
    {
        # What only the staff meets, or a program, or a defect of ours.
        "actor_mismatch",
        "already_used",
        "approval_decided",
        "approval_expired",
        "authorisations_stalled",
        "conflict",
        "credit_amount_out_of_range",
        "day_not_over",
        "difference_not_open",
        "expired",
        "founding_instructor",
        "four_eyes",
        "handler_unknown",
        "invalid_config",
        "invalid_format",
        "invalid_signature",
        "ledger_breach",
        "mail_refused",
        "mail_unavailable",
        "malformed_json",
        "nothing_to_revoke",
        "payload_mismatch",
        "payload_unreadable",
        "payouts_not_held",
        "processor_key_reused",
        "remedy_not_legal",
        "second_person_required",
        "unknown_bucket",
        "unknown_permission",
        "unknown_tier",
        "webhook_signature_invalid",
        "webhook_unconfigured",
    }
)


@frozen
class Away:
    """A world where every look fails in one way."""

    error: Exception

    def __call__(self) -> Any:
        raise self.error


@frozen
class Place:
    """A world in memory, with Anna who learns and Jane who teaches."""

    world: World
    anna: Principal
    jane: Principal

    def email(self, who: Principal) -> str:
        with self.world.ports.read() as reads:
            return str(reads.doors.account(who.account_id).email)


@pytest.fixture
def memory() -> Place:
    world = World()
    return Place(world, world.student("Anna"), world.instructor("Jane"))


@pytest.fixture
def serve() -> Iterator[Callable[..., Client]]:
    """Somebody's browser before the pages of a world."""
    with ExitStack() as opened:

        def open_on(world: World, config: HttpConfig = CONFIG, **changes: Any) -> Client:
            return opened.enter_context(browser(evolve(world.ports, **changes), config))

        yield open_on


@pytest.fixture
def page(memory: Place, serve: Callable[..., Client]) -> Client:
    return serve(memory.world)


def sign_in(page: Client, place: Place, who: Principal) -> None:
    fields = {"email": place.email(who), "password": PASSWORD, "next": "/"}
    assert page.post("/sign-in", data=fields).status_code == 303


def trouble(answer: Response, status: int) -> Page:
    """The page of a refusal: its number, one heading, a way on, and what support asks for."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    found = read(answer)
    assert answer.text.count("<h1>") == 1
    assert 'href="/"' in answer.text
    assert answer.headers["X-Request-ID"] in found.text
    return found


@pytest.mark.parametrize("path", ["/nowhere", "/instructors/01JZ8Q5H3M7YB2K4N6P8R0T1V3"])
def test_what_is_not_there_is_said_kindly(page: Client, path: str) -> None:
    assert "There is nothing here" in trouble(page.get(path), 404).text


def test_an_address_that_makes_no_sense(page: Client) -> None:
    assert page.get("/instructors/jane").status_code in {404, 422}
    assert read(page.get("/instructors/jane")).text


def test_pages_of_others_are_not_ones_own(page: Client, memory: Place) -> None:
    sign_in(page, memory, memory.anna)
    assert "another account" in trouble(page.get("/teach"), 403).text


def test_a_form_from_another_site_does_nothing(page: Client) -> None:
    """SE-15."""
    answer = page.post("/preferences", data={"language": "es"}, headers={"Origin": "https://a.bad"})
    assert "another site" in trouble(answer, 403).text
    assert page.cookies.get("lang") is None


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InvalidState("no"), 409, "Look at how it stands now"),
        (OperationInProgress("wait"), 409, "being done right now"),
        (Gone("gone"), 410, "It was here once"),
        (VersionConflict("old"), 412, "changed elsewhere"),
        (DomainError("wrong"), 422, "Correct it"),
        (Unavailable("down"), 503, "Try again in a moment"),
        (RuntimeError("a defect of ours"), 500, "nothing is done twice"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else str(each)[:12],
)
def test_each_kind_of_refusal_is_a_page(
    memory: Place, serve: Callable[..., Client], error: Exception, status: int, said: str
) -> None:
    found = trouble(serve(memory.world, read=Away(error)).get("/"), status)
    assert said in found.text
    assert "defect" not in found.text


def test_too_fast_says_how_long_to_wait_and_keeps_the_input(page: Client) -> None:
    """SE-8."""
    answers = [page.post("/sign-in", data={"email": "kim"}) for _ in range(30)]
    last = answers[-1]
    found = trouble(last, 429)
    assert int(last.headers["Retry-After"]) > 0
    assert "You can try again in" in found.text
    assert found.form("/sign-in").fields["email"] == ["kim"]


def test_too_many_at_once_are_told_to_come_back(
    memory: Place, serve: Callable[..., Client]
) -> None:
    """The perimeter's own refusal, before anything is routed."""
    full = serve(memory.world, HttpConfig(mode="int", threads=1, queue=-2))
    answer = full.get("/")
    assert "Try again in a moment" in trouble(answer, 503).text
    assert answer.headers["Retry-After"] == "2"
    assert full.get("/api/v1/none").headers["content-type"] == "application/problem+json"


def test_a_page_of_trouble_speaks_the_readers_language(page: Client) -> None:
    answer = page.get("/nowhere", headers={"Accept-Language": "es"})
    assert "Aquí no hay nada" in trouble(answer, 404).text
    assert '<html lang="es"' in answer.text


def test_programs_get_no_page(page: Client) -> None:
    answer = page.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"


def hold_form(page: Client, place: Place) -> Slip:
    """What holds a lesson in two days, on the last page before it."""
    start = (place.world.clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    chosen = f"format=online&minutes=60&start={start}"
    answer = page.get(f"/book/{place.jane.account_id}/piano/review?{chosen}")
    assert answer.status_code == 200, answer.text
    return posted(read(answer))


def posted(page: Page) -> Slip:
    """The form of *page* that holds a lesson."""
    (found,) = [
        each for each in page.slips if each.method == "post" and each.action.startswith("/book/")
    ]
    return found


def test_a_dead_access_cookie_is_renewed_on_the_way_in(page: Client, memory: Place) -> None:
    """AC-26: who comes back after half an hour notices nothing, whatever they press."""
    sign_in(page, memory, memory.anna)
    form = hold_form(page, memory)
    memory.world.advance(timedelta(minutes=30))
    old = page.cookies.get("sid")
    held = send(page, form)
    assert held.status_code == 303, held.text
    assert held.headers["location"].startswith("/checkout/")
    assert page.cookies.get("sid") != old


def test_without_a_session_the_form_waits_for_the_sign_in(page: Client, memory: Place) -> None:
    """AC-26: what was typed goes along to the sign-in, and then does what it was to do, once."""
    sign_in(page, memory, memory.anna)
    form = hold_form(page, memory)
    page.cookies.clear()
    asked = send(page, form, note="I am new to this.")
    assert asked.status_code == 401
    assert "nothing that you typed is lost" in read(asked).text
    wrong = send(page, read(asked).form("/sign-in"), email=memory.email(memory.anna), password="x")
    assert wrong.status_code == 401
    carried = read(wrong).form("/sign-in")
    assert carried.fields["carried:note"] == ["I am new to this."]
    signed = send(page, carried, email=memory.email(memory.anna), password=PASSWORD)
    assert signed.status_code == 200
    go_on = posted(read(signed))
    assert go_on.fields["note"] == ["I am new to this."]
    held = send(page, go_on)
    assert held.headers["location"].startswith("/checkout/")
    assert send(page, go_on).headers["location"] == held.headers["location"]


def test_passwords_are_never_carried(page: Client) -> None:
    asked = page.post("/sign-out", data={"password": "a secret", "code": "123456", "note": "kept"})
    assert asked.status_code == 401
    assert "a secret" not in asked.text
    assert "123456" not in asked.text
    assert "kept" in asked.text


def test_looking_without_a_session_comes_back_afterwards(page: Client) -> None:
    answer = page.get("/lessons?view=history")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=%2Flessons%3Fview%3Dhistory",
    )


def codes() -> set[str]:
    """Every code that the core refuses with."""
    for module in walk_packages(instainstru_core.__path__, "instainstru_core."):
        if ".errors" in module.name:
            import_module(module.name)
    found, waiting = set(), [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("instainstru_core.") and ".testing." not in kind.__module__:
            found.add(kind.code)
    return found


def test_every_code_that_a_page_can_meet_is_in_words() -> None:
    """A person never reads a code, nor that something went wrong and nothing else."""
    assert codes() - set(REFUSAL_WORDS) == NOBODYS_BUSINESS
    assert NOT_POSSIBLE not in REFUSAL_WORDS.values()


def test_every_weakness_of_a_password_is_in_words() -> None:
    passwords = ["a" * 300, "examplexx", next(iter(common_passwords()))]
    found = {reason for each in passwords for reason in weaknesses(each, names=["example"])}
    assert found <= set(PASSWORD_REASONS)
    assert len(found) == len(PASSWORD_REASONS)
