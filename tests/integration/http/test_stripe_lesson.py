"""A lesson from card to payout: the API on PostgreSQL, with Stripe and its webhooks."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import cache
from typing import Any, cast

import pytest
from attrs import define, field
from sqlalchemy import Engine, text

from adapters.stripe.client import API_VERSION, RETRIES, stripe_client
from adapters.stripe.payment_gateway import StripeGateway
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.ledger.model import Account
from instainstru_core.ports import Ports
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.ports import STRIPE_SECRET
from instainstru_core.testing.world import NOON, World
from tests.integration.http.people import Client
from tests.integration.http.serving import serving
from tests.integration.http.town import Ask, Town, town
from tests.integration.stripe.server import connect, payments
from tests.integration.stripe.server.app import FakeStripe, running
from tests.integration.stripe.server.courier import Courier

SECRET_KEY = "sk_test_of_the_platform"
HOUR = timedelta(hours=1)


class Processor:
    """The gateway, and who sits at the browser before Stripe's pages."""

    def __init__(self, gateway: StripeGateway, stripe: FakeStripe) -> None:
        self.gateway, self.stripe = gateway, stripe

    def onboard(self, link: str) -> str:
        """The instructor fills in Stripe's form."""
        return connect.onboard(self.stripe.books, link)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)


@define(kw_only=True)
class StripeWorld(World):
    """The world, whose webhooks come from Stripe, over HTTP."""

    courier: Courier = field(default=None)

    def hear_news(self) -> int:
        """Let Stripe bring its events."""
        return self.courier.deliver()


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    fake = FakeStripe(secret_key=SECRET_KEY, version=API_VERSION, patience=1 + RETRIES)
    with running(fake):
        yield fake


@pytest.fixture
def place(ports: Ports, engine: Engine, stripe: FakeStripe) -> Iterator[Town]:
    """The town, whose money goes through Stripe."""
    gateway = StripeGateway.over(stripe_client(SECRET_KEY, url=stripe.base))
    clock = HandMovedClock(NOON)
    stripe.books.clock = lambda: clock.now().timestamp()
    world = StripeWorld(clock=clock, processor=cast("Any", Processor(gateway, stripe)))
    with ExitStack() as stack:

        @cache
        def endpoint() -> Client:
            # The town gives the world its ports before the first event comes.
            return stack.enter_context(serving(world.ports))

        def post(body: bytes, headers: dict[str, str]) -> int:
            answer = endpoint().post("/api/v1/webhooks/stripe", content=body, headers=headers)
            return int(answer.status_code)

        world.courier = Courier(stripe.books, [STRIPE_SECRET], post)
        with town(engine, ports, world) as made:
            yield made


def test_a_lesson_is_paid_for_taught_and_paid_out(place: Town, stripe: FakeStripe) -> None:
    """PY-8, PY-12, PY-22, PY-2, PY-63: every step is Stripe's, and the books agree with it."""
    cast("StripeWorld", place.world).courier.copies = 2
    booking = place.book("anna")
    shown = place.do("anna", "GET", f"/bookings/{booking}/payment")
    assert shown["state"] in {"scheduled", "authorized"}
    place.world.advance(80 * HOUR)
    shown = place.do("anna", "GET", f"/bookings/{booking}/payment")
    assert shown["state"] == "settled", shown
    assert stripe.books.count("authorisation") == 1
    assert stripe.books.count("capture") == 1
    assert stripe.books.count("transfer") == 1
    (sent,) = stripe.books.all("transfer")
    assert sent["transfer_group"] == f"booking:{booking}"
    assert sent["source_transaction"] is not None
    assert place.world.books().imbalance_cents == 0
    balances = place.world.balances()
    assert balances[Account.PROCESSOR_BALANCE] == shown["card_amount_cents"] - sent["amount"]
    assert stripe.books.balances[sent["destination"]] == sent["amount"]


def test_three_d_secure_is_confirmed_by_the_webhook_alone(place: Town, stripe: FakeStripe) -> None:
    """PY-9: the browser never comes back; Stripe's event confirms the lesson."""
    token = "pm_card_three_d_secure"
    card = place.do("bob", "POST", "/payment-methods", {"token": token})["payment_method_id"]
    held = place.hold("bob", start=instant_text(NOON + 20 * HOUR))
    body = place.agreed("bob", held) | {"payment_method_id": card}
    asked = place.do("bob", "POST", f"/bookings/{held}/confirm", body)
    assert asked["requires_action"]
    (intent,) = [
        each for each in stripe.books.all("payment_intent") if each["status"] == "requires_action"
    ]
    assert place.kept(held).status.value == "PENDING"
    payments.confirm(stripe.books, intent["id"], asked["client_secret"])
    place.world.settle()
    assert place.kept(held).status.value == "CONFIRMED"
    with place.engine.connect() as connection:
        bodies = list(connection.execute(text("SELECT body FROM webhooks")).scalars())
    assert any("client_secret" in body for body in bodies)
    assert not any(asked["client_secret"] in body for body in bodies)


def test_an_event_that_stripe_did_not_sign_is_refused(place: Town, stripe: FakeStripe) -> None:
    """SE-30."""
    courier = cast("StripeWorld", place.world).courier
    forger = Courier(stripe.books, [b"whsec_of_somebody_else"], courier.post)
    assert forger.send(stripe.books.events[-1]) == 400
    both = Courier(stripe.books, [b"whsec_of_somebody_else", STRIPE_SECRET], courier.post)
    assert both.send(stripe.books.events[-1]) == 200


def test_a_declined_card_is_told_of_as_it_is(place: Town) -> None:
    """PY-9: 402 with the category."""
    token = "pm_card_insufficient_funds"
    card = place.do("bob", "POST", "/payment-methods", {"token": token})["payment_method_id"]
    held = place.hold("bob", start=instant_text(NOON + 20 * HOUR))
    body = place.agreed("bob", held) | {"payment_method_id": card}
    answer = place.send(Ask(who="bob", method="POST", path=f"/bookings/{held}/confirm", body=body))
    assert (answer.status_code, answer.json()["code"]) == (402, "card_declined")
    assert answer.json()["decline_category"] == "insufficient_funds"


def test_a_card_comes_from_stripes_own_form(place: Town, stripe: FakeStripe) -> None:
    """PY-4: our API sees the form's name and never the card's number."""
    form = place.do("bob", "POST", "/payment-methods/setup-intents", {})
    payments.fill_form(
        stripe.books, form["setup_intent_id"], form["client_secret"], "pm_card_mastercard"
    )
    body = {"setup_intent_id": form["setup_intent_id"]}
    card = place.do("bob", "POST", "/payment-methods", body)
    assert (card["brand"], card["last4"]) == ("mastercard", "4444")
    (kept,) = [
        each
        for each in stripe.books.all("payment_method")
        if each["customer"] and each["card"]["last4"] == "4444"
    ]
    assert stripe.books.objects[kept["customer"]]["metadata"] == {"account": place.id_of("bob")}
