"""The simulated processor's rules for cards and for the money held on them."""

from datetime import datetime, timedelta
from typing import Final

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Authorised,
    Captured,
    CardDetails,
    Declined,
    Refunded,
    Refused,
    RequiresAction,
    Voided,
)
from instainstru_core.testing.fakes.processor.books import Books, Intent, IntentState, KeptCard
from instainstru_core.testing.fakes.processor.cards import (
    EXPIRY_MONTH,
    EXPIRY_YEAR,
    TEST_CARDS,
    Habit,
)
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    ConfirmIntent,
    FindIntent,
    Refund,
    Void,
)

HOLD_LASTS: Final = timedelta(days=7)


def attach_card(books: Books, command: AttachCard, at: datetime) -> CardDetails | Declined:
    """Keep a card; the same one again is the same card."""
    if (behaviour := TEST_CARDS.get(command.token)) is None:
        return Declined(category="processing_error")
    token = f"card_{books.digest(f'{command.customer}:{command.token}')}"
    if token not in books.cards:
        details = CardDetails(
            token=token,
            brand=behaviour.brand,
            last4=behaviour.last4,
            exp_month=EXPIRY_MONTH,
            exp_year=EXPIRY_YEAR,
            fingerprint=behaviour.fingerprint,
        )
        books.cards[token] = KeptCard(
            customer=command.customer, details=details, behaviour=behaviour
        )
        books.effect("card", token, key=command.customer, amount_cents=0, at=at)
    return books.cards[token].details


def authorise(books: Books, command: Authorise, at: datetime) -> AuthorisationResult:
    """Hold money on a card, or don't, as the card's habits say."""
    card = books.cards.get(command.card)
    if card is None or card.customer != command.customer:
        return Declined(category="processing_error", hard=True)
    name = books.new_id("pi")
    intent = Intent(
        intent=name,
        key=command.key,
        card=command.card,
        amount_cents=command.amount_cents,
        group=command.group,
        state=IntentState.HELD,
        client_secret=f"{name}_secret_{books.digest(name)}",
        expires_at=at + HOLD_LASTS,
    )
    books.intents[name] = intent
    intent.decline = _decline(card, off_session=command.off_session)
    if intent.decline is not None:
        intent.state = IntentState.DECLINED
        books.emit("payment_intent.payment_failed", name, at=at)
    elif card.behaviour.habit is Habit.THREE_D_SECURE and not command.off_session:
        intent.state = IntentState.REQUIRES_ACTION
    else:
        _held(books, intent, at=at)
    return _standing(intent)


def _decline(card: KeptCard, *, off_session: bool) -> tuple[str, bool] | None:
    behaviour = card.behaviour
    if behaviour.decline is not None:
        return behaviour.decline, behaviour.hard
    if off_session and behaviour.habit is Habit.DECLINES_OFF_SESSION:
        return "do_not_honor", False
    if off_session and behaviour.habit is Habit.THREE_D_SECURE and not card.is_authenticated:
        return "authentication_required", False
    return None


def confirm_intent(books: Books, command: ConfirmIntent, at: datetime) -> Authorised | None:
    """The cardholder says yes; None when the secret opens no hold that waits for it."""
    intent = books.intents.get(command.intent)
    if intent is None or intent.client_secret != command.client_secret:
        return None
    if intent.state is IntentState.REQUIRES_ACTION:
        intent.state = IntentState.HELD
        books.cards[intent.card].is_authenticated = True
        _held(books, intent, at=at)
    return _authorised(intent) if intent.state is IntentState.HELD else None


def find_intent(books: Books, command: FindIntent, at: datetime) -> AuthorisationResult | None:
    """How a hold stands; None when there is none, or none any more."""
    intent = books.intents.get(command.intent)
    if intent is None or intent.state is IntentState.CANCELED or _lapsed(intent, at):
        return None
    return _standing(intent)


def intent_of(books: Books, key: str) -> AuthorisationResult | None:
    """How the hold stands that was asked for with *key*; None when the bank never saw it."""
    for intent in books.intents.values():
        if intent.key == key:
            return _standing(intent)
    return None


