"""What a booking is made of besides its state. Source: BK-5, BK-16, BK-26, BK-32."""

from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen
from attrs.validators import and_, ge, instance_of, le, max_len, optional

from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import (
    Band,
)
from instainstru_core.instructors.model.profile import MAX_ADDRESS
from instainstru_core.kernel.texts import stripped

MAX_LIVE_HOLDS: Final = DEFAULT_RULES.max_live_holds
MIN_DURATION_MINUTES: Final = 30
MAX_DURATION_MINUTES: Final = 240
DURATION_STEP_MINUTES: Final = 5
MAX_NOTE_LENGTH: Final = 1000
MAX_ADDRESS_LENGTH: Final = MAX_ADDRESS
MAX_PLACE_ID_LENGTH: Final = 255
AUTO_COMPLETE_AFTER: Final = timedelta(hours=24)
CAPTURE_AFTER: Final = timedelta(hours=24)


def hold_expiry(
    *,
    start: datetime,
    created_at: datetime,
    last_attempt_at: datetime | None = None,
    rules: CalendarRules = DEFAULT_RULES,
) -> datetime:
    """When a hold ends: 30 min after it was last worked on, at most 60 min old, by the start.

    *rules* may say other minutes.

    Source: BK-16.
    """
    worked_on = created_at if last_attempt_at is None else max(created_at, last_attempt_at)
    cap, hold = timedelta(minutes=rules.hold_cap_minutes), timedelta(minutes=rules.hold_minutes)
    return min(start, created_at + cap, worked_on + hold)


def band(start: datetime, now: datetime) -> Band:
    """How far *start* is from *now*. Source: BK-26."""
    ahead = start - now
    if ahead >= timedelta(hours=24):
        return Band.GE24
    return Band.H12_24 if ahead >= timedelta(hours=12) else Band.LT12


@frozen(kw_only=True)
class Chain:
    """Where a booking stands among its reschedules; *chain_id* is the first one. Source: BK-32."""

    chain_id: BookingId
    predecessor_id: BookingId | None = None
    predecessor_start: datetime | None = None
    successor_id: BookingId | None = None
    reschedule_count: int = field(default=0, validator=and_(instance_of(int), ge(0)))
    late_reschedule: bool = False
    lock_funded: bool = False


@frozen(kw_only=True)
class Place:
    """Where a lesson is given, as it was said when it was booked. Source: BK-5."""

    address: str = field(converter=stripped, validator=max_len(MAX_ADDRESS_LENGTH))
    lat: float = field(validator=and_(ge(-90), le(90)))
    lng: float = field(validator=and_(ge(-180), le(180)))
    place_id: str | None = field(default=None, validator=optional(max_len(MAX_PLACE_ID_LENGTH)))
