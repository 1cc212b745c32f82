"""The week's editor in a real browser: painted by mouse, finger and keys, joined with others."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from instainstru_core.testing.world import MONDAY
from tests.integration.http.town import Town
from tests.integration.web.windows import PHONE, Windows

NEXT = MONDAY + timedelta(days=7)
TUESDAY = NEXT + timedelta(days=1)
FRIDAY = NEXT + timedelta(days=4)
WAY = f"/teach/week?week={NEXT}"


@pytest.fixture
def empty(beginning: Town) -> Town:
    """Jane's next week is closed."""
    path = f"/instructors/me/availability/weeks/{NEXT}"
    beginning.do("jane", "PUT", path, {"days": {}}, headers={"If-Match": "*"})
    return beginning


def editor(windows: Windows, **options: Any) -> Page:
    page = windows.open("jane", **options)
    page.goto(WAY)
    return page


def cell(page: Page, day: int, time: str) -> Locator:
    """The half-hour of a day from *time* on."""
    at = datetime.strptime(time, "%I:%M %p").time()  # noqa: DTZ007 - a time of any day
    row = page.locator(".week-table tbody tr").nth(at.hour * 2 + at.minute // 30)
    return row.locator("td").nth(day)


def brush(page: Page, *names: str) -> None:
    """Paint with these from now on."""
    for each in ("At the student's place", "At the studio", "Online"):
        button = page.get_by_role("button", name=each)
        if (button.get_attribute("aria-pressed") == "true") != (each in names):
            button.click()


def drag(page: Page, start: Locator, end: Locator) -> None:
    start.scroll_into_view_if_needed()
    start.hover()
    page.mouse.down()
    end.hover()
    page.mouse.up()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save the week").click()
    expect(page.locator(".week-said")).to_contain_text("Your week is saved.")


def stored(town: Town) -> dict[str, list[tuple[str, str, list[str]]]]:
    path = f"/instructors/me/availability/weeks/{NEXT}"
    days = town.do("jane", "GET", path)["days"]
    return {
        day: [(each["start"], each["end"], each["formats"]) for each in windows]
        for day, windows in days.items()
        if windows
    }


def test_days_are_painted_with_the_mouse_and_saved(windows: Windows, empty: Town) -> None:
    page = editor(windows)
    brush(page, "At the studio", "Online")
    drag(page, cell(page, 1, "9:00 AM"), cell(page, 2, "11:30 AM"))
    expect(page.locator(".week-said")).to_contain_text("Not saved yet")
    expect(cell(page, 1, "9:00 AM")).to_have_attribute("data-f", "so")
    brush(page, "Online")
    drag(page, cell(page, 2, "10:00 AM"), cell(page, 2, "10:30 AM"))
    save(page)
    wednesday = str(NEXT + timedelta(days=2))
    both = ["studio", "online"]
    assert stored(empty) == {
        str(TUESDAY): [("09:00", "12:00", both)],
        wednesday: [
            ("09:00", "10:00", both),
            ("10:00", "11:00", ["studio"]),
            ("11:00", "12:00", both),
        ],
    }
    assert page.evaluate("window.seen") == {"shift": 0, "refused": []}


def test_the_keyboard_alone_is_enough(windows: Windows, empty: Town) -> None:
    page = editor(windows)
    cell(page, 0, "9:00 AM").focus()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, "9:00 AM")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    expect(cell(page, 2, "10:30 AM")).to_have_attribute("data-f", "tso")
    assert "At the studio" in (cell(page, 1, "9:00 AM").get_attribute("aria-label") or "")
    page.keyboard.press("Control+z")
    expect(cell(page, 1, "9:00 AM")).to_have_attribute("data-f", "")
    page.keyboard.press("Control+y")
    page.keyboard.press("Home")
    expect(cell(page, 0, "10:30 AM")).to_be_focused()
    page.keyboard.press("Control+Home")
    expect(cell(page, 0, "6:00 AM")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell(page, 0, "6:00 AM")).to_be_focused()
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "8:00 AM")).to_have_attribute("data-f", "tso")
    save(page)
    assert stored(empty)[str(NEXT)][0][:2] == ("08:00", "08:30")
    assert stored(empty)[str(TUESDAY)][0][:2] == ("09:00", "11:00")


def test_a_finger_taps_and_holds(windows: Windows, empty: Town) -> None:
    page = editor(windows, viewport=PHONE, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    first = cell(page, 1, "9:00 AM")
    first.scroll_into_view_if_needed()
    first.tap()
    expect(first).to_have_attribute("data-f", "tso")
    touch = page.context.new_cdp_session(page)

    def at(place: Locator) -> list[dict[str, float]]:
        box = place.bounding_box()
        assert box is not None
        return [{"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}]

    start, end = cell(page, 3, "9:00 AM"), cell(page, 3, "10:30 AM")
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at(start)})
    page.wait_for_timeout(450)
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at(end)})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(end).to_have_attribute("data-f", "tso")
    save(page)
    assert stored(empty)[str(NEXT + timedelta(days=3))][0][:2] == ("09:00", "11:00")


def test_a_day_is_copied_before_anything_is_saved(windows: Windows, empty: Town) -> None:
    page = editor(windows)
    drag(page, cell(page, 0, "9:00 AM"), cell(page, 0, "9:30 AM"))
    page.locator("#f-to_days").select_option("all")
    page.get_by_role("button", name="Copy the day").click()
    expect(cell(page, 6, "9:00 AM")).to_have_attribute("data-f", "tso")
    assert stored(empty) == {}
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(cell(page, 6, "9:00 AM")).to_have_attribute("data-f", "")
    expect(cell(page, 0, "9:00 AM")).to_have_attribute("data-f", "tso")


