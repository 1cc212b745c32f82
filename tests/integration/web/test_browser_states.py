"""States of pages that nobody sees at first: refused, done already, changed by two devices.

Each is for everybody in light and dark, and the back button and a reload lead on from it.
"""

from datetime import timedelta

from playwright.sync_api import Page

from instainstru_core.testing.world import MONDAY, PASSWORD
from tests.integration.web.legible import SEEN_RULES, unreadable, violations
from tests.integration.web.test_browser_ways import change_sunday
from tests.integration.web.windows import PHONE, Windows

NEXT = MONDAY + timedelta(days=7)
WEEK = f"/teach/week?week={NEXT}"
_SENDS = """([action, fields]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}"""
"""A form with a key that was shown before, as the back button finds it where pages are kept."""


def for_everybody(page: Page) -> None:
    """axe finds nothing in light and dark, and everything can be read on a phone."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert violations(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size(PHONE)
    assert violations(page, rules=SEEN_RULES) == []
    assert unreadable(page) == []


def test_two_devices_before_they_are_joined(windows: Windows) -> None:
    one, other = windows.open("jane"), windows.open("jane")
    one.goto(WEEK)
    other.goto(WEEK)
    change_sunday(one, "09:15", "22:00")
    one.get_by_role("status").filter(has_text="saved").wait_for()
    change_sunday(other, "08:00", "21:45")
    other.get_by_role("heading", name="saved on another device").wait_for()
    for_everybody(other)


def test_a_form_that_was_done_and_then_changed(windows: Windows) -> None:
    page = windows.open("jane")
    page.goto(WEEK)
    for day in (NEXT, NEXT + timedelta(days=1)):
        fields = {"_key": "a-key-of-a-form-of-mine", "act": "away", "first": str(day)}
        with page.expect_navigation():
            page.evaluate(_SENDS, [WEEK, fields])
    page.get_by_role("heading", level=1, name="This was done already").wait_for()
    for_everybody(page)
    page.get_by_role("button", name="Send this as well").click()
    page.locator("week-grid").wait_for()
    assert page.locator("form:has([name=act][value=back])").count() == 2


def test_a_refused_form_is_there_after_a_reload_and_on_the_way_back(windows: Windows) -> None:
    page = windows.open("jane")
    page.goto("/teach/services/new")
    price, hour = page.locator("[name=price-online]"), page.locator("[name=minutes][value='45']")
    price.fill("1")
    hour.check()
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("alert").first.wait_for()
    for_everybody(page)
    page.reload()
    page.get_by_role("button", name="Add it").wait_for()
    assert page.url.endswith("/teach/services/new")
    assert (price.input_value(), hour.is_checked()) == ("1", True)
    page.goto("/teach")
    page.go_back()
    page.get_by_role("button", name="Add it").wait_for()
    assert (price.input_value(), hour.is_checked()) == ("1", True)
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("alert").first.wait_for()


def test_a_week_that_was_painted_survives_the_end_of_its_session(windows: Windows) -> None:
    """AC-26: the script's own sending is led to the sign-in, too, and comes back."""
    page = windows.open("jane")
    page.goto(WEEK)
    cell = page.locator("#week-table tbody tr:not(.night) td").first
    before = cell.get_attribute("aria-label")
    cell.click()
    painted = cell.get_attribute("aria-label")
    assert painted != before
    page.context.clear_cookies()
    page.locator("#week-paint button.main").click()
    page.locator("[name=email]").fill(windows.town.emails["jane"])
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action='/sign-in'] button").click()
    page.locator("main form button").click()
    page.wait_for_url(f"**{WEEK}")
    assert page.url.endswith(WEEK)
    assert cell.get_attribute("aria-label") == painted
