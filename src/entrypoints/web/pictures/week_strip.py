"""A week's free time at a glance: a column for each day, filled where somebody is free."""

from collections.abc import Iterable, Sequence
from typing import Final, Self

from attrs import frozen
from markupsafe import Markup, escape

_COLUMN: Final = 44
_GAP: Final = 6
_HOUR: Final = 5
_TOP: Final = 2
_WORDS: Final = 18
_MORNING: Final = 8 * 60
_EVENING: Final = 21 * 60
_DAY: Final = 24 * 60

Span = tuple[int, int]
"""From one minute of a day up to another."""


@frozen(kw_only=True)
class StripDay:
    """One day of the strip: its short *name*, and what of it is free or taken by lessons."""

    name: str
    free: tuple[Span, ...] = ()
    taken: tuple[Span, ...] = ()
    today: bool = False
    away: bool = False

    @classmethod
    def of_texts(
        cls,
        name: str,
        free: Iterable[tuple[str, str]],
        *,
        taken: Iterable[tuple[str, str]] = (),
        today: bool = False,
        away: bool = False,
    ) -> Self:
        """The day, from times as windows write them: `("09:00", "24:00")`."""
        return cls(
            name=name,
            free=tuple((_minute(start), _minute(end)) for start, end in free),
            taken=tuple((_minute(start), _minute(end)) for start, end in taken),
            today=today,
            away=away,
        )


def week_strip(days: Sequence[StripDay], *, label: str) -> Markup:
    """The days beside each other, from early to late; *label* says in words what they show.

    Hours before eight and after nine are there when somebody uses them.
    """
    first, last = _hours(days)
    high = (last - first) // 60 * _HOUR
    columns = "".join(_drawn(day, at, first, high) for at, day in enumerate(days))
    width = len(days) * (_COLUMN + _GAP) - _GAP
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="week-strip" viewBox="0 0 {width} {_TOP + high + _WORDS}" width="{width}" '
        f'height="{_TOP + high + _WORDS}" role="img" aria-label="{escape(label)}">{columns}</svg>'
    )


def free_minutes(days: Sequence[StripDay]) -> int:
    """How much of the strip is free: for its words."""
    return sum(end - start for day in days if not day.away for start, end in day.free)


def _hours(days: Sequence[StripDay]) -> Span:
    used = [span for day in days for span in (*day.free, *day.taken)]
    first = min([_MORNING, *(start for start, _ in used)])
    last = max([_EVENING, *(end for _, end in used)])
    return first // 60 * 60, min(-(-last // 60) * 60, _DAY)


def _drawn(day: StripDay, at: int, first: int, high: int) -> str:
    left = at * (_COLUMN + _GAP)
    kind = " away" if day.away else ""
    free = () if day.away else day.free
    ground = (
        f'<rect class="strip-day{kind}" x="{left}" y="{_TOP}" width="{_COLUMN}" height="{high}" '
        'rx="6"/>'
    )
    bars = [
        *(_bar("strip-free", left + 3, span, first) for span in free),
        *(_bar("strip-taken", left + 3, span, first) for span in day.taken),
    ]
    name = (
        f'<text class="{"strip-today" if day.today else "strip-name"}" x="{left + _COLUMN // 2}" '
        f'y="{_TOP + high + 13}" text-anchor="middle">{escape(day.name)}</text>'
    )
    return "".join((ground, *bars, name))


def _bar(kind: str, left: int, span: Span, first: int) -> str:
    top = _TOP + (span[0] - first) * _HOUR / 60
    high = (span[1] - span[0]) * _HOUR / 60
    return (
        f'<rect class="{kind}" x="{left}" y="{top:g}" width="{_COLUMN - 6}" height="{high:g}" '
        'rx="2"/>'
    )


def _minute(text: str) -> int:
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)
