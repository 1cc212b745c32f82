"""What lessons brought over time, as bars: arrived, and on its way. Source: PY-68."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from markupsafe import Markup, escape

_WIDE: Final = 40
_GAP: Final = 10
_HIGH: Final = 100


@frozen(kw_only=True)
class Bar:
    """One stretch of time: its name, and its money in cents; *said* is all of it in words."""

    name: str
    arrived: int
    coming: int
    said: str

    @property
    def whole(self) -> int:
        """Everything that it brought or will."""
        return self.arrived + self.coming


def earnings_chart(bars: Sequence[Bar], *, label: str) -> Markup:
    """The bars from left to right, as wide and high as their place; *label* says them in words.

    The names stand beside the picture: letters would be stretched with it.
    """
    most = max([each.whole for each in bars], default=0) or 1
    width = max(len(bars) * (_WIDE + _GAP) - _GAP, 1)
    drawn = "".join(_drawn(each, at * (_WIDE + _GAP), most) for at, each in enumerate(bars))
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="earnings-chart" viewBox="0 0 {width} {_HIGH}" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(label)}">{drawn}</svg>'
    )


def _drawn(bar: Bar, left: int, most: int) -> str:
    arrived = max(bar.arrived, 0) * _HIGH / most
    coming = max(bar.coming, 0) * _HIGH / most
    parts = [
        f'<rect class="ground" x="{left}" y="0" width="{_WIDE}" height="{_HIGH}"/>',
        _part("arrived", left, _HIGH - arrived, arrived),
        _part("coming", left, _HIGH - arrived - coming, coming),
    ]
    return f"<g><title>{escape(bar.said)}</title>{''.join(parts)}</g>"


def _part(kind: str, left: int, top: float, high: float) -> str:
    if high <= 0:
        return ""
    return f'<rect class="{kind}" x="{left}" y="{top:.1f}" width="{_WIDE}" height="{high:.1f}"/>'
