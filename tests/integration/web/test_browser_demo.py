"""A demonstration in a real browser: the tour to its end, its bank, and who is new to it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from litestar import Litestar
from litestar.di import Provide
from playwright.sync_api import Page, expect

from entrypoints.http.config import HttpConfig
from entrypoints.processor.challenge_routes import HANDLERS as BANK
from entrypoints.processor.counter import Counter
from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.processor.books import Books
from instainstru_core.testing.fakes.processor.commands import ConfirmIntent
from instainstru_core.testing.world import HOUR, NOON, PASSWORD
from tests.integration.http.town import Town
from tests.integration.web.conftest import app_of
from tests.integration.web.journeys import choose_a_time, hold, pay
from tests.integration.web.live import HandDrivenTime, free_port, served
from tests.integration.web.windows import Windows

SAMPLE = {"student": "anna", "instructor": "jane"}
SOON = instant_text(NOON + 6 * HOUR)
"""So near that the card is asked at once."""


@frozen
class Clerk:
    """Says at the bank's page what the town's own processor knows."""

    processor: SimulatedProcessor

    @property
    def books(self) -> Books:
        """What the processor remembers."""
        return self.processor.books

    def execute(self, command: ConfirmIntent) -> None:
        """The cardholder says yes."""
        self.processor.confirm(command.intent, command.client_secret)


def bank_of(town: Town) -> Litestar:
    """The pages of the simulated bank."""
    clerk: Any = Clerk(town.world.processor)
    counter = Counter(teller=clerk, courier=None, hang_seconds=0)
    return Litestar(BANK, dependencies={"counter": Provide(lambda: counter, sync_to_thread=False)})


@pytest.fixture(scope="module")
def address(place: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a real server shows a demonstration of the town."""
    note: Path = tmp_path_factory.mktemp("demonstration") / "accounts.json"
    rows = [
        {"role": role, "email": place.emails[who], "password": PASSWORD}
        for role, who in SAMPLE.items()
    ]
    note.write_text(json.dumps(rows))
    port = free_port()
    ports = evolve(place.ports, time_machine=HandDrivenTime(place.world.clock))
    with served(bank_of(place), free_port()) as bank:
        config = HttpConfig(
            mode="int",
            threads=8,
            origins=(f"http://127.0.0.1:{port}",),
            accounts_note=note,
            simulator_url=bank,
        )
        with served(app_of(ports, config), port) as found:
            yield found


def press(page: Page, name: str) -> None:
    """What is done, or led to, by that name in the page itself."""
    main = page.get_by_role("main")
    main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()


def sign_up(page: Page, town: Town, email: str) -> None:
    """From the address to the account, with the code from the mailbox."""
    page.get_by_label("E-mail").fill(email)
    press(page, "Send me a code")
    page.get_by_role("heading", level=1, name="Look into your mail").wait_for()
    town.world.settle()
    press(page, "read it in the mailbox")
    code = re.findall(r"(\d{6}) is your", page.get_by_role("main").inner_text())[0]
    press(page, "Back to where you were")
    page.get_by_label("Code").fill(code)
    press(page, "Go on")
    for label, text in (("First", "Kim"), ("Last", "Lee"), ("ZIP", "11215")):
        page.get_by_label(label).fill(text)
    page.get_by_label("Password").fill("nine tall oaks by the lake")
    page.get_by_label("I accept the terms").check()
    press(page, "Create my account")
    expect(page.get_by_text("Welcome! Your account is ready.")).to_be_visible()


def test_the_tour_is_walked_to_its_end(windows: Windows) -> None:
    town, page = windows.town, windows.open()
    page.goto("/demo/tour")
    press(page, "To the instructor's times")
    page.locator(".strip").first.click()
    page.get_by_label("Neighborhood").select_option(index=1)
    press(page, "Go on")
    page.get_by_label("Street address").fill("200 8th Avenue")
    hold(page)
    page.goto("/demo/tour")
    press(page, "To the checkout")
    pay(page)
    page.goto("/demo/tour")
    press(page, "To the end of the lesson")
    press(page, "To the lesson")
    press(page, "Yes, I gave this lesson")
    expect(page.get_by_text("Thank you: the lesson is completed.")).to_be_visible()
    page.goto("/demo/tour")
    press(page, "To the day of the money")
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    town.world.settle()
    press(page, "Look again")
    expect(page.get_by_role("heading", name="That was all of it")).to_be_visible()
    press(page, "To the receipt")
    expect(page.get_by_text("You are the student now.")).to_be_visible()
    expect(page.get_by_role("link", name="Receipt as PDF")).to_be_visible()


def test_the_bank_is_told_no_and_then_yes(windows: Windows) -> None:
    page = windows.open("anna")
    page.goto(f"/checkout/{windows.town.hold(start=SOON)}")
    page.get_by_text("Try another test card").click()
    page.locator("[value='new:pm_card_three_d_secure']").check()
    press(page, "Book for")
    page.get_by_role("heading", name="Your bank wants to know that it is you").wait_for()
    press(page, "Confirm with my bank")
    press(page, "No, go back")
    expect(page.get_by_role("alert")).to_contain_text("did not confirm")
    press(page, "Use another card")
    press(page, "Confirm it now")
    press(page, "Confirm with my bank")
    press(page, "Yes, it is me")
    expect(page.get_by_role("heading", name="It is yours")).to_be_visible()


def test_somebody_new_signs_up_and_books(windows: Windows) -> None:
    page = windows.open()
    choose_a_time(page)
    press(page, "Create an account")
    sign_up(page, windows.town, "kim@example.com")
    expect(page.get_by_role("heading", name="A last look")).to_be_visible()
    hold(page)
    pay(page)


def test_somebody_new_begins_to_teach(windows: Windows) -> None:
    page = windows.open()
    page.goto("/")
    page.get_by_role("link", name="Teach", exact=True).click()
    expect(page.get_by_label("I want to teach")).to_be_checked()
    sign_up(page, windows.town, "lee@example.com")
    expect(page).to_have_url(re.compile("/teach/profile"))
