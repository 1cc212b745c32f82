"""A receipt as a page that needs nothing but itself. Source: PY-55."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from entrypoints.documents.words import (
    amounts_of,
    card_name,
    day,
    dollars,
    move_name,
    notes_of,
    plain,
    time_of,
)
from instainstru_core.payments.statements.receipts import Receipt

_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_PAGES.filters |= {"dollars": dollars, "plain": plain}


def receipt_page(receipt: Receipt) -> str:
    """The receipt, to be read on a screen or printed."""
    return _PAGES.get_template("receipt.html.jinja").render(
        receipt=receipt,
        issued_on=day(receipt.issued_at, receipt.zone),
        lesson_at=time_of(receipt.lesson_starts_at, receipt.zone),
        amounts=amounts_of(receipt),
        moves=[
            (day(each.at, receipt.zone), move_name(each.kind), each.cents) for each in receipt.moves
        ],
        card=card_name(receipt.card),
        notes=notes_of(receipt),
    )
