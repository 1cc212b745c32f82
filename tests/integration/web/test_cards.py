"""Saved cards on the pages."""

from collections.abc import Iterator

import pytest
from attrs import evolve

from instainstru_core.testing.fakes.processor.cards import TEST_CARDS
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.conftest import CONFIG, browser
from tests.integration.web.seen import look, read, send
from tests.integration.web.signing import sign_in


@pytest.fixture
def anna(web: Client, place: Town) -> Client:
    return sign_in(web, place, "anna")


def kept(town: Town) -> list[tuple[str, bool]]:
    """Anna's cards by their last digits, and which of them usually pays."""
    cards = town.do("anna", "GET", "/payment-methods")["items"]
    return [(each["last4"], each["is_default"]) for each in cards]


def test_a_card_is_added_chosen_and_removed(anna: Client, place: Town) -> None:
    form = look(anna, "/cards/new").form("/cards")
    answer = send(anna, form, card="new:pm_card_mastercard")
    assert answer.headers["location"] == "/cards"
    assert kept(place) == [("4242", True), ("4444", False)]
    page = look(anna, "/cards")
    assert "The card is kept." in page.text
    (usual,) = [each for each in page.slips if each.action.endswith("/usual")]
    assert send(anna, usual).status_code == 303
    assert kept(place) == [("4444", True), ("4242", False)]
    removals = [each for each in look(anna, "/cards").slips if each.action.endswith("/removal")]
    assert send(anna, removals[0]).status_code == 303
    assert kept(place) == [("4242", True)]
    assert send(anna, removals[0]).headers["location"] == "/cards"  # It is gone already.
    assert send(anna, removals[1]).status_code == 303
    assert "No card yet" in look(anna, "/cards").text


def test_it_goes_on_where_the_card_was_wanted(anna: Client) -> None:
    page = look(anna, "/cards/new?next=/debts")
    form = page.form("/cards")
    assert form.fields["next"] == ["/debts"]
    assert send(anna, form).headers["location"] == "/debts"
    assert send(anna, form).headers["location"] == "/debts"  # The same form, once.


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil"])
def test_se_19_it_goes_nowhere_else(anna: Client, elsewhere: str) -> None:
    form = look(anna, f"/cards/new?next={elsewhere}").form("/cards")
    assert form.fields["next"] == ["/cards"]
    assert send(anna, form, next=elsewhere).headers["location"] == "/cards"


@pytest.mark.parametrize("card", ["", "new:pm_card_nobody", "pm_card_dispute"])
def test_only_what_is_lent_can_be_had(anna: Client, place: Town, card: str) -> None:
    answer = send(anna, look(anna, "/cards/new").form("/cards"), card=card)
    assert answer.status_code == 404
    assert 'id="m-card"' in answer.text
    assert kept(place) == [("4242", True)]


def test_py_67_a_card_that_is_to_pay_alone_stays(anna: Client, place: Town) -> None:
    place.book()
    (removal,) = [each for each in look(anna, "/cards").slips if each.action.endswith("/removal")]
    answer = send(anna, removal)
    assert answer.status_code == 409
    assert "A lesson is to be paid with this card" in read(answer).text
    assert kept(place) == [("4242", True)]


def test_py_67_there_is_room_for_ten(anna: Client, place: Town) -> None:
    for token in list(TEST_CARDS)[2:11]:
        place.do("anna", "POST", "/payment-methods", {"token": token})
    page = look(anna, "/cards")
    assert "there is no room for more" in page.text
    form = look(anna, "/cards/new").form("/cards")
    answer = send(anna, form, card="new:pm_card_mastercard")
    assert answer.status_code == 409
    assert "You have ten cards" in read(answer).text


def test_another_one_s_card_is_nobody_s(anna: Client, place: Town) -> None:
    (card,) = place.do("bob", "GET", "/payment-methods")["items"]
    page = look(anna, "/cards")
    removal = next(each for each in page.slips if each.action.endswith("/removal"))
    theirs = f"/cards/{card['payment_method_id']}"
    assert anna.post(f"{theirs}/removal", data=removal.fields).headers["location"] == "/cards"
    assert anna.post(f"{theirs}/usual", data=removal.fields).status_code == 404
    assert len(place.do("bob", "GET", "/payment-methods")["items"]) == 1


class TestStripe:
    """With a publishable key the processor's own form asks for the card. Source: PY-4."""

    @pytest.fixture
    def stripe(self, anna: Client, place: Town) -> Iterator[Client]:
        config = evolve(CONFIG, publishable_key="pk_test_1")
        with browser(place.ports, config) as web:
            web.cookies.update(anna.cookies)
            yield web

    def test_its_form_is_opened_and_no_card_is_lent(self, stripe: Client) -> None:
        page = look(stripe, "/cards/new")
        assert 'data-key="pk_test_1"' in page.answer.text
        assert "test card" not in page.text
        assert "https://js.stripe.com" in page.answer.headers["Content-Security-Policy"]
        answer = send(stripe, page.form("/cards"), card="new:pm_card_mastercard")
        assert answer.status_code == 404

    def test_a_form_that_was_filled_in_is_a_card(self, stripe: Client, place: Town) -> None:
        setup = place.do("anna", "POST", "/payment-methods/setup-intents", {})
        form = look(stripe, "/cards/new").form("/cards")
        unfinished = send(stripe, form, setup=setup["setup_intent_id"])
        assert unfinished.status_code == 409
        place.world.processor.fill_in(
            setup["setup_intent_id"], setup["client_secret"], "pm_card_mastercard"
        )
        assert send(stripe, form, setup=setup["setup_intent_id"]).status_code == 303
        assert kept(place) == [("4242", True), ("4444", False)]

    def test_checkout_leads_to_the_form(self, stripe: Client, place: Town) -> None:
        (card,) = place.do("anna", "GET", "/payment-methods")["items"]
        place.do("anna", "DELETE", f"/payment-methods/{card['payment_method_id']}")
        path = f"/checkout/{place.hold()}"
        page = look(stripe, path)
        assert "Add a card to book" in page.text
        assert f"/cards/new?next={path}" in page.answer.text
