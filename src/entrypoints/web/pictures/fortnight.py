"""Two weeks of somebody's calendar at a glance: each day leads to its times."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from attrs import frozen
from markupsafe import Markup, escape

_HIGH: Final = 28
_WIDE: Final = 20
_FULL: Final = 40
"""As many starts as fill a bar: ten hours of them."""

_LEAST: Final = 4


@frozen(kw_only=True)
class DayOfTwo:
    """One day: its short *weekday*, at how many times a lesson can start, and that in *words*."""

    date: date
    weekday: str
    words: str
    starts: int


def fortnight(
    days: Sequence[DayOfTwo], *, way: Callable[[date], str], shown: tuple[date, date], label: str
) -> Markup:
    """A bar for each day, the higher the more times there are; those that are *shown* stand out.

    Days without times lead nowhere.
    """
    items = "".join(_day(each, way, shown) for each in days)
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<ol class="fortnight" aria-label="{escape(label)}">{items}</ol>'
    )


def _day(day: DayOfTwo, way: Callable[[date], str], shown: tuple[date, date]) -> str:
    high = 0
    if day.starts:
        high = min(_HIGH, _LEAST + round((_HIGH - _LEAST) * day.starts / _FULL))
    inner = (
        f'<span aria-hidden="true">{escape(day.weekday)}<b>{day.date.day}</b>'
        f'<svg viewBox="0 0 {_WIDE} {_HIGH}" width="{_WIDE}" height="{_HIGH}">'
        f'<rect class="none" y="{_HIGH - 2}" width="{_WIDE}" height="2"/>'
        f'<rect y="{_HIGH - high}" width="{_WIDE}" height="{high}" rx="2"/></svg></span>'
        f'<span class="hidden">{escape(day.words)}</span>'
    )
    is_shown = shown[0] <= day.date <= shown[1]
    current = ' class="shown"' if is_shown else ""
    if not day.starts:
        return f"<li{current}><span>{inner}</span></li>"
    return f'<li{current}><a href="{escape(way(day.date))}">{inner}</a></li>'
