"""Keep a card for later, or forget one. Source: PY-4, PY-67."""

from collections.abc import Sequence
from typing import TypeVar

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import (
    CardDeclined,
    CardNotFound,
    PaymentMethodInUse,
    TooManyCards,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.cards import MAX_CARDS, SavedCard
from instainstru_core.payments.model.processor import Declined
from instainstru_core.payments.ports import PaymentWork

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class AddCard:
    """What the processor's form gave the student's browser for a card: its *token*."""

    student_id: StudentId
    token: str


@frozen(kw_only=True)
class NamedCard:
    """One of the student's cards."""

    student_id: StudentId
    card_id: CardId


def add_card(
    request: AddCard,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, SavedCard] = unanswered,
) -> SavedCard:
    """Keep the card for use without its holder; the first one is the default. Source: PY-67.

    A card that is there already, by its fingerprint, is updated.

    Raises:
        TooManyCards: Ten are kept already.
        CardDeclined: The bank refuses the card.
        CardInUse: It is kept for another customer.
        OutcomeUnknown: The processor didn't answer; sending the token again is safe.
    """
    details = gateway.attach_card(customer=str(request.student_id), token=request.token)
    if isinstance(details, Declined):
        raise CardDeclined(details.category)
    with begin() as work:
        mine = work.cards.of(request.student_id)
        same = next((card for card in mine if card.fingerprint == details.fingerprint), None)
        if same is None and len(mine) >= MAX_CARDS:
            raise TooManyCards(f"at most {MAX_CARDS} cards are kept")
        card = SavedCard(
            card_id=ids.new(CardId) if same is None else same.card_id,
            student_id=request.student_id,
            token=details.token,
            brand=details.brand,
            last4=details.last4,
            exp_month=details.exp_month,
            exp_year=details.exp_year,
            fingerprint=details.fingerprint,
            is_default=not mine if same is None else same.is_default,
            created_at=clock.now() if same is None else same.created_at,
        )
        work.cards.keep(card)
        answer(work, card)
    return card


def choose_default_card(request: NamedCard, *, begin: Begin[PaymentWork]) -> SavedCard:
    """Let this card pay where none is named.

    Raises:
        CardNotFound: It is not one of the student's.
    """
    with begin() as work:
        card = _find(work.cards.of(request.student_id), request.card_id)
        chosen = evolve(card, is_default=True)
        work.cards.keep(chosen)
    return chosen


def remove_card(request: NamedCard, *, begin: Begin[PaymentWork]) -> None:
    """Forget the card; the newest other one takes its place. Source: PY-67.

    Raises:
        CardNotFound: It is not one of the student's.
        PaymentMethodInUse: An open payment needs it, and there is no other card.
    """
    with begin() as work:
        # Payments are locked before cards everywhere, so that nobody waits in a circle.
        payments = [
            work.payments.get_for_update(payment_id)
            for payment_id in work.cards.paying(request.card_id)
        ]
        mine = work.cards.of(request.student_id)
        card = _find(mine, request.card_id)
        others = sorted(
            (other for other in mine if other.card_id != card.card_id),
            key=lambda other: (other.is_default, other.created_at, other.card_id),
            reverse=True,
        )
        for payment in payments:
            if not others:
                raise PaymentMethodInUse("an open payment needs this card and there is no other")
            work.payments.save(payment.use_card(others[0].card_id, others[0].token))
        work.cards.remove(card)
        if card.is_default and others:
            work.cards.keep(evolve(others[0], is_default=True))


def _find(cards: Sequence[SavedCard], card_id: CardId) -> SavedCard:
    for card in cards:
        if card.card_id == card_id:
            return card
    raise CardNotFound("there is no such card")
