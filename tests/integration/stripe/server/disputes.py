"""Charges that banks dispute. Stripe API pages: Disputes; How disputes work; Dispute events."""

from tests.integration.stripe.server.faults import state
from tests.integration.stripe.server.forms import Doc
from tests.integration.stripe.server.state import Books

FEE = 15_00


def open_dispute(books: Books, intent: str, *, inquiry: bool, amount: int | None = None) -> Doc:
    """A bank takes the money back, or only asks."""
    charge = books.objects[books.get(intent, "payment_intent")["latest_charge"]]
    made = books.add(
        "du",
        "dispute",
        {
            "amount": amount or charge["amount_captured"] - charge["amount_refunded"],
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": "usd",
            "payment_intent": intent,
            "reason": "fraudulent",
            "status": "warning_needs_response" if inquiry else "needs_response",
        },
    )
    books.effect("dispute", made["id"])
    books.emit("charge.dispute.created", made)
    if not inquiry:
        _withdraw(books, made)
    return made


def _withdraw(books: Books, made: Doc) -> None:
    books.objects[made["charge"]]["disputed"] = True
    booked = books.book("adjustment", made["id"], -made["amount"], fee=FEE, category="dispute")
    made["balance_transactions"].append(dict(booked))
    books.emit("charge.dispute.funds_withdrawn", made)


def escalate(books: Books, name: str) -> Doc:
    """What was a question becomes a dispute."""
    made = books.get(name, "dispute")
    if not made["status"].startswith("warning"):
        raise state("dispute_unexpected_state", "not an inquiry")
    made["status"] = "needs_response"
    books.emit("charge.dispute.updated", made)
    _withdraw(books, made)
    return made


def close(books: Books, name: str, status: str) -> Doc:
    """The bank has decided: `won`, `lost` or `warning_closed`."""
    made = books.get(name, "dispute")
    made["status"] = status
    if status == "won":
        amount = made["amount"]
        booked = books.book("adjustment", made["id"], amount, category="dispute_reversal")
        made["balance_transactions"].append(dict(booked))
        books.objects[made["charge"]]["disputed"] = False
        books.emit("charge.dispute.funds_reinstated", made)
    books.emit("charge.dispute.closed", made)
    return made
