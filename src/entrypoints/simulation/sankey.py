"""Where the money went, as a picture: a Sankey diagram in SVG, drawn by hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from attrs import define, frozen

WIDTH: Final = 1120
HEIGHT: Final = 560
BAR: Final = 16
GAP: Final = 34
TOP: Final = 40
MARGIN: Final = 210

CARDS: Final = "Cards"
LESSONS: Final = "Lessons"
INSTRUCTORS: Final = "Instructors"
TIPS: Final = "Tips"
BACK: Final = "Back to cards"
CREDIT_OUT: Final = "Credit issued"
GOODWILL: Final = "Refunds afterwards"

_LINKS: Final[Mapping[tuple[str, str], Sequence[tuple[str, str]]]] = {
    ("processor_balance", "booking_escrow"): ((CARDS, LESSONS),),
    ("credit_reserved", "booking_escrow"): (("Credit spent", LESSONS),),
    ("student_receivable", "booking_escrow"): (("Debts", LESSONS),),
    ("processor_balance", "instructor_payable"): ((CARDS, TIPS), (TIPS, INSTRUCTORS)),
    ("booking_escrow", "instructor_payable"): ((LESSONS, INSTRUCTORS),),
    ("booking_escrow", "student_fee_revenue"): ((LESSONS, "Booking Protection"),),
    ("booking_escrow", "commission_revenue"): ((LESSONS, "Commission"),),
    ("booking_escrow", "credit_available"): ((LESSONS, CREDIT_OUT),),
    ("booking_escrow", "processor_balance"): ((LESSONS, BACK),),
    ("refunds_contra", "processor_balance"): (("Platform", GOODWILL), (GOODWILL, BACK)),
    ("refunds_contra", "credit_available"): (("Platform", GOODWILL), (GOODWILL, CREDIT_OUT)),
}
"""Which account gives to which, and what that is called in the picture."""

_COLUMNS: Final = {
    CARDS: 0,
    "Credit spent": 0,
    "Debts": 0,
    "Platform": 0,
    LESSONS: 1,
    TIPS: 1,
    GOODWILL: 1,
}
_COLOURS: Final = {  # From top to bottom.
    CARDS: "#4c78a8",
    "Credit spent": "#b279a2",
    "Debts": "#e45756",
    "Platform": "#9d755d",
    TIPS: "#f58518",
    LESSONS: "#54a24b",
    GOODWILL: "#e45756",
    INSTRUCTORS: "#54a24b",
    "Booking Protection": "#4c78a8",
    "Commission": "#72b7b2",
    CREDIT_OUT: "#b279a2",
    BACK: "#e45756",
}


_HEAD: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
    'aria-labelledby="flow-title flow-desc" font-family="system-ui, sans-serif" font-size="14">'
)
_STYLE: Final = (
    "<style>text{fill:#222}path:hover{fill-opacity:.75}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}}</style>"
)


@define
class _Node:
    """A bar of the picture: how much passes it, and how much of that is drawn on each side."""

    name: str
    column: int
    cents: int
    top: float = 0.0
    height: float = 0.0
    drawn_in: float = 0.0
    drawn_out: float = 0.0

    @property
    def left(self) -> float:
        """Where the bar begins."""
        return MARGIN + self.column * (WIDTH - 2 * MARGIN - BAR) / 2


@frozen
class _Ribbon:
    source: str
    target: str
    cents: int


def dollars(cents: int) -> str:
    """Cents as people read them."""
    return f"${cents / 100:,.2f}"


def sankey(flows: Mapping[tuple[str, str], int]) -> str:
    """An SVG of what the accounts gave each other; what is not drawn is not money of lessons."""
    ribbons = _ribbons(flows)
    nodes = _nodes(ribbons)
    total = sum(each.cents for each in ribbons if nodes[each.source].column == 0)
    told = "; ".join(f"{each.source} to {each.target} {dollars(each.cents)}" for each in ribbons)
    parts = [
        _HEAD,
        f'<title id="flow-title">Where {escape(dollars(total))} of lesson money went</title>',
        f'<desc id="flow-desc">{escape(told)}</desc>',
        _STYLE,
    ]
    parts += [_drawn(each, nodes) for each in ribbons]
    parts += [_bar(node) for node in nodes.values()]
    return "\n".join([*parts, "</svg>\n"])


def _ribbons(flows: Mapping[tuple[str, str], int]) -> Sequence[_Ribbon]:
    found: Counter[tuple[str, str]] = Counter()
    for accounts, links in _LINKS.items():
        for link in links:
            found[link] += flows.get(accounts, 0)
    ranks = {name: rank for rank, name in enumerate(_COLOURS)}
    ordered = sorted(found.items(), key=lambda each: (ranks[each[0][0]], ranks[each[0][1]]))
    return [_Ribbon(source, target, cents) for (source, target), cents in ordered if cents]


def _nodes(ribbons: Sequence[_Ribbon]) -> Mapping[str, _Node]:
    into: Counter[str] = Counter()
    out: Counter[str] = Counter()
    for each in ribbons:
        out[each.source] += each.cents
        into[each.target] += each.cents
    nodes = {
        name: _Node(name, _COLUMNS.get(name, 2), max(into[name], out[name]))
        for name in _COLOURS
        if into[name] or out[name]
    }
    columns = [[node for node in nodes.values() if node.column == n] for n in range(3)]
    scale = min(
        (
            (HEIGHT - 2 * TOP - GAP * (len(column) - 1)) / sum(node.cents for node in column)
            for column in columns
            if column
        ),
        default=1.0,
    )
    for column in columns:
        used = sum(node.cents * scale for node in column) + GAP * (len(column) - 1)
        top = TOP + (HEIGHT - 2 * TOP - used) / 2
        for node in column:
            node.top, node.height = top, max(node.cents * scale, 1.0)
            top += node.height + GAP
    return nodes


def _drawn(ribbon: _Ribbon, nodes: Mapping[str, _Node]) -> str:
    source, target = nodes[ribbon.source], nodes[ribbon.target]
    height = source.height * ribbon.cents / source.cents
    x0, x1 = source.left + BAR, target.left
    y0, y1 = source.top + source.drawn_out, target.top + target.drawn_in
    source.drawn_out += height
    target.drawn_in += height
    middle = (x0 + x1) / 2
    path = (
        f"M{x0:.1f},{y0:.1f} C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f} "
        f"L{x1:.1f},{y1 + height:.1f} C{middle:.1f},{y1 + height:.1f} "
        f"{middle:.1f},{y0 + height:.1f} {x0:.1f},{y0 + height:.1f} Z"
    )
    label = escape(f"{ribbon.source} → {ribbon.target}: {dollars(ribbon.cents)}")
    colour = _COLOURS[ribbon.target if target.column == 2 else ribbon.source]
    return f'<path d="{path}" fill="{colour}" fill-opacity=".45"><title>{label}</title></path>'


def _bar(node: _Node) -> str:
    at_the_left = node.column == 0
    x = node.left - 10 if at_the_left else node.left + BAR + 10
    anchor = "end" if at_the_left else "start"
    y = node.top + node.height / 2
    return (
        f'<rect x="{node.left:.1f}" y="{node.top:.1f}" width="{BAR}" height="{node.height:.1f}" '
        f'rx="3" fill="{_COLOURS[node.name]}"/>'
        f'<text x="{x:.1f}" y="{y - 2:.1f}" text-anchor="{anchor}" font-weight="600">'
        f"{escape(node.name)}</text>"
        f'<text x="{x:.1f}" y="{y + 15:.1f}" text-anchor="{anchor}" font-size="12">'
        f"{escape(dollars(node.cents))}</text>"
    )
