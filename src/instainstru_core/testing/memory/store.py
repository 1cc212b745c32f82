"""A database of frozen values: a snapshot is a shallow copy, an undo is forgetting it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from operator import attrgetter
from threading import RLock
from typing import Any, TypeVar, cast

from attrs import Factory, define, field

from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.due_work.model import NewWork
from instainstru_core.instructors.profiles import AccountProfiles
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource
from instainstru_core.testing.memory.accounts import (
    InMemoryAccounts,
    InMemoryAnswers,
    InMemoryChallenges,
    InMemoryDoors,
    InMemorySessions,
)
from instainstru_core.testing.memory.admin import (
    InMemoryAdminActions,
    InMemoryAdminQueries,
    InMemoryConfirmations,
)
from instainstru_core.testing.memory.availability import (
    InMemoryCalendarQueries,
    InMemoryCalendars,
)
from instainstru_core.testing.memory.booking import (
    InMemoryBookingLog,
    InMemoryBookingParties,
    InMemoryBookingQueries,
    InMemoryBookings,
    InMemoryPaymentReadiness,
)
from instainstru_core.testing.memory.calendar_files import (
    InMemoryCalendarFeeds,
    InMemoryCalendarFiles,
    InMemoryReminders,
)
from instainstru_core.testing.memory.calendar_history import InMemoryCalendarHistory
from instainstru_core.testing.memory.catalog import InMemoryCatalog
from instainstru_core.testing.memory.chain import InMemoryChainQueries, InMemorySeals
from instainstru_core.testing.memory.claims import InMemoryClaims
from instainstru_core.testing.memory.config import (
    InMemoryConfigDocuments,
    InMemoryConfigQueries,
)
from instainstru_core.testing.memory.credits import InMemoryCreditLots, InMemoryCreditQueries
from instainstru_core.testing.memory.debts import (
    InMemoryDebtQueries,
    InMemoryDebts,
    InMemoryStandings,
)
from instainstru_core.testing.memory.due_work import (
    InMemoryDueWorkQueries,
    InMemoryWorkItems,
    file_reactions,
)
from instainstru_core.testing.memory.external_calendars import (
    InMemoryFeedQueries,
    InMemoryFeeds,
)
from instainstru_core.testing.memory.instructors import (
    InMemoryInstructorPages,
    InMemoryInstructors,
    InMemoryOfferings,
)
from instainstru_core.testing.memory.ledger import InMemoryLedger, InMemoryLedgerQueries
from instainstru_core.testing.memory.notifications import InMemoryInbox, InMemoryNotifications
from instainstru_core.testing.memory.office import InMemoryOfficeQueries
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
from instainstru_core.testing.memory.places import InMemoryRegions
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
from instainstru_core.testing.memory.video import InMemoryVideoSessions
from instainstru_core.testing.memory.waitlist import InMemoryWaitlist, InMemoryWaitlistQueries
from instainstru_core.testing.memory.webhooks import InMemoryWebhookQueries, InMemoryWebhooks

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


@define
class Tables:
    """Named tables of one snapshot; a table is copied when it is first asked for."""

    _before: Mapping[str, dict[Any, Any]] = Factory(dict)
    _touched: dict[str, dict[Any, Any]] = Factory(dict)

    def of(self, name: str, _key: type[KeyT], _value: type[ValueT]) -> dict[KeyT, ValueT]:
        """The table called *name*, typed."""
        if name not in self._touched:
            self._touched[name] = dict(self._before.get(name, {}))
        return cast("dict[KeyT, ValueT]", self._touched[name])

    def where(
        self, name: str, key: type[KeyT], value: type[ValueT], attribute: str, wanted: object
    ) -> Sequence[ValueT]:
        """The rows of a table of which *attribute*, a dotted name, is *wanted*."""
        read = attrgetter(attribute)
        return [row for row in self.of(name, key, value).values() if read(row) == wanted]

    def kept(self) -> dict[str, dict[Any, Any]]:
        """Every table as this snapshot leaves it."""
        return {**self._before, **self._touched}


@define
class InMemoryOutbox:
    """Collects a unit's events and work."""

    events: list[Event] = Factory(list)
    work: list[NewWork] = Factory(list)

    def record(self, events: tuple[Event, ...]) -> None:
        """Keep *events* for the end of the unit."""
        self.events.extend(events)

    def file(self, work: NewWork) -> None:
        """Keep *work* for the end of the unit."""
        self.work.append(work)


