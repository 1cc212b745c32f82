"""How one instructor's calendar behaves. Source: AV-28, AV-31…AV-33."""

from datetime import date, datetime, timedelta

from attrs import Attribute, field, frozen

from instainstru_core.availability.model.days import START_GRID_SECONDS, days_between
from instainstru_core.availability.model.rules import (
    DEFAULT_RULES,
    MAX_BUFFER_MINUTES,
    CalendarRules,
)
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK, Zone

MAX_ADVANCE_MINUTES = 10_080
_WIDEST = timedelta(minutes=MAX_BUFFER_MINUTES)


def _buffer(_: object, attribute: "Attribute[int]", minutes: int) -> None:
    if not 0 <= minutes <= MAX_BUFFER_MINUTES or minutes % 5:
        raise Malformed(
            f"{attribute.name} is a multiple of 5 from 0 to {MAX_BUFFER_MINUTES}, not {minutes}"
        )


def _advance(_: object, __: object, minutes: int) -> None:
    if not 0 <= minutes <= MAX_ADVANCE_MINUTES:
        raise Malformed(f"the notice is 0 to {MAX_ADVANCE_MINUTES} minutes, not {minutes}")


@frozen(kw_only=True)
class CalendarSettings:
    """Zone, buffers and notice of one instructor's calendar, and the platform's own figures.

    Raises:
        Malformed: A buffer off the five minutes or the range, or travel below non-travel.
    """

    zone: Zone = NEW_YORK
    non_travel_buffer_minutes: int = field(
        default=DEFAULT_RULES.default_non_travel_buffer_minutes, validator=_buffer
    )
    travel_buffer_minutes: int = field(
        default=DEFAULT_RULES.default_travel_buffer_minutes, validator=_buffer
    )
    min_advance_minutes: int = field(default=0, validator=_advance)
    overnight_protection_enabled: bool = True
    rules: CalendarRules = field(default=DEFAULT_RULES, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.travel_buffer_minutes < self.non_travel_buffer_minutes:
            raise Malformed("the travel buffer can't be shorter than the other one")

    def buffer(self, one: Format, other: Format) -> timedelta:
        """The shortest gap between a lesson of each format. Source: AV-31."""
        if Format.TRAVEL in (one, other):
            return timedelta(minutes=self.travel_buffer_minutes)
        return timedelta(minutes=self.non_travel_buffer_minutes)

    def notice(self, wanted: Format) -> timedelta:
        """How long before its start a lesson must be booked. Source: AV-32."""
        return timedelta(minutes=self.notice_minutes(wanted))

    def notice_minutes(self, wanted: Format) -> int:
        """The notice in minutes."""
        return max(self.rules.notice_minutes(wanted), self.min_advance_minutes)

    def protected_date(self, now: datetime) -> date | None:
        """The local date whose early starts can't be booked tonight. Source: AV-33."""
        if not self.overnight_protection_enabled:
            return None
        return protected_date(self.zone, now, self.rules)

    def last_date(self, now: datetime) -> date:
        """The last local date that can be opened or booked. Source: AV-20, AV-34."""
        return self.zone.today(now) + timedelta(days=self.rules.horizon_days)

    def first_start(self, wanted: Format, now: datetime) -> datetime:
        """The first instant of the start grid that leaves enough notice. Source: AV-34."""
        allowed, step = now + self.notice(wanted), self.rules.booking_start_step_minutes
        if step * 60 == START_GRID_SECONDS:
            return grid_instant(allowed)
        shown = self.zone.local(allowed)
        past = timedelta(minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)
        found = allowed + -past % timedelta(minutes=step)
        # Clocks that jump by half an hour in between take the grid of the wall with them.
        while off := self.zone.local(found).minute % step:
            found += timedelta(minutes=step - off)
        return found


@frozen(kw_only=True)
class KeptSettings:
    """An instructor's settings, and when they said that they know what these do. AV-28."""

    settings: CalendarSettings
    acknowledged_at: datetime | None = None


@frozen
class Busy:
    """Time that a booking owns; a hold owns it only until it expires. Source: AV-30."""

    span: Interval
    format: Format
    hold_expires_at: datetime | None = None

    def occupies(self, now: datetime) -> bool:
        """Whether it still counts at *now*."""
        return self.hold_expires_at is None or now < self.hold_expires_at

    def conflicts(self, lesson: Interval, wanted: Format, settings: CalendarSettings) -> bool:
        """Whether *lesson* comes nearer than the buffer allows. Source: AV-31."""
        return lesson.overlaps(self.span.widened(settings.buffer(wanted, self.format)))

    def touched_dates(self, zone: Zone) -> tuple[date, ...]:
        """The local dates from which it may take something, with the widest buffer."""
        whole = self.span.widened(_WIDEST)
        return days_between(zone.today(whole.starts_at), zone.today(whole.ends_at))


def protected_date(zone: Zone, now: datetime, rules: CalendarRules = DEFAULT_RULES) -> date | None:
    """Tomorrow in the evening, today in the small hours, otherwise none. Source: AV-33."""
    local = zone.local(now)
    if local.hour >= rules.overnight_window_start_hour:
        return local.date() + timedelta(days=1)
    return local.date() if local.hour < rules.overnight_window_end_hour else None


def grid_instant(moment: datetime) -> datetime:
    """The first instant of the start grid that is not before *moment*.

    Every zone of today is whole quarter-hours from UTC, so the grid of wall minutes 00, 15, 30, 45
    is the quarter-hours of UTC.
    """
    seconds = int(moment.timestamp())
    whole = seconds if moment.microsecond == 0 else seconds + 1
    late = -whole % START_GRID_SECONDS
    return moment.replace(microsecond=0) + timedelta(seconds=whole - seconds + late)
