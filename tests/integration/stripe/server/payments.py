"""Customers, cards, intents and refunds, as Stripe's pages say that they behave.

Stripe API pages: Customers, Payment methods, Setup intents, Payment intents and their lifecycle,
Refunds, Separate charges and transfers, 3D Secure.
"""

from instainstru_core.testing.fakes.processor.cards import Habit
from tests.integration.stripe.server import disputes
from tests.integration.stripe.server.cards import CARDS, MONTH, YEAR, TestCard
from tests.integration.stripe.server.faults import Refusal, missing, state, wrong
from tests.integration.stripe.server.forms import Doc, flag
from tests.integration.stripe.server.state import Books

HOLD_SECONDS = 7 * 86_400
MINIMUM = 50


def create_customer(books: Books, params: Doc) -> Doc:
    """A new customer."""
    made = books.add("cus", "customer", {"metadata": params.get("metadata", {})})
    books.effect("customer", made["id"])
    return made


def method(books: Books, name: str) -> Doc:
    """A payment method; a test token makes a new one each time."""
    if name in CARDS:
        card = CARDS[name]
        details = {
            "brand": card.brand,
            "last4": card.last4,
            "exp_month": MONTH,
            "exp_year": YEAR,
            "fingerprint": card.fingerprint,
        }
        known = {"type": "card", "card": details, "customer": None, "test_token": name}
        return books.add("pm", "payment_method", known | {"authenticated": False, "used": False})
    return books.get(name, "payment_method", param="payment_method")


def card_of(kept: Doc) -> TestCard:
    """How the card behaves."""
    return CARDS[kept["test_token"]]


def attach(books: Books, name: str, params: Doc) -> Doc:
    """Keep the card for a customer; the bank may refuse even this."""
    books.get(params["customer"], "customer", param="customer")
    kept = method(books, name)
    card = card_of(kept)
    if card.refuses_attaching and card.declines is not None:
        code, decline = card.declines
        raise Refusal(402, code, "Your card was declined.", None, "card_error", decline)
    if kept["used"]:
        raise state(
            "payment_method_unexpected_state",
            "This PaymentMethod was previously used without being attached to a Customer or was"
            " detached from a Customer, and may not be used again.",
        )
    kept |= {"customer": params["customer"], "used": True}
    books.effect("card", kept["id"])
    return kept


def detach(books: Books, name: str) -> Doc:
    """Forget the card."""
    kept = books.get(name, "payment_method")
    if kept["customer"] is None:
        raise wrong("id", "The payment method you provided is not attached to a customer")
    kept["customer"] = None
    return kept


def create_setup(books: Books, params: Doc) -> Doc:
    """A form for a card."""
    _no_types(params)
    books.get(params["customer"], "customer", param="customer")
    made = books.add(
        "seti",
        "setup_intent",
        {
            "customer": params["customer"],
            "payment_method": None,
            "status": "requires_payment_method",
            "usage": params["usage"],
            "metadata": params.get("metadata", {}),
        },
    )
    made["client_secret"] = f"{made['id']}_secret_of_the_browser"
    return made


def fill_form(books: Books, setup: str, client_secret: str, token: str) -> Doc:
    """What the browser does: the card goes to Stripe, and nowhere else."""
    form = books.get(setup, "setup_intent")
    assert form["client_secret"] == client_secret
    kept = method(books, token)
    kept |= {"customer": form["customer"], "used": True, "authenticated": True}
    form |= {"payment_method": kept["id"], "status": "succeeded"}
    books.effect("card", kept["id"])
    books.emit("setup_intent.succeeded", form)
    return form


def _no_types(params: Doc) -> None:
    if "payment_method_types" in params:
        code = "payment_method_types_no_longer_supported"
        raise wrong("payment_method_types", "Use allowed_payment_method_types", code)


