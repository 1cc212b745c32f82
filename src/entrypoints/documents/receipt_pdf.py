"""A receipt as one sheet of paper. Source: PY-55."""

from entrypoints.documents.sheets import Sheet
from entrypoints.documents.words import (
    amounts_of,
    card_name,
    day,
    dollars,
    move_name,
    notes_of,
    time_of,
)
from instainstru_core.payments.statements.receipts import Receipt


def receipt_pdf(receipt: Receipt) -> bytes:
    """The receipt; the same bytes for the same receipt."""
    sheet = Sheet(f"Receipt {receipt.number}", receipt.issued_at)
    _head(sheet, receipt)
    _lesson(sheet, receipt)
    sheet.ln(7)
    sheet.write_line("Amounts", soft=True, size=9)
    for label, cents in amounts_of(receipt):
        sheet.write_row(label, dollars(cents))
    sheet.write_row("Net paid", dollars(receipt.net_paid.cents), bold=True)
    sheet.ln(7)
    sheet.write_line(card_name(receipt.card), soft=True, size=9)
    for move in receipt.moves:
        what = f"{day(move.at, receipt.zone)}   {move_name(move.kind)}"
        sheet.write_row(what, dollars(move.cents))
    sheet.ln(7)
    for note in notes_of(receipt):
        sheet.write_line(note)
    sheet.ln(4)
    sheet.write_line(
        f"Amounts are in US dollars. Booking {receipt.booking_id}.", soft=True, size=8, height=5
    )
    return sheet.whole()


def _head(sheet: Sheet, receipt: Receipt) -> None:
    sheet.pen(13, bold=True)
    sheet.cell(sheet.epw / 2, 8, "InstaInstru")
    sheet.pen(11)
    sheet.cell(sheet.epw / 2, 8, f"Receipt {receipt.number}", align="R")
    sheet.ln(11)
    sheet.rule(strong=True)
    sheet.ln(8)
    sheet.write_line("You paid", soft=True, size=9)
    sheet.write_line(dollars(receipt.net_paid.cents), size=26, bold=True, height=12)
    sheet.ln(6)


def _lesson(sheet: Sheet, receipt: Receipt) -> None:
    who = f" with {receipt.instructor}" if receipt.instructor else ""
    facts = [
        ("Lesson", f"{receipt.service_name}{who}"),
        ("When", time_of(receipt.lesson_starts_at, receipt.zone)),
        ("For", receipt.student),
        ("Date of receipt", day(receipt.issued_at, receipt.zone)),
    ]
    for name, value in facts:
        if value:
            sheet.pen(10, soft=True)
            sheet.cell(36, 6, name)
            sheet.write_line(value)
