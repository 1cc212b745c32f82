"""What every `IdentityGateway` must do. Source: TR-1, TR-2."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import pytest

from instainstru_core.instructors.gateways import IdentityGateway
from instainstru_core.instructors.model.identity import IdentityStatus, LegalName

JANE = "01KANZ5E4FZ1CQ6R6QZ5T9X7AB"
BACK = "https://app.test/back"
Decide = Callable[[str, IdentityStatus, LegalName | None, str | None], None]


class IdentityGatewayContract(ABC):
    """Override the two fixtures."""

    @pytest.fixture
    @abstractmethod
    def provider(self) -> IdentityGateway:
        """The gateway under test."""

    @pytest.fixture
    @abstractmethod
    def decide(self, provider: IdentityGateway) -> Decide:
        """What the provider comes to: session, status, the document's name, an error's code."""

    def test_tr_1_a_check_waits_on_the_providers_page(self, provider: IdentityGateway) -> None:
        check = provider.start_check(key="k1", instructor=JANE, return_url=BACK)
        assert (check.instructor, check.status) == (JANE, IdentityStatus.REQUIRES_INPUT)
        assert check.url is not None
        assert check.name is None
        assert provider.find_check(check.session) == check

    def test_tr_1_the_same_key_is_the_same_check(self, provider: IdentityGateway) -> None:
        first = provider.start_check(key="k1", instructor=JANE, return_url=BACK)
        assert provider.start_check(key="k1", instructor=JANE, return_url=BACK) == first
        other = provider.start_check(key="k2", instructor=JANE, return_url=BACK)
        assert other.session != first.session

    def test_tr_3_a_verified_check_knows_the_documents_name(
        self, provider: IdentityGateway, decide: Decide
    ) -> None:
        session = provider.start_check(key="k1", instructor=JANE, return_url=BACK).session
        name = LegalName(first="Jane", last="Doe")
        decide(session, IdentityStatus.VERIFIED, name, None)
        found = provider.find_check(session)
        assert found is not None
        assert (found.status, found.name) == (IdentityStatus.VERIFIED, name)
        assert "Doe" not in repr(found)

    def test_tr_2_a_failed_check_says_why(self, provider: IdentityGateway, decide: Decide) -> None:
        session = provider.start_check(key="k1", instructor=JANE, return_url=BACK).session
        decide(session, IdentityStatus.REQUIRES_INPUT, None, "document_expired")
        found = provider.find_check(session)
        assert found is not None
        assert (found.status, found.error_code) == (
            IdentityStatus.REQUIRES_INPUT,
            "document_expired",
        )

    def test_what_does_not_exist(self, provider: IdentityGateway) -> None:
        assert provider.find_check("vs_none") is None
