"""How the platform is doing today and this week. Source: BK-52."""

from datetime import timedelta

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.files import BookingFigures
from instainstru_core.admin.queries import AdminReads
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK

DAYS_OF_A_WEEK = 7


def read_booking_figures(
    *, principal: Principal, read: Begin[AdminReads], clock: Clock
) -> BookingFigures:
    """Today and the week from Monday on, by the platform's clocks.

    Raises:
        Forbidden: The caller may not see other people's bookings.
    """
    if not principal.may(Permission.VIEW_ALL_BOOKINGS):
        raise Forbidden("only those who may see all bookings can count them")
    now = clock.now()
    today = NEW_YORK.today(now)
    monday = today - timedelta(days=today.weekday())
    week = Interval(
        NEW_YORK.midnight(monday), NEW_YORK.midnight(monday + timedelta(DAYS_OF_A_WEEK))
    )
    with read() as reads:
        return reads.admin_queries.figures(day=NEW_YORK.day(today), week=week, now=now)
