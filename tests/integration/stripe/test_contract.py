"""Stripe's adapter keeps the contract that every gateway keeps, against a fake of Stripe's API."""

from dataclasses import dataclass

import pytest

from adapters.stripe.client import RETRIES
from adapters.stripe.payment_gateway import StripeGateway
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.model.processor import DisputeStatus, PayoutStatus, Refused
from instainstru_core.testing.contracts.gateway_banking import Banker, BankingContract
from instainstru_core.testing.contracts.gateway_charges import ChargesContract
from instainstru_core.testing.contracts.payment_gateway import (
    GROUP,
    PRICE,
    key,
)
from instainstru_core.testing.fakes.processor.commands import Fault
from tests.integration.stripe.server import connect, disputes, payments
from tests.integration.stripe.server.app import FakeStripe
from tests.integration.stripe.server.faults import Hiccup

ENDINGS = {
    DisputeStatus.WON: "won",
    DisputeStatus.LOST: "lost",
    DisputeStatus.INQUIRY_CLOSED: "warning_closed",
}
CALLS = {
    "authorise": "POST /v1/payment_intents",
    "capture": "POST /v1/payment_intents/[^/]+/capture",
    "charge": "POST /v1/payment_intents",
    "instant_payout": "POST /v1/payouts",
    "open_account": "POST /v1/accounts",
    "refund": "POST /v1/refunds",
    "reverse": "POST /v1/transfers/[^/]+/reversals",
    "transfer": "POST /v1/transfers",
    "void": "POST /v1/payment_intents/[^/]+/cancel",
}


@dataclass
class Counterpart(Banker):
    """The other side of Stripe's counter."""

    stripe: FakeStripe

    def fail_next(self, kind: str, fault: Fault, *, calls: int = 1) -> None:
        # The SDK tries each call again before it gives up.
        self.stripe.trouble(CALLS[kind], Hiccup(fault), calls=calls * (1 + RETRIES))

    def confirm(self, intent: str, client_secret: str) -> None:
        payments.confirm(self.stripe.books, intent, client_secret)

    def onboard(self, link: str) -> str:
        return connect.onboard(self.stripe.books, link)

    def count(self, effect: str) -> int:
        return self.stripe.books.count(effect)

    def fill_in(self, setup: str, client_secret: str, token: str) -> None:
        payments.fill_form(self.stripe.books, setup, client_secret, token)

    def pay_out(self, account: str) -> str:
        return str(connect.pay_out(self.stripe.books, account)["id"])

    def land_payout(self, payout: str, status: PayoutStatus) -> None:
        connect.land(self.stripe.books, payout, status)

    def fail_refund(self, refund: str) -> None:
        payments.fail_refund(self.stripe.books, refund)

    def open_dispute(self, intent: str, *, inquiry: bool = False) -> str:
        return str(disputes.open_dispute(self.stripe.books, intent, inquiry=inquiry)["id"])

    def close_dispute(self, dispute: str, status: DisputeStatus) -> None:
        disputes.close(self.stripe.books, dispute, ENDINGS[status])

    def restrict(self, account: str) -> None:
        papers = ["individual.verification.document"]
        books = self.stripe.books
        connect.change(books, account, charges=False, payouts=True, requirements=papers)

    def deauthorise(self, account: str) -> None:
        connect.leave(self.stripe.books, account)


class TestStripeGateway(ChargesContract, BankingContract):
    @pytest.fixture
    def gateway(self, gateway: StripeGateway) -> StripeGateway:
        return gateway

    @pytest.fixture
    def bank(self, stripe: FakeStripe) -> Banker:
        return Counterpart(stripe)

    def test_what_does_not_exist(self, gateway: StripeGateway) -> None:  # type: ignore[override]
        """PY-66: Stripe makes no difference between an account that left and one that never was."""
        assert gateway.find_authorisation("pi_none") is None
        gone = gateway.find_account("acct_none")
        assert gone is not None
        assert gone.deauthorised
        assert not gone.payable
        unknown = Refused(reason="intent_unknown")
        assert gateway.capture(key(1), intent="pi_none", amount=PRICE) == unknown
        assert gateway.void(key(2), intent="pi_none") == unknown
        assert gateway.refund(key(3), intent="pi_none", amount=PRICE) == unknown
        assert gateway.transfer(
            key(4), account="acct_none", amount=PRICE, group=GROUP, charge=None
        ) == Refused(reason="account_unknown")
        with pytest.raises(ProcessorObjectUnknown):
            gateway.onboarding_link(account="acct_none", return_url="https://app.test/back")
