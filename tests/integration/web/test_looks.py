"""What a reader sees at a glance: whose page it is, how long, in a style without leftovers."""

import re
from typing import Final

import pytest

from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look
from tests.integration.web.signing import sign_in
from tests.integration.web.windows import Windows
from tools.messages import WEB

STYLE: Final = WEB / "static" / "style.css"
DRAWN: Final = {f"s{depth}" for depth in range(1, 5)}
"""The depths of a map's color, numbered where it is drawn."""


@pytest.fixture
def anna(web: Client, beginning: Town) -> Client:
    """A browser in which the student Anna is signed in."""
    return sign_in(web, beginning, "anna")


def classes_of(style: str) -> set[str]:
    """Every class that a rule of *style* names."""
    plain = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", style, flags=re.DOTALL)
    chosen = " ".join(re.findall(r"([^{};]+)\{", plain))
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", chosen))


def test_every_class_of_the_stylesheet_is_on_a_page() -> None:
    written = "\n".join(
        each.read_text(encoding="utf-8")
        for each in WEB.rglob("*")
        if each.suffix in {".jinja", ".py", ".js"}
    )
    words = set(re.findall(r"[\w-]+", written)) | DRAWN
    assert classes_of(STYLE.read_text(encoding="utf-8")) - words == set()


def test_whoever_is_signed_in_is_not_asked_to_sign_in(anna: Client) -> None:
    assert "/sign-in" not in look(anna, "/lessons").answer.text
    lost = anna.get("/nowhere")
    assert lost.status_code == 404
    assert 'href="/sign-in"' not in lost.text
    anna.cookies.clear()
    assert 'href="/sign-in"' in anna.get("/nowhere").text


def test_a_move_shows_one_day_of_times_at_once(anna: Client, beginning: Town) -> None:
    page = look(anna, f"/lessons/{beginning.book()}/move").answer.text
    days = page.count('<details name="day"')
    assert days > 1
    assert page.count('<details name="day" open>') == 1


def test_a_strangers_head_is_one_line_on_a_phone(windows: Windows) -> None:
    page = windows.open(viewport={"width": 390, "height": 844})
    page.goto("/search?what=piano")
    brand = page.locator(".brand").bounding_box()
    ways = page.locator(".top-nav").bounding_box()
    assert brand
    assert ways
    assert ways["y"] < brand["y"] + brand["height"], "the ways stand under the name"
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [360, 768, 1024])
def test_a_sum_of_money_is_never_broken(windows: Windows, beginning: Town, width: int) -> None:
    page = windows.open("jane", viewport={"width": width, "height": 844})
    page.goto("/teach/earnings")
    figures = page.locator(".figures .figure")
    assert figures.count() == 4
    figures.evaluate_all("(all) => { for (const each of all) each.textContent = '$730.00' }")
    for figure in figures.all():
        assert figure.evaluate("(one) => one.scrollWidth <= one.clientWidth")
        assert figure.evaluate(
            "(one) => one.offsetHeight < 2 * parseFloat(getComputedStyle(one).fontSize)"
        )


def test_no_two_sentences_of_a_page_stick_together() -> None:
    """A block at the end of a line takes the end of the line with it."""
    stuck = re.compile(r'\.",?[^\n]*\) \}\}\{% endif %\}\n *\{% if [^\n]*\}\{\{ _\(')
    for each in (WEB / "templates").glob("*.jinja"):
        assert stuck.search(each.read_text(encoding="utf-8")) is None, each.name
