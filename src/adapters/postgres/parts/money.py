"""A unit of work's part for money: prices, payments, credit, payouts, and the books."""

from functools import cached_property

from adapters.postgres.cards import PostgresCards, PostgresCheckouts, PostgresConnectAccounts
from adapters.postgres.chain import PostgresChainQueries, PostgresSeals
from adapters.postgres.credits import PostgresCreditLots
from adapters.postgres.debts import PostgresDebtQueries, PostgresDebts, PostgresStandings
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.parts.base import PostgresQueries, PostgresRepositories
from adapters.postgres.payment_operations import PostgresPaymentOperations
from adapters.postgres.payments import PostgresPayments
from adapters.postgres.payouts import (
    PostgresBankPayouts,
    PostgresInstantPayouts,
    PostgresPayoutHolds,
)
from adapters.postgres.pricing import (
    PostgresInstructorTiers,
    PostgresOfferedServices,
    PostgresPricedOfferings,
    PostgresPricingHistory,
)
from adapters.postgres.queries.credits import PostgresCreditQueries
from adapters.postgres.queries.ledger import PostgresLedgerQueries
from adapters.postgres.queries.office import PostgresOfficeQueries
from adapters.postgres.queries.payments import PostgresPaymentQueries
from adapters.postgres.queries.payouts import PostgresPayoutQueries, PostgresTipQueries
from adapters.postgres.queries.reconciliation import PostgresReconciliationQueries
from adapters.postgres.queries.statements import PostgresStatementQueries
from adapters.postgres.queries.webhooks import PostgresWebhookQueries
from adapters.postgres.reconciliation import PostgresReconciliations
from adapters.postgres.refunds import PostgresChargebacks, PostgresRefunds
from adapters.postgres.tips import PostgresTips
from adapters.postgres.webhooks import PostgresWebhooks
from instainstru_core.pricing.model.config import PricingConfig


class PostgresMoney(PostgresRepositories):
    """The repositories of money."""

    @cached_property
    def figures(self) -> PricingConfig:
        """The figures that hold now."""
        return self._pricing.current()

    @cached_property
    def webhooks(self) -> PostgresWebhooks:
        """Every event ever received."""
        return PostgresWebhooks(self._connection)

    @cached_property
    def offered_services(self) -> PostgresOfferedServices:
        """What everybody asks for an hour."""
        return PostgresOfferedServices(self._connection, self._outbox)

    @cached_property
    def instructor_tiers(self) -> PostgresInstructorTiers:
        """The commission level of each instructor."""
        return PostgresInstructorTiers(self._connection, self._outbox)

    @cached_property
    def payments(self) -> PostgresPayments:
        """The money of every lesson."""
        return PostgresPayments(self._connection, self._outbox)

    @cached_property
    def payment_operations(self) -> PostgresPaymentOperations:
        """Every intended call of the processor."""
        return PostgresPaymentOperations(self._connection)

    @cached_property
    def cards(self) -> PostgresCards:
        """Every saved card."""
        return PostgresCards(self._connection)

    @cached_property
    def connect_accounts(self) -> PostgresConnectAccounts:
        """Every instructor's account at the processor."""
        return PostgresConnectAccounts(self._connection, self._outbox)

    @cached_property
    def tips(self) -> PostgresTips:
        """Every tip."""
        return PostgresTips(self._connection, self._outbox)

    @cached_property
    def bank_payouts(self) -> PostgresBankPayouts:
        """Every payout to an instructor's bank."""
        return PostgresBankPayouts(self._connection)

    @cached_property
    def instant_payouts(self) -> PostgresInstantPayouts:
        """Every payout that was asked for at once."""
        return PostgresInstantPayouts(self._connection)

    @cached_property
    def payout_holds(self) -> PostgresPayoutHolds:
        """What keeps transfers back."""
        return PostgresPayoutHolds(self._connection)

    @cached_property
    def checkouts(self) -> PostgresCheckouts:
        """What checkouts go by."""
        return PostgresCheckouts(self._connection)

    @cached_property
    def refunds(self) -> PostgresRefunds:
        """Every refund that operators ordered."""
        return PostgresRefunds(self._connection)

    @cached_property
    def chargebacks(self) -> PostgresChargebacks:
        """Every disputed charge."""
        return PostgresChargebacks(self._connection)

    @cached_property
    def credit_lots(self) -> PostgresCreditLots:
        """Every grant of credit."""
        return PostgresCreditLots(self._connection, self._outbox)

    @cached_property
    def debts(self) -> PostgresDebts:
        """What students owe."""
        return PostgresDebts(self._connection)

    @cached_property
    def standings(self) -> PostgresStandings:
        """Whether students may book."""
        return PostgresStandings(self._connection)

    @cached_property
    def ledger(self) -> PostgresLedger:
        """The books."""
        return PostgresLedger(self._connection, self._outbox)

    @cached_property
    def reconciliations(self) -> PostgresReconciliations:
        """Comparisons with the processor."""
        return PostgresReconciliations(self._connection, self._outbox)

    @cached_property
    def seals(self) -> PostgresSeals:
        """The chain of sealed journals."""
        return PostgresSeals(self._connection)


class PostgresMoneyQueries(PostgresQueries):
    """The queries of money."""

    @cached_property
    def pricing_history(self) -> PostgresPricingHistory:
        """What was taught, and what it cost."""
        return PostgresPricingHistory(self._connection)

    @cached_property
    def priced_offerings(self) -> PostgresPricedOfferings:
        """What is taught, at which rates."""
        return PostgresPricedOfferings(self._connection)

    @cached_property
    def webhook_queries(self) -> PostgresWebhookQueries:
        """Every event ever received."""
        return PostgresWebhookQueries(self._connection)

    @cached_property
    def payment_queries(self) -> PostgresPaymentQueries:
        """Payments as their parties see them."""
        return PostgresPaymentQueries(self._connection)

    @cached_property
    def credit_queries(self) -> PostgresCreditQueries:
        """Credit as its student sees it."""
        return PostgresCreditQueries(self._connection)

    @property
    def credit_purses(self) -> PostgresCreditQueries:
        """What students can pay with besides their cards."""
        return self.credit_queries

    @cached_property
    def debt_queries(self) -> PostgresDebtQueries:
        """What students owe, to be read."""
        return PostgresDebtQueries(self._connection)

    @cached_property
    def tip_queries(self) -> PostgresTipQueries:
        """Tips as their parties see them."""
        return PostgresTipQueries(self._connection)

    @cached_property
    def payout_queries(self) -> PostgresPayoutQueries:
        """Payouts to banks, to be read."""
        return PostgresPayoutQueries(self._connection)

    @cached_property
    def statement_queries(self) -> PostgresStatementQueries:
        """Lessons with their money."""
        return PostgresStatementQueries(self._connection)

    @cached_property
    def office_queries(self) -> PostgresOfficeQueries:
        """Payments as operators see them."""
        return PostgresOfficeQueries(self._connection)

    @cached_property
    def ledger_queries(self) -> PostgresLedgerQueries:
        """The books."""
        return PostgresLedgerQueries(self._connection)

    @cached_property
    def reconciliation_queries(self) -> PostgresReconciliationQueries:
        """Comparisons with the processor."""
        return PostgresReconciliationQueries(self._connection)

    @cached_property
    def chain_queries(self) -> PostgresChainQueries:
        """The chain of sealed journals."""
        return PostgresChainQueries(self._connection)
