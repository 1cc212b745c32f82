"""What the console reads. Source: BK-50…BK-52, AD-6."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.approval import Approval, ApprovalState
from instainstru_core.admin.model.files import (
    BookingFigures,
    BookingFile,
    BookingRows,
    BookingSearch,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.queries import BookingReads
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.queries import PaymentReads


class AdminQueries(Protocol):
    """All bookings, as the staff sees them."""

    def page(self, wanted: BookingSearch, *, now: datetime) -> BookingRows:
        """The page *wanted*; empty beyond the end."""
        ...

    def file(self, booking_id: BookingId, *, now: datetime) -> BookingFile:
        """One booking, with the members of its chain, earliest first.

        Raises:
            BookingNotFound: There is none.
        """
        ...

    def figures(self, *, day: Interval, week: Interval, now: datetime) -> BookingFigures:
        """How much there is to do, and what came of it."""
        ...


class ApprovalQueries(Protocol):
    """Requests for a second person's word, as the staff looks at them."""

    def page(self, state: ApprovalState, request: PageRequest, *, now: datetime) -> Page[Approval]:
        """Those that stand so now, newest first.

        Raises:
            Malformed: The cursor is of another list.
        """
        ...

    def get(self, approval_id: ApprovalId) -> Approval:
        """One request.

        Raises:
            ApprovalNotFound: There is none.
        """
        ...


class AdminReads(PaymentReads, BookingReads, Protocol):
    """What the console reads without a unit of work."""

    @property
    def approval_queries(self) -> ApprovalQueries:
        """Requests for a second person's word."""
        ...

    @property
    def admin_queries(self) -> AdminQueries:
        """All bookings."""
        ...


def read_cursor(cursor: Cursor | None) -> ApprovalId | None:
    """The last request of the page before; None at the beginning.

    Raises:
        Malformed: The cursor is of another list.
    """
    match cursor:
        case None:
            return None
        case Cursor((str(last),)):
            return ApprovalId.parse(last)
        case _:
            raise Malformed("expected a cursor that an earlier page returned")


def page_of(found: Sequence[Approval], limit: int) -> Page[Approval]:
    """A page out of one row more than it shows, which tells whether the list goes on."""
    items = found[:limit]
    more = Cursor((str(items[-1].approval_id),)) if len(found) > limit else None
    return Page(items=items, next_cursor=more)
