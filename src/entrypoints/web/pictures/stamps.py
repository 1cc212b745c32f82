"""A card with a stamp for each lesson, and what is given on the way. Source: CR-10."""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup, escape

_SIDE: Final = 48
_ACROSS: Final = 6
_RADIUS: Final = 18


def stamp_card(done: int, places: int, gifts: Mapping[int, str], *, label: str) -> Markup:
    """*places* to be stamped, *done* of them stamped; *gifts* stand at theirs, from 1.

    *label* says it in words.
    """
    across = min(places, _ACROSS)
    high = -(-places // _ACROSS) * _SIDE
    drawn = "".join(_place(each, done, gifts.get(each)) for each in range(1, places + 1))
    return Markup(  # noqa: S704 - numbers of ours, and words that are escaped
        f'<svg class="stamps" viewBox="0 0 {across * _SIDE} {high}" role="img" '
        f'aria-label="{escape(label)}" width="{across * _SIDE}" height="{high}">{drawn}</svg>'
    )


def _place(number: int, done: int, gift: str | None) -> str:
    x = ((number - 1) % _ACROSS) * _SIDE + _SIDE // 2
    y = (number - 1) // _ACROSS * _SIDE + _SIDE // 2
    kind = "stamped" if number <= done else "gift" if gift else "free"
    sign = f'<path d="M{x - 8} {y}l5 6 11-12"/>' if number <= done else ""
    word = gift or str(number)
    text = "" if sign else f'<text x="{x}" y="{y + 5}">{escape(word)}</text>'
    return f'<g class="{kind}"><circle cx="{x}" cy="{y}" r="{_RADIUS}"/>{sign}{text}</g>'
