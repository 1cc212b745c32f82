"""The proofs as pages that need nothing but themselves. Source: spec 02 §11.1."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from instainstru_core.payments.ledger.appendix import ROWS
from instainstru_core.payments.ledger.chart import KINDS
from instainstru_core.payments.reconciliation.model import ClassTotal, ItemClass
from instainstru_core.payments.reconciliation.proof import DayProof, PaymentProof, explained

_CSP: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'none'"
)
_HEADERS: Final = {"Content-Security-Policy": _CSP, "Cache-Control": "no-store"}
_NAMES: Final = {
    ItemClass.MATCHED: "Matched",
    ItemClass.PENDING: "Under way",
    ItemClass.MISSING_IN_LEDGER: "Missing in our books",
    ItemClass.MISSING_AT_PROCESSOR: "Missing at the processor",
    ItemClass.AMOUNT_MISMATCH: "Amounts differ",
}
_WIDTH: Final = 1000
_NARROWEST: Final = 12


@frozen(kw_only=True)
class Segment:
    """A part of the bar: where it begins and how wide it is, in thousandths."""

    item_class: ItemClass
    name: str
    count: int
    at: float
    width: float


def money(cents: int | None) -> str:
    """An amount as people write it; a dash for none."""
    if cents is None:
        return "\N{EN DASH}"
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def moment(at: datetime) -> str:
    """An instant as people write it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("proofs")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters |= {"money": money, "moment": moment}


def day_page(proof: DayProof, *, public_key: str) -> str:
    """One day's proof."""
    return _PAGES.get_template("day.html.jinja").render(
        proof=proof,
        run=proof.run,
        names=_NAMES,
        segments=segments(proof.run.totals),
        explained=explained,
        public_key=public_key,
    )


def payment_page(proof: PaymentProof) -> str:
    """One payment's proof."""
    return _PAGES.get_template("payment.html.jinja").render(
        proof=proof,
        payment=proof.payment,
        rows=ROWS,
        kinds=KINDS,
        seals={each.journal_id: each for each in proof.seals},
    )


def page_of(content: str) -> Response[str]:
    """The answer that shows a page."""
    return Response(content, media_type="text/html", headers=_HEADERS)


def segments(totals: tuple[ClassTotal, ...]) -> list[Segment]:
    """The bar: as wide as each class is large, and never too narrow to be seen."""
    whole = sum(each.count for each in totals)
    if not whole:
        return []
    wide = [max(_NARROWEST, _WIDTH * each.count / whole) for each in totals]
    scale = _WIDTH / sum(wide)
    found, at = [], 0.0
    for total, width in zip(totals, wide, strict=True):
        found.append(
            Segment(
                item_class=total.item_class,
                name=_NAMES[total.item_class],
                count=total.count,
                at=round(at, 2),
                width=round(width * scale, 2),
            )
        )
        at += width * scale
    return found
