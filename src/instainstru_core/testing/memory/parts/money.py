"""A unit of work's part for money: prices, payments, credit, payouts, and the books."""

from functools import cached_property

from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.testing.memory.chain import InMemoryChainQueries, InMemorySeals
from instainstru_core.testing.memory.credits import InMemoryCreditLots, InMemoryCreditQueries
from instainstru_core.testing.memory.debts import (
    InMemoryDebtQueries,
    InMemoryDebts,
    InMemoryStandings,
)
from instainstru_core.testing.memory.ledger import InMemoryLedger, InMemoryLedgerQueries
from instainstru_core.testing.memory.office import InMemoryOfficeQueries
from instainstru_core.testing.memory.parts.base import InMemoryQueries, InMemoryRepositories
from instainstru_core.testing.memory.payments import (
    InMemoryCards,
    InMemoryCheckouts,
    InMemoryConnectAccounts,
    InMemoryPaymentOperations,
    InMemoryPaymentQueries,
    InMemoryPayments,
)
from instainstru_core.testing.memory.payouts import (
    InMemoryBankPayouts,
    InMemoryInstantPayouts,
    InMemoryPayoutHolds,
    InMemoryPayoutQueries,
)
from instainstru_core.testing.memory.pricing import (
    InMemoryInstructorTiers,
    InMemoryOfferedServices,
    InMemoryPricedOfferings,
    InMemoryPricingHistory,
)
from instainstru_core.testing.memory.reconciliation import (
    InMemoryReconciliationQueries,
    InMemoryReconciliations,
)
from instainstru_core.testing.memory.refunds import InMemoryChargebacks, InMemoryRefunds
from instainstru_core.testing.memory.statements import InMemoryStatementQueries
from instainstru_core.testing.memory.tips import InMemoryTipQueries, InMemoryTips
from instainstru_core.testing.memory.webhooks import InMemoryWebhookQueries, InMemoryWebhooks


class InMemoryMoney(InMemoryRepositories):
    """The repositories of money."""

    @cached_property
    def figures(self) -> PricingConfig:
        """The figures that hold now."""
        return self._pricing.current()

    @cached_property
    def webhooks(self) -> InMemoryWebhooks:
        """Every event ever received."""
        return InMemoryWebhooks(self._tables)

    @cached_property
    def offered_services(self) -> InMemoryOfferedServices:
        """What everybody asks for an hour."""
        return InMemoryOfferedServices(self._tables, self._outbox)

    @cached_property
    def instructor_tiers(self) -> InMemoryInstructorTiers:
        """The commission level of each instructor."""
        return InMemoryInstructorTiers(self._tables, self._outbox)

    @cached_property
    def payments(self) -> InMemoryPayments:
        """The money of every lesson."""
        return InMemoryPayments(self._tables, self._outbox)

    @cached_property
    def payment_operations(self) -> InMemoryPaymentOperations:
        """Every intended call of the processor."""
        return InMemoryPaymentOperations(self._tables)

    @cached_property
    def cards(self) -> InMemoryCards:
        """Every saved card."""
        return InMemoryCards(self._tables)

    @cached_property
    def connect_accounts(self) -> InMemoryConnectAccounts:
        """Every instructor's account at the processor."""
        return InMemoryConnectAccounts(self._tables, self._outbox)

    @cached_property
    def tips(self) -> InMemoryTips:
        """Every tip."""
        return InMemoryTips(self._tables, self._outbox)

    @cached_property
    def bank_payouts(self) -> InMemoryBankPayouts:
        """Every payout to an instructor's bank."""
        return InMemoryBankPayouts(self._tables)

    @cached_property
    def instant_payouts(self) -> InMemoryInstantPayouts:
        """Every payout that was asked for at once."""
        return InMemoryInstantPayouts(self._tables)

    @cached_property
    def payout_holds(self) -> InMemoryPayoutHolds:
        """What keeps transfers back."""
        return InMemoryPayoutHolds(self._tables)

    @cached_property
    def checkouts(self) -> InMemoryCheckouts:
        """What checkouts go by."""
        return InMemoryCheckouts(self._tables)

    @cached_property
    def refunds(self) -> InMemoryRefunds:
        """Every refund that operators ordered."""
        return InMemoryRefunds(self._tables)

    @cached_property
    def chargebacks(self) -> InMemoryChargebacks:
        """Every disputed charge."""
        return InMemoryChargebacks(self._tables)

    @cached_property
    def credit_lots(self) -> InMemoryCreditLots:
        """Every grant of credit."""
        return InMemoryCreditLots(self._tables, self._outbox)

    @cached_property
    def debts(self) -> InMemoryDebts:
        """What students owe."""
        return InMemoryDebts(self._tables)

    @cached_property
    def standings(self) -> InMemoryStandings:
        """Whether students may book."""
        return InMemoryStandings(self._tables)

    @cached_property
    def ledger(self) -> InMemoryLedger:
        """The books."""
        return InMemoryLedger(self._tables, self._outbox)

    @cached_property
    def reconciliations(self) -> InMemoryReconciliations:
        """Comparisons with the processor."""
        return InMemoryReconciliations(self._tables, self._outbox)

    @cached_property
    def seals(self) -> InMemorySeals:
        """The chain of sealed journals."""
        return InMemorySeals(self._tables)


class InMemoryMoneyQueries(InMemoryQueries):
    """The queries of money."""

    @cached_property
    def pricing_history(self) -> InMemoryPricingHistory:
        """What was taught, and what it cost."""
        return InMemoryPricingHistory(self._tables)

    @cached_property
    def priced_offerings(self) -> InMemoryPricedOfferings:
        """What is taught, at which rates."""
        return InMemoryPricedOfferings(self._tables)

    @cached_property
    def webhook_queries(self) -> InMemoryWebhookQueries:
        """Every event ever received."""
        return InMemoryWebhookQueries(self._tables)

    @cached_property
    def payment_queries(self) -> InMemoryPaymentQueries:
        """Payments as their parties see them."""
        return InMemoryPaymentQueries(self._tables)

    @cached_property
    def credit_queries(self) -> InMemoryCreditQueries:
        """Credit as its student sees it."""
        return InMemoryCreditQueries(self._tables)

    @property
    def credit_purses(self) -> InMemoryCreditQueries:
        """What students can pay with besides their cards."""
        return self.credit_queries

    @cached_property
    def debt_queries(self) -> InMemoryDebtQueries:
        """What students owe, to be read."""
        return InMemoryDebtQueries(self._tables)

    @cached_property
    def tip_queries(self) -> InMemoryTipQueries:
        """Tips as their parties see them."""
        return InMemoryTipQueries(self._tables)

    @cached_property
    def payout_queries(self) -> InMemoryPayoutQueries:
        """Payouts to banks, to be read."""
        return InMemoryPayoutQueries(self._tables)

    @cached_property
    def statement_queries(self) -> InMemoryStatementQueries:
        """Lessons with their money."""
        return InMemoryStatementQueries(self._tables)

    @cached_property
    def office_queries(self) -> InMemoryOfficeQueries:
        """Payments as operators see them."""
        return InMemoryOfficeQueries(self._tables)

    @cached_property
    def ledger_queries(self) -> InMemoryLedgerQueries:
        """The books."""
        return InMemoryLedgerQueries(self._tables)

    @cached_property
    def reconciliation_queries(self) -> InMemoryReconciliationQueries:
        """Comparisons with the processor."""
        return InMemoryReconciliationQueries(self._tables)

    @cached_property
    def chain_queries(self) -> InMemoryChainQueries:
        """The chain of sealed journals."""
        return InMemoryChainQueries(self._tables)
