"""Saved cards of students. Source: spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.use_cases.keep_card import AddCard, NamedCard, add_card, remove_card
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)


class AddCardBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A card as the processor's form named it; its number never reaches us (PY-4)."""

    token: Annotated[
        str, Meta(min_length=1, max_length=200, pattern=r"^[\w-]+$", examples=["pm_card_visa"])
    ]


class CardView(Struct, kw_only=True, frozen=True):
    """A saved card."""

    payment_method_id: CardId
    brand: Annotated[str, Meta(examples=["visa"])]
    last4: Annotated[str, Meta(examples=["4242"])]
    exp_month: int
    exp_year: int
    is_default: bool
    created_at: datetime

    @classmethod
    def of(cls, card: SavedCard) -> "CardView":
        """The view of *card*."""
        return cls(
            payment_method_id=card.card_id,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
            is_default=card.is_default,
            created_at=card.created_at,
        )


class CardsView(Struct, kw_only=True, frozen=True):
    """All my cards."""

    items: list[CardView]


def _student(principal: Principal) -> StudentId:
    return StudentId(principal.account_id.value)


@get(
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="read"),
    **documented("List my cards"),
)
def list_cards(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> CardsView:
    """My saved cards, the default first."""
    with ports.read() as reads:
        cards = reads.payment_queries.cards(_student(principal))
    return CardsView(items=[CardView.of(card) for card in cards])


@post(
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write", idempotency=OPTIONAL),
    **documented("Save a card", refusals=(402, 409)),
)
def save_card(
    data: JSONBody[AddCardBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CardView:
    """Keep a card for later; the first one is the default, and a known one is updated."""
    card = add_card(
        AddCard(student_id=_student(principal), token=data.token),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(CardView.of),
    )
    return CardView.of(card)


@delete(
    "/{card_id:str}",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write"),
    **documented("Forget a card", refusals=(404, 409)),
)
def forget_card(
    card_id: FromPath[CardId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Forget a card; where it is to pay, or is the default, another takes its place."""
    remove_card(NamedCard(student_id=_student(principal), card_id=card_id), begin=ports.begin)


ROUTER: Final = Router(
    "/payment-methods", route_handlers=[list_cards, save_card, forget_card], tags=["Payments"]
)
