"""What every `PaymentGateway` tells of accounts, payouts, disputes and the platform's balance."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.processor import (
    BalanceKind,
    BankPayout,
    Captured,
    CardDetails,
    DisputeStatus,
    PayoutInterval,
    PayoutSchedule,
    PayoutStatus,
    Refunded,
    RefundStatus,
    Refused,
    Transferred,
)
from instainstru_core.testing.contracts.payment_gateway import (
    CUSTOMER,
    GROUP,
    PRICE,
    VISA,
    Bank,
    PaymentGatewayContract,
    key,
)

EARNED = Money(80_00)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ONE_DAY = datetime(2100, 1, 1, tzinfo=UTC)


class Banker(Bank):
    """What banks, instructors and the processor's staff do."""

    @abstractmethod
    def fill_in(self, setup: str, client_secret: str, token: str) -> None:
        """The cardholder fills a card form in."""

    @abstractmethod
    def pay_out(self, account: str) -> str:
        """The account's next payout day has come; answers with the payout's name."""

    @abstractmethod
    def land_payout(self, payout: str, status: PayoutStatus) -> None:
        """The bank says what became of a payout."""

    @abstractmethod
    def fail_refund(self, refund: str) -> None:
        """The card's bank sends a refund back."""

    @abstractmethod
    def open_dispute(self, intent: str, *, inquiry: bool = False) -> str:
        """The card's bank disputes a charge, or asks; answers with the dispute's name."""

    @abstractmethod
    def close_dispute(self, dispute: str, status: DisputeStatus) -> None:
        """The card's bank has decided."""

    @abstractmethod
    def restrict(self, account: str) -> None:
        """The processor's staff want papers, and let the account be paid no more till then."""

    @abstractmethod
    def deauthorise(self, account: str) -> None:
        """The instructor leaves the platform."""


