"""Money, dates and times as the reader's language writes them, in the zone of the lesson."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen
from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

from instainstru_core.kernel.money import Money

WallTime: TypeAlias = time
"""What a clock on a wall shows: `Formats.time` hides the name of the class."""


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


# A locale takes its hash anew each time it is looked up by: what is kept is kept by its name.
@lru_cache(maxsize=16)
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@lru_cache(maxsize=8192)
def _money(cents: int, name: str, *, whole: bool) -> str:
    locale = _locale(name)
    if whole and cents % 100 == 0:
        return format_currency(cents // 100, "USD", "¤#,##0", locale=locale, currency_digits=False)
    return format_currency(Decimal(cents) / 100, "USD", locale=locale)


@lru_cache(maxsize=8192)
def _skeleton(skeleton: str, day: date, name: str) -> str:
    return format_skeleton(skeleton, _noon(day), locale=_locale(name))


@lru_cache(maxsize=4096)
def _clock(at: time, name: str) -> str:
    return format_time(at, "short", locale=_locale(name))


@lru_cache(maxsize=8192)
def _weekday(day: date, name: str) -> str:
    return format_date(day, "EEE", locale=_locale(name))


@lru_cache(maxsize=4096)
def _long_day(day: date, name: str) -> str:
    """Babel knows no such skeleton: the short one's words are written out. Source: UTS 35."""
    locale = _locale(name)
    known = locale.datetime_skeletons
    short = (known.get("MMMMEd") or known["MMMEd"]).pattern
    long = re.sub(r"\bMMM\b", "MMMM", re.sub(r"\bE+\b", "EEEE", short))
    return format_date(day, long, locale=locale)


@frozen(eq=False)
class Formats:
    """How one language writes what is counted; instants on the clock of *zone*, by name."""

    locale: Locale
    _name: str = field(init=False)

    @_name.default
    def _named(self) -> str:
        return str(self.locale)

    def money(self, amount: Money | int) -> str:
        """`$1,234.50`: dollars and cents."""
        return _money(amount if isinstance(amount, int) else amount.cents, self._name, whole=False)

    def price(self, amount: Money | int) -> str:
        """`$90`, or `$92.50`: a price without idle zeros."""
        return _money(amount if isinstance(amount, int) else amount.cents, self._name, whole=True)

    def percent(self, bps: int) -> str:
        """`12%`, from hundredths of a percent."""
        return format_percent(Decimal(bps) / 10_000, locale=self.locale)

    def number(self, value: int) -> str:
        """`1,234`."""
        return format_decimal(value, locale=self.locale)

    def day(self, day: date) -> str:
        """`Tue, Jan 8`."""
        return _skeleton("MMMEd", day, self._name)

    def day_long(self, day: date) -> str:
        """`Tuesday, January 8`."""
        return _long_day(day, self._name)

    def weekday(self, day: date) -> str:
        """`Tue`."""
        return _weekday(day, self._name)

    def full_date(self, day: date) -> str:
        """`January 8, 2030`."""
        return format_date(day, "long", locale=self.locale)

    def short_day(self, day: date) -> str:
        """`1/8`."""
        return _skeleton("Md", day, self._name)

    def short_month(self, day: date) -> str:
        """`Jan`."""
        return _skeleton("MMM", day, self._name)

    def month(self, day: date) -> str:
        """`January 2030`."""
        return _skeleton("yMMMM", day, self._name)

    def time(self, at: datetime, zone: str) -> str:
        """`6:00 PM`, on the clock of *zone*."""
        return _clock(at.astimezone(_zone(zone)).time(), self._name)

    def when(self, at: datetime, zone: str) -> str:
        """`Tue, Jan 8, 6:00 PM`."""
        return f"{self.local_day(at, zone)}, {self.time(at, zone)}"

    def when_long(self, at: datetime, zone: str) -> str:
        """`Tuesday, January 8, 2030 at 6:00 PM`, as the language joins them."""
        return format_datetime(at, "full", tzinfo=_zone(zone), locale=self.locale)

    def local_day(self, at: datetime, zone: str) -> str:
        """`Tue, Jan 8`: the day of an instant in *zone*."""
        return _skeleton("MMMEd", at.astimezone(_zone(zone)).date(), self._name)

    def wall(self, at: WallTime) -> str:
        """`6:00 PM`, as the clock on the wall shows it on any day."""
        return _clock(at, self._name)

    def hour(self, at: WallTime) -> str:
        """`6 PM`: a full hour."""
        return format_skeleton("h", datetime.combine(date.min, at), locale=self.locale)

    def span(self, length: timedelta) -> str:
        """`2 days`, `45 minutes`: roughly."""
        return format_timedelta(length, threshold=1.2, locale=self.locale)

    def zone_name(self, at: datetime, zone: str) -> str:
        """`EST`: what the clock of *zone* is called then."""
        return format_datetime(at, "z", tzinfo=_zone(zone), locale=self.locale)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - a date has no zone
