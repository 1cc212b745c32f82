"""Payments that failed, and debts, on the pages."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.world import NOON
from tests.integration.http.money_stories import owing, payment
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.conftest import CONFIG, browser
from tests.integration.web.seen import look, read, send
from tests.integration.web.signing import sign_in
from tests.integration.web.test_checkout import bank_of

HOUR = timedelta(hours=1)


@pytest.fixture
def anna(web: Client, place: Town) -> Client:
    return sign_in(web, place, "anna")


def unpaid(town: Town) -> str:
    """The payment's page of Anna's lesson whose card said no the day before it."""
    card = town.do("anna", "POST", "/payment-methods", {"token": "pm_card_declines_off_session"})
    held = town.hold(start=instant_text(NOON + 48 * HOUR))
    body = {**town.agreed("anna", held), "payment_method_id": card["payment_method_id"]}
    town.do("anna", "POST", f"/bookings/{held}/confirm", body)
    town.world.advance(25 * HOUR)
    return f"/lessons/{held}/payment"


class TestPayment:
    def test_py_15_another_card_pays_when_one_did_not(self, web: Client, place: Town) -> None:
        path = unpaid(place)
        sign_in(web, place, "anna")
        page = look(web, path)
        assert "Your card did not pay" in page.text
        assert "or the lesson is cancelled" in page.text
        again = send(web, page.form(path))
        assert again.status_code == 402
        assert "did not say why. Nothing was charged" in read(again).text
        answer = send(web, read(again).form(path), card="new:pm_card_mastercard")
        assert answer.headers["location"] == path.removesuffix("/payment")
        assert "Nothing is left for you to do" in look(web, path).text

    def test_a_card_can_be_changed_before_it_is_asked(self, anna: Client, place: Town) -> None:
        path = f"/lessons/{place.book(start=instant_text(NOON + 50 * HOUR))}/payment"
        page = look(anna, path)
        assert "Let this card pay" in page.text
        assert send(anna, page.form(path), card="new:pm_card_mastercard").status_code == 303
        assert place.do("anna", "GET", f"/bookings/{path.split('/')[2]}/payment")["card"] == {
            "brand": "mastercard",
            "last4": "4444",
        }

    def test_where_nothing_is_to_be_done_nothing_is(self, anna: Client, place: Town) -> None:
        path = f"/lessons/{place.book(start=instant_text(NOON + 50 * HOUR))}/payment"
        form = look(anna, path).form(path)
        place.do("anna", "POST", f"/bookings/{path.split('/')[2]}/cancel", {"reason": "ill"})
        answer = send(anna, form)
        assert answer.status_code == 409
        assert "needs no other card" in read(answer).text

    def test_a_lost_answer_is_said(self, web: Client, place: Town) -> None:
        path = unpaid(place)
        sign_in(web, place, "anna")
        form = look(web, path).form(path)
        place.world.processor.fail_next("authorise", Fault.TIMEOUT_BEFORE)
        answer = send(web, form, card="new:pm_card_mastercard")
        assert answer.status_code == 503
        assert "nothing is charged twice" in read(answer).text

    def test_it_is_its_student_s_alone(self, anna: Client, place: Town) -> None:
        path = f"/lessons/{place.book('bob')}/payment"
        assert anna.get(path).status_code == 404
        assert sign_in(anna, place, "jane").get(path).status_code == 403


class TestDebts:
    def test_nothing_is_owed(self, anna: Client) -> None:
        assert "Nothing is owed" in look(anna, "/debts").text

    def test_py_26_a_debt_is_paid_in_parts(self, web: Client, place: Town) -> None:
        debt = owing(place)
        sign_in(web, place, "anna")
        page = look(web, "/debts")
        assert "$100.00 is open" in page.text
        answer = send(web, page.form(f"/debts/{debt}"), amount="40")
        assert answer.headers["location"] == "/debts"
        page = look(web, "/debts")
        assert "$40.00 of $100.00 is paid" in page.text
        form = page.form(f"/debts/{debt}")
        assert send(web, form).status_code == 303
        assert send(web, form).status_code == 303  # The same form, once.
        page = look(web, "/debts")
        assert "Nothing is owed" in page.text
        assert "Settled" in page.text
        again = send(web, form, _key="k" * 20)
        assert again.status_code == 409

    @pytest.mark.parametrize("typed", ["0", "-1", "all", "1.234", "99999999"])
    def test_what_is_no_amount_is_marked(self, web: Client, place: Town, typed: str) -> None:
        debt = owing(place)
        sign_in(web, place, "anna")
        answer = send(web, look(web, "/debts").form(f"/debts/{debt}"), amount=typed)
        assert answer.status_code == 422
        assert read(answer).form(f"/debts/{debt}").fields["amount"] == [typed]
        assert 'id="m-amount"' in answer.text

    def test_more_than_is_owed_is_too_much(self, web: Client, place: Town) -> None:
        debt = owing(place)
        sign_in(web, place, "anna")
        answer = send(web, look(web, "/debts").form(f"/debts/{debt}"), amount="100.01")
        assert answer.status_code == 422
        assert "leaves 50 cents or more" in read(answer).text

    def test_a_declined_card_is_marked(self, web: Client, place: Town) -> None:
        debt = owing(place)
        sign_in(web, place, "anna")
        form = look(web, "/debts").form(f"/debts/{debt}")
        answer = send(web, form, card="new:pm_card_expired")
        assert answer.status_code == 402
        assert "This card has expired" in read(answer).text

    def test_a_lost_answer_is_said(self, web: Client, place: Town) -> None:
        debt = owing(place)
        sign_in(web, place, "anna")
        place.world.processor.fail_next("charge", Fault.TIMEOUT_AFTER)
        answer = send(web, look(web, "/debts").form(f"/debts/{debt}"))
        assert answer.status_code == 503

    def test_the_cardholder_confirms_and_owes_nothing(self, web: Client, place: Town) -> None:
        debt = owing(place)
        config = evolve(CONFIG, simulator_url="http://bank.example")
        with browser(place.ports, config) as other:
            sign_in(other, place, "anna")
            form = look(other, "/debts").form(f"/debts/{debt}")
            answer = send(other, form, card="new:pm_card_three_d_secure", amount="40")
            verify = f"/debts/{debt}/verify"
            assert answer.headers["location"] == verify
            assert "still waits" in look(other, "/debts").text
            bank = bank_of(look(other, verify))
            place.world.processor.confirm(bank["intent"], bank["client_secret"])
            form = look(other, verify).form(verify)
            assert send(other, form).headers["location"] == "/debts"
            # Sent once more it takes nothing: the rest is still owed.
            assert send(other, form).headers["location"] == "/debts"
            assert "$60.00 is open" in look(other, "/debts").text
            assert other.get(verify).headers["location"] == "/debts"

    def test_py_71_who_owes_is_led_there(self, web: Client, place: Town) -> None:
        path = f"/checkout/{place.hold(start=instant_text(NOON + 72 * HOUR))}"
        earlier = payment(place, place.book())
        with place.ports.begin() as work:
            recognise_debt(
                work,
                place.ports.ids,
                work.payments.get_for_update(earlier.payment_id),
                Money(5000),
                cause=DebtCause.ESCALATED,
                standing=Standing.LOCKED,
                at=place.ports.clock.now(),
            )
        sign_in(web, place, "anna")
        answer = send(web, look(web, path).form(path))
        assert answer.status_code == 403
        assert "Pay what is open" in read(answer).text
        assert 'href="/debts"' in answer.text

    def test_it_is_its_student_s_alone(self, web: Client, place: Town) -> None:
        debt = owing(place)
        sign_in(web, place, "bob")
        assert "Nothing is owed" in look(web, "/debts").text
        assert web.get(f"/debts/{debt}/verify").status_code == 404
        assert web.post(f"/debts/{debt}/verify").status_code == 404
        form = {"card": "new:pm_card_visa", "_key": "k" * 20}
        assert web.post(f"/debts/{debt}", data=form).status_code == 404
