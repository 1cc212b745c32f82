"""Look through all bookings. Source: BK-50, BK-51."""

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.files import BookingRows, BookingSearch
from instainstru_core.admin.queries import AdminReads
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def find_bookings(
    wanted: BookingSearch, *, principal: Principal, read: Begin[AdminReads], clock: Clock
) -> BookingRows:
    """The page of the list, newest first.

    Raises:
        Forbidden: The caller may not see other people's bookings.
    """
    if not principal.may(Permission.VIEW_ALL_BOOKINGS):
        raise Forbidden("only those who may see all bookings can look through them")
    with read() as reads:
        return reads.admin_queries.page(wanted, now=clock.now())
