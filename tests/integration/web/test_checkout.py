"""Checkout on the pages: the price agreed to, a card named, and the lesson is booked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve

from entrypoints.web.paying import TEST_CARDS as LENT
from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.fakes.processor.cards import TEST_CARDS
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.world import NOON
from tests.integration.http.money_stories import granting
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.conftest import CONFIG, ORIGIN, browser
from tests.integration.web.seen import Page, look, read, send
from tests.integration.web.signing import sign_in

HOUR = timedelta(hours=1)
SOON = instant_text(NOON + 6 * HOUR)
"""So near that the card is asked at once."""

LATER = instant_text(NOON + 50 * HOUR)


@pytest.fixture
def anna(web: Client, place: Town) -> Client:
    return sign_in(web, place, "anna")


def held(town: Town, **changes: Any) -> str:
    """Where a lesson that Anna holds is paid."""
    return f"/checkout/{town.hold(**changes)}"


def pay(web: Client, path: str, **typed: str) -> Any:
    """What paying with the card that is marked leads to."""
    return send(web, look(web, path).form("/checkout/"), **typed)


def credited(town: Town, cents: int = 5000) -> None:
    act = granting(town, cents)
    assert town.send(act.doing(act.seen(town))).status_code == 200


def holds(town: Town) -> int:
    """How often money was held."""
    return sum(each.kind == "authorisation" for each in town.world.processor.effects)


class TestPrice:
    def test_everything_is_shown_before_it_is_agreed_to(self, anna: Client, place: Town) -> None:
        page = look(anna, held(place, start=LATER))
        for text in ("Piano with Jane", "$120.00", "Booking Protection (12%)", "$134.40"):
            assert text in page.text
        assert "Book for $134.40" in page.text
        assert "Nothing is charged today" in page.text
        assert "Yours for another 30 minutes" in page.text
        assert "Free to cancel until Tue, Jan 8, 2:00" in page.text

    def test_a_lesson_within_a_day_says_what_is_different(self, anna: Client, place: Town) -> None:
        page = look(anna, held(place, start=SOON))
        assert "is asked to hold $134.40 now" in page.text
        assert "half of its price comes back" in page.text
        near = look(anna, held(place, start=instant_text(NOON + 22 * HOUR)))
        assert "If you cancel by" in near.text

    def test_credit_lowers_what_the_card_pays(self, anna: Client, place: Town) -> None:
        credited(place)
        path = held(place)
        page = look(anna, f"{path}?credit=20")
        assert "Up to $50.00" in page.text
        assert "Book for $114.40" in page.text
        (form,) = [each for each in page.slips if each.name == "pay"]
        answer = send(anna, form)
        assert answer.headers["location"].endswith("/booked")
        assert place.do("anna", "GET", "/credits")["reserved_cents"] == 2000

    @pytest.mark.parametrize("typed", ["999", "$50", "1,000.5"])
    def test_more_credit_than_there_is_is_all_of_it(
        self, anna: Client, place: Town, typed: str
    ) -> None:
        credited(place)
        assert "Book for $84.40" in look(anna, f"{held(place)}?credit={typed}").text

    @pytest.mark.parametrize("typed", ["", "-5", "much", "nan", "Infinity", "1e9", "²"])
    def test_what_is_no_amount_is_no_credit(self, anna: Client, place: Town, typed: str) -> None:
        credited(place)
        assert "Book for $134.40" in look(anna, f"{held(place)}?credit={typed}").text

    def test_pr_14_a_price_that_changed_is_shown_and_asked_again(
        self, anna: Client, place: Town
    ) -> None:
        path = held(place)
        form = look(anna, path).form(path)
        answer = send(anna, form, fingerprint="0" * 64)
        page = read(answer)
        assert answer.status_code == 409
        assert "The price has changed" in page.text
        assert page.form(path).fields["fingerprint"] == form.fields["fingerprint"]
        assert send(anna, page.form(path)).status_code == 303


class TestCards:
    def test_a_lesson_days_ahead_is_booked_at_once(self, anna: Client, place: Town) -> None:
        path = held(place)
        answer = pay(anna, path)
        assert answer.status_code == 303
        booked = look(anna, answer.headers["location"])
        assert "It is yours" in booked.text
        assert "calendar.ics" in booked.answer.text
        assert "Visa" in booked.text
        assert str(place.kept(path.rpartition("/")[2]).status) == "CONFIRMED"

    def test_a_declined_card_is_marked_and_another_one_pays(
        self, anna: Client, place: Town
    ) -> None:
        path = held(place, start=SOON)
        answer = pay(anna, path, card="new:pm_card_insufficient_funds")
        page = read(answer)
        assert answer.status_code == 402
        assert "not enough money" in page.text
        assert "declined just now" in page.text
        chosen = page.form(path).fields["card"]
        assert not chosen[0].startswith("new:")
        answer = send(anna, page.form(path), card="new:pm_card_mastercard")
        assert "It is yours" in look(anna, answer.headers["location"]).text

    def test_py_9_the_cardholder_confirms_and_finishes(self, anna: Client, place: Town) -> None:
        path = held(place, start=SOON)
        config = evolve(CONFIG, simulator_url="http://bank.example")
        with browser(place.ports, config) as web:
            sign_in(web, place, "anna")
            answer = pay(web, path, card="new:pm_card_three_d_secure")
            assert answer.headers["location"] == f"{path}/verify"
            page = look(web, f"{path}/verify")
            assert "waits for your word" in page.text
            bank = bank_of(page)
            assert bank["return_url"] == f"{ORIGIN}{path}/verify"
            assert "did not confirm" not in page.text
            assert "did not confirm" in look(web, f"{path}/verify?bank=no").text
            assert "still waits" in look(web, path).text
            place.world.processor.confirm(bank["intent"], bank["client_secret"])
            page = look(web, f"{path}/verify")
            assert "has answered" in page.text
            answer = send(web, page.form(path))
            assert answer.headers["location"].endswith("/booked")
            assert web.get(f"{path}/verify").headers["location"] == path

    def test_a_lost_answer_is_asked_for_again(self, anna: Client, place: Town) -> None:
        path, before = held(place, start=SOON), holds(place)
        place.world.processor.fail_next("authorise", Fault.TIMEOUT_AFTER)
        answer = pay(anna, path)
        page = read(answer)
        assert answer.status_code == 503
        assert "nothing is charged twice" in page.text
        assert send(anna, page.form(path)).status_code == 303
        assert holds(place) == before + 1

    @pytest.mark.parametrize("card", ["", "nonsense", "new:", "new:pm_card_nobody", "0" * 26])
    def test_a_card_that_is_none_is_said_so(self, anna: Client, place: Town, card: str) -> None:
        answer = pay(anna, held(place), card=card)
        assert answer.status_code == 404
        assert 'id="m-card"' in answer.text

    def test_what_a_demonstration_lends_the_simulator_knows(self) -> None:
        for each in LENT:
            card = TEST_CARDS[each.token]
            assert (each.brand, each.last4) == (card.brand, card.last4)


def bank_of(page: Page) -> Mapping[str, str]:
    """What the way to the bank says."""
    start = page.answer.text.index('href="http://bank.example') + len('href="')
    url = page.answer.text[start : page.answer.text.index('"', start)].replace("&amp;", "&")
    parts = urlsplit(url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {"intent": parts.path.rpartition("/")[2], **asked}


class TestOnce:
    def test_the_same_form_books_once(self, anna: Client, place: Town) -> None:
        path = held(place)
        form = look(anna, path).form(path)
        first, second = send(anna, form), send(anna, form)
        assert first.status_code == second.status_code == 303
        assert first.headers["location"] == second.headers["location"]

    def test_bk_18_a_booked_lesson_has_no_checkout(self, anna: Client, place: Town) -> None:
        booked = place.book()
        answer = anna.get(f"/checkout/{booked}")
        assert answer.headers["location"] == f"/lessons/{booked}"

    def test_bk_19_a_hold_that_ran_out_can_be_had_again(self, anna: Client, place: Town) -> None:
        path = held(place)
        form = look(anna, path).form(path)
        place.world.clock.move(timedelta(minutes=31))
        sign_in(anna, place, "anna")
        page = look(anna, path)
        assert "free again" in page.text
        assert f"/book/{place.id_of('jane')}/piano?format=online" in page.answer.text
        answer = send(anna, form)
        assert answer.status_code == 409
        assert "Nothing was charged" in read(answer).text

    def test_what_is_not_hers_is_not_there(self, anna: Client, place: Town) -> None:
        path = held(place, who="bob")
        assert anna.get(path).status_code == 404
        assert anna.get(f"{path}/verify").status_code == 404
        assert sign_in(anna, place, "jane").get(path).status_code == 403

    def test_se_4_too_fast_is_sent_again_as_it_was(self, anna: Client, place: Town) -> None:
        from tests.integration.http.conftest import Unlimited

        class Full(Unlimited):
            def decide(self, asked: Any) -> list[Any]:
                found = super().decide(asked)
                full = [policy.name == "financial" for policy, _ in asked]
                return [
                    evolve(each, allowed=False, retry_after_ms=9000) if stop else each
                    for each, stop in zip(found, full, strict=True)
                ]

        path = held(place)
        form = look(anna, path).form(path)
        with browser(evolve(place.ports, rates=Full())) as web:
            web.cookies.update(anna.cookies)
            answer = send(web, form)
        page = read(answer)
        assert answer.status_code == 429
        again = page.form(path)
        assert again.fields["_key"] == form.fields["_key"]
        assert send(anna, again).status_code == 303
