"""What a browser sees when something is missing, broken, or too much: a page that leads on.

Source: SE-21, SE-23, SE-24, OP-18.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import frozen
from litestar.testing import TestClient

from entrypoints.bootstrap import ports as wired
from entrypoints.http.problems import Refusal
from entrypoints.settings import read_settings
from entrypoints.web.forms import MAX_FIELDS, MAX_TEXT
from entrypoints.web.languages import Language
from instainstru_core.accounts.errors import StillInProgress
from tests.integration.http.people import Client
from tests.integration.web.conftest import ORIGIN, app_of
from tests.integration.web.seen import read
from tests.integration.web.test_refusals import Place, memory, page, serve, sign_in, trouble

__all__ = ["memory", "page", "serve"]

NOWHERE: Final = "127.0.0.1:1"
"""Where nobody listens."""


def test_an_address_that_only_takes_forms(page: Client) -> None:
    answer = page.get("/sign-out")
    assert "Go back to the page that you came from" in trouble(answer, 405).text
    assert "POST" in answer.headers["Allow"]
    program = page.get("/sign-out", headers={"Accept": "application/json"})
    assert (program.status_code, program.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {f"f{number}": "x" for number in range(MAX_FIELDS + 1)}}, 413),
        ({"data": {"email": "x" * (1024 * 1024 + 1)}}, 413),
        ({"data": {"email": "x" * (MAX_TEXT + 1)}}, 422),
        ({"data": {"email": "a\x00b"}}, 422),
        ({"files": {"email": ("photo.png", b"\x89PNG\r\n", "image/png")}}, 422),
        (
            {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data"}},
            422,
        ),
        (
            {
                "content": b"--x\r\nno head",
                "headers": {"Content-Type": "multipart/form-data; boundary=x"},
            },
            400,
        ),
    ],
    ids=["fields", "body", "field", "control", "file", "no-boundary", "broken"],
)
@pytest.mark.parametrize("path", ["/sign-in", "/cards"], ids=["open", "signed-out"])
def test_what_no_browser_sends_by_itself(
    page: Client, sent: dict[str, Any], status: int, path: str
) -> None:
    """Who is not signed in is asked to first, whatever was sent."""
    answer = page.post(path, **sent)
    if path != "/sign-in":
        assert answer.status_code == 401, answer.text
        assert "Sign in" in read(answer).text
        return
    found = trouble(answer, status)
    assert ("send less" in found.text) == (status == 413)


def test_a_long_address_and_heavy_cookies(page: Client) -> None:
    assert "too long" in trouble(page.get("/search?what=" + "x" * 9000), 414).text
    heavy = page.get("/", headers={"Cookie": "a=" + "x" * 33_000})
    assert "Delete the cookies" in trouble(heavy, 431).text


@frozen
class Broken:
    """A look that fails in one way."""

    error: Exception

    def __call__(self) -> Any:
        raise self.error


@frozen
class Busy:
    """Keys that are all being served."""

    def claim(self, *_: Any, **__: Any) -> None:
        raise StillInProgress

    def release(self, *_: Any) -> None:
        """Nothing is held."""


def test_a_defect_keeps_what_was_sent(memory: Place, serve: Callable[..., Client]) -> None:
    web = serve(memory.world, passwords=Broken(RuntimeError("a defect of ours")))
    answer = web.post("/sign-in", data={"email": "kim@example.com", "password": "a secret"})
    found = trouble(answer, 500)
    assert found.form("/sign-in").fields == {"email": ["kim@example.com"]}
    assert "a secret" not in answer.text
    assert "data-wait" not in answer.text, "what broke is not sent again by itself"


def test_a_second_click_waits_for_the_first(memory: Place, serve: Callable[..., Client]) -> None:
    web = serve(memory.world, idempotency=Busy())
    sign_in(web, memory, memory.anna)
    form = {"_key": "k" * 32, "number": "x"}
    answer = web.post("/cards", data=form)
    found = trouble(answer, 409)
    assert "being done right now" in found.text
    assert found.form("/cards").fields["_key"] == ["k" * 32]
    assert 'data-wait="1"' in answer.text


def test_a_lost_session_without_a_form_leads_back_to_its_page(page: Client) -> None:
    """What can't be sent again is not opened by GET either."""
    for referer, way in ((f"{ORIGIN}/lessons?view=history", "/lessons?view=history"), ("", "/")):
        answer = page.post("/sign-out", headers={"Referer": referer} if referer else {})
        assert answer.status_code == 401
        assert read(answer).form("/sign-in").fields["next"] == [way]
    strange = page.post("/sign-out", headers={"Referer": "https://a.bad/x"})
    assert read(strange).form("/sign-in").fields["next"] == ["/"]


