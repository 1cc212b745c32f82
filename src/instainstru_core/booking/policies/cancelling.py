"""What kind of cancellation it is. Source: BK-26, BK-27."""

from datetime import datetime

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import band
from instainstru_core.booking.model.states import Pending
from instainstru_core.booking.terms import Band, Party, PolicyCase

_STUDENT = {
    Band.GE24: PolicyCase.STUDENT_GE24,
    Band.H12_24: PolicyCase.STUDENT_12_24,
    Band.LT12: PolicyCase.STUDENT_LT12,
}


def policy_case(
    booking: Booking, *, by: Party, now: datetime, payment_locked: bool = False
) -> PolicyCase:
    """The one case of a cancellation of *booking* by *by* at *now*: the first match of BK-27."""
    if by is Party.ADMIN:
        return PolicyCase.ADMIN
    distance = band(booking.lesson.starts_at, now)
    if booking.chain.lock_funded or payment_locked:
        if by is Party.INSTRUCTOR:
            return PolicyCase.LOCK_INSTRUCTOR_CANCELLED
        late = distance is Band.LT12
        return PolicyCase.LOCK_STUDENT_LT12 if late else PolicyCase.LOCK_STUDENT_GE12
    if isinstance(booking.state, Pending):
        return PolicyCase.PENDING_UNPAID
    if by is Party.INSTRUCTOR:
        return PolicyCase.INSTRUCTOR
    if distance is Band.GE24 and booking.chain.late_reschedule:
        return PolicyCase.STUDENT_GE24_GAMING
    return _STUDENT[distance]
