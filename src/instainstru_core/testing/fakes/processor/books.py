"""What the simulated processor remembers."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import Factory, define, frozen

from instainstru_core.payments.model.processor import CardDetails
from instainstru_core.testing.fakes.processor.cards import CardBehaviour

OPENING_BALANCE_CENTS: Final = 1_000_000_00
"""What the platform has at the processor from the start, so that it can pay out of its own."""


class IntentState(StrEnum):
    """How far a hold has come."""

    REQUIRES_ACTION = "requires_action"
    HELD = "held"
    DECLINED = "declined"
    CAPTURED = "captured"
    CANCELED = "canceled"


@define(kw_only=True)
class Intent:
    """Money asked of one card."""

    intent: str
    key: str
    card: str
    amount_cents: int
    group: str
    state: IntentState
    client_secret: str
    expires_at: datetime
    decline: tuple[str, bool] | None = None
    charge: str | None = None
    captured_cents: int = 0
    refunded_cents: int = 0
    transferred_cents: int = 0


@define(kw_only=True)
class KeptCard:
    """A card kept for a customer."""

    customer: str
    details: CardDetails
    behaviour: CardBehaviour
    is_authenticated: bool = False


@define(kw_only=True)
class ConnectedAccount:
    """An instructor's account."""

    account: str
    instructor: str
    is_onboarded: bool = False
    balance_cents: int = 0


@frozen(kw_only=True)
class OnboardingPage:
    """One address of an onboarding page."""

    account: str
    return_url: str
    expires_at: datetime


@frozen(kw_only=True)
class Effect:
    """Something that really happened, with the key of the call that made it happen."""

    number: int
    kind: str
    key: str
    object_id: str
    amount_cents: int
    at: datetime


@frozen(kw_only=True)
class BalanceTransaction:
    """A change of the platform's balance: charges add, refunds and transfers take."""

    kind: str
    source: str
    net_cents: int
    group: str
    at: datetime


@frozen(kw_only=True)
class Emitted:
    """An event for the platform's webhook."""

    event_id: str
    type: str
    object_id: str
    at: datetime


@define
class Books:
    """Everything the processor remembers; *seed* makes its ids its own."""

    seed: str
    intents: dict[str, Intent] = Factory(dict)
    charges: dict[str, Intent] = Factory(dict)
    cards: dict[str, KeptCard] = Factory(dict)
    accounts: dict[str, ConnectedAccount] = Factory(dict)
    pages: dict[str, OnboardingPage] = Factory(dict)
    effects: list[Effect] = Factory(list)
    balance_transactions: list[BalanceTransaction] = Factory(list)
    events: list[Emitted] = Factory(list)
    _made: int = 0

    def new_id(self, prefix: str) -> str:
        """A name nobody else's books hold, and always the same one in a replay of these."""
        self._made += 1
        return f"{prefix}_{self.digest(f'{prefix}:{self._made}')}"

    def digest(self, text: str) -> str:
        """Letters that only these books make of *text*."""
        return hashlib.sha256(f"{self.seed}:{text}".encode()).hexdigest()[:24]

    @property
    def balance_cents(self) -> int:
        """What the platform has at the processor now."""
        return OPENING_BALANCE_CENTS + sum(row.net_cents for row in self.balance_transactions)

    def effect(
        self, kind: str, object_id: str, *, key: str, amount_cents: int, at: datetime
    ) -> None:
        """Write down that something happened."""
        self.effects.append(
            Effect(
                number=len(self.effects) + 1,
                kind=kind,
                key=key,
                object_id=object_id,
                amount_cents=amount_cents,
                at=at,
            )
        )

    def book(self, kind: str, source: str, net_cents: int, *, group: str, at: datetime) -> None:
        """Change the platform's balance."""
        self.balance_transactions.append(
            BalanceTransaction(kind=kind, source=source, net_cents=net_cents, group=group, at=at)
        )

    def emit(self, kind: str, object_id: str, *, at: datetime) -> None:
        """Tell the platform that an object changed."""
        event_id = self.new_id("evt")
        self.events.append(Emitted(event_id=event_id, type=kind, object_id=object_id, at=at))
