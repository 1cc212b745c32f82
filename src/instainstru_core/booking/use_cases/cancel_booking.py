"""Call a lesson off, or give up a hold. Source: BK-25…BK-28, ADR 0007."""

from typing import Final, TypeVar

from attrs import field, frozen
from attrs.validators import max_len, min_len

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors import BookingNotFound, LateCancellationUnavailable
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import MAX_REASON_LENGTH, Cancelled
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)

_NEEDED: Final = {
    Party.STUDENT: Permission.CANCEL_OWN_BOOKINGS,
    Party.INSTRUCTOR: Permission.CANCEL_STUDENT_BOOKINGS,
}
_UNAVAILABLE: Final = frozenset(
    {
        PolicyCase.STUDENT_12_24,
        PolicyCase.STUDENT_LT12,
        PolicyCase.STUDENT_GE24_GAMING,
        PolicyCase.LOCK_STUDENT_GE12,
        PolicyCase.LOCK_STUDENT_LT12,
        PolicyCase.LOCK_INSTRUCTOR_CANCELLED,
    }
)


def _stripped(text: str) -> str:
    return text.strip()


@frozen(kw_only=True)
class CancelBooking:
    """One of its two parties calls a booking off, and says why."""

    principal: Principal
    booking_id: BookingId
    reason: str = field(converter=_stripped, validator=[min_len(1), max_len(MAX_REASON_LENGTH)])


def cancel_booking(
    request: CancelBooking,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, Booking] = unanswered,
) -> Booking:
    """Free the time at once and return the booking; a booking cancelled before stays as it is.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        Forbidden: The caller's account may not cancel.
        WrongState: It is over.
        LessonStarted: It has begun.
        LateCancellationUnavailable: A student's, confirmed and less than 24 h ahead.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        now = clock.now()
        by = booking.party_of(request.principal.account_id)
        if by is None:
            raise BookingNotFound(request.booking_id)
        if not request.principal.may(_NEEDED[by]):
            raise Forbidden(f"this account may not cancel as {by}")
        if not isinstance(booking.state, Cancelled):
            case = policy_case(booking, by=by, now=now)
            cancelled = booking.cancel(
                at=now,
                by=by,
                actor=request.principal.account_id,
                reason=request.reason,
                policy_case=case,
            )
            if case in _UNAVAILABLE:
                raise LateCancellationUnavailable(booking.booking_id)
            booking = work.bookings.save(cancelled)
        answer(work, booking)
        return booking
