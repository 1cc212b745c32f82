"""Show the tips for a lesson to its parties."""

from collections.abc import Sequence

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.tips.model import Tip


def read_tips(
    booking_id: BookingId, *, viewer: AccountId, read: Begin[PaymentReads]
) -> Sequence[Tip]:
    """The lesson's tips, oldest first; its instructor sees those that were paid.

    Raises:
        PaymentNotFound: There is no payment of it, or *viewer* is not a party to it.
    """
    with read() as reads:
        found = reads.payment_queries.of_booking(booking_id, viewer=viewer)
        if found is None:
            raise PaymentNotFound("the booking has no payment")
        tips = reads.tip_queries.of_booking(booking_id)
    teaches = viewer.value == found.payment.instructor_id.value
    return [tip for tip in tips if tip.succeeded or not teaches]
