"""How an instructor's lessons went, and what they brought. Source: BK-46."""

from datetime import date, timedelta
from typing import Final, Protocol

from attrs import frozen

from instainstru_core.booking.policies.statistics import BookingCounts
from instainstru_core.booking.queries import BookingReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.queries import Earned, PaymentReads

LONGER_THAN_A_MONTH: Final = timedelta(days=32)


class StatsReads(PaymentReads, BookingReads, Protocol):
    """What statistics are made of."""


@frozen(kw_only=True)
class BookingStats:
    """An instructor's figures; *month* is the first day of this month in their zone."""

    counts: BookingCounts
    earned: Earned
    month: date
    zone: Zone


def month_of(day: date, zone: Zone) -> Interval:
    """The month of *day*, on the clocks of *zone*."""
    first = day.replace(day=1)
    after = (first + LONGER_THAN_A_MONTH).replace(day=1)
    return Interval(zone.midnight(first), zone.midnight(after))


def read_booking_stats(
    instructor_id: InstructorId, *, read: Begin[StatsReads], clock: Clock
) -> BookingStats:
    """The figures as they are at this instant; nothing is kept, so nothing gets old.

    Raises:
        CalendarNotFound: Nobody of this id teaches here.
    """
    now = clock.now()
    with read() as reads:
        zone = reads.calendars.glance(instructor_id).zone
        today = zone.today(now)
        return BookingStats(
            counts=reads.booking_queries.counts(instructor_id, now=now),
            earned=reads.payment_queries.earned(instructor_id, month_of(today, zone)),
            month=today.replace(day=1),
            zone=zone,
        )
