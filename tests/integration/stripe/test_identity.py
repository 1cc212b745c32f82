"""Stripe Identity keeps the contract of identity providers: TR-1…4."""

import pytest

from adapters.stripe.client import stripe_client
from adapters.stripe.identity import StripeIdentity
from instainstru_core.instructors.gateways import IdentityGateway
from instainstru_core.instructors.model.identity import IdentityStatus, LegalName
from instainstru_core.testing.contracts.identity import BACK, JANE, Decide, IdentityGatewayContract
from tests.integration.stripe.conftest import SECRET_KEY
from tests.integration.stripe.server import identity
from tests.integration.stripe.server.app import FakeStripe


class TestStripeIdentity(IdentityGatewayContract):
    @pytest.fixture
    def provider(self, stripe: FakeStripe) -> IdentityGateway:
        return StripeIdentity(stripe_client(SECRET_KEY, url=stripe.base))

    @pytest.fixture
    def decide(self, provider: IdentityGateway, stripe: FakeStripe) -> Decide:
        def decided(
            session: str, status: IdentityStatus, name: LegalName | None, error: str | None
        ) -> None:
            legal = None if name is None else (name.first, name.last)
            identity.decide(stripe.books, session, status, legal=legal, error=error)

        return decided

    def test_tr_4_only_our_id_goes_there(
        self, provider: IdentityGateway, stripe: FakeStripe
    ) -> None:
        provider.start_check(key="k1", instructor=JANE, return_url=BACK)
        assert stripe.calls[-1].params["metadata"] == {"instructor": JANE}
        assert stripe.calls[-1].params["return_url"] == BACK
