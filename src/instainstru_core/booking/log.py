"""What the log keeps of every change of a booking's state. Source: spec 01 §4, BK-50."""

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.events import BookingCompleted
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, NoShow, Pending
from instainstru_core.booking.terms import CancelKind
from instainstru_core.kernel.time import instant_text, utc


@frozen(kw_only=True)
class LogEntry:
    """One change of one booking: what it was, what it became, by whom.

    Nothing personal stands in it. *actor* is absent when the platform did it; *before* is empty
    where the booking is new.
    """

    booking_id: BookingId
    at: datetime = field(converter=utc)
    actor: AccountId | None
    action: str
    before: Mapping[str, str]
    after: Mapping[str, str]


def entry_of(booking: Booking, *, status_before: str | None) -> LogEntry | None:
    """What the log keeps as *booking* is saved; nothing when its status stays as it was."""
    return None if booking.status.value == status_before else entry(booking, status_before)


def entry(booking: Booking, status_before: str | None = None) -> LogEntry:
    """How *booking* came to its status."""
    return LogEntry(
        booking_id=booking.booking_id,
        at=booking.events[-1].occurred_at if booking.events else _moment(booking),
        actor=_actor(booking),
        action=_action(booking),
        before={} if status_before is None else {"status": status_before},
        after=_after(booking),
    )


def _action(booking: Booking) -> str:
    match booking.state:
        case Pending():
            return "held"
        case Confirmed():
            return "confirmed"
        case Completed():
            return "completed"
        case Cancelled():
            return "cancelled"
        case NoShow():
            return "no_show"


def _moment(booking: Booking) -> datetime:
    state = booking.state
    return booking.created_at if isinstance(state, Pending) else state.at


def _actor(booking: Booking) -> AccountId | None:
    student = AccountId(booking.student.value)
    match booking.state:
        case Pending() | Confirmed():
            return student
        case Cancelled(kind=CancelKind.RESCHEDULED | CancelKind.SUPERSEDED):
            return student
        case Cancelled(actor=actor):
            return actor
        case Completed():
            by_hand = any(
                isinstance(each, BookingCompleted) and not each.automatic for each in booking.events
            )
            return AccountId(booking.instructor.value) if by_hand else None
        case NoShow():
            return None


def _after(booking: Booking) -> dict[str, str]:
    after = {"status": booking.status.value}
    match booking.state:
        case Cancelled(kind=kind):
            after["cancel_kind"] = kind.value
        case Completed(at=at):
            after["completed_at"] = instant_text(at)
        case NoShow(type=missing):
            after["no_show_type"] = missing.value
        case _:
            pass
    return after
