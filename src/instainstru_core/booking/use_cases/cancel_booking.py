"""Call a lesson off, or give up a hold. Source: BK-25…BK-28."""

from datetime import datetime
from typing import Final, TypeVar

from attrs import field, frozen
from attrs.validators import max_len, min_len

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import MAX_REASON_LENGTH, Cancelled
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import Party
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.texts import stripped
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)

_NEEDED: Final = {
    Party.STUDENT: Permission.CANCEL_OWN_BOOKINGS,
    Party.INSTRUCTOR: Permission.CANCEL_STUDENT_BOOKINGS,
}


@frozen(kw_only=True)
class CancelBooking:
    """One of its two parties calls a booking off, and says why."""

    principal: Principal
    booking_id: BookingId
    reason: str = field(converter=stripped, validator=[min_len(1), max_len(MAX_REASON_LENGTH)])


def cancel_booking(
    request: CancelBooking,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, Booking] = unanswered,
) -> Booking:
    """Free the time at once and return the booking; a booking cancelled before stays as it is.

    What becomes of its money payments decides in `cancel_lesson`, in one unit with this.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        Forbidden: The caller's account may not cancel.
        WrongState: It is over.
        LessonStarted: It has begun.
    """
    with begin() as work:
        booking = call_off(request, work=work, now=clock.now())
        answer(work, booking)
        return booking


def call_off(request: CancelBooking, *, work: BookingWork, now: datetime) -> Booking:
    """What `cancel_booking` does, in a unit that is open already."""
    booking = work.bookings.get_for_update(request.booking_id)
    by = canceller(booking, request.principal)
    if isinstance(booking.state, Cancelled):
        return booking
    cancelled = booking.cancel(
        at=now,
        by=by,
        actor=request.principal.account_id,
        reason=request.reason,
        policy_case=policy_case(
            booking,
            by=by,
            now=now,
            payment_locked=work.payment_readiness.is_locked(booking.booking_id),
        ),
    )
    return work.bookings.save(cancelled)


def canceller(booking: Booking, principal: Principal) -> Party:
    """As whom *principal* may cancel *booking*. Source: BK-25.

    Raises:
        BookingNotFound: It is none of theirs.
        Forbidden: Their account may not cancel.
    """
    by = booking.party_of(principal.account_id)
    if by is None:
        raise BookingNotFound(booking.booking_id)
    if not principal.may(_NEEDED[by]):
        raise Forbidden(f"this account may not cancel as {by}")
    return by
