"""What reports and issues have in common: when they can be made, and the reasons they need."""

from datetime import datetime, timedelta
from typing import Any, Final

from instainstru_core.booking.claims.errors import (
    AlreadySettled,
    IssueWindowClosed,
    NoShowWindowClosed,
    ReasonLength,
)
from instainstru_core.booking.errors.life import WrongState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed

REPORT_WITHIN: Final = timedelta(hours=24)
MIN_REASON: Final = 10
MAX_REASON: Final = 500
MAX_NOTES: Final = 1000

SETTLED: Final = frozenset({"captured", "settled"})
"""States of a payment in which there is nothing left to freeze. Source: PY-40."""


def check_said_in_time(
    booking: Booking,
    at: datetime,
    refusal: type[NoShowWindowClosed] | type[IssueWindowClosed],
) -> None:
    """Something can be said from the start to a day after the end. Source: BK-36, BK-41.

    Raises:
        WrongState: The lesson is not agreed on, or over otherwise.
        NoShowWindowClosed: Or `IssueWindowClosed`: outside that time.
    """
    if not isinstance(booking.state, Confirmed | Completed):
        raise WrongState(booking.booking_id, booking.status)
    opens_at, closes_at = booking.lesson.starts_at, booking.lesson.ends_at + REPORT_WITHIN
    if not opens_at <= at <= closes_at:
        raise refusal(booking.booking_id, opens_at, closes_at)


def check_not_settled(booking: Booking, payment: str | None) -> None:
    """There must be money left to freeze. Source: PY-40.

    Raises:
        AlreadySettled: It is captured or settled.
    """
    if payment in SETTLED:
        raise AlreadySettled(booking.booking_id)


def checked_reason(reason: str) -> str:
    """The reason without the space around it. Source: BK-37, BK-41.

    Raises:
        ReasonLength: It is too short or too long.
    """
    said = reason.strip()
    if not MIN_REASON <= len(said) <= MAX_REASON:
        raise ReasonLength(MIN_REASON, MAX_REASON)
    return said


def parties(booking: Booking) -> dict[str, Any]:
    """What every event about a claim tells of its booking."""
    return {
        "booking_id": booking.booking_id,
        "chain_id": booking.chain.chain_id,
        "student": booking.student,
        "instructor": booking.instructor,
    }
