"""Checkout in a real browser: credit by a slider, the clock of a hold, a bank's question."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.testing.world import HOUR, NOON
from tests.integration.http.money_stories import granting
from tests.integration.http.town import Town
from tests.integration.web.windows import PHONE, Windows

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
SOON = instant_text(NOON + 6 * HOUR)


def credited(town: Town) -> None:
    act = granting(town, 5000)
    assert town.send(act.doing(act.seen(town))).status_code == 200


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(name)).click()


def choose(page: Page, card: str) -> None:
    """One of the cards that the demonstration lends."""
    folded = page.get_by_text("Try another test card")
    if folded.count() and not page.locator(f"[value='new:{card}']").is_visible():
        folded.click()
    page.locator(f"[value='new:{card}']").check()


def test_a_slider_takes_credit_without_leaving_the_page(windows: Windows) -> None:
    credited(windows.town)
    page = windows.open("anna")
    page.goto(f"/checkout/{windows.town.hold()}")
    page.evaluate("window.stayed = true")
    slider = page.get_by_role("slider")
    slider.press("End")
    expect(page.get_by_role("button", name="Book for $84.40")).to_be_visible()
    assert page.evaluate("window.stayed")
    assert page.url.endswith("?credit=50.00")
    slider.press("Home")
    expect(page.get_by_role("button", name="Book for $134.40")).to_be_visible()
    page.get_by_role("spinbutton").fill("12.5")
    page.keyboard.press("Enter")
    button(page, r"Book for \$121\.90")
    page.get_by_role("heading", name="It is yours").wait_for()


def test_without_scripts_a_number_does_it(windows: Windows) -> None:
    credited(windows.town)
    page = windows.open("anna", java_script_enabled=False, viewport=PHONE)
    page.goto(f"/checkout/{windows.town.hold()}")
    page.get_by_label("Use credit, in dollars").fill("50")
    button(page, "Update")
    button(page, r"Book for \$84\.40")
    page.get_by_role("heading", name="It is yours").wait_for()


def test_the_time_left_is_counted_and_its_end_is_kind(windows: Windows) -> None:
    town = windows.town
    page = windows.open("anna")
    path = f"/checkout/{town.hold(start=instant_text(NOON + 50 * HOUR))}"
    town.world.clock.set(NOON + timedelta(minutes=29, seconds=57))
    page.context.add_cookies(windows.session("anna"))
    page.goto(path)
    left = page.locator("hold-clock")
    expect(left).to_contain_text("Yours for another 0:0")
    town.world.clock.set(NOON + timedelta(minutes=30))
    expect(page.get_by_role("heading", name="The time is free again")).to_be_visible()
    page.get_by_role("link", name="Book it again").click()
    page.wait_for_url("**/book/**")


@BOTH
def test_a_declined_card_another_and_the_bank_s_question(windows: Windows, scripts: bool) -> None:
    town = windows.town
    page = windows.open("anna", java_script_enabled=scripts)
    lesson = town.hold(start=SOON)
    page.goto(f"/checkout/{lesson}")
    choose(page, "pm_card_insufficient_funds")
    button(page, "Book for")
    expect(page.get_by_role("alert")).to_contain_text("not enough money")
    # A browser writes every status above 400 down as a trouble; this one is meant.
    windows.troubles[:] = [each for each in windows.troubles if "402" not in each]
    choose(page, "pm_card_three_d_secure")
    button(page, "Book for")
    page.get_by_role("heading", name="Your bank wants to know that it is you").wait_for()
    confirm(town, lesson)
    page.reload()
    if not scripts:
        button(page, "Finish")
    page.get_by_role("heading", name="It is yours").wait_for()


def confirm(town: Town, lesson: str) -> None:
    """The cardholder says yes at the bank."""
    payment = town.world.payment(town.world.booking(BookingId.parse(lesson)))
    assert payment is not None
    assert payment.hold is not None
    seen = town.world.processor.find_authorisation(payment.hold.intent)
    assert isinstance(seen, RequiresAction)
    town.world.processor.confirm(seen.intent, seen.client_secret)
