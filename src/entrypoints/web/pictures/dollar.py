"""Where each dollar of a lesson comes from and goes: bars of one length. Source: PR-15."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen
from markupsafe import Markup, escape

_WIDTH: Final = 360
_NAME: Final = 18
_BAR: Final = 16
_STEP: Final = 46
_GAP: Final = 2


@frozen
class Part:
    """So many cents, drawn as *kind* (`solid`, `deep`, `light`, `hollow`), called *name*."""

    name: str
    cents: int
    kind: str


def dollar_bars(rows: Sequence[Sequence[Part]], *, names: Sequence[str], label: str) -> Markup:
    """A bar for each of *rows* under its name, split as its parts are; *label* says it in words."""
    shown = [[part for part in row if part.cents > 0] for row in rows]
    most = max((sum(part.cents for part in row) for row in shown), default=0)
    if most <= 0:
        return Markup("")
    high = _STEP * len(shown) - (_STEP - _NAME - _BAR)
    drawn = "".join(
        f'<text y="{index * _STEP + 12}">{escape(name)}</text>'
        + _bar(row, most, index * _STEP + _NAME)
        for index, (row, name) in enumerate(zip(shown, names, strict=True))
    )
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="dollar" viewBox="0 0 {_WIDTH} {high}" role="img" '
        f'aria-label="{escape(label)}" width="{_WIDTH}" height="{high}">{drawn}</svg>'
    )


def _bar(parts: Sequence[Part], most: int, top: int) -> str:
    drawn, sum_before = [], 0
    for part in parts:
        left = round(_WIDTH * sum_before / most)
        sum_before += part.cents
        right = round(_WIDTH * sum_before / most)
        wide = max(right - left - _GAP, 1)
        drawn.append(
            f'<rect class="part {escape(part.kind)}" x="{left}" y="{top}" width="{wide}" '
            f'height="{_BAR}" rx="4"><title>{escape(part.name)}</title></rect>'
        )
    return "".join(drawn)
