"""The same walk against the fake, and, with `STRIPE_TEST_KEY`, against Stripe's own test mode.

What the fake gets wrong about Stripe shows here: `STRIPE_TEST_KEY=sk_test_… pytest -m stripe_live`.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from adapters.stripe.client import stripe_client
from adapters.stripe.payment_gateway import StripeGateway
from adapters.system.clock import SystemClock
from adapters.system.ids import Ulids
from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import ProcessorKeyReused
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    Authorised,
    Captured,
    CardDetails,
    Charged,
    Declined,
    Refunded,
    Refused,
    RequiresAction,
    Voided,
)

PRICE = Money(100_80)
TEST_KEYS = ("sk_test_", "rk_test_")


def the_key() -> str:
    """The test key of the environment; a live key is never used."""
    key = os.environ.get("STRIPE_TEST_KEY", "")
    if not key:
        pytest.skip("STRIPE_TEST_KEY is not set")
    if not key.startswith(TEST_KEYS):
        pytest.fail("STRIPE_TEST_KEY is no test key, and this would move real money")
    return key


@pytest.fixture(params=["fake", pytest.param("stripe", marks=pytest.mark.stripe_live)])
def either(request: pytest.FixtureRequest) -> StripeGateway:
    """The adapter, before the fake or before Stripe."""
    if request.param == "stripe":
        return StripeGateway.over(stripe_client(the_key()))
    gateway = request.getfixturevalue("gateway")
    assert isinstance(gateway, StripeGateway)
    return gateway


@pytest.fixture
def fresh() -> Callable[[], OperationId]:
    """Keys that nobody used before, and that tell when they were made."""
    ids = Ulids(SystemClock())
    return lambda: ids.new(OperationId)


@pytest.fixture
def student() -> str:
    """Somebody new."""
    return str(Ulids(SystemClock()).new(AccountId))


@pytest.fixture
def hold(
    either: StripeGateway, student: str
) -> Callable[..., Authorised | Declined | RequiresAction]:
    """Holds the price of a lesson on a test card."""

    def held(
        key: OperationId, token: str = "pm_card_visa", *, amount: Money = PRICE
    ) -> Authorised | Declined | RequiresAction:
        card = either.attach_card(customer=student, token=token)
        assert isinstance(card, CardDetails)
        return either.authorise(
            key,
            customer=student,
            card=card.token,
            amount=amount,
            off_session=False,
            group=f"booking:{student}",
        )

    return held


def test_money_is_held_taken_and_given_back(
    either: StripeGateway,
    hold: Callable[..., Authorised],
    fresh: Callable[[], OperationId],
) -> None:
    """PY-2, PY-16, PY-54, PY-60, PY-62."""
    keys = [fresh() for _ in range(4)]
    held = hold(keys[0])
    assert isinstance(held, Authorised)
    assert held.expires_at is not None
    assert held.expires_at > datetime.now(UTC) + timedelta(days=1)
    assert hold(keys[0]) == held
    taken = either.capture(keys[1], intent=held.intent, amount=Money(60_00))
    assert isinstance(taken, Captured)
    assert taken.amount == Money(60_00)
    assert either.capture(keys[1], intent=held.intent, amount=Money(60_00)) == taken
    assert either.capture(fresh(), intent=held.intent, amount=Money(60_00)) == taken
    assert either.void(fresh(), intent=held.intent) == Refused(reason="already_captured")
    given = either.refund(keys[2], intent=held.intent, amount=Money(10_00))
    assert isinstance(given, Refunded)
    more = either.refund(fresh(), intent=held.intent, amount=Money(50_01))
    assert more == Refused(reason="amount_too_large")
    assert either.find_operation(keys[0]) == held
    assert either.find_operation(keys[1]) == taken
    assert either.find_operation(keys[2]) == given
    assert either.find_operation(keys[3]) is None


def test_a_hold_is_let_go(
    either: StripeGateway, hold: Callable[..., Authorised], fresh: Callable[[], OperationId]
) -> None:
    key, held = fresh(), hold(fresh())
    assert either.void(key, intent=held.intent) == Voided(intent=held.intent)
    assert either.void(fresh(), intent=held.intent) == Voided(intent=held.intent)
    assert either.find_operation(key) == Voided(intent=held.intent)
    gone = either.capture(fresh(), intent=held.intent, amount=PRICE)
    assert gone == Refused(reason="intent_canceled")
    assert either.find_authorisation(held.intent) is None


def test_one_key_with_other_arguments(
    hold: Callable[..., Authorised], fresh: Callable[[], OperationId]
) -> None:
    """PY-60."""
    key = fresh()
    hold(key)
    with pytest.raises(ProcessorKeyReused):
        hold(key, amount=Money(99_00))


def test_a_declining_card_and_one_that_asks(
    either: StripeGateway,
    hold: Callable[..., Declined | RequiresAction],
    fresh: Callable[[], OperationId],
) -> None:
    """PY-9, PY-12."""
    declined = hold(fresh(), "pm_card_chargeCustomerFail")
    assert isinstance(declined, Declined)
    assert (declined.category, declined.hard) == ("do_not_honor", False)
    assert declined.intent is not None
    assert either.find_authorisation(declined.intent) == declined
    waiting = hold(fresh(), "pm_card_authenticationRequired")
    assert isinstance(waiting, RequiresAction)
    assert either.find_authorisation(waiting.intent) == waiting


def test_a_tip_is_taken_at_once(
    either: StripeGateway, student: str, fresh: Callable[[], OperationId]
) -> None:
    """PY-50; and the same card twice is one card (PY-67)."""
    card = either.attach_card(customer=student, token="pm_card_visa")
    assert isinstance(card, CardDetails)
    assert either.attach_card(customer=student, token="pm_card_visa") == card
    tip = either.charge(
        fresh(),
        customer=student,
        card=card.token,
        amount=Money(5_00),
        off_session=True,
        group=f"tip:{student}",
    )
    assert isinstance(tip, Charged)
    assert either.find_charge(tip.intent) == tip
    assert either.find_authorisation(tip.intent) is None


def test_an_account_is_opened_and_not_yet_payable(
    either: StripeGateway, student: str, fresh: Callable[[], OperationId]
) -> None:
    """PY-3."""
    opened = either.open_account(fresh(), instructor=student)
    assert not opened.payable
    assert opened.requirements
    assert either.find_account(opened.account) == opened
    link = either.onboarding_link(account=opened.account, return_url="https://instainstru.com/")
    assert link.startswith("http")
    refused = either.transfer(
        fresh(), account=opened.account, amount=PRICE, group="booking:none", charge=None
    )
    assert refused == Refused(reason="account_not_payable")
