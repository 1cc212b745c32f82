"""Components of pages: each is there as a macro, is used, and does what it says."""

import re
from typing import Final

import pytest

from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look
from tests.integration.web.signing import sign_in
from tests.integration.web.windows import Windows
from tools.messages import WEB

TEMPLATES: Final = WEB / "templates"
PARTS: Final = TEMPLATES / "parts.html.jinja"
COMPONENTS: Final = ("button", "field", "card", "chip", "dialog", "toast", "table", "empty")


@pytest.mark.parametrize("name", [*COMPONENTS, "skeleton"])
def test_a_component_is_a_macro_that_pages_use(name: str) -> None:
    assert re.search(rf"{{% macro {name}\(", PARTS.read_text())
    pages = [each.read_text() for each in TEMPLATES.glob("*.jinja") if each != PARTS]
    calls = re.compile(rf"{{[{{%] ?(call )?{name}\(")
    assert any(calls.search(each) for each in pages), f"no page uses {name}"


def test_what_ends_something_asks_first(windows: Windows, place: Town) -> None:
    """The browser opens and closes the question by itself: it works without scripts, by keys."""
    for number in ("visa", "mastercard"):
        place.do("anna", "POST", "/payment-methods", {"token": f"pm_card_{number}"})
    page = windows.open("anna", java_script_enabled=False)
    page.goto("/cards")
    asking = page.get_by_role("button", name="Remove the card ending in 4444")
    asking.press("Enter")
    question = page.get_by_role("dialog", name="Remove the card ending in 4444")
    assert question.get_by_role("button", name="Keep it").is_visible()
    page.keyboard.press("Escape")
    assert question.count() == 0
    asking.click()
    question.get_by_role("button", name="Remove").click()
    page.wait_for_load_state()
    assert "4444" not in page.content()


def test_what_is_slow_is_lines_of_nothing_until_it_is_there(windows: Windows) -> None:
    page = windows.open(None)
    page.goto("/search?what=piano")
    page.get_by_role("article").get_by_role("link", name="Jane").first.click()
    page.locator("#calendar").wait_for()
    delay = "setTimeout(go, 900)"
    page.evaluate(
        "(() => { const real = fetch; window.fetch = (...asked) =>"
        f" new Promise((go) => {delay}).then(() => real(...asked)); }})()"
    )
    height = page.locator("#calendar").bounding_box()
    page.locator("select[name=minutes]").select_option(index=1)
    page.locator("#calendar .skeleton").first.wait_for()
    assert page.locator("#calendar").bounding_box() == height
    page.locator("#calendar .flyer-price").wait_for()
    assert page.locator("#calendar .skeleton").count() == 0


def test_what_was_done_is_told_once(web: Client, place: Town) -> None:
    sign_in(web, place, "anna")
    assert "Welcome back." in look(web, "/lessons").text
    assert "Welcome back." not in look(web, "/lessons").text
