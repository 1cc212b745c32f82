"""The hexagon's whole socket: what a unit can reach, and the world an entrypoint is given."""

from typing import Protocol

from attrs import frozen

from instainstru_core.accounts.ports import (
    AccessTokens,
    AccountsReads,
    AccountsWork,
    IdempotencyRecords,
    Passwords,
    RateStore,
    Secrets,
)
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.queries import AdminReads
from instainstru_core.availability.external.ports import FeedReads, FeedSource, FeedWork
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.availability.ports import AvailabilityWork, LiveRoster
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.availability.waitlist.ports import WaitlistReads, WaitlistWork
from instainstru_core.booking.calendar.ports import CalendarFeedWork, CalendarFileReads
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.queries import BookingReads
from instainstru_core.booking.reminders.ports import ReminderWork
from instainstru_core.booking.video.ports import VideoRooms
from instainstru_core.catalog.ports import CatalogWork
from instainstru_core.catalog.queries import CatalogReads
from instainstru_core.config.ports import ConfigReads, ConfigWork
from instainstru_core.due_work.ports import DueWork
from instainstru_core.due_work.queries import DueWorkReads
from instainstru_core.instructors.ports import Chance, InstructorWork
from instainstru_core.instructors.queries import InstructorReads
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.mutex import Mutexes
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.time_machine import TimeMachine
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.notifications.ports import (
    NOBODY_LISTENS,
    Alarms,
    Mailbox,
    Mailer,
    NotificationsWork,
)
from instainstru_core.notifications.queries import NotificationReads
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.inbox.ports import InboxWork, WebhookVerifier
from instainstru_core.payments.inbox.queries import InboxReads
from instainstru_core.payments.inbox.signatures import NO_WEBHOOKS
from instainstru_core.payments.ledger.chain import Signer
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.places.ports import Places, PlacesWork
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.ports import (
    STANDARD_PRICING,
    PricingReads,
    PricingSource,
    PricingWork,
)
from instainstru_core.search.ports import Market


class Work(
    # Downstream first: Python wants subclasses before what they build on.
    AdminWork,
    NotificationsWork,
    InboxWork,
    ReminderWork,
    PaymentWork,
    CalendarFeedWork,
    BookingWork,
    WaitlistWork,
    FeedWork,
    AvailabilityWork,
    PricingWork,
    AccountsWork,
    InstructorWork,
    PlacesWork,
    CatalogWork,
    DueWork,
    ConfigWork,
    Protocol,
):
    """What a unit of work can reach, over all contexts."""


class Reads(
    AdminReads,
    NotificationReads,
    InboxReads,
    PaymentReads,
    CalendarFileReads,
    BookingReads,
    WaitlistReads,
    FeedReads,
    AvailabilityReads,
    PricingReads,
    AccountsReads,
    InstructorReads,
    CatalogReads,
    ConfigReads,
    DueWorkReads,
    Protocol,
):
    """What can be read without a unit of work, over all contexts."""


@frozen(kw_only=True)
class Ports:
    """The world, as one entrypoint was given it."""

    begin: Begin[Work]
    read: Begin[Reads]
    ids: Ids
    clock: Clock
    passwords: Passwords
    secrets: Secrets
    tokens: AccessTokens
    rates: RateStore
    mutexes: Mutexes
    """Locks of bookings: granted while they are down, as the row lock decides then."""
    operation_locks: Mutexes
    """Locks of operations with money: never granted unseen. Source: SE-12."""
    idempotency: IdempotencyRecords
    places: Places
    market: Market
    chance: Chance
    roster: LiveRoster
    feed_source: FeedSource
    gateway: PaymentGateway
    mailer: Mailer
    webhook_verifier: WebhookVerifier
    signer: Signer
    """Signs the books after each day."""
    stripe_verifier: WebhookVerifier = NO_WEBHOOKS
    """Knows the secrets of Stripe's endpoints; those of our own simulators are the other's."""
    pricing_source: PricingSource = STANDARD_PRICING
    """Where the figures come from that prices are made of."""
    rules: CalendarRules = DEFAULT_RULES
    """The figures of calendars and bookings."""
    alarms: Alarms = NOBODY_LISTENS
    """What wakes those who run the platform."""
    video: VideoRooms | None = None
    """The provider of video rooms; None where there is none. Source: BK-54."""
    mailbox: Mailbox | None = None
    """Where mails can be read; None outside demonstrations and tests."""
    time_machine: TimeMachine | None = None
    """What moves `clock`; None outside demonstrations."""

    @property
    def pricing(self) -> PricingConfig:
        """The figures that prices are made of, as they are now."""
        return self.pricing_source.current()
