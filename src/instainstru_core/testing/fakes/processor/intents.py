"""The simulated processor's rules for money held on cards, and taken from them."""

from datetime import datetime, timedelta
from typing import Final

from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Authorised,
    BalanceKind,
    Captured,
    Charged,
    ChargeResult,
    Declined,
    Refused,
    RequiresAction,
    Voided,
)
from instainstru_core.testing.fakes.processor.books import Books, Intent, IntentState, KeptCard
from instainstru_core.testing.fakes.processor.cards import Habit
from instainstru_core.testing.fakes.processor.commands import (
    Authorise,
    Capture,
    Charge,
    ConfirmIntent,
    FindCharge,
    FindIntent,
    Void,
)
from instainstru_core.testing.fakes.processor.disputes import disputed_by_habit

HOLD_LASTS: Final = timedelta(days=7)
FEE_PER_MILLE: Final = 29
FEE_FIXED_CENTS: Final = 30
_NOBODYS_CARD: Final = Declined(category="processing_error", hard=True)


def authorise(books: Books, command: Authorise, at: datetime) -> AuthorisationResult:
    """Hold money on a card, or don't, as the card's habits say."""
    intent = _asked(books, command, at)
    return _NOBODYS_CARD if intent is None else _standing(intent)


def charge(books: Books, command: Charge, at: datetime) -> ChargeResult:
    """Take money from a card at once, or don't, as the card's habits say."""
    intent = _asked(books, command, at)
    return _NOBODYS_CARD if intent is None else _charge_standing(intent)


def _asked(books: Books, command: Authorise | Charge, at: datetime) -> Intent | None:
    card = books.cards.get(command.card)
    if card is None or card.customer != command.customer or card.is_detached:
        return None
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
        is_charge=isinstance(command, Charge),
    )
    books.intents[name] = intent
    intent.decline = _decline(card, intent, off_session=command.off_session)
    if intent.decline is not None:
        intent.state = IntentState.DECLINED
        books.emit("payment_intent.payment_failed", name, at=at)
    elif card.behaviour.habit is Habit.THREE_D_SECURE and not command.off_session:
        intent.state = IntentState.REQUIRES_ACTION
    else:
        _granted(books, intent, at=at)
    return intent


def _granted(books: Books, intent: Intent, *, at: datetime) -> None:
    if intent.is_charge:
        _take(books, intent, intent.amount_cents, effect="charge", key=intent.key, at=at)
    else:
        intent.state = IntentState.HELD
        _held(books, intent, at=at)


def _decline(card: KeptCard, intent: Intent, *, off_session: bool) -> tuple[str, bool] | None:
    behaviour = card.behaviour
    if behaviour.decline is not None:
        return behaviour.decline, behaviour.hard
    if off_session and behaviour.habit is Habit.DECLINES_OFF_SESSION:
        return "do_not_honor", False
    if off_session and behaviour.habit is Habit.THREE_D_SECURE and not card.is_authenticated:
        return "authentication_required", False
    if intent.is_charge and behaviour.habit is Habit.FAILS_CAPTURE:
        return "processing_error", False
    return None


def confirm_intent(
    books: Books, command: ConfirmIntent, at: datetime
) -> Authorised | Charged | None:
    """The cardholder says yes; None when the secret opens nothing that waits for it."""
    intent = books.intents.get(command.intent)
    if intent is None or intent.client_secret != command.client_secret:
        return None
    if intent.state is IntentState.REQUIRES_ACTION:
        books.cards[intent.card].is_authenticated = True
        _granted(books, intent, at=at)
    if intent.is_charge and intent.charge is not None:
        return _charged(intent, intent.charge)
    return _authorised(intent) if intent.state is IntentState.HELD else None


def find_intent(books: Books, command: FindIntent, at: datetime) -> AuthorisationResult | None:
    """How a hold stands; None when there is none, or none any more."""
    intent = books.intents.get(command.intent)
    if intent is None or intent.is_charge:
        return None
    if intent.state is IntentState.CANCELED or _lapsed(intent, at):
        return None
    return _standing(intent)


def find_charge(books: Books, command: FindCharge, at: datetime) -> ChargeResult | None:  # noqa: ARG001
    """How a charge stands; None when there is none."""
    intent = books.intents.get(command.intent)
    if intent is None or not intent.is_charge or intent.state is IntentState.CANCELED:
        return None
    return _charge_standing(intent)


def intent_of(books: Books, key: str) -> AuthorisationResult | ChargeResult | None:
    """How what was asked for with *key* stands; None when the bank never saw it."""
    for intent in books.intents.values():
        if intent.key == key:
            return _charge_standing(intent) if intent.is_charge else _standing(intent)
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
    charge = _take(books, intent, command.amount_cents, effect="capture", key=command.key, at=at)
    return _captured(intent, charge)


def _take(books: Books, intent: Intent, cents: int, *, effect: str, key: str, at: datetime) -> str:
    charge = intent.charge = books.new_id("ch")
    intent.state = IntentState.CAPTURED
    intent.captured_cents = cents
    books.charges[charge] = intent
    books.effect(effect, charge, key=key, amount_cents=cents, at=at)
    fee = fee_cents(cents)
    books.book(BalanceKind.CHARGE, charge, cents, group=intent.group, at=at, fee_cents=fee)
    books.emit("payment_intent.succeeded", intent.intent, at=at)
    disputed_by_habit(books, intent, at)
    return charge


def fee_cents(cents: int) -> int:
    """What the processor keeps of a charge: 2.9 % and 30 cents, never more than all of it."""
    return min(cents, (cents * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_CENTS)


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


def _charge_standing(intent: Intent) -> ChargeResult:
    if intent.charge is not None:
        return _charged(intent, intent.charge)
    standing = _standing(intent)
    assert not isinstance(standing, Authorised)
    return standing


def _charged(intent: Intent, charge: str) -> Charged:
    return Charged(intent=intent.intent, charge=charge, amount=Money(intent.captured_cents))


def _authorised(intent: Intent) -> Authorised:
    return Authorised(
        intent=intent.intent, amount=Money(intent.amount_cents), expires_at=intent.expires_at
    )


def _captured(intent: Intent, charge: str) -> Captured:
    return Captured(charge=charge, amount=Money(intent.captured_cents))