class InMemoryWork:
    """Every repository, on one snapshot; each is made when first asked for."""

    def __init__(
        self,
        tables: Tables,
        outbox: InMemoryOutbox,
        ids: Ids,
        clock: Clock,
        rules: CalendarRules = DEFAULT_RULES,
        pricing: PricingSource = STANDARD_PRICING,
    ) -> None:
        self._tables = tables
        self._outbox = outbox
        self._rules = rules
        self._pricing = pricing
        self._ids = ids
        self._clock = clock

    @cached_property
    def figures(self) -> PricingConfig:
        """The figures that hold now."""
        return self._pricing.current()

    @cached_property
    def work_items(self) -> InMemoryWorkItems:
        """Everything still to be done."""
        return InMemoryWorkItems(self._tables, self._outbox)

    @property
    def tables(self) -> Tables:
        """The snapshot itself, for twins that need no repository."""
        return self._tables

    @cached_property
    def calendar_feeds(self) -> InMemoryCalendarFeeds:
        """Everybody's feed."""
        return InMemoryCalendarFeeds(self._tables)

    @cached_property
    def reminders(self) -> InMemoryReminders:
        """Which lessons somebody was reminded of."""
        return InMemoryReminders(self._tables, self._outbox)

    @cached_property
    def accounts(self) -> InMemoryAccounts:
        """Every login."""
        return InMemoryAccounts(self._tables, self._outbox)

    @cached_property
    def sessions(self) -> InMemorySessions:
        """Signed-in devices."""
        return InMemorySessions(self._tables, self._outbox)

    @cached_property
    def challenges(self) -> InMemoryChallenges:
        """Questions sent to mailboxes."""
        return InMemoryChallenges(self._tables)

    @cached_property
    def answers(self) -> InMemoryAnswers:
        """Answers kept with their effects."""
        return InMemoryAnswers(self._tables)

    @cached_property
    def catalog(self) -> InMemoryCatalog:
        """The one catalogue there is."""
        return InMemoryCatalog(self._tables)

    @cached_property
    def regions(self) -> InMemoryRegions:
        """The rows of the gazetteer."""
        return InMemoryRegions(self._tables)

    @cached_property
    def instructors(self) -> InMemoryInstructors:
        """Everyone who teaches."""
        return InMemoryInstructors(self._tables, self._outbox)

    @cached_property
    def offerings(self) -> InMemoryOfferings:
        """What is taught by whom."""
        return InMemoryOfferings(self._tables, self._outbox)

    @cached_property
    def profiles(self) -> AccountProfiles:
        """Drafts of profiles."""
        return AccountProfiles(self.instructors)

    @cached_property
    def bookings(self) -> InMemoryBookings:
        """Every booking ever made."""
        return InMemoryBookings(self._tables, self._outbox)

    @cached_property
    def booking_parties(self) -> InMemoryBookingParties:
        """Who and what a proposal names."""
        return InMemoryBookingParties(self._tables, self.calendars)

    @cached_property
    def payment_readiness(self) -> InMemoryPaymentReadiness:
        """Whether a lesson's money is there."""
        return InMemoryPaymentReadiness(self._tables, self._outbox)

    @cached_property
    def claims(self) -> InMemoryClaims:
        """No-show reports and issues."""
        return InMemoryClaims(self._tables, self._outbox)

    @cached_property
    def video_sessions(self) -> InMemoryVideoSessions:
        """Rooms of lessons by video."""
        return InMemoryVideoSessions(self._tables)

    @cached_property
    def calendars(self) -> InMemoryCalendars:
        """Every instructor's calendar."""
        return InMemoryCalendars(self._tables, self._rules, self._outbox)

    @cached_property
    def calendar_history(self) -> InMemoryCalendarHistory:
        """The saves of calendars."""
        return InMemoryCalendarHistory(self._tables)

    @cached_property
    def waitlist(self) -> InMemoryWaitlist:
        """Everybody who waits for a time."""
        return InMemoryWaitlist(self._tables, self._outbox)

    @cached_property
    def feeds(self) -> InMemoryFeeds:
        """Every external calendar."""
        return InMemoryFeeds(self._tables, self._outbox)

    @cached_property
    def webhooks(self) -> InMemoryWebhooks:
        """Every event ever received."""
        return InMemoryWebhooks(self._tables)

    @cached_property
    def notifications(self) -> InMemoryNotifications:
        """Everything anybody was told in the app."""
        return InMemoryNotifications(self._tables)

    @cached_property
    def offered_services(self) -> InMemoryOfferedServices:
        """What everybody asks for an hour."""
        return InMemoryOfferedServices(self._tables, self._outbox)

    @cached_property
    def config_documents(self) -> InMemoryConfigDocuments:
        """Every version of every document."""
        return InMemoryConfigDocuments(self._tables, self._outbox)

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

    @cached_property
    def confirmations(self) -> InMemoryConfirmations:
        """Every preview that can be acted on."""
        return InMemoryConfirmations(self._tables)

    @cached_property
    def admin_actions(self) -> InMemoryAdminActions:
        """Everything that the staff did."""
        return InMemoryAdminActions(self._tables, self._outbox)


