"""Choosing a lesson in a real browser: live prices, without a mouse, and for everybody's eyes."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.world import NOON
from tests.integration.http.town import Town
from tests.integration.web.windows import PHONE, Windows

TOMORROW = NOON + timedelta(days=1)
HOLD = "Hold this time"


def last_look(town: Town, **other: Any) -> str:
    """Where an hour of piano at home is looked at once more."""
    chosen = {
        "format": "travel",
        "minutes": 60,
        "start": instant_text(TOMORROW),
        "at": "student_location",
        "where": "park-slope",
        **other,
    }
    return f"/book/{town.id_of('jane')}/piano/review?{urlencode(chosen)}"


def test_the_price_follows_the_length_and_what_was_typed_stays(windows: Windows) -> None:
    page = windows.open("anna")
    page.goto(last_look(windows.town))
    page.get_by_label("Street address").fill("200 8th Avenue")
    page.get_by_label("Length").select_option("90")
    expect(page.get_by_text("$201.60")).to_be_visible()
    assert "minutes=90" in page.url
    assert page.get_by_label("Street address").input_value() == "200 8th Avenue"
    page.get_by_role("button", name=HOLD).click()
    page.wait_for_url("**/checkout/*")
    booking = windows.town.kept(page.url.rpartition("/")[2])
    assert (booking.price, booking.lesson.minutes) == (Money(180_00), 90)
    assert windows.troubles == []


def test_a_length_that_does_not_fit_leads_to_what_is_free(windows: Windows) -> None:
    windows.town.hold("bob", start=instant_text(TOMORROW + timedelta(minutes=45)))
    page = windows.open("anna")
    page.goto(last_look(windows.town, format="online", minutes=30))
    page.get_by_label("Length").select_option("60")
    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody was a moment faster")
    assert page.locator(".strip").count() > 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_without_a_mouse(windows: Windows, scripts: bool) -> None:
    page = windows.open("anna", java_script_enabled=scripts)
    page.goto(f"/book/{windows.town.id_of('jane')}/piano")
    _go(page, "At your place")
    assert page.get_by_role("heading", level=1).inner_text() == "When would you like it?"
    _go(page, "12:00 PM")
    page.get_by_label("Neighborhood").focus()
    page.keyboard.type("Flat")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="A last look").wait_for()
    assert "Flatbush" in page.get_by_role("main").inner_text()
    page.get_by_label("Street address").focus()
    page.keyboard.type("1 Ocean Avenue")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_last_look_and_a_lost_race(windows: Windows, scheme: Any) -> None:
    page = windows.open("anna", color_scheme=scheme, viewport=PHONE)
    page.goto(last_look(windows.town))
    assert _barriers(page) == []
    page.get_by_role("button", name=HOLD).click()
    expect(page.get_by_label("Street address")).to_have_attribute("aria-invalid", "true")
    assert _barriers(page) == []
    windows.town.hold("bob")
    page.goto(last_look(windows.town))
    expect(page.get_by_role("alert")).to_contain_text("Somebody was a moment faster")
    assert _barriers(page) == []
    assert windows.troubles == []


def _go(page: Page, name: str) -> None:
    """Press Enter on a link, by the keyboard."""
    page.get_by_role("link", name=name).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def _barriers(page: Page) -> list[str]:
    """What stands in somebody's way: axe's findings, and what is wider than a phone."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("() => axe.run().then((found) => found.violations)")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [each["id"] for each in found] + (["wide"] if wide else [])
