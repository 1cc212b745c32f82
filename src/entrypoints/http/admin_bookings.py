"""All bookings, for the staff: looked through, looked at, counted. Source: BK-50…BK-52, AD-6."""

from datetime import date
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from entrypoints.http.admin_views import (
    AdminBookingFileView,
    AdminBookingPageView,
    BookingFiguresView,
    sees_money,
)
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.files import (
    MAX_PER_PAGE,
    MAX_SEARCH,
    BookingSearch,
    PaymentStatus,
)
from instainstru_core.admin.use_cases.find_bookings import find_bookings
from instainstru_core.admin.use_cases.read_booking_figures import read_booking_figures
from instainstru_core.admin.use_cases.read_booking_file import read_booking_file
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.ports import Ports

_STAFF: Final = requires(Permission.VIEW_ALL_BOOKINGS)


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_STAFF, bucket="read"),
    **documented("List all bookings"),
)
def list_all(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    search: Annotated[str, QueryParameter(max_length=MAX_SEARCH)] = "",
    statuses: FromQuery[list[BookingStatus] | None] = None,
    payment_statuses: FromQuery[list[PaymentStatus] | None] = None,
    date_from: FromQuery[date | None] = None,
    date_to: FromQuery[date | None] = None,
    needs_action: FromQuery[bool | None] = None,
    page: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
    per_page: Annotated[int, QueryParameter(ge=1, le=MAX_PER_PAGE)] = 20,
) -> AdminBookingPageView:
    """Newest first. A search finds ids, services, payments, names and addresses of mail.

    `statuses` and `payment_statuses` may be given several times; dates are the lesson's own.
    """
    wanted = BookingSearch(
        search=search,
        statuses=frozenset(statuses or ()),
        payment_statuses=frozenset(payment_statuses or ()),
        first_day=date_from,
        last_day=date_to,
        needs_action=needs_action,
        page=page,
        per_page=per_page,
    )
    found = find_bookings(wanted, principal=principal, read=ports.read, clock=ports.clock)
    return AdminBookingPageView.of(found, ports.clock.now(), money=sees_money(principal))


@get(
    "/stats",
    sync_to_thread=True,
    opt=policy(access=_STAFF, bucket="read"),
    **documented("Count bookings"),
)
def show_figures(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> BookingFiguresView:
    """Lessons of today and of this week, and what waits for somebody."""
    figures = read_booking_figures(principal=principal, read=ports.read, clock=ports.clock)
    return BookingFiguresView.of(figures, money=sees_money(principal))


@get(
    "/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=_STAFF, bucket="read"),
    **documented("Show any booking", refusals=(404,)),
)
def show_file(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> AdminBookingFileView:
    """The booking, its parties, its money, what was claimed of it, and all that happened."""
    whole = read_booking_file(booking_id, principal=principal, read=ports.read, clock=ports.clock)
    return AdminBookingFileView.of(whole, ports.clock.now(), money=sees_money(principal))


ROUTER: Final = Router(
    "/admin/bookings", route_handlers=[list_all, show_figures, show_file], tags=["admin"]
)
