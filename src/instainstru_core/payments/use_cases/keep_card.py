"""Keep a card for later, from a form of the processor or by its token, or forget one.

Source: PY-4, PY-67.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeVar

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import (
    CardDeclined,
    CardInUse,
    CardNotFound,
    CardSetupNotFound,
    CardSetupUnfinished,
    OutcomeUnknown,
    PaymentMethodInUse,
    TooManyCards,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.cards import MAX_CARDS, SavedCard
from instainstru_core.payments.model.processor import CARD_IN_USE, CardDetails, CardSetup, Declined
from instainstru_core.payments.ports import PaymentWork

WorkT = TypeVar("WorkT", bound=PaymentWork)

DETACH_CARD: Final = "detach_card"
"""The work of telling the processor that a card is forgotten."""


@frozen(kw_only=True)
class AddCard:
    """What the processor's form gave the student's browser for a card: its *token*.

    Or *setup*, the name of the form itself, once it was filled in (`start_card_setup`).
    """

    student_id: StudentId
    token: str | None = None
    setup: str | None = None


@frozen(kw_only=True)
class NamedCard:
    """One of the student's cards."""

    student_id: StudentId
    card_id: CardId


def start_card_setup(student_id: StudentId, *, gateway: PaymentGateway) -> CardSetup:
    """A form of the processor's for a card, to be kept for use without its holder. Source: PY-4.

    Raises:
        OutcomeUnknown: The processor didn't answer; another form may be asked for.
    """
    return gateway.start_setup(customer=str(student_id))


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

    A card that is there already, by its fingerprint, is updated. One too many stays with nobody,
    the processor included.

    Raises:
        TooManyCards: Ten are kept already.
        CardDeclined: The bank refuses the card.
        CardInUse: It is kept for another customer.
        CardSetupNotFound: The processor knows no such form.
        CardSetupUnfinished: The form was not filled in.
        OutcomeUnknown: The processor didn't answer; sending the token again is safe.
    """
    token = _token(request, gateway)
    details = gateway.attach_card(customer=str(request.student_id), token=token)
    if isinstance(details, Declined):
        if details.category == CARD_IN_USE:
            raise CardInUse("this card is kept for somebody else")
        raise CardDeclined(details.category)
    try:
        return _kept(request.student_id, details, begin=begin, ids=ids, clock=clock, answer=answer)
    except TooManyCards:
        with suppress(OutcomeUnknown):
            gateway.detach_card(customer=str(request.student_id), token=details.token)
        raise


def _kept(
    student_id: StudentId,
    details: CardDetails,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, SavedCard],
) -> SavedCard:
    """Write the card down, or what changed of it."""
    with begin() as work:
        mine = work.cards.of(student_id)
        same = next((card for card in mine if card.fingerprint == details.fingerprint), None)
        if same is None and len(mine) >= MAX_CARDS:
            raise TooManyCards(f"at most {MAX_CARDS} cards are kept")
        card = SavedCard(
            card_id=ids.new(CardId) if same is None else same.card_id,
            student_id=student_id,
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


def choose_default_card(
    request: NamedCard,
    *,
    begin: Begin[WorkT],
    answer: Answer[WorkT, SavedCard] = unanswered,
) -> SavedCard:
    """Let this card pay where none is named.

    Raises:
        CardNotFound: It is not one of the student's.
    """
    with begin() as work:
        card = _find(work.cards.of(request.student_id), request.card_id)
        chosen = evolve(card, is_default=True)
        work.cards.keep(chosen)
        answer(work, chosen)
    return chosen


def remove_card(request: NamedCard, *, begin: Begin[PaymentWork], clock: Clock) -> None:
    """Forget the card, here at once and at the processor soon after; the newest other one pays.

    Source: PY-67.

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
        work.work_items.file(_detachment(card, at=clock.now()))
        if card.is_default and others:
            work.cards.keep(evolve(others[0], is_default=True))


def _detachment(card: SavedCard, *, at: datetime) -> NewWork:
    return NewWork(
        handler=DETACH_CARD,
        payload={"student_id": str(card.student_id), "token": card.token},
        due_at=at,
        dedupe_key=f"{DETACH_CARD}:{card.card_id}",
    )


def detach_card(
    student_id: StudentId, token: str, *, begin: Begin[PaymentWork], gateway: PaymentGateway
) -> None:
    """Let the processor forget a card, unless it is kept again by now. Source: PY-67.

    Raises:
        OutcomeUnknown: The processor didn't answer; doing it again is safe.
    """
    with begin() as work:
        if any(card.token == token for card in work.cards.of(student_id)):
            return
    gateway.detach_card(customer=str(student_id), token=token)


def _token(request: AddCard, gateway: PaymentGateway) -> str:
    if request.token is not None:
        return request.token
    form = None if request.setup is None else gateway.find_setup(request.setup)
    if form is None:
        raise CardSetupNotFound("there is no such card form")
    if form.token is None:
        raise CardSetupUnfinished("the card form was not filled in")
    return form.token


def _find(cards: Sequence[SavedCard], card_id: CardId) -> SavedCard:
    for card in cards:
        if card.card_id == card_id:
            return card
    raise CardNotFound("there is no such card")
