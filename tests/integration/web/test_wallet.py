"""The wallet and the payments of a student."""

from datetime import timedelta

import pytest

from entrypoints.web.pages.wallet import Progress
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.testing.world import NOON
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look
from tests.integration.web.signing import sign_in

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("completed", "done", "more", "gift"),
    [(0, 0, 5, 1000), (4, 4, 1, 1000), (5, 5, 6, 2000), (10, 10, 1, 2000), (12, 1, 4, 1000)],
)
def test_what_is_next_on_the_card(completed: int, done: int, more: int, gift: int) -> None:
    progress = Progress.of(completed, DEFAULT_PRICING)
    assert progress.done == done
    assert progress.next_gift == (more, Money(gift))


def test_a_full_card_has_nothing_next() -> None:
    """Source: CR-10."""
    progress = Progress.of(22, DEFAULT_PRICING)
    assert progress.done == progress.places == 11
    assert progress.next_gift is None


def test_an_empty_wallet_says_what_fills_it(web: Client, beginning: Town) -> None:
    sign_in(web, beginning, "anna")
    page = look(web, "/wallet")
    assert "$0.00" in page.text
    assert "5 lessons more, and $10 is yours." in page.text
    assert 'class="stamps"' in page.answer.text
    assert "Nothing paid yet" in look(web, "/transactions").text


def test_payments_tell_what_happened_to_each_lesson(web: Client, beginning: Town) -> None:
    """Source: PY-70."""
    booked = beginning.book()
    beginning.book(start=instant_text(NOON + 96 * HOUR))
    beginning.world.advance(25 * HOUR)
    beginning.world.advance(26 * HOUR)
    sign_in(web, beginning, "anna")
    page = look(web, "/transactions")
    assert "Not charged yet" in page.text
    assert "Charged to your card" in page.text
    assert "Of the 2 lessons below." in page.text
    assert f"/api/v1/bookings/{booked}/receipt?format=pdf" in page.answer.text
    assert "Paid by card $134.40" in page.text
    assert "4 lessons more" in look(web, "/wallet").text


def test_instructors_have_no_wallet(web: Client, beginning: Town) -> None:
    sign_in(web, beginning, "jane")
    look(web, "/wallet", 403)
    look(web, "/transactions", 403)


def test_a_cursor_that_is_none_is_refused(web: Client, beginning: Town) -> None:
    sign_in(web, beginning, "anna")
    look(web, "/transactions?cursor=nonsense", 422)
