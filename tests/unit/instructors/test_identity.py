"""The identity provider in memory keeps the contract: TR-1…4."""

from datetime import UTC, datetime

import pytest

from instainstru_core.instructors.gateways import IdentityGateway
from instainstru_core.instructors.model.identity import IdentityStatus, LegalName
from instainstru_core.testing.contracts.identity import Decide, IdentityGatewayContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.identity import FakeIdentityProvider


class TestFakeIdentityProvider(IdentityGatewayContract):
    @pytest.fixture
    def provider(self) -> IdentityGateway:
        return FakeIdentityProvider(HandMovedClock(datetime(2027, 3, 1, 12, tzinfo=UTC)))

    @pytest.fixture
    def decide(self, provider: IdentityGateway) -> Decide:
        assert isinstance(provider, FakeIdentityProvider)

        def decided(
            session: str, status: IdentityStatus, name: LegalName | None, error: str | None
        ) -> None:
            provider.decide(session, status, name=name, error_code=error)

        return decided
