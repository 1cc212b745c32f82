"""Instructors' pages of money: figures, lines explained, payouts, the way to the partner."""

from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.accounts.model import Role
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look, read, send
from tests.integration.web.signing import sign_in

HOUR: Final = timedelta(hours=1)
PAYOUTS: Final = "/teach/payouts"


@pytest.fixture
def jane(web: Client, beginning: Town) -> Client:
    """Jane's browser."""
    return sign_in(web, beginning, "jane")


@pytest.fixture
def taught(beginning: Town) -> str:
    """A lesson that Jane gave and was paid for."""
    booked = beginning.book()
    beginning.world.advance(80 * HOUR)
    return booked


def test_without_lessons_there_is_nothing_to_show_yet(jane: Client) -> None:
    page = look(jane, "/teach/earnings")
    assert "No lesson in these days" in page.text
    assert "nothing yet" in page.answer.text
    assert "15% to begin with" in page.text
    assert "<progress" in page.answer.text


def test_figures_are_explained_line_by_line(web: Client, beginning: Town, taught: str) -> None:
    sign_in(web, beginning, "jane")
    page = look(web, "/teach/earnings?days=30")
    assert "Piano · Anna E." in page.text
    assert "Why $102.00?" in page.text
    assert "Commission, 15%" in page.text
    assert "$18.00" in page.text
    assert f"/teach/lessons/{taught}" in page.answer.text
    assert "format=csv&amp;from=" in page.answer.text
    assert "$102.00" in look(web, "/teach").text


@pytest.mark.parametrize("query", ["days=365", "days=x", "after=nonsense"])
def test_whatever_is_asked_something_is_shown(
    web: Client, beginning: Town, taught: str, query: str
) -> None:
    assert taught
    sign_in(web, beginning, "jane")
    assert "Why $102.00?" in look(web, f"/teach/earnings?{query}").text


def test_exports_are_the_days_that_are_shown(web: Client, beginning: Town, taught: str) -> None:
    assert taught
    sign_in(web, beginning, "jane")
    answer = web.get("/api/v1/earnings/export?format=csv&from=2030-01-01&to=2030-01-31")
    assert answer.status_code == 200
    assert "Piano" in answer.text


def test_a_schedule_is_chosen(jane: Client) -> None:
    form = look(jane, PAYOUTS).form(f"{PAYOUTS}/schedule")
    assert form.fields["schedule"] == ["weekly-1"]
    for choice in ("monthly-15", "daily", "weekly-4"):
        assert send(jane, form, schedule=choice).status_code == 303
        kept = look(jane, PAYOUTS).form(f"{PAYOUTS}/schedule").fields["schedule"]
        assert kept == [choice]


@pytest.mark.parametrize("choice", ["", "weekly", "weekly-6", "monthly-0", "daily-1x", "yearly"])
def test_a_schedule_that_is_none_is_refused(jane: Client, choice: str) -> None:
    form = look(jane, PAYOUTS).form(f"{PAYOUTS}/schedule")
    answer = send(jane, form, schedule=choice)
    assert answer.status_code == 422 or choice == "daily-1x"


def test_the_balance_is_paid_out_at_once_and_once(
    web: Client, beginning: Town, taught: str
) -> None:
    assert taught
    sign_in(web, beginning, "jane")
    form = look(web, PAYOUTS).form(f"{PAYOUTS}/instant")
    for wrong in ("1000", "nothing"):
        answer = send(web, form, amount=wrong)
        assert answer.status_code == 422
        form = read(answer).form(f"{PAYOUTS}/instant")
        assert form.fields["amount"] == [wrong]
    first, second = send(web, form, amount="50"), send(web, form, amount="50")
    assert first.status_code == second.status_code == 303
    assert len(beginning.world.processor.books.payouts) == 1


def test_the_way_to_the_partner_is_shown(jane: Client) -> None:
    form = look(jane, PAYOUTS).form(f"{PAYOUTS}/account")
    page = read(send(jane, form))
    assert "One step to our payment partner" in page.text


def test_who_has_no_account_opens_one(web: Client, beginning: Town) -> None:
    world = beginning.world
    world.sign_up("Nora", Role.INSTRUCTOR)
    beginning.emails["nora"] = f"nora.{world._people}@example.com"
    sign_in(web, beginning, "nora")
    page = look(web, PAYOUTS)
    assert not any("schedule" in each.action for each in page.slips)
    answer = send(web, page.form(f"{PAYOUTS}/account"))
    assert "you come back here by yourself" in read(answer).text
    assert "Go on with it" in look(web, PAYOUTS).answer.text
