"""Whether a lesson can be moved, and what that asks of its money. Source: BK-30, BK-31."""

from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from instainstru_core.booking.errors.life import (
    MayNotReschedule,
    RescheduleLimitReached,
    RescheduleLocked,
    RescheduleWindowClosed,
    WrongState,
)
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.terms import Party, PaymentStep

LATE_FROM: Final = timedelta(hours=24)
CLOSED_FROM: Final = timedelta(hours=12)
HOLD_NEEDED_AFTER_END: Final = timedelta(hours=30)
"""A hold moves along if it lives this long after the new end: capture, and some air. PY-17."""


@frozen(kw_only=True)
class MoneyNow:
    """What moving must know of the lesson's payment.

    *held_until* is when the card hold lapses; None: nothing is held. *nothing_due* tells a lesson
    that credit pays in full.
    """

    locked: bool = False
    ready: bool = True
    held_until: datetime | None = None
    nothing_due: bool = False


@frozen(kw_only=True)
class MoveDecision:
    """That a lesson may be moved: *late* or not, and whether that locks its money."""

    late: bool
    lock: bool

    def step(
        self,
        money: MoneyNow,
        *,
        starts_at: datetime,
        ends_at: datetime,
        same_price: bool,
        now: datetime,
    ) -> PaymentStep:
        """What happens to the money when the lesson moves to *starts_at*…*ends_at*.

        Source: BK-31, PY-17, PY-18.
        """
        if self.lock:
            return PaymentStep.LOCK
        if self.late:
            return PaymentStep.IMMEDIATE
        lives = money.held_until is not None and ends_at + HOLD_NEEDED_AFTER_END <= money.held_until
        if money.ready and same_price and (lives or money.nothing_due):
            return PaymentStep.CARRY
        ahead = starts_at - now >= LATE_FROM
        return PaymentStep.SCHEDULED if ahead else PaymentStep.IMMEDIATE


def reschedule(
    booking: Booking, *, by: Party | None, money: MoneyNow, now: datetime
) -> MoveDecision:
    """Whether *by* may move *booking* at *now*: the checks of BK-30 in their order.

    Raises:
        MayNotReschedule: Somebody else than its student.
        WrongState: It is not confirmed.
        RescheduleLocked: Its money was taken by an earlier late move.
        RescheduleWindowClosed: Less than 12 hours are left.
        RescheduleLimitReached: It came from a late move.
    """
    if by is not Party.STUDENT:
        raise MayNotReschedule
    if not isinstance(booking.state, Confirmed):
        raise WrongState(booking.booking_id, booking.status)
    if money.locked or booking.chain.lock_funded:
        raise RescheduleLocked(booking.booking_id)
    ahead = booking.lesson.starts_at - now
    if ahead < CLOSED_FROM:
        raise RescheduleWindowClosed(booking.booking_id, booking.lesson.starts_at - CLOSED_FROM)
    if booking.chain.late_reschedule:
        raise RescheduleLimitReached(booking.booking_id)
    late = ahead < LATE_FROM
    return MoveDecision(late=late, lock=late and money.ready)
