"""The map of places in a real browser: a click ticks a box, and a box marks the map."""

from tests.integration.web.windows import Windows


def test_the_map_and_the_boxes_are_one(windows: Windows) -> None:
    page = windows.open("jane")
    page.goto("/teach/areas")
    brooklyn, queens = page.get_by_label("All of Brooklyn"), page.get_by_label("All of Queens")
    slope = page.locator("[data-line='park-slope brooklyn']")
    assert slope.get_attribute("class") == "marked"
    slope.dispatch_event("click")
    assert not brooklyn.is_checked()
    assert page.locator("input[value=flatbush]").is_checked()
    assert slope.get_attribute("class") == "land"
    queens.check()
    assert page.locator("[data-line='astoria queens']").get_attribute("class") == "marked"
    page.get_by_role("button", name="Save where I travel").click()
    page.get_by_text("Saved.").wait_for()
    assert not page.get_by_label("All of Brooklyn").is_checked()
    assert page.get_by_label("All of Queens").is_checked()


def test_places_are_ticked_without_scripts(windows: Windows) -> None:
    page = windows.open("jane", java_script_enabled=False)
    page.goto("/teach/areas")
    page.get_by_label("All of Brooklyn").uncheck()
    page.get_by_label("All of Queens").check()
    page.get_by_role("button", name="Save where I travel").click()
    assert page.get_by_label("All of Queens").is_checked()
    assert page.locator("[data-line='astoria queens']").get_attribute("class") == "marked"
