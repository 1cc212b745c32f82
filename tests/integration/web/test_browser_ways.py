"""Ways to use the pages: by keyboard alone, by lists of times, and on two devices at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.integration.http.town import Town
from tests.integration.web.journeys import lessons_of
from tests.integration.web.windows import Windows

MAX_TABS = 80
SUNDAY = 6


def tab_to(page: Page, target: Locator) -> None:
    """Go on with the Tab key until *target* has the focus, which is seen wherever it is."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("(one) => one === document.activeElement"):
            break
    seen = page.evaluate(
        "(() => {const style = getComputedStyle(document.activeElement);"
        " return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0})()"
    )
    assert target.evaluate("(one) => one === document.activeElement"), "the Tab key passes it by"
    assert seen, "it is not seen where the focus is"


def test_a_lesson_is_booked_by_keyboard_alone(windows: Windows) -> None:
    page = windows.open("anna")
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main", "the first stop skips to the page"
    tab_to(page, page.get_by_role("combobox", name="What"))
    page.keyboard.type("piano")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Piano").wait_for()
    flyer = page.get_by_role("article").filter(has_text="Mary")
    tab_to(page, flyer.locator(".strip").first)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="A last look").wait_for()
    tab_to(page, page.get_by_role("button", name="Hold this time"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/*")
    tab_to(page, page.get_by_role("button", name=re.compile(r"Book for \$")))
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="It is yours").wait_for()
    assert lessons_of(windows.town) == 1


def test_a_form_that_was_stopped_on_its_way_can_be_sent_again(windows: Windows) -> None:
    page = windows.open()
    page.clock.install()
    page.goto("/sign-in")
    page.evaluate(
        "window.sent = 0; addEventListener('submit', (event) => {"
        " if (!event.defaultPrevented) window.sent += 1; event.preventDefault(); })"
    )
    press = page.get_by_role("button", name="Español")
    for seconds, times in ((0, 1), (1, 1), (9, 2)):
        page.clock.fast_forward(seconds * 1000)
        press.click()
        assert page.evaluate("window.sent") == times


def week_of(town: Town) -> Any:
    return town.do("jane", "GET", "/instructors/me/availability/weeks/2030-01-07")


def change_sunday(page: Page, start: str, end: str) -> None:
    """All that Sunday is open from now on, by the list of times."""
    list_of = page.locator("#week-list")
    if list_of.get_attribute("open") is None:
        list_of.locator("summary").click()
    row = list_of.locator("fieldset").nth(SUNDAY).locator(".week-row").first
    row.locator("input[type=time]").first.fill(start)
    row.locator("input[type=time]").last.fill(end)
    page.get_by_role("button", name="Save these times").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_week_is_saved_as_a_list(windows: Windows, scripts: bool) -> None:
    page = windows.open("jane", java_script_enabled=scripts)
    page.goto("/teach/week")
    change_sunday(page, "09:15", "11:45")
    page.get_by_role("status").filter(has_text="saved").wait_for()
    kept = str(week_of(windows.town))
    assert "09:15" in kept
    assert "11:45" in kept


def test_two_devices_that_change_a_week_lose_nothing(windows: Windows) -> None:
    one = windows.open("jane", java_script_enabled=False)
    other = windows.open("jane", java_script_enabled=False)
    one.goto("/teach/week")
    other.goto("/teach/week")
    change_sunday(one, "09:15", "22:00")
    change_sunday(other, "08:00", "21:45")
    other.get_by_role("alert").first.wait_for()
    other.get_by_role("button", name="Keep both").click()
    other.get_by_role("status").filter(has_text="Both are in").wait_for()
    kept = str(week_of(windows.town))
    assert "09:15" in kept
    assert "21:45" in kept


def test_a_lesson_is_cancelled_by_keyboard_alone(windows: Windows) -> None:
    lesson = windows.town.book()
    page = windows.open("anna")
    page.goto("/lessons")
    tab_to(page, page.get_by_role("link", name="Cancel").first)
    page.keyboard.press("Enter")
    page.get_by_label("Why do you cancel?").wait_for()
    tab_to(page, page.get_by_label("Why do you cancel?"))
    page.keyboard.type("I have a cold.")
    tab_to(page, page.get_by_role("button", name="Cancel the lesson"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/lessons/{lesson}*")
    assert windows.town.kept(lesson).status == "CANCELLED"


def test_a_week_is_saved_and_a_lesson_closed_by_keyboard_alone(windows: Windows) -> None:
    town = windows.town
    lesson = town.book()
    town.world.clock.set(town.kept(lesson).lesson.ends_at + timedelta(minutes=1))
    page = windows.open("jane")
    page.goto("/teach/week?week=2030-01-14")
    tab_to(page, page.locator(".week-table td[tabindex='0']"))
    page.keyboard.press("Control+Home")
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Save the week"))
    page.keyboard.press("Enter")
    expect(page.locator(".week-said")).to_contain_text("Your week is saved.")
    page.goto("/teach")
    tab_to(page, page.get_by_role("link", name="Answer"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Did the lesson take place?").wait_for()
    tab_to(page, page.get_by_role("button", name="Yes, I gave this lesson"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you: the lesson is completed.")).to_be_visible()
    assert town.kept(lesson).status == "COMPLETED"
