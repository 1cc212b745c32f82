"""What people do in a browser, step by step."""

import re

from playwright.sync_api import Page
from sqlalchemy import text

from tests.integration.http.town import Town


def choose_a_time(page: Page, teacher: str = "Jane") -> None:
    """From the first page to the last look at an hour online with *teacher*."""
    page.goto("/")
    page.get_by_role("combobox", name="What").fill("piano")
    page.get_by_role("button", name="Search").click()
    how = page.locator("select[name=format]")
    if not how.is_visible():  # A phone folds what narrows the search.
        page.locator("details:has(select[name=format]) > summary").click()
    how.select_option("online")
    page.get_by_role("button", name="Apply").click()
    flyer = page.get_by_role("article").filter(has_text=teacher)
    flyer.locator(".strip").first.click()
    page.get_by_role("heading", level=1, name="A last look").wait_for()


def hold(page: Page) -> None:
    """From the last look to the checkout."""
    page.get_by_role("button", name="Hold this time").click()
    page.wait_for_url("**/checkout/*")


def pay(page: Page) -> str:
    """From the checkout to a lesson that is booked; its id."""
    page.get_by_role("button", name=re.compile(r"Book for \$")).click()
    page.get_by_role("heading", level=1, name="It is yours").wait_for()
    return str(re.findall(r"/lessons/(\w+)", page.url)[0])


def lessons_of(town: Town) -> int:
    """How many lessons are held or booked."""
    statement = text("SELECT count(*) FROM bookings WHERE status <> 'CANCELLED'")
    with town.engine.connect() as connection:
        return int(connection.scalar(statement) or 0)
