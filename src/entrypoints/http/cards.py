"""Saved cards of students. Source: spec 02 §6."""

from datetime import datetime
from typing import Annotated, ClassVar, Final

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.config import HttpConfig
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from entrypoints.http.problems import Violation, invalid
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.processor import CardSetup
from instainstru_core.payments.use_cases.keep_card import (
    AddCard,
    NamedCard,
    add_card,
    choose_default_card,
    remove_card,
    start_card_setup,
)
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)


class AddCardBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A card as the processor's form named it, or the form; its number never reaches us (PY-4)."""

    OTHER_WAYS: ClassVar = frozenset({"setup_intent_id"})
    """What says again, in another way, what the example says."""

    token: (
        Annotated[
            str, Meta(min_length=1, max_length=200, pattern=r"^[\w-]+$", examples=["pm_card_visa"])
        ]
        | None
    ) = None
    setup_intent_id: (
        Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[\w-]+$", examples=["seti_1"])]
        | None
    ) = None

    def asked(self, student_id: StudentId) -> AddCard:
        """What is asked for."""
        if (self.token is None) == (self.setup_intent_id is None):
            raise invalid(
                [
                    Violation(
                        pointer="/token",
                        code="exactly_one_of",
                        message="name the card, or the form it came by",
                    )
                ]
            )
        return AddCard(student_id=student_id, token=self.token, setup=self.setup_intent_id)


class CardDefaultBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """This card pays where none is named; another takes its place by being chosen itself."""

    is_default: Annotated[bool, Meta(description="True.", examples=[True])]


class CardSetupBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A form for a card: nothing more to say."""


class CardSetupView(Struct, kw_only=True, frozen=True):
    """A form of the processor's, to be filled in with its client secret.

    The publishable key opens the form in the browser; the simulated processor needs none.
    """

    setup_intent_id: Annotated[str, Meta(examples=["seti_1"])]
    client_secret: str
    publishable_key: str | None = None

    @classmethod
    def of(cls, setup: CardSetup, publishable_key: str | None) -> "CardSetupView":
        """The view of *setup*."""
        return cls(
            setup_intent_id=setup.setup,
            client_secret=setup.client_secret,
            publishable_key=publishable_key,
        )


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
    **documented("Save a card", refusals=(402, 404, 409)),
)
def save_card(
    data: JSONBody[AddCardBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CardView:
    """Keep a card for later; the first one is the default, and a known one is updated."""
    card = add_card(
        data.asked(_student(principal)),
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
    named = NamedCard(student_id=_student(principal), card_id=card_id)
    remove_card(named, begin=ports.begin, clock=ports.clock)


@patch(
    "/{card_id:str}",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write", idempotency=OPTIONAL),
    **documented("Choose my default card", refusals=(404,)),
)
def choose_card(
    card_id: FromPath[CardId],
    data: JSONBody[CardDefaultBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CardView:
    """This card pays from now on where none is named."""
    if not data.is_default:
        raise invalid(
            [
                Violation(
                    pointer="/is_default",
                    code="not_true",
                    message="choose another card instead",
                )
            ]
        )
    named = NamedCard(student_id=_student(principal), card_id=card_id)
    chosen = choose_default_card(named, begin=ports.begin, answer=keyed.answer(CardView.of))
    return CardView.of(chosen)


@post(
    "/setup-intents",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write"),
    **documented("Start a card form"),
)
def start_setup(
    data: JSONBody[CardSetupBody],  # noqa: ARG001 - an empty object, and nothing else
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> CardSetupView:
    """A form that the processor shows; what is filled in there never comes here."""
    setup = start_card_setup(_student(principal), gateway=ports.gateway)
    return CardSetupView.of(setup, config.publishable_key)


ROUTER: Final = Router(
    "/payment-methods",
    route_handlers=[list_cards, save_card, start_setup, choose_card, forget_card],
    tags=["Payments"],
)