def create_intent(books: Books, params: Doc) -> Doc:
    """Ask a card for money; only ever confirmed at once here."""
    _no_types(params)
    amount = int(params["amount"])
    if amount < MINIMUM:
        raise wrong("amount", "Amount must be at least $0.50 usd", "amount_too_small")
    kept = books.get(params["payment_method"], "payment_method", param="payment_method")
    if kept["customer"] != params["customer"]:
        message = "The provided PaymentMethod cannot be used with this customer"
        raise wrong("payment_method", message, "payment_method_customer_mismatch")
    if not flag(params, "confirm") or params["allowed_payment_method_types"] != ["card"]:
        raise wrong("confirm", "this server knows confirmed card payments only")
    intent = books.add(
        "pi",
        "payment_intent",
        {
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "cancellation_reason": None,
            "capture_method": params["capture_method"],
            "currency": params["currency"],
            "customer": params["customer"],
            "last_payment_error": None,
            "latest_charge": None,
            "metadata": dict(params.get("metadata", {})),
            "payment_method": kept["id"],
            "status": "requires_confirmation",
            "transfer_group": params.get("transfer_group"),
        },
    )
    intent["client_secret"] = f"{intent['id']}_secret_of_the_browser"
    off_session = flag(params, "off_session")
    decline = _decline(kept, off_session=off_session)
    if decline is not None:
        raise _declined(books, intent, *decline)
    if not off_session and not flag(params, "use_stripe_sdk"):
        raise wrong("return_url", "Say where the cardholder goes, or set use_stripe_sdk")
    if card_of(kept).habit is Habit.THREE_D_SECURE and not off_session:
        intent["status"] = "requires_action"
        intent["next_action"] = {"type": "use_stripe_sdk"}
        books.emit("payment_intent.requires_action", intent)
    else:
        _paid(books, intent)
    return intent


def _decline(kept: Doc, *, off_session: bool) -> tuple[str, str] | None:
    card = card_of(kept)
    if card.declines is not None:
        return card.declines
    if off_session and card.habit is Habit.DECLINES_OFF_SESSION:
        return "card_declined", "do_not_honor"
    if off_session and card.habit is Habit.THREE_D_SECURE and not kept["authenticated"]:
        return "authentication_required", "authentication_required"
    return None


def _declined(books: Books, intent: Doc, code: str, decline_code: str) -> Refusal:
    failed = books.add("ch", "charge", _charge(intent) | {"status": "failed", "captured": False})
    error = {"type": "card_error", "code": code, "decline_code": decline_code}
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "latest_charge": failed["id"],
    }
    books.emit("payment_intent.payment_failed", intent)
    return Refusal(
        402, code, "Your card was declined.", None, "card_error", decline_code, dict(intent)
    )


def _charge(intent: Doc) -> Doc:
    return {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "amount_transferred": 0,
        "balance_transaction": None,
        "captured": False,
        "disputed": False,
        "payment_intent": intent["id"],
        "payment_method_details": {"type": "card", "card": {}},
        "status": "succeeded",
        "transfer_group": intent["transfer_group"],
    }


def _paid(books: Books, intent: Doc) -> None:
    charge = books.add("ch", "charge", _charge(intent))
    intent["latest_charge"] = charge["id"]
    if intent["capture_method"] == "manual":
        before = books.now() + HOLD_SECONDS
        charge["payment_method_details"]["card"]["capture_before"] = before
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        books.effect("authorisation", intent["id"])
        books.emit("payment_intent.amount_capturable_updated", intent)
    else:
        _take(books, intent, intent["amount"])


def _take(books: Books, intent: Doc, amount: int) -> None:
    charge = books.objects[intent["latest_charge"]]
    charge |= {"amount_captured": amount, "captured": True}
    fee = (amount * 29 + 500) // 1000 + 30
    charge["balance_transaction"] = books.book("charge", charge["id"], amount, fee=fee)["id"]
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    books.effect("capture" if intent["capture_method"] == "manual" else "charge", charge["id"])
    books.emit("payment_intent.succeeded", intent)
    match card_of(books.objects[intent["payment_method"]]).habit:
        case Habit.DISPUTED:
            disputes.open_dispute(books, intent["id"], inquiry=False)
        case Habit.ASKED_ABOUT:
            disputes.open_dispute(books, intent["id"], inquiry=True)
        case _:
            pass


