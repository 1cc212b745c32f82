"""Units of work as PostgreSQL transactions, and reads without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from attrs import Factory, frozen
from sqlalchemy import Connection, Engine

from adapters.postgres.accounts import PostgresAccounts
from adapters.postgres.admin import PostgresAdminActions, PostgresConfirmations
from adapters.postgres.availability import PostgresCalendars
from adapters.postgres.booking import PostgresBookings
from adapters.postgres.booking_facts import PostgresBookingParties, PostgresPaymentReadiness
from adapters.postgres.booking_log import PostgresBookingLog
from adapters.postgres.calendar_files import PostgresCalendarFeeds
from adapters.postgres.calendar_history import PostgresCalendarHistory
from adapters.postgres.cards import (
    PostgresCards,
    PostgresCheckouts,
    PostgresConnectAccounts,
)
from adapters.postgres.catalog import PostgresCatalog, RememberedCatalog
from adapters.postgres.chain import PostgresChainQueries, PostgresSeals
from adapters.postgres.challenges import PostgresChallenges
from adapters.postgres.claims import PostgresClaims
from adapters.postgres.config import PostgresConfigDocuments, PostgresConfigQueries
from adapters.postgres.connecting import connected
from adapters.postgres.credits import PostgresCreditLots
from adapters.postgres.debts import PostgresDebtQueries, PostgresDebts, PostgresStandings
from adapters.postgres.doors import PostgresDoors
from adapters.postgres.due_work import PostgresWorkItems
from adapters.postgres.external_calendars import PostgresFeedQueries, PostgresFeeds
from adapters.postgres.idempotency import PostgresAnswers
from adapters.postgres.instructors import (
    PostgresInstructors,
    PostgresOfferings,
)
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.notifications import PostgresNotifications
from adapters.postgres.outbox import Dump, Outbox, Routes
from adapters.postgres.payments import PostgresPaymentOperations, PostgresPayments
from adapters.postgres.payouts import (
    PostgresBankPayouts,
    PostgresInstantPayouts,
    PostgresPayoutHolds,
)
from adapters.postgres.places import PostgresRegions
from adapters.postgres.pricing import (
    PostgresInstructorTiers,
    PostgresOfferedServices,
    PostgresPricedOfferings,
    PostgresPricingHistory,
)
from adapters.postgres.queries.admin import PostgresAdminQueries
from adapters.postgres.queries.availability import PostgresCalendarQueries, RememberedFacts
from adapters.postgres.queries.booking import PostgresBookingQueries
from adapters.postgres.queries.calendar_files import PostgresCalendarFiles
from adapters.postgres.queries.credits import PostgresCreditQueries
from adapters.postgres.queries.due_work import PostgresDueWorkQueries
from adapters.postgres.queries.instructors import PostgresInstructorPages
from adapters.postgres.queries.ledger import PostgresLedgerQueries
from adapters.postgres.queries.notifications import PostgresInbox
from adapters.postgres.queries.office import PostgresOfficeQueries
from adapters.postgres.queries.payments import PostgresPaymentQueries
from adapters.postgres.queries.payouts import PostgresPayoutQueries, PostgresTipQueries
from adapters.postgres.queries.reconciliation import PostgresReconciliationQueries
from adapters.postgres.queries.statements import PostgresStatementQueries
from adapters.postgres.queries.webhooks import PostgresWebhookQueries
from adapters.postgres.reconciliation import PostgresReconciliations
from adapters.postgres.refunds import PostgresChargebacks, PostgresRefunds
from adapters.postgres.reminders import PostgresReminders
from adapters.postgres.sessions import PostgresSessions
from adapters.postgres.tips import PostgresTips
from adapters.postgres.video import PostgresVideoSessions
from adapters.postgres.waitlist import PostgresWaitlist, PostgresWaitlistQueries
from adapters.postgres.webhooks import PostgresWebhooks
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.instructors.profiles import AccountProfiles
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource


class PostgresWork:
    """Every repository, on one transaction; each is made when first asked for."""

    def __init__(
        self,
        connection: Connection,
        outbox: Outbox,
        rules: CalendarRules = DEFAULT_RULES,
        pricing: PricingSource = STANDARD_PRICING,
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._rules = rules
        self._pricing = pricing

    @cached_property
    def figures(self) -> PricingConfig:
        """The figures that hold now."""
        return self._pricing.current()

    @cached_property
    def work_items(self) -> PostgresWorkItems:
        """Everything still to be done."""
        return PostgresWorkItems(self._connection, self._outbox)

    @cached_property
    def accounts(self) -> PostgresAccounts:
        """Every login."""
        return PostgresAccounts(self._connection, self._outbox)

    @cached_property
    def sessions(self) -> PostgresSessions:
        """Signed-in devices."""
        return PostgresSessions(self._connection, self._outbox)

    @cached_property
    def challenges(self) -> PostgresChallenges:
        """Questions sent to mailboxes."""
        return PostgresChallenges(self._connection)

    @cached_property
    def answers(self) -> PostgresAnswers:
        """Answers kept with their effects."""
        return PostgresAnswers(self._connection)

    @cached_property
    def catalog(self) -> PostgresCatalog:
        """The one catalogue there is."""
        return PostgresCatalog(self._connection)

    @cached_property
    def regions(self) -> PostgresRegions:
        """The rows of the gazetteer."""
        return PostgresRegions(self._connection)

    @cached_property
    def instructors(self) -> PostgresInstructors:
        """Everyone who teaches."""
        return PostgresInstructors(self._connection, self._outbox)

    @cached_property
    def offerings(self) -> PostgresOfferings:
        """What is taught by whom."""
        return PostgresOfferings(self._connection, self._outbox)

    @cached_property
    def profiles(self) -> AccountProfiles:
        """Drafts of profiles."""
        return AccountProfiles(self.instructors)

    @cached_property
    def bookings(self) -> PostgresBookings:
        """Every booking ever made."""
        return PostgresBookings(self._connection, self._outbox)

    @cached_property
    def calendar_feeds(self) -> PostgresCalendarFeeds:
        """Everybody's feed."""
        return PostgresCalendarFeeds(self._connection)

    @cached_property
    def reminders(self) -> PostgresReminders:
        """Which lessons somebody was reminded of."""
        return PostgresReminders(self._connection, self._outbox)

    @cached_property
    def booking_parties(self) -> PostgresBookingParties:
        """Who and what a proposal names."""
        return PostgresBookingParties(self._connection)

    @cached_property
    def payment_readiness(self) -> PostgresPaymentReadiness:
        """Whether a lesson's money is there."""
        return PostgresPaymentReadiness(self._connection)

    @cached_property
    def claims(self) -> PostgresClaims:
        """No-show reports and issues."""
        return PostgresClaims(self._connection, self._outbox)

    @cached_property
    def video_sessions(self) -> PostgresVideoSessions:
        """Rooms of lessons by video."""
        return PostgresVideoSessions(self._connection)

    @cached_property
    def calendars(self) -> PostgresCalendars:
        """Every instructor's calendar."""
        return PostgresCalendars(self._connection, self._outbox, self._rules)

    @cached_property
    def calendar_history(self) -> PostgresCalendarHistory:
        """The saves of calendars."""
        return PostgresCalendarHistory(self._connection)

    @cached_property
    def waitlist(self) -> PostgresWaitlist:
        """Everybody who waits for a time."""
        return PostgresWaitlist(self._connection, self._outbox)

    @cached_property
    def feeds(self) -> PostgresFeeds:
        """Every external calendar."""
        return PostgresFeeds(self._connection, self._outbox)

    @cached_property
    def webhooks(self) -> PostgresWebhooks:
        """Every event ever received."""
        return PostgresWebhooks(self._connection)

    @cached_property
    def notifications(self) -> PostgresNotifications:
        """Everything anybody was told in the app."""
        return PostgresNotifications(self._connection)

    @cached_property
    def offered_services(self) -> PostgresOfferedServices:
        """What everybody asks for an hour."""
        return PostgresOfferedServices(self._connection, self._outbox)

    @cached_property
    def config_documents(self) -> PostgresConfigDocuments:
        """Every version of every document."""
        return PostgresConfigDocuments(self._connection, self._outbox)

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

    @cached_property
    def confirmations(self) -> PostgresConfirmations:
        """Every preview that can be acted on."""
        return PostgresConfirmations(self._connection)

    @cached_property
    def admin_actions(self) -> PostgresAdminActions:
        """Everything that the staff did."""
        return PostgresAdminActions(self._connection, self._outbox)