class InMemoryReads:
    """Every query, on one snapshot."""

    def __init__(self, tables: Tables, clock: Clock, rules: CalendarRules = DEFAULT_RULES) -> None:
        self._tables = tables
        self._rules = rules
        self._clock = clock

    @cached_property
    def doors(self) -> InMemoryDoors:
        """Who is at the door."""
        return InMemoryDoors(self._tables)

    @cached_property
    def due_work(self) -> InMemoryDueWorkQueries:
        """Work on file."""
        return InMemoryDueWorkQueries(self._tables)

    @cached_property
    def catalog_pages(self) -> InMemoryCatalog:
        """The catalogue as it is browsed."""
        return InMemoryCatalog(self._tables)

    @cached_property
    def instructor_pages(self) -> InMemoryInstructorPages:
        """Profiles as they are read."""
        return InMemoryInstructorPages(self._tables)

    @cached_property
    def booking_queries(self) -> InMemoryBookingQueries:
        """Bookings, to be read."""
        return InMemoryBookingQueries(self._tables)

    @cached_property
    def booking_log(self) -> InMemoryBookingLog:
        """What happened to bookings."""
        return InMemoryBookingLog(self._tables)

    @cached_property
    def calendar_files(self) -> InMemoryCalendarFiles:
        """Lessons for other calendars."""
        return InMemoryCalendarFiles(self._tables)

    @cached_property
    def calendars(self) -> InMemoryCalendarQueries:
        """Calendars, as they were last kept."""
        return InMemoryCalendarQueries(self._tables, self._rules, self._clock)

    @cached_property
    def calendar_history(self) -> InMemoryCalendarHistory:
        """The saves of calendars."""
        return InMemoryCalendarHistory(self._tables)

    @cached_property
    def waitlist_queries(self) -> InMemoryWaitlistQueries:
        """Who waits, to be read."""
        return InMemoryWaitlistQueries(self._tables)

    @cached_property
    def feed_queries(self) -> InMemoryFeedQueries:
        """External calendars, to be read."""
        return InMemoryFeedQueries(self._tables)

    @cached_property
    def inbox(self) -> InMemoryInbox:
        """What people were told."""
        return InMemoryInbox(self._tables)

    @cached_property
    def config_queries(self) -> InMemoryConfigQueries:
        """Documents as their operators read them."""
        return InMemoryConfigQueries(self._tables)

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

    @cached_property
    def admin_queries(self) -> InMemoryAdminQueries:
        """All bookings, as the staff sees them."""
        return InMemoryAdminQueries(self._tables)


@define
class InMemoryStore:
    """Begins units of work one at a time: whoever comes second sees what the first left."""

    ids: Ids
    clock: Clock
    routes: Mapping[type[Event], tuple[str, ...]] = Factory(dict)
    recorded: list[Event] = Factory(list)
    rules: CalendarRules = DEFAULT_RULES
    pricing: PricingSource = STANDARD_PRICING
    _kept: dict[str, dict[Any, Any]] = Factory(dict)
    _writing: Any = field(factory=RLock, init=False)

    @contextmanager
    def begin(self) -> Iterator[InMemoryWork]:
        """A unit of work: kept when the block ends, undone when it raises."""
        with self._writing:
            tables, outbox = Tables(self._kept), InMemoryOutbox()
            yield InMemoryWork(tables, outbox, self.ids, self.clock, self.rules, self.pricing)
            file_reactions(
                tables, outbox.events, outbox.work, self.routes, self.ids, self.clock.now()
            )
            self.recorded.extend(outbox.events)
            self._kept = tables.kept()

    @contextmanager
    def read(self) -> Iterator[InMemoryReads]:
        """Queries on what was kept last."""
        yield InMemoryReads(Tables(self._kept), self.clock, self.rules)
