"""The simulated processor's rules for keeping cards, and for the forms that ask for them."""

from datetime import datetime

from instainstru_core.payments.model.processor import CARD_IN_USE, CardDetails, CardSetup, Declined
from instainstru_core.testing.fakes.processor.books import Books, CardForm, KeptCard
from instainstru_core.testing.fakes.processor.cards import (
    EXPIRY_MONTH,
    EXPIRY_YEAR,
    TEST_CARDS,
)
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    CompleteSetup,
    DetachCard,
    FindSetup,
    StartSetup,
)


def attach_card(books: Books, command: AttachCard, at: datetime) -> CardDetails | Declined:
    """Keep a card; the same one again is the same card."""
    kept = books.cards.get(command.token)
    if kept is not None and kept.customer == command.customer and not kept.is_detached:
        return kept.details
    if kept is not None and kept.customer != command.customer:
        return Declined(category=CARD_IN_USE)
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
    books.cards[token].is_detached = False
    return books.cards[token].details


def detach_card(books: Books, command: DetachCard, at: datetime) -> None:
    """Forget a card; what was held or taken on it stays."""
    card = books.cards.get(command.token)
    if card is not None and card.customer == command.customer and not card.is_detached:
        card.is_detached = True
        books.effect("detachment", command.token, key=command.customer, amount_cents=0, at=at)


def start_setup(books: Books, command: StartSetup, at: datetime) -> CardSetup:  # noqa: ARG001
    """A new form."""
    name = books.new_id("seti")
    books.forms[name] = CardForm(
        setup=name,
        customer=command.customer,
        client_secret=f"{name}_secret_{books.digest(name)}",
    )
    return _standing(books.forms[name])


def complete_setup(
    books: Books, command: CompleteSetup, at: datetime
) -> CardSetup | Declined | None:
    """The cardholder fills the form in; None when the secret opens none."""
    form = books.forms.get(command.setup)
    if form is None or form.client_secret != command.client_secret:
        return None
    if form.token is None:
        card = attach_card(books, AttachCard(customer=form.customer, token=command.token), at)
        if isinstance(card, Declined):
            books.emit("setup_intent.setup_failed", form.setup, at=at)
            return card
        form.token = card.token
        # Filling a form in is the cardholder's consent to later use: 3-D Secure is done there.
        books.cards[card.token].is_authenticated = True
        books.emit("setup_intent.succeeded", form.setup, at=at)
    return _standing(form)


def find_setup(books: Books, command: FindSetup, at: datetime) -> CardSetup | None:  # noqa: ARG001
    """How the form stands; None when there is none."""
    form = books.forms.get(command.setup)
    return None if form is None else _standing(form)


def _standing(form: CardForm) -> CardSetup:
    return CardSetup(setup=form.setup, client_secret=form.client_secret, token=form.token)
