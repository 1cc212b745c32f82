"""Facts booking publishes. Source: spec 01 §7, BK-24."""

from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import (
    Band,
    CancelKind,
    NoShowType,
    Party,
    PolicyCase,
    ReminderKind,
)
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval


@frozen(kw_only=True)
class BookingEvent(Event):
    """What every event about a booking tells. *zone* is the lesson's, by its IANA name.

    *booking_version* is the version the booking has once this is recorded.
    """

    booking_id: BookingId
    chain_id: BookingId
    student: StudentId
    instructor: InstructorId
    service_id: ServiceId
    service_name: str
    lesson: Interval
    zone: str
    location_type: LocationType
    price: Money
    booking_version: int


@frozen(kw_only=True)
class BookingHeld(BookingEvent):
    """A student holds a time, unpaid. Source: BK-16."""

    name: ClassVar[str] = "booking.held"
    hold_expires_at: datetime


@frozen(kw_only=True)
class BookingHoldReleased(BookingEvent):
    """A hold ended without a confirmation; only payments has something to let go. Source: BK-19."""

    name: ClassVar[str] = "booking.hold_released"
    kind: CancelKind


@frozen(kw_only=True)
class BookingConfirmed(BookingEvent):
    """The lesson is agreed. Source: BK-17."""

    name: ClassVar[str] = "booking.confirmed"


@frozen(kw_only=True)
class BookingCancelled(BookingEvent):
    """The lesson is called off. *by* and *actor* are absent when the platform did it.

    *was_confirmed* tells a cancelled lesson from a hold given up. Source: BK-27, BK-28.
    """

    name: ClassVar[str] = "booking.cancelled"
    kind: CancelKind
    band: Band
    policy_case: PolicyCase | None
    by: Party | None
    actor: AccountId | None
    was_confirmed: bool


@frozen(kw_only=True)
class BookingCompleted(BookingEvent):
    """The lesson was given. Source: BK-23, BK-24."""

    name: ClassVar[str] = "booking.completed"
    completed_at: datetime
    automatic: bool


@frozen(kw_only=True)
class BookingNoShowRecorded(BookingEvent):
    """It is certain that somebody did not come. Source: BK-39, BK-41, BK-53."""

    name: ClassVar[str] = "booking.no_show_recorded"
    no_show_type: NoShowType
    was_completed: bool


@frozen(kw_only=True)
class BookingRescheduled(BookingEvent):
    """The lesson was moved: this booking takes the place of *predecessor_id*. Source: BK-35.

    *moved_from* is the time it had before; *late* tells a move of the last 24 hours.
    """

    name: ClassVar[str] = "booking.rescheduled"
    predecessor_id: BookingId
    moved_from: Interval
    late: bool
    lock_funded: bool


@frozen(kw_only=True)
class BookingReminderDue(Event):
    """It is time to remind both parties of their lesson; the booking stays as it is.

    Source: BK-49.
    """

    name: ClassVar[str] = "booking.reminder_due"
    booking_id: BookingId
    student: StudentId
    instructor: InstructorId
    lesson: Interval
    kind: ReminderKind
