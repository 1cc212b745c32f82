"""The stylesheet is inside of a browser's first page, and named by those after it."""

import gzip
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Page

from entrypoints.web.assets import ASSETS, DIGEST, asset_url, without_spaces
from entrypoints.web.styles import STYLE, STYLE_COOKIE
from instainstru_core.testing.world import World
from tests.integration.http.serving import lent
from tests.integration.web.conftest import CONFIG, app_of
from tests.integration.web.windows import PHONE, Windows

PERSON = {"Accept": "text/html"}
FILE = asset_url("style.css")
STYLED = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
LINKED = f'<link rel="stylesheet" href="{FILE}">'


@pytest.fixture
def reader() -> Iterator[TestClient[Litestar]]:
    """Somebody who was never here, before the pages over a world in memory."""
    with lent(World().ports, CONFIG, app_of) as app, TestClient(app) as client:
        client.headers.update(PERSON)
        yield client


def sources_of(answer: Any) -> list[str]:
    """Where the page's style may come from."""
    policy = answer.headers["Content-Security-Policy"]
    (found,) = [each for each in policy.split("; ") if each.startswith("style-src ")]
    return str(found).split()[1:]


def test_the_first_page_has_its_style_inside(reader: TestClient[Litestar]) -> None:
    answer = reader.get("/sign-in")
    (style,) = STYLED.findall(answer.text)
    assert LINKED not in answer.text
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert sources_of(answer) == ["'self'", f"'sha256-{digest}'"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_whoever_keeps_the_file_gets_no_second_one(reader: TestClient[Litestar]) -> None:
    answer = reader.get("/sign-in", headers={"Cookie": f"{STYLE_COOKIE}={DIGEST}"})
    assert LINKED in answer.text
    assert STYLED.search(answer.text) is None
    assert sources_of(answer) == ["'self'"]


@pytest.mark.parametrize("kept", ["", "000000000000", f"{DIGEST}0", '"><script>'])
def test_a_file_of_another_release_is_none(reader: TestClient[Litestar], kept: str) -> None:
    answer = reader.get("/sign-in", headers={"Cookie": f"{STYLE_COOKIE}={kept}"})
    assert len(STYLED.findall(answer.text)) == 1


def test_a_page_that_nothing_answers_at_has_it_as_well(reader: TestClient[Litestar]) -> None:
    answer = reader.get("/nowhere")
    assert answer.status_code == 404
    assert len(STYLED.findall(answer.text)) == 1


def test_what_is_inside_names_its_fonts_in_full() -> None:
    style = STYLE.plain.decode()
    assert asset_url("fonts/figtree.woff2") in style
    assert 'url("fonts' not in style
    assert "</" not in style


def test_a_style_is_sent_without_what_only_its_writers_need() -> None:
    written = """
    /* a { b } */
    @layer one, two;
    .a > .b:not(.c) :hover , p { content: "a  ;  b /* c */" ; width: calc(1px + 2px); }
    """
    assert without_spaces(written) == (
        '@layer one,two;.a > .b:not(.c) :hover,p{content: "a  ;  b /* c */";width: calc(1px + 2px)}'
    )


def test_files_are_packed_once() -> None:
    for name in ("style.css", "page.js", "icons.svg"):
        asset = ASSETS[name]
        assert asset.packed is not None
        assert gzip.decompress(asset.packed) == asset.plain


def noted(page: Page) -> Any:
    """The cookie that says what is kept, as soon as it is there."""
    for _ in range(100):
        for cookie in page.context.cookies():
            if cookie["name"] == STYLE_COOKIE:
                return cookie
        page.wait_for_timeout(100)
    return pytest.fail("nothing is kept")


def rules_of(page: Page) -> list[Any]:
    """All that the page's styles say but for the fonts, as the browser read it."""
    found: list[Any] = page.evaluate(
        "[...document.styleSheets].map((one) => [...one.cssRules].map((rule) => rule.cssText)"
        ".filter((text) => !text.includes('@font-face')))"
    )
    return found


def waited_for(page: Page) -> list[Any]:
    """What stands before the first paint."""
    found: list[Any] = page.evaluate(
        'performance.getEntriesByType("resource")'
        '.filter((one) => one.renderBlockingStatus === "blocking")'
        ".map((one) => [new URL(one.name).pathname, one.transferSize])"
    )
    return found


def test_a_browser_waits_for_no_second_answer_and_keeps_the_first(windows: Windows) -> None:
    page = windows.open()
    page.goto("/")
    assert waited_for(page) == []
    inside = rules_of(page)
    cookie = noted(page)
    assert cookie["value"] == DIGEST
    assert (cookie["path"], cookie["sameSite"]) == ("/", "Lax")
    assert page.evaluate("window.seen") == {"shift": 0, "refused": []}

    page.goto("/sign-in")
    assert page.locator("style").count() == 0
    assert waited_for(page) == [[FILE, 0]], "the file was fetched a second time"
    assert rules_of(page) == inside
    assert page.evaluate("window.seen") == {"shift": 0, "refused": []}


def fonts_of(page: Page) -> list[str]:
    """The fonts that it fetched, and whether they were kept already."""
    found: list[str] = page.evaluate(
        'performance.getEntriesByType("resource").filter((one) => one.name.endsWith("woff2")'
        ' && ["css", "link"].includes(one.initiatorType))'
        '.map((one) => one.name.split("/").at(-1) + (one.transferSize ? "" : " kept"))'
    )
    return sorted(set(found))


def test_a_phone_waits_for_no_font_on_its_first_page(windows: Windows) -> None:
    page = windows.open(viewport=PHONE)
    page.goto("/")
    noted(page)
    assert page.evaluate("document.fonts.size") == 0
    page.goto("/sign-in")
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert fonts_of(page) == ["bricolage-grotesque.woff2 kept", "figtree.woff2 kept"]
    assert page.evaluate("window.seen") == {"shift": 0, "refused": []}


def test_a_desk_has_our_fonts_at_once(windows: Windows) -> None:
    page = windows.open()
    page.goto("/")
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert fonts_of(page) == ["bricolage-grotesque.woff2", "figtree.woff2"]


def test_without_scripts_every_page_brings_its_style(windows: Windows) -> None:
    page = windows.open(java_script_enabled=False)
    for path in ("/", "/sign-in"):
        page.goto(path)
        assert page.locator("style[data-keep]").count() == 1
        assert page.locator("link[rel=stylesheet]").count() == 0
