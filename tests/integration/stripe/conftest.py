"""A fake Stripe for each test, and the gateway that asks it."""

from collections.abc import Iterator

import pytest

from adapters.stripe.client import API_VERSION, RETRIES, stripe_client
from adapters.stripe.payment_gateway import StripeGateway
from tests.integration.stripe.server.app import FakeStripe, running

SECRET_KEY = "sk_test_of_the_platform"


@pytest.fixture
def stripe() -> Iterator[FakeStripe]:
    fake = FakeStripe(secret_key=SECRET_KEY, version=API_VERSION, patience=1 + RETRIES)
    with running(fake):
        yield fake


@pytest.fixture
def gateway(stripe: FakeStripe) -> StripeGateway:
    return StripeGateway.over(stripe_client(SECRET_KEY, url=stripe.base))