def test_repeating_saves_what_is_painted_first(windows: Windows, empty: Town) -> None:
    page = editor(windows)
    drag(page, cell(page, 1, "6:00 AM"), cell(page, 1, "6:30 AM"))
    page.get_by_label("For how many weeks?").fill("1")
    page.get_by_role("button", name="Repeat this week").click()
    expect(page.locator(".week-said")).to_contain_text("The next weeks are like this one now.")
    assert stored(empty)[str(TUESDAY)][0][:2] == ("06:00", "07:00")
    page.get_by_role("link", name="Later").click()
    expect(cell(page, 1, "6:00 AM")).to_have_attribute("data-f", "tso")
    expect(cell(page, 1, "8:00 AM")).to_have_attribute("data-f", "")


def in_conflict(windows: Windows, town: Town) -> Page:
    """Painted on Tuesday here, and on Friday on the phone."""
    page = editor(windows)
    drag(page, cell(page, 1, "9:00 AM"), cell(page, 1, "9:30 AM"))
    town.open("jane", FRIDAY, {"start": "10:00", "end": "11:00", "formats": ["online"]})
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_role("alert")).to_contain_text("Fri, Jan 18, 10:00 AM \N{EN DASH} 11:00 AM")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(cell(page, 4, "10:00 AM")).to_have_class("other")
    assert page.url.endswith(WAY)
    return page


def test_two_devices_are_joined_in_place(windows: Windows, empty: Town) -> None:
    page = in_conflict(windows, empty)
    page.get_by_role("button", name="Keep both").click()
    expect(page.locator(".week-said")).to_contain_text("Both are in")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(cell(page, 4, "10:00 AM")).to_have_attribute("data-f", "o")
    expect(cell(page, 1, "9:00 AM")).to_have_attribute("data-f", "tso")
    assert set(stored(empty)) == {str(TUESDAY), str(FRIDAY)}
    _ignore_conflict(windows)


def test_theirs_can_be_taken_instead(windows: Windows, empty: Town) -> None:
    page = in_conflict(windows, empty)
    page.get_by_role("button", name="Take theirs").click()
    expect(cell(page, 1, "9:00 AM")).to_have_attribute("data-f", "")
    expect(cell(page, 4, "10:00 AM")).to_have_attribute("data-f", "o")
    assert set(stored(empty)) == {str(FRIDAY)}
    _ignore_conflict(windows)


def test_only_mine_can_be_kept(windows: Windows, empty: Town) -> None:
    page = in_conflict(windows, empty)
    page.get_by_role("button", name="Keep only mine").click()
    expect(page.locator(".week-said")).to_contain_text("Your week is saved.")
    expect(cell(page, 4, "10:00 AM")).to_have_attribute("data-f", "")
    assert set(stored(empty)) == {str(TUESDAY)}
    _ignore_conflict(windows)


def _ignore_conflict(windows: Windows) -> None:
    """A browser complains of each answer that is a refusal."""
    windows.troubles[:] = [each for each in windows.troubles if "409" not in each]


def test_a_save_is_taken_back_in_place(windows: Windows, empty: Town) -> None:
    page = editor(windows)
    drag(page, cell(page, 1, "9:00 AM"), cell(page, 1, "9:30 AM"))
    save(page)
    page.locator("#week-acts").get_by_role("button", name="Undo what was saved").first.click()
    expect(page.locator(".week-said")).to_contain_text("That change is undone.")
    expect(cell(page, 1, "9:00 AM")).to_have_attribute("data-f", "")
    assert stored(empty) == {}


def test_an_expired_session_brings_back_what_was_painted(windows: Windows, empty: Town) -> None:
    page = editor(windows)
    drag(page, cell(page, 1, "9:00 AM"), cell(page, 1, "9:30 AM"))
    page.context.clear_cookies()
    page.get_by_role("button", name="Save the week").click()
    page.get_by_role("heading", level=1, name="Sign in").wait_for()
    windows.troubles[:] = [each for each in windows.troubles if "401" not in each]
    page.get_by_label("E-mail").fill(empty.emails["jane"])
    page.get_by_label("Password").fill("nine tall oaks by the lake")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Go on where I was").click()
    page.get_by_role("heading", level=1, name="Your week").wait_for()
    assert set(stored(empty)) == {str(TUESDAY)}


def test_without_scripts_the_list_does_it_all(windows: Windows, empty: Town) -> None:
    page = editor(windows, java_script_enabled=False)
    page.get_by_text("The same as a list of times").click()
    row = page.get_by_role("group", name="Tue, time 1", exact=True)
    row.get_by_label("From").fill("09:00")
    row.get_by_label("To").fill("12:00")
    row.get_by_label("At the studio").uncheck()
    page.get_by_role("button", name="Save these times").click()
    expect(page.get_by_text("Your week is saved.")).to_be_visible()
    assert stored(empty) == {str(TUESDAY): [("09:00", "12:00", ["travel", "online"])]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(windows: Windows, place: Town, scheme: Any) -> None:
    place.book()
    body = {"start_date": str(FRIDAY), "end_date": str(FRIDAY)}
    place.do("jane", "POST", "/instructors/me/blackouts", body)
    page = windows.open("jane", color_scheme=scheme)
    for way in (f"/teach/week?week={MONDAY}", WAY):
        page.goto(way)
        page.get_by_text("The same as a list of times").click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