class PostgresReads:
    """Every query, on one autocommitting connection."""

    def __init__(
        self,
        connection: Connection,
        remembered: RememberedFacts,
        catalog: RememberedCatalog,
        rules: CalendarRules = DEFAULT_RULES,
    ) -> None:
        self._connection = connection
        self._remembered = remembered
        self._rules = rules
        self._catalog = catalog

    @cached_property
    def doors(self) -> PostgresDoors:
        """Who is at the door."""
        return PostgresDoors(self._connection)

    @cached_property
    def calendars(self) -> PostgresCalendarQueries:
        """Calendars, as they were last kept."""
        return PostgresCalendarQueries(self._connection, self._remembered, self._rules)

    @cached_property
    def calendar_history(self) -> PostgresCalendarHistory:
        """The saves of calendars."""
        return PostgresCalendarHistory(self._connection)

    @cached_property
    def due_work(self) -> PostgresDueWorkQueries:
        """Work on file."""
        return PostgresDueWorkQueries(self._connection)

    @cached_property
    def catalog_pages(self) -> PostgresCatalog:
        """The catalogue as it is browsed."""
        return PostgresCatalog(self._connection, self._catalog)

    @cached_property
    def instructor_pages(self) -> PostgresInstructorPages:
        """Profiles as they are read."""
        return PostgresInstructorPages(self._connection)

    @cached_property
    def booking_queries(self) -> PostgresBookingQueries:
        """Bookings, to be read."""
        return PostgresBookingQueries(self._connection)

    @cached_property
    def booking_log(self) -> PostgresBookingLog:
        """What happened to bookings."""
        return PostgresBookingLog(self._connection)

    @cached_property
    def waitlist_queries(self) -> PostgresWaitlistQueries:
        """Who waits, to be read."""
        return PostgresWaitlistQueries(self._connection)

    @cached_property
    def feed_queries(self) -> PostgresFeedQueries:
        """External calendars, to be read."""
        return PostgresFeedQueries(self._connection)

    @cached_property
    def calendar_files(self) -> PostgresCalendarFiles:
        """Lessons for other calendars."""
        return PostgresCalendarFiles(self._connection)

    @cached_property
    def inbox(self) -> PostgresInbox:
        """What people were told."""
        return PostgresInbox(self._connection)

    @cached_property
    def config_queries(self) -> PostgresConfigQueries:
        """Documents as their operators read them."""
        return PostgresConfigQueries(self._connection)

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

    @cached_property
    def admin_queries(self) -> PostgresAdminQueries:
        """All bookings, as the staff sees them."""
        return PostgresAdminQueries(self._connection)


@frozen
class PostgresUnits:
    """Begins units of work, and reads, on connections of one engine."""

    _engine: Engine
    _ids: Ids
    _clock: Clock
    _dump: Dump
    _routes: Routes
    _remembered: RememberedFacts = Factory(RememberedFacts)
    _catalog: RememberedCatalog = Factory(RememberedCatalog)
    _rules: CalendarRules = DEFAULT_RULES
    _pricing: PricingSource = STANDARD_PRICING

    @contextmanager
    def begin(self) -> Iterator[PostgresWork]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        with connected(self._engine) as connection, connection.begin():
            outbox = Outbox(connection, self._ids, self._clock, self._dump, self._routes)
            yield PostgresWork(connection, outbox, self._rules, self._pricing)
            outbox.flush()

    @contextmanager
    def read(self) -> Iterator[PostgresReads]:
        """A connection in autocommit: each statement stands alone, without BEGIN and ROLLBACK."""
        with connected(self._engine) as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            yield PostgresReads(autocommit, self._remembered, self._catalog, self._rules)