# --- servers that are gone ---


@pytest.fixture
def ruins(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Somebody's browser before pages whose database or counters nobody serves any more."""
    opened: list[TestClient[Any]] = []

    def open_on(*, database: bool, counters: bool) -> Client:
        settings = read_settings(
            {
                "CI": "1",
                "DATABASE_URL": postgres_url
                if database
                else f"postgresql://nobody@{NOWHERE}/instainstru_test_gone",
                "VALKEY_URL": valkey_url if counters else f"redis://{NOWHERE}/0",
                "DATA_DIR": str(tmp_path),
                "THREADS": "4",
                "INSTAINSTRU_DEMO": "1",
            }
        )
        client = TestClient(
            app_of(wired(settings)), base_url=ORIGIN, raise_server_exceptions=False
        ).__enter__()
        client.follow_redirects = False
        client.headers.update({"Accept": "text/html", "Origin": ORIGIN})
        opened.append(client)
        return client

    yield open_on
    for client in opened:
        client.__exit__(None, None, None)


@pytest.mark.parametrize("language", ["en", "es"])
def test_without_its_database_a_page_says_so(ruins: Callable[..., Client], language: str) -> None:
    web = ruins(database=False, counters=True)
    web.headers["Accept-Language"] = language
    said = {"en": "does not answer", "es": "no responde"}[language]
    answer = web.get("/search?what=piano")
    found = trouble(answer, 503)
    assert said in found.text
    assert int(answer.headers["Retry-After"]) > 0
    assert 'href="/search?what=piano"' in answer.text, "it can be tried again"
    sent = web.post("/sign-in", data={"email": "kim@example.com", "password": "x", "next": "/"})
    assert trouble(sent, 503).form("/sign-in").fields["email"] == ["kim@example.com"]
    assert web.get("/sign-in").status_code == 200, "what needs no database is there"
    program = web.get("/api/v1/catalog/categories", headers={"Accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"


def test_without_its_counters_pages_are_served(ruins: Callable[..., Client], place: Any) -> None:
    """SE-9: looking goes on; what must be counted says that it can't be."""
    web = ruins(database=True, counters=False)
    assert web.get("/").status_code == 200
    for path in ("/sign-in", "/sign-up"):
        answer = web.post(path, data={"email": "kim@example.com", "password": "x", "next": "/"})
        assert answer.status_code in {303, 401, 422, 503}
        if answer.status_code == 503:
            trouble(answer, 503)


# --- in every language ---


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    "status", [400, 403, 404, 405, 409, 410, 412, 413, 414, 415, 422, 428, 429, 431, 500, 503, 502]
)
def test_every_kind_of_trouble_is_a_whole_page(
    memory: Place, serve: Callable[..., Client], status: int, language: Language
) -> None:
    refusal = Refusal(status, "something_else", "no", headers={"Retry-After": "7"})
    web = serve(memory.world, read=Broken(refusal))
    answer = web.get("/", headers={"Accept-Language": language})
    found = trouble(answer, status)
    assert "7" in found.text
    assert "something_else" not in answer.text
    if language is not Language.ENGLISH:
        english = web.get("/").text
        title = english.partition("<h1>")[2].partition("</h1>")[0]
        lead = english.partition('class="lead">')[2].partition("</p>")[0]
        assert title
        assert title not in answer.text
        assert lead
        assert lead not in answer.text
