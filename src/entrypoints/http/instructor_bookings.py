"""What instructors see of all their lessons: a week of them, and figures. Source: BK-46."""

from datetime import date, datetime
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.weeks import path_date, teacher
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.booking.use_cases.read_week_bookings import (
    ReadWeekBookings,
    WeekBookings,
    read_week_bookings,
)
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.use_cases.read_booking_stats import BookingStats, read_booking_stats
from instainstru_core.ports import Ports


class BookedRangeView(Struct, kw_only=True, frozen=True):
    """A lesson or a live hold, as the editor of a week draws it."""

    booking_id: BookingId
    starts_at: datetime
    ends_at: datetime
    local_start: Annotated[
        str, Meta(description="On the editor's clock.", examples=["2026-12-08T10:00"])
    ]
    minutes: int
    student: Annotated[str, Meta(examples=["Jane S."])]
    service: Annotated[str, Meta(examples=["Piano"])]
    area: Annotated[str | None, Meta(examples=["Brooklyn, Manhattan"])]
    location_type: LocationType
    status: Annotated[str, Meta(examples=["CONFIRMED"])]
    is_hold: Annotated[bool, Meta(description="Whether it is held, and not agreed on yet.")]

    @classmethod
    def of(cls, card: BookingCard, zone: Zone) -> "BookedRangeView":
        """The view of *card*, on the clocks of *zone*."""
        booking = card.booking
        return cls(
            booking_id=booking.booking_id,
            starts_at=booking.lesson.starts_at,
            ends_at=booking.lesson.ends_at,
            local_start=f"{zone.local(booking.lesson.starts_at):%Y-%m-%dT%H:%M}",
            minutes=booking.lesson.minutes,
            student=card.student_name,
            service=booking.service_name,
            area=booking.service_area,
            location_type=booking.location_type,
            status=booking.status.value,
            is_hold=booking.status is BookingStatus.PENDING,
        )


class WeekBookingsView(Struct, kw_only=True, frozen=True):
    """Everything that owns time in a week, earliest first."""

    monday: date
    zone: Annotated[str, Meta(examples=["America/New_York"])]
    bookings: list[BookedRangeView]

    @classmethod
    def of(cls, monday: date, found: WeekBookings) -> "WeekBookingsView":
        """The view of what was found."""
        return cls(
            monday=monday,
            zone=found.zone.name,
            bookings=[BookedRangeView.of(each, found.zone) for each in found.taken],
        )


class BookingStatsView(Struct, kw_only=True, frozen=True):
    """An instructor's figures. Rates are hundredths of a percent of all lessons agreed on.

    A lesson that was moved counts once; a hold that came to nothing counts nowhere.
    """

    total: int
    upcoming: int
    completed: int
    cancelled: int
    completion_rate_bps: Annotated[int | None, Meta(examples=[9250])]
    cancellation_rate_bps: Annotated[int | None, Meta(examples=[500])]
    earnings_total_cents: int
    earnings_month_cents: int
    month: Annotated[str, Meta(examples=["2026-12"])]
    zone: Annotated[str, Meta(examples=["America/New_York"])]

    @classmethod
    def of(cls, stats: BookingStats) -> "BookingStatsView":
        """The view of *stats*."""
        counts = stats.counts
        return cls(
            total=counts.total,
            upcoming=counts.upcoming,
            completed=counts.completed,
            cancelled=counts.cancelled,
            completion_rate_bps=counts.completion_rate_bps,
            cancellation_rate_bps=counts.cancellation_rate_bps,
            earnings_total_cents=stats.earned.total.cents,
            earnings_month_cents=stats.earned.within.cents,
            month=f"{stats.month:%Y-%m}",
            zone=stats.zone.name,
        )


@get(
    "/availability/weeks/{monday:str}/bookings",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.VIEW_INCOMING_BOOKINGS), bucket="read"),
    **documented("Read what is booked in a week", refusals=(404, 422)),
)
def week_bookings(
    monday: FromPath[str], principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> WeekBookingsView:
    """What the editor of a week draws over open time: it can't be edited there."""
    request = ReadWeekBookings(instructor_id=teacher(principal), monday=path_date(monday))
    found = read_week_bookings(request, read=ports.read, clock=ports.clock)
    return WeekBookingsView.of(request.monday, found)


@get(
    "/booking-stats",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.VIEW_INCOMING_BOOKINGS), bucket="read"),
    **documented("Show my figures", refusals=(404,)),
)
def booking_stats(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> BookingStatsView:
    """How my lessons went, and what they brought: in all, and this month in my zone."""
    stats = read_booking_stats(teacher(principal), read=ports.read, clock=ports.clock)
    return BookingStatsView.of(stats)


ROUTER: Final = Router(
    "/instructors/me", route_handlers=[week_bookings, booking_stats], tags=["bookings"]
)