def confirm(books: Books, name: str, client_secret: str) -> None:
    """The cardholder says yes in the browser (3-D Secure)."""
    intent = books.get(name, "payment_intent")
    assert intent["client_secret"] == client_secret
    if intent["status"] == "requires_action":
        books.objects[intent["payment_method"]]["authenticated"] = True
        intent["next_action"] = None
        _paid(books, intent)


def update_intent(books: Books, name: str, params: Doc) -> Doc:
    """Only its metadata is ever changed."""
    intent = books.get(name, "payment_intent")
    intent["metadata"] |= params.get("metadata", {})
    return intent


def lapse(books: Books) -> None:
    """Stripe lets holds go by itself when their time is over."""
    for intent in list(books.all("payment_intent")):
        if intent["status"] == "requires_capture":
            charge = books.objects[intent["latest_charge"]]
            if books.now() >= charge["payment_method_details"]["card"]["capture_before"]:
                intent |= {"status": "canceled", "cancellation_reason": "automatic"}
                intent["amount_capturable"] = 0
                books.emit("payment_intent.canceled", intent)


def capture(books: Books, name: str, params: Doc) -> Doc:
    """Take held money."""
    intent = books.get(name, "payment_intent")
    if intent["status"] != "requires_capture":
        raise state(
            "payment_intent_unexpected_state",
            f"This PaymentIntent could not be captured because it has a status of"
            f" {intent['status']}.",
        )
    amount = int(params["amount_to_capture"])
    if amount > intent["amount_capturable"]:
        raise state("amount_too_large", "You cannot capture more than is held", "amount_to_capture")
    if card_of(books.objects[intent["payment_method"]]).habit is Habit.FAILS_CAPTURE:
        raise Refusal(402, "card_declined", "Capture failed", None, "card_error", "generic_decline")
    intent["metadata"] |= params.get("metadata", {})
    _take(books, intent, amount)
    return intent


def cancel(books: Books, name: str) -> Doc:
    """Let held money go."""
    intent = books.get(name, "payment_intent")
    if intent["status"] in {"succeeded", "canceled", "processing"}:
        raise state(
            "payment_intent_unexpected_state",
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
        )
    intent |= {"status": "canceled", "amount_capturable": 0}
    books.effect("void", name)
    books.emit("payment_intent.canceled", intent)
    return intent


def create_refund(books: Books, params: Doc) -> Doc:
    """Give captured money back."""
    name = params["payment_intent"]
    intent = books.objects.get(name)
    if intent is None:
        raise missing("payment_intent", name, param="payment_intent")
    charge = books.objects.get(intent["latest_charge"] or "", {"captured": False})
    if not charge["captured"]:
        message = f"This PaymentIntent ({name}) does not have a successful charge to refund."
        raise state("payment_intent_unexpected_state", message)
    amount, left = int(params["amount"]), charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise state("charge_already_refunded", "The charge has already been refunded.")
    if charge["disputed"]:
        raise state("charge_disputed", "This charge has been charged back.")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount ({left})"
        raise Refusal(400, None, message, "amount")
    made = books.add(
        "re",
        "refund",
        {
            "amount": amount,
            "charge": charge["id"],
            "currency": "usd",
            "metadata": params.get("metadata", {}),
            "payment_intent": name,
            "status": "succeeded",
        },
    )
    charge["amount_refunded"] += amount
    books.book("refund", made["id"], -amount)
    books.effect("refund", made["id"])
    books.emit("refund.created", made)
    return made


def fail_refund(books: Books, name: str) -> Doc:
    """The bank sends the money back."""
    made = books.get(name, "refund")
    made |= {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    books.objects[made["charge"]]["amount_refunded"] -= made["amount"]
    books.book("refund_failure", name, made["amount"])
    books.emit("refund.failed", made)
    return made
