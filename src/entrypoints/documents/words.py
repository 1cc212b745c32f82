"""Amounts, days and names as documents write them; the same everywhere, whatever the machine."""

from datetime import datetime
from typing import Final
from unicodedata import normalize

from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.statements.facts import ShownCard
from instainstru_core.payments.statements.receipts import MoveKind, Receipt
from instainstru_core.pricing.model.quotes import percent

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_BRANDS: Final = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
_MOVES: Final = {
    MoveKind.LESSON: "Charged for the lesson",
    MoveKind.TIP: "Charged for the tip",
    MoveKind.DEBT: "Charged for what was owed",
    MoveKind.REFUND: "Refunded",
    MoveKind.REFUND_FAILED: "A refund did not arrive",
    MoveKind.DISPUTE: "Given back by your bank",
    MoveKind.DISPUTE_WON: "Charged again by your bank",
}


def dollars(cents: int) -> str:
    """An amount in full: $1,234.50, and a real minus below zero."""
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def day(moment: datetime, zone: Zone) -> str:
    """The day of *moment* in *zone*: January 8, 2030."""
    local = zone.local(moment)
    return f"{_MONTHS[local.month - 1]} {local.day}, {local.year}"


def time_of(moment: datetime, zone: Zone) -> str:
    """The weekday, day and time of *moment*: Tuesday, January 8, 2030, 8:00 AM EST."""
    local = zone.local(moment)
    half = "AM" if local.hour < 12 else "PM"
    clock = f"{(local.hour - 1) % 12 + 1}:{local.minute:02} {half} {local.tzname()}"
    return f"{_DAYS[local.weekday()]}, {day(moment, zone)}, {clock}"


def card_name(card: ShownCard | None) -> str:
    """A card by its brand and last digits."""
    if card is None:
        return "Card"
    return f"{_BRANDS.get(card.brand, card.brand.capitalize())} ending in {card.last4}"


def move_name(kind: MoveKind) -> str:
    """Why money left a card, or came back."""
    return _MOVES[kind]


def plain(text: str) -> str:
    """*text* with each letter and its accents as one, and nothing that can't be seen."""
    return "".join(each for each in normalize("NFC", text) if each.isprintable())


def amounts_of(receipt: Receipt) -> list[tuple[str, int]]:
    """The lines of a receipt that sum to what was paid, in order. Source: PY-55, PR-15."""
    rows = [
        (f"Lesson, {receipt.minutes} minutes", receipt.lesson_price.cents),
        (f"Booking Protection ({percent(receipt.student_fee_bps)})", receipt.student_fee.cents),
        ("Credit", -receipt.credit.cents),
        ("Not charged", -receipt.uncharged.cents),
        ("Owed after the dispute", receipt.recovered.cents),
        ("Tip", receipt.tip.cents),
        ("Refunds", -receipt.refunds.cents),
    ]
    return [row for position, row in enumerate(rows) if position < 2 or row[1]]


def notes_of(receipt: Receipt) -> list[str]:
    """What else there is to know of the lesson's money."""
    notes = []
    if receipt.cancelled_at is not None:
        notes.append(f"The lesson was cancelled on {day(receipt.cancelled_at, receipt.zone)}.")
    if receipt.credit_given:
        given = dollars(receipt.credit_given.cents)
        notes.append(f"{given} of it is credit for your next lessons.")
    return notes