class BankingContract(PaymentGatewayContract):
    """Override the two fixtures."""

    @pytest.fixture
    @abstractmethod
    def bank(self, gateway: PaymentGateway) -> Banker:
        """The other side of the counter."""

    @pytest.fixture
    def taken(self, gateway: PaymentGateway, held: str) -> Captured:
        captured = gateway.capture(key(2), intent=held, amount=PRICE)
        assert isinstance(captured, Captured)
        return captured

    @pytest.fixture
    def paid(self, gateway: PaymentGateway, taken: Captured, account: str) -> str:
        """An account that was sent something; the transfer's name."""
        sent = gateway.transfer(
            key(3), account=account, amount=EARNED, group=GROUP, charge=taken.charge
        )
        assert isinstance(sent, Transferred)
        return sent.transfer

    def test_a_card_form_gives_a_card(self, gateway: PaymentGateway, bank: Banker) -> None:
        """PY-4: there is no token before the cardholder filled it in."""
        form = gateway.start_setup(customer=CUSTOMER)
        assert form.token is None
        assert gateway.find_setup(form.setup) == form
        bank.fill_in(form.setup, form.client_secret, VISA)
        filled = gateway.find_setup(form.setup)
        assert filled is not None
        assert filled.token is not None
        kept = gateway.attach_card(customer=CUSTOMER, token=filled.token)
        assert isinstance(kept, CardDetails)
        assert kept.last4 == "4242"
        assert gateway.find_setup("seti_none") is None

    def test_a_schedule_is_kept(self, gateway: PaymentGateway, account: str) -> None:
        """PY-48."""
        weekly = PayoutSchedule(interval=PayoutInterval.WEEKLY, weekday=1)
        assert gateway.set_payout_schedule(account, weekly) == weekly
        assert gateway.set_payout_schedule(account, weekly) == weekly
        assert gateway.payout_schedule(account) == weekly
        monthly = PayoutSchedule(interval=PayoutInterval.MONTHLY, month_day=28)
        assert gateway.set_payout_schedule(account, monthly) == monthly
        assert gateway.payout_schedule(account) == monthly

    def test_a_payout_takes_all_there_is(
        self, gateway: PaymentGateway, bank: Banker, account: str, paid: str
    ) -> None:
        """PY-48; PY-54: what was paid out can't be reversed any more."""
        name = bank.pay_out(account)
        seen = gateway.find_payout(account, name)
        assert seen is not None
        assert (seen.amount, seen.instant, seen.account) == (EARNED, False, account)
        assert seen.status in {PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT}
        assert [each.payout for each in gateway.payouts(account)] == [name]
        refused = gateway.reverse(key(4), transfer=paid, amount=EARNED)
        assert refused == Refused(reason="insufficient_account_balance")
        bank.land_payout(name, PayoutStatus.PAID)
        arrived = gateway.find_payout(account, name)
        assert arrived is not None
        assert arrived.status is PayoutStatus.PAID

    @pytest.mark.usefixtures("paid")
    def test_a_failed_payout_says_why_and_is_back(
        self, gateway: PaymentGateway, bank: Banker, account: str
    ) -> None:
        """PY-48."""
        name = bank.pay_out(account)
        assert gateway.instant_balance(account).available == NOTHING
        bank.land_payout(name, PayoutStatus.FAILED)
        failed = gateway.find_payout(account, name)
        assert failed is not None
        assert failed.status is PayoutStatus.FAILED
        assert failed.failure_code
        assert failed.failure_message
        assert gateway.instant_balance(account).available == EARNED

    @pytest.mark.usefixtures("paid")
    def test_payouts_are_another_accounts_secret(
        self, gateway: PaymentGateway, bank: Banker, account: str
    ) -> None:
        other = gateway.open_account(key(901), instructor="another").account
        assert gateway.find_payout(other, bank.pay_out(account)) is None
        assert list(gateway.payouts(other)) == []
        assert gateway.find_payout(account, "po_none") is None

    @pytest.mark.usefixtures("paid")
    def test_an_instant_payout(self, gateway: PaymentGateway, account: str) -> None:
        """PY-49: never more than there is; one key pays out once; the fee is told."""
        balance = gateway.instant_balance(account)
        assert balance.available == EARNED
        more = gateway.instant_payout(key(5), account=account, amount=EARNED + Money(1))
        assert more == Refused(reason="insufficient_account_balance")
        sent = gateway.instant_payout(key(6), account=account, amount=Money(30_00))
        assert isinstance(sent, BankPayout)
        assert (sent.amount, sent.instant) == (Money(30_00), True)
        assert sent.fee == Money(30_00 * balance.fee_bps // 10_000)
        assert gateway.instant_payout(key(6), account=account, amount=Money(30_00)) == sent
        assert gateway.instant_balance(account).available == EARNED - Money(30_00)

    def test_a_restricted_account_is_paid_nothing(
        self, gateway: PaymentGateway, bank: Banker, account: str
    ) -> None:
        """PY-3, PY-66."""
        bank.restrict(account)
        standing = gateway.find_account(account)
        assert standing is not None
        assert not standing.payable
        assert standing.requirements
        refused = gateway.transfer(
            key(4), account=account, amount=Money(1), group=GROUP, charge=None
        )
        assert refused == Refused(reason="account_not_payable")

    def test_an_account_that_left_is_paid_nothing(
        self, gateway: PaymentGateway, bank: Banker, account: str
    ) -> None:
        """PY-66."""
        bank.deauthorise(account)
        standing = gateway.find_account(account)
        assert standing is not None
        assert standing.deauthorised
        assert not standing.payable

    def test_the_dashboard_of_an_account(self, gateway: PaymentGateway, account: str) -> None:
        """PY-3: a fresh address each time."""
        first = gateway.dashboard_link(account=account)
        assert first.startswith("http")
        assert gateway.dashboard_link(account=account) != first

    @pytest.mark.usefixtures("taken")
    def test_a_refund_may_fail_later(
        self, gateway: PaymentGateway, bank: Banker, held: str
    ) -> None:
        """PY-54: then the money is back at the platform, and can be given once more."""
        given = gateway.refund(key(4), intent=held, amount=PRICE)
        assert isinstance(given, Refunded)
        bank.fail_refund(given.refund)
        seen = gateway.find_refund(given.refund)
        assert seen is not None
        assert seen.status is RefundStatus.FAILED
        assert isinstance(gateway.refund(key(5), intent=held, amount=PRICE), Refunded)

    @pytest.mark.parametrize("ending", [DisputeStatus.WON, DisputeStatus.LOST])
    def test_a_dispute_withdraws_the_money(
        self,
        gateway: PaymentGateway,
        bank: Banker,
        held: str,
        taken: Captured,
        ending: DisputeStatus,
    ) -> None:
        """PY-56, PY-57: and gives it back, without the fee, only when it is won."""
        before = gateway.balance()
        name = bank.open_dispute(held)
        seen = gateway.find_dispute(name)
        assert seen is not None
        assert (seen.intent, seen.charge, seen.amount) == (held, taken.charge, PRICE)
        assert seen.status is DisputeStatus.OPEN
        assert seen.fee > NOTHING
        assert gateway.balance() == before - PRICE.cents - seen.fee.cents
        bank.close_dispute(name, ending)
        closed = gateway.find_dispute(name)
        assert closed is not None
        assert closed.status is ending
        back = PRICE.cents if ending is DisputeStatus.WON else 0
        assert gateway.balance() == before - PRICE.cents - seen.fee.cents + back
        assert gateway.find_dispute("dp_none") is None

    @pytest.mark.usefixtures("taken")
    def test_an_inquiry_moves_nothing(
        self, gateway: PaymentGateway, bank: Banker, held: str
    ) -> None:
        """PY-56: an early warning without a withdrawal."""
        before = gateway.balance()
        name = bank.open_dispute(held, inquiry=True)
        seen = gateway.find_dispute(name)
        assert seen is not None
        assert (seen.status, seen.fee) == (DisputeStatus.INQUIRY, NOTHING)
        bank.close_dispute(name, DisputeStatus.INQUIRY_CLOSED)
        closed = gateway.find_dispute(name)
        assert closed is not None
        assert closed.status is DisputeStatus.INQUIRY_CLOSED
        assert gateway.balance() == before

    def test_the_books_explain_the_balance(
        self, gateway: PaymentGateway, held: str, taken: Captured, paid: str
    ) -> None:
        """PY-85: every movement with its fee, oldest first, found by what it belongs to."""
        back = gateway.reverse(key(4), transfer=paid, amount=Money(10_00))
        given = gateway.refund(key(5), intent=held, amount=Money(20_00))
        assert isinstance(given, Refunded)
        told = list(gateway.balance_transactions(since=LONG_AGO, until=ONE_DAY))
        assert [(each.kind, each.amount_cents) for each in told] == [
            (BalanceKind.CHARGE, PRICE.cents),
            (BalanceKind.TRANSFER, -EARNED.cents),
            (BalanceKind.TRANSFER_REVERSAL, 10_00),
            (BalanceKind.REFUND, -20_00),
        ]
        assert [each.source for each in told] == [
            taken.charge,
            paid,
            getattr(back, "reversal", None),
            given.refund,
        ]
        assert told[0].fee_cents > 0
        assert gateway.balance() == sum(each.net_cents for each in told)
        assert len({each.reference for each in told}) == len(told)
        assert list(gateway.balance_transactions(since=LONG_AGO, until=LONG_AGO)) == []

    def test_an_account_that_does_not_exist(self, gateway: PaymentGateway) -> None:
        asked: list[Callable[[str], object]] = [gateway.payout_schedule, gateway.instant_balance]
        for ask in asked:
            with pytest.raises(ProcessorObjectUnknown):
                ask("acct_none")
