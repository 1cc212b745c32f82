"""What cancelling a lesson costs, now and later: a staircase towards its start. Source: BK-29."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from markupsafe import Markup, escape

_WIDTH: Final = 320
_TOP: Final = 26
_FLOOR: Final = 120
_HEIGHT: Final = 166
_LEAST: Final = 3
_LINE: Final = 16


@frozen(kw_only=True)
class Step:
    """One stage: from *since* on it *costs* so much, of *most*; *said* above it.

    *since* is a day and a time in words, one below the other.
    """

    since: tuple[str, str]
    cost: int
    said: str


def policy_clock(steps: Sequence[Step], *, most: int, label: str) -> Markup:
    """The staircase of *steps*, the first of which is now; *label* says it in words."""
    if not steps:
        return Markup("")
    wide = _WIDTH / len(steps)
    drawn = "".join(_step(each, index, wide, most) for index, each in enumerate(steps))
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="stairs" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(label)}" width="{_WIDTH}" height="{_HEIGHT}">{drawn}'
        f'<path class="floor" d="M0 {_FLOOR}H{_WIDTH}"/>'
        f'<circle class="now" cx="6" cy="{_FLOOR}" r="6"/></svg>'
    )


def _step(step: Step, index: int, wide: float, most: int) -> str:
    part = min(max(step.cost / most, 0.0), 1.0) if most > 0 else 0.0
    high = round(_LEAST + part * (_FLOOR - _TOP - _LEAST))
    left, top = round(index * wide), _FLOOR - high
    day, time = step.since
    # Four steps take a quarter of the width each: long words must not meet.
    room = round(wide) - 10
    return (
        f'<rect class="{_shade(part)}" x="{left}" y="{top}" width="{round(wide) - 3}" '
        f'height="{high}" rx="3"/>'
        f'<text class="cost" x="{left + 2}" y="{top - 7}">{escape(step.said)}</text>'
        f'<text x="{left + 2}" y="{_FLOOR + 20}"{_squeezed(day, room)}>{escape(day)}</text>'
        f'<text x="{left + 2}" y="{_FLOOR + 20 + _LINE}"{_squeezed(time, room)}>{escape(time)}'
        "</text>"
    )


def _squeezed(words: str, room: int) -> str:
    return f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if len(words) * 6 > room else ""


def _shade(part: float) -> str:
    """Free, whole, or in between the deeper the more it costs."""
    if part <= 0:
        return "free"
    return "whole" if part >= 1 else f"s{1 + round(3 * part)}"
