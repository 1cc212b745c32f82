"""How Stripe is asked: headers, keys, repeats, waits, and what its errors come to."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from adapters.stripe.client import API_VERSION, stripe_client
from adapters.stripe.declines import declined
from adapters.stripe.payment_gateway import StripeGateway
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown, ProcessorKeyReused
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Authorised,
    CardDetails,
    Declined,
)
from tests.integration.stripe.conftest import SECRET_KEY
from tests.integration.stripe.server.app import Call, FakeStripe
from tests.integration.stripe.server.faults import Hiccup

STUDENT = "01KANZ5E4FZ1CQ6R6QZ5T9X7AB"
GROUP = "booking:01KANZ5E4FZ1CQ6R6QZ5T9X7CD"
PRICE = Money(100_80)
INTENTS = "POST /v1/payment_intents"


def key(number: int) -> OperationId:
    """The n-th key."""
    return OperationId(UUID(int=number))


def kept(gateway: StripeGateway, token: str = "pm_card_visa") -> str:
    """A card of the student's."""
    card = gateway.attach_card(customer=STUDENT, token=token)
    assert isinstance(card, CardDetails)
    return card.token


def hold(gateway: StripeGateway, number: int, *, amount: Money = PRICE) -> AuthorisationResult:
    """Hold the price of a lesson."""
    return gateway.authorise(
        key(number),
        customer=STUDENT,
        card=kept(gateway),
        amount=amount,
        off_session=True,
        group=GROUP,
    )


def last(stripe: FakeStripe, method: str, path: str) -> Call:
    """The latest call there."""
    return [each for each in stripe.calls if (each.method, each.path) == (method, path)][-1]


def test_every_call_names_key_version_and_operation(
    gateway: StripeGateway, stripe: FakeStripe
) -> None:
    """PY-60: the operation's id is the idempotency key; PY-2: the group is the booking's."""
    assert isinstance(hold(gateway, 7), Authorised)
    call = last(stripe, "POST", "/v1/payment_intents")
    assert call.headers["stripe-version"] == API_VERSION
    assert call.headers["authorization"] == f"Bearer {SECRET_KEY}"
    assert call.headers["idempotency-key"] == str(key(7))
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert call.params["metadata"] == {
        str(key(7)): "authorise",
        "account": STUDENT,
        "group": GROUP,
    }
    assert call.params["transfer_group"] == GROUP
    assert call.params["capture_method"] == "manual"
    assert call.params["allowed_payment_method_types"] == ["card"]
    assert "stripe-account" not in call.headers


def test_an_account_is_one_customer_for_ever(gateway: StripeGateway, stripe: FakeStripe) -> None:
    """PY-4: also for a process that remembers nothing, and after Stripe forgot the key."""
    kept(gateway)
    stripe.forget_keys()
    kept(StripeGateway.over(stripe_client(SECRET_KEY, url=stripe.base)))
    assert stripe.books.count("customer") == 1
    assert stripe.books.count("card") == 1


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    gateway: StripeGateway, stripe: FakeStripe
) -> None:
    """PY-62: the SDK's own repeat is enough for a hiccup."""
    kept(gateway)
    stripe.trouble(INTENTS, Hiccup.TIMEOUT_AFTER)
    assert isinstance(hold(gateway, 1), Authorised)
    assert stripe.books.count("authorisation") == 1


@pytest.mark.parametrize(
    "hiccup", [Hiccup.TIMEOUT_BEFORE, Hiccup.TIMEOUT_AFTER, Hiccup.ERROR_500, Hiccup.BUSY]
)
def test_no_answer_is_an_unknown_outcome(
    gateway: StripeGateway, stripe: FakeStripe, hiccup: Hiccup
) -> None:
    """PY-62."""
    kept(gateway)
    stripe.trouble(INTENTS, hiccup, calls=2)
    with pytest.raises(OutcomeUnknown):
        hold(gateway, 1)
    stripe.troubles.clear()
    assert isinstance(hold(gateway, 1), Authorised)
    assert stripe.books.count("authorisation") == 1


def test_a_silent_processor_is_not_waited_for(gateway: StripeGateway, stripe: FakeStripe) -> None:
    """PY-62: every wait is bounded."""
    kept(gateway)
    hasty = StripeGateway.over(
        stripe_client(SECRET_KEY, url=stripe.base, retries=0, read_seconds=0.3)
    )
    stripe.trouble(INTENTS, Hiccup.HANGS)
    with pytest.raises(OutcomeUnknown):
        hold(hasty, 1)
    assert stripe.books.count("authorisation") == 0


def test_nobody_there_is_an_unknown_outcome() -> None:
    """PY-62."""
    nobody = StripeGateway.over(stripe_client(SECRET_KEY, url="http://127.0.0.1:9", retries=0))
    with pytest.raises(OutcomeUnknown):
        nobody.balance()


def test_a_wrong_key_leaves_the_operation_open(stripe: FakeStripe) -> None:
    """PY-62: nothing happened, and it is tried again once the key is right."""
    stranger = StripeGateway.over(stripe_client("sk_test_stolen", url=stripe.base))
    with pytest.raises(OutcomeUnknown):
        stranger.attach_card(customer=STUDENT, token="pm_card_visa")
    assert stripe.books.effects == []


def test_one_key_with_other_arguments_is_our_defect(gateway: StripeGateway) -> None:
    """PY-60."""
    hold(gateway, 1)
    with pytest.raises(ProcessorKeyReused):
        hold(gateway, 1, amount=Money(99_00))


@pytest.mark.parametrize(
    ("code", "decline_code", "category", "hard"),
    [
        ("card_declined", "generic_decline", "do_not_honor", False),
        ("card_declined", "insufficient_funds", "insufficient_funds", False),
        ("card_declined", "lost_card", "lost_or_stolen", True),
        ("card_declined", "stolen_card", "lost_or_stolen", True),
        ("card_declined", "pickup_card", "lost_or_stolen", True),
        ("card_declined", "invalid_account", "do_not_honor", True),
        ("expired_card", None, "expired_card", True),
        ("incorrect_number", None, "do_not_honor", True),
        ("processing_error", None, "processing_error", False),
        ("authentication_required", "authentication_required", "authentication_required", False),
        ("something_new", "newer_still", "do_not_honor", False),
        (None, None, "do_not_honor", False),
    ],
)
def test_declines_fall_into_our_categories(
    code: str | None, decline_code: str | None, category: str, hard: bool
) -> None:
    """PY-12, PY-13: hard ones are never tried again on the same card."""
    assert declined(code, decline_code) == Declined(category=category, hard=hard)


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Every line that the SDK logs at the level that a deployment runs at."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("stripe").addHandler(handler)
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(before)
        logging.getLogger("stripe").removeHandler(handler)


def test_no_secret_is_logged_or_shown(gateway: StripeGateway, stripe: FakeStripe) -> None:
    """SE-42, PY-4: neither the key nor what a browser confirms with."""
    with everything_logged() as lines:
        waiting = gateway.authorise(
            key(1),
            customer=STUDENT,
            card=kept(gateway, "pm_card_three_d_secure"),
            amount=PRICE,
            off_session=False,
            group=GROUP,
        )
        stripe.trouble("GET /v1/balance", Hiccup.ERROR_500, calls=2)
        with pytest.raises(OutcomeUnknown) as failed:
            gateway.balance()
    told = "\n".join([*lines, repr(gateway), repr(waiting), str(failed.value), repr(failed.value)])
    assert SECRET_KEY not in told
    assert "_secret_" not in told
