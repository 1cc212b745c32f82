"""Look at everything about one booking. Source: BK-50, AD-6."""

from collections.abc import Sequence

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.files import BookingFile
from instainstru_core.admin.policies.timeline import Moment, timeline
from instainstru_core.admin.queries import AdminReads
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.queries import PaymentView


@frozen(kw_only=True)
class WholeBooking:
    """The booking with its papers, its money, and its timeline, newest last."""

    file: BookingFile
    money: PaymentView | None
    timeline: Sequence[Moment]


def read_booking_file(
    booking_id: BookingId, *, principal: Principal, read: Begin[AdminReads], clock: Clock
) -> WholeBooking:
    """One booking, whosever it is.

    Raises:
        Forbidden: The caller may not see other people's bookings.
        BookingNotFound: There is none.
    """
    if not principal.may(Permission.VIEW_ALL_BOOKINGS):
        raise Forbidden("only those who may see all bookings can look at them")
    with read() as reads:
        file = reads.admin_queries.file(booking_id, now=clock.now())
        owner = AccountId(file.row.booking.student.value)
        money = reads.payment_queries.of_booking(booking_id, viewer=owner)
        journals = (
            [] if money is None else reads.ledger_queries.of_payment(money.payment.payment_id)
        )
        log = reads.booking_log.of(booking_id)
    operations = () if money is None else money.operations
    return WholeBooking(
        file=file,
        money=money,
        timeline=timeline(file, log=log, operations=operations, journals=journals),
    )
