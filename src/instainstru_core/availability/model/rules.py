"""The figures of calendars and bookings that the platform may change. Source: spec 01 §8.

Changing one never alters a booking that exists: bookings keep what they were made under.
"""

from enum import StrEnum
from typing import Any, Final

from attrs import Attribute, field, frozen
from attrs.validators import and_, ge, in_, instance_of, le

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format

MAX_NOTICE_MINUTES: Final = 1440
MAX_BUFFER_MINUTES: Final = 120
MAX_HORIZON_DAYS: Final = 365
MIN_RETENTION_DAYS: Final = 30
MAX_KEPT_DAYS: Final = 36_500
MAX_CACHE_SECONDS: Final = 86_400
MAX_NEAR_MILES: Final = 100
START_STEPS: Final = (5, 10, 15, 20, 30, 60)
_STEP: Final = 5

_hour = and_(ge(0), le(23))
_notice = and_(ge(0), le(MAX_NOTICE_MINUTES))
_buffer_long = and_(ge(0), le(MAX_BUFFER_MINUTES))
_positive = ge(1)
_hold = and_(_positive, le(MAX_NOTICE_MINUTES))


class PublicDetail(StrEnum):
    """How much of a calendar the public sees. Source: AV-37."""

    FULL = "full"
    SUMMARY = "summary"
    MINIMAL = "minimal"


def _buffer(_: object, attribute: "Attribute[int]", minutes: int) -> None:
    if not 0 <= minutes <= MAX_BUFFER_MINUTES or minutes % _STEP:
        raise Malformed(f"{attribute.name} is a multiple of 5 from 0 to 120, not {minutes}")


def _days_or_none(_: object, attribute: "Attribute[Any]", days: int | None) -> None:
    if days is not None and not 0 <= days <= MAX_KEPT_DAYS:
        raise Malformed(f"{attribute.name} is 0 to {MAX_KEPT_DAYS} days, not {days}")


@frozen(kw_only=True, cache_hash=True)
class CalendarRules:
    """One version of the figures, checked as it is built.

    Raises:
        ValueError: A figure out of its range.
        Malformed: Figures that contradict each other.
    """

    advance_notice_online_minutes: int = field(default=60, validator=_notice)
    advance_notice_studio_minutes: int = field(default=60, validator=_notice)
    advance_notice_travel_minutes: int = field(default=180, validator=_notice)
    overnight_window_start_hour: int = field(default=20, validator=_hour)
    overnight_window_end_hour: int = field(default=8, validator=_hour)
    overnight_earliest_hour_non_travel: int = field(default=9, validator=_hour)
    overnight_earliest_hour_travel: int = field(default=11, validator=_hour)
    default_non_travel_buffer_minutes: int = field(default=15, validator=_buffer)
    default_travel_buffer_minutes: int = field(default=60, validator=_buffer)
    booking_start_step_minutes: int = field(default=15, validator=in_(START_STEPS))
    horizon_days: int = field(default=365, validator=and_(_positive, le(MAX_HORIZON_DAYS)))
    hold_minutes: int = field(default=30, validator=_hold)
    hold_cap_minutes: int = field(default=60, validator=_hold)
    max_live_holds: int = field(default=3, validator=_positive)
    past_edit_window_days: int | None = field(default=30, validator=_days_or_none)
    public_default_days: int = field(default=30, validator=_positive)
    public_max_days: int = field(default=90, validator=and_(_positive, le(MAX_HORIZON_DAYS)))
    public_detail_level: PublicDetail = field(
        default=PublicDetail.FULL, validator=instance_of(PublicDetail)
    )
    public_show_name: bool = field(default=True, validator=instance_of(bool))
    public_cache_ttl_s: int = field(default=300, validator=and_(ge(0), le(MAX_CACHE_SECONDS)))
    # No lesson further away than the longest buffer is looked at.
    proximity_gap_minutes: int = field(default=30, validator=_buffer_long)
    same_place_miles: float = field(default=0.1, validator=and_(ge(0), le(MAX_NEAR_MILES)))
    availability_retention_days: int = field(
        default=180, validator=and_(ge(MIN_RETENTION_DAYS), le(MAX_KEPT_DAYS))
    )
    video_enabled: bool = field(default=False, validator=instance_of(bool))
    video_join_early_minutes: int = field(default=5, validator=_notice)

    def __attrs_post_init__(self) -> None:
        if self.default_travel_buffer_minutes < self.default_non_travel_buffer_minutes:
            raise Malformed("the travel buffer can't be shorter than the other one")
        if self.overnight_window_end_hour >= self.overnight_window_start_hour:
            raise Malformed("the night ends in the morning and begins in the evening")
        if self.hold_cap_minutes < self.hold_minutes:
            raise Malformed("a hold can't be capped before it would end by itself")
        if self.public_max_days < self.public_default_days:
            raise Malformed("the public can't be shown more days by default than at most")

    def notice_minutes(self, wanted: Format) -> int:
        """How long before its start a lesson must be booked, at least. Source: AV-32."""
        match wanted:
            case Format.ONLINE:
                return self.advance_notice_online_minutes
            case Format.STUDIO:
                return self.advance_notice_studio_minutes
            case Format.TRAVEL:
                return self.advance_notice_travel_minutes

    def protected_hour(self, wanted: Format) -> int:
        """The first local hour that overnight protection leaves alone. Source: AV-33."""
        if wanted is Format.TRAVEL:
            return self.overnight_earliest_hour_travel
        return self.overnight_earliest_hour_non_travel


DEFAULT_RULES: Final = CalendarRules()
"""The figures as the platform starts with them. Source: spec 01 §8."""