def capture(books: Books, command: Capture, at: datetime) -> Captured | Refused:
    """Take held money; a second capture of the same amount answers as the first."""
    intent = books.intents.get(command.intent)
    if intent is None:
        return Refused(reason="intent_unknown")
    if intent.charge is not None:
        same = intent.captured_cents == command.amount_cents
        return _captured(intent, intent.charge) if same else Refused(reason="already_captured")
    if (reason := _no_capture(books, intent, command, at)) is not None:
        return Refused(reason=reason)
    intent.charge = books.new_id("ch")
    intent.state = IntentState.CAPTURED
    intent.captured_cents = command.amount_cents
    books.charges[intent.charge] = intent
    books.effect(
        "capture", intent.charge, key=command.key, amount_cents=command.amount_cents, at=at
    )
    books.book("charge", intent.charge, command.amount_cents, group=intent.group, at=at)
    books.emit("payment_intent.succeeded", intent.intent, at=at)
    return _captured(intent, intent.charge)


def _no_capture(books: Books, intent: Intent, command: Capture, at: datetime) -> str | None:
    if intent.state is not IntentState.HELD:
        return f"intent_{intent.state}"
    if _lapsed(intent, at):
        return "hold_expired"
    if command.amount_cents > intent.amount_cents:
        return "amount_too_large"
    if books.cards[intent.card].behaviour.habit is Habit.FAILS_CAPTURE:
        return "capture_failed"
    return None


def void(books: Books, command: Void, at: datetime) -> Voided | Refused:
    """Let held money go; letting it go again changes nothing."""
    intent = books.intents.get(command.intent)
    if intent is None:
        return Refused(reason="intent_unknown")
    if intent.state is IntentState.CAPTURED:
        return Refused(reason="already_captured")
    if intent.state is not IntentState.CANCELED:
        intent.state = IntentState.CANCELED
        books.effect(
            "void", intent.intent, key=command.key, amount_cents=intent.amount_cents, at=at
        )
        books.emit("payment_intent.canceled", intent.intent, at=at)
    return Voided(intent=intent.intent)


def refund(books: Books, command: Refund, at: datetime) -> Refunded | Refused:
    """Give captured money back, never more than was taken."""
    intent = books.intents.get(command.intent)
    if intent is None:
        return Refused(reason="intent_unknown")
    if intent.charge is None:
        return Refused(reason="not_captured")
    if intent.refunded_cents + command.amount_cents > intent.captured_cents:
        return Refused(reason="amount_too_large")
    name = books.new_id("re")
    intent.refunded_cents += command.amount_cents
    books.effect("refund", name, key=command.key, amount_cents=command.amount_cents, at=at)
    books.book("refund", name, -command.amount_cents, group=intent.group, at=at)
    books.emit("refund.created", name, at=at)
    return Refunded(refund=name, amount=Money(command.amount_cents))


def _held(books: Books, intent: Intent, *, at: datetime) -> None:
    books.effect(
        "authorisation", intent.intent, key=intent.key, amount_cents=intent.amount_cents, at=at
    )
    books.emit("payment_intent.amount_capturable_updated", intent.intent, at=at)


def _lapsed(intent: Intent, at: datetime) -> bool:
    return intent.state is IntentState.HELD and at >= intent.expires_at


def _standing(intent: Intent) -> AuthorisationResult:
    if intent.decline is not None:
        category, hard = intent.decline
        return Declined(category=category, hard=hard, intent=intent.intent)
    if intent.state is IntentState.REQUIRES_ACTION:
        return RequiresAction(intent=intent.intent, client_secret=intent.client_secret)
    return _authorised(intent)


def _authorised(intent: Intent) -> Authorised:
    return Authorised(
        intent=intent.intent, amount=Money(intent.amount_cents), expires_at=intent.expires_at
    )


def _captured(intent: Intent, charge: str) -> Captured:
    return Captured(charge=charge, amount=Money(intent.captured_cents))
