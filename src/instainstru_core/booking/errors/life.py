"""Why a booking can't become what it shall. Source: spec 01 §3, BK-25, BK-30."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidState,
    NotFound,
    OperationInProgress,
)
from instainstru_core.kernel.time import instant_text


@frozen
class BookingNotFound(NotFound):
    """No such booking, or not one of the caller's. Source: BK-25, BK-44."""

    booking_id: BookingId

    def __str__(self) -> str:
        return f"there is no booking {self.booking_id}"


@frozen
class WrongState(InvalidState):
    """The booking's status forbids this. Source: spec 01 §3."""

    booking_id: BookingId
    status: BookingStatus

    def facts(self) -> Mapping[str, object]:
        """The status that forbids it."""
        return {"booking_status": self.status.value}

    def __str__(self) -> str:
        return f"booking {self.booking_id} is {self.status}"


@frozen
class HoldExpired(Conflict):
    """The time was held too long ago. Source: BK-18."""

    code: ClassVar[str] = "hold_expired"
    booking_id: BookingId
    expired_at: datetime

    def __str__(self) -> str:
        return f"the hold of booking {self.booking_id} ended at {instant_text(self.expired_at)}"


@frozen
class LessonStarted(Conflict):
    """After the start nobody of the two can cancel. Source: BK-25."""

    code: ClassVar[str] = "lesson_started"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"the lesson of booking {self.booking_id} has started"


@frozen
class LessonNotEnded(Conflict):
    """It can't be completed before its end. Source: BK-21."""

    code: ClassVar[str] = "lesson_not_ended"
    booking_id: BookingId
    ends_at: datetime = field()

    def facts(self) -> Mapping[str, object]:
        """When it ends."""
        return {"ends_at": instant_text(self.ends_at)}

    def __str__(self) -> str:
        return f"the lesson of booking {self.booking_id} ends at {instant_text(self.ends_at)}"


class MayNotReschedule(Forbidden):
    """Only its student moves a lesson; instructors cancel. Source: BK-30."""

    code: ClassVar[str] = "permission_denied"

    def __str__(self) -> str:
        return "only the student of a lesson can reschedule it"


@frozen
class RescheduleLocked(Conflict):
    """Its money was taken by an earlier late move. Source: BK-30, PY-18."""

    code: ClassVar[str] = "reschedule_locked"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"booking {self.booking_id} was moved late and can't be moved again"


@frozen
class RescheduleWindowClosed(Conflict):
    """Less than 12 hours are left. Source: BK-30, PY-18."""

    code: ClassVar[str] = "reschedule_window_closed"
    booking_id: BookingId
    closed_at: datetime

    def facts(self) -> Mapping[str, object]:
        """Until when it could be moved."""
        return {"closed_at": instant_text(self.closed_at)}

    def __str__(self) -> str:
        return f"booking {self.booking_id} could be moved until {instant_text(self.closed_at)}"


@frozen
class RescheduleLimitReached(Conflict):
    """It came from a late move, and one is all there is. Source: BK-30, PY-18."""

    code: ClassVar[str] = "reschedule_limit_reached"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"booking {self.booking_id} came from a late move; there is one at most"


@frozen
class NoChange(DomainError):
    """Same start, duration and service: there is nothing to move. Source: BK-32."""

    code: ClassVar[str] = "no_change"
    booking_id: BookingId

    def __str__(self) -> str:
        return f"booking {self.booking_id} is at that time already"


@frozen
class LateReschedulePriceChange(Conflict):
    """A late move keeps the price, so that the money held covers one lesson. Source: BK-32."""

    code: ClassVar[str] = "late_reschedule_price_change"
    price_cents: int
    new_price_cents: int

    def facts(self) -> Mapping[str, object]:
        """Both prices."""
        return {"price_cents": self.price_cents, "new_price_cents": self.new_price_cents}

    def __str__(self) -> str:
        return "a move in the last 24 hours must keep the price of the lesson"


@frozen
class MoveUnderWay(OperationInProgress):
    """The lesson is being moved right now; its processor has not answered yet. Source: BK-33."""

    booking_id: BookingId

    def __str__(self) -> str:
        return f"booking {self.booking_id} is being moved"
