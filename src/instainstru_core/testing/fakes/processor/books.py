"""What the simulated processor remembers."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import Factory, define, frozen

from instainstru_core.payments.model.processor import (
    BalanceKind,
    BankPayout,
    CardDetails,
    DisputeStatus,
    PayoutInterval,
    PayoutSchedule,
    RefundStatus,
)
from instainstru_core.testing.fakes.processor.cards import CardBehaviour

OPENING_BALANCE_CENTS: Final = 1_000_000_00
"""What the platform may pay out beyond what came in: a credit line, no part of its balance."""


class IntentState(StrEnum):
    """How far a hold has come."""

    REQUIRES_ACTION = "requires_action"
    HELD = "held"
    DECLINED = "declined"
    CAPTURED = "captured"
    CANCELED = "canceled"


@define(kw_only=True)
class Intent:
    """Money asked of one card; *is_charge* is taken as soon as it may be, without a hold."""

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
    is_charge: bool = False


@define(kw_only=True)
class KeptCard:
    """A card kept for a customer."""

    customer: str
    details: CardDetails
    behaviour: CardBehaviour
    is_authenticated: bool = False
    is_detached: bool = False


@define(kw_only=True)
class CardForm:
    """A form for a card, and what was filled in."""

    setup: str
    customer: str
    client_secret: str
    token: str | None = None


@define(kw_only=True)
class RefundMade:
    """Money on its way back to a card."""

    refund: str
    intent: str
    amount_cents: int
    status: RefundStatus


@define(kw_only=True)
class ConnectedAccount:
    """An instructor's account; *is_restricted* by the processor's staff."""

    account: str
    instructor: str
    is_onboarded: bool = False
    is_restricted: bool = False
    is_deauthorised: bool = False
    payouts_enabled: bool = True
    requirements: tuple[str, ...] = ()
    schedule: PayoutSchedule = Factory(lambda: PayoutSchedule(interval=PayoutInterval.DAILY))
    balance_cents: int = 0

    @property
    def takes_money(self) -> bool:
        """Whether it can be paid."""
        return self.is_onboarded and not self.is_restricted and not self.is_deauthorised


@define(kw_only=True)
class TransferMade:
    """Money moved to an account."""

    transfer: str
    account: str
    amount_cents: int
    group: str
    charge: str | None
    reversed_cents: int = 0


@define(kw_only=True)
class Disputed:
    """A charge that a cardholder's bank disputes or asks about."""

    dispute: str
    intent: str
    charge: str
    amount_cents: int
    status: DisputeStatus
    reason: str
    opened_at: datetime
    fee_cents: int = 0


@frozen(kw_only=True)
class OnboardingPage:
    """One address of an onboarding page."""

    account: str
    return_url: str
    expires_at: datetime


@frozen(kw_only=True)
class DashboardPage:
    """One address of an account's own page."""

    account: str
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
class Movement:
    """A change of the platform's balance: charges add, refunds and transfers take."""

    reference: str
    kind: BalanceKind
    source: str
    amount_cents: int
    fee_cents: int
    group: str
    at: datetime

    @property
    def net_cents(self) -> int:
        """What the balance changed by."""
        return self.amount_cents - self.fee_cents


@frozen(kw_only=True)
class Emitted:
    """An event for the platform's webhook; *account* when it happened on an instructor's."""

    event_id: str
    type: str
    object_id: str
    at: datetime
    account: str | None = None


class Coming(StrEnum):
    """What happens by itself when its time has come."""

    REFUND_FAILS = "refund_fails"
    PAYOUT_ARRIVES = "payout_arrives"


@frozen(kw_only=True)
class Appointment:
    """*what* happens to *object_id* at *due*."""

    due: datetime
    what: Coming
    object_id: str


@define
class Books:
    """Everything the processor remembers; *seed* makes its ids its own."""

    seed: str
    intents: dict[str, Intent] = Factory(dict)
    charges: dict[str, Intent] = Factory(dict)
    cards: dict[str, KeptCard] = Factory(dict)
    accounts: dict[str, ConnectedAccount] = Factory(dict)
    forms: dict[str, CardForm] = Factory(dict)
    refunds: dict[str, RefundMade] = Factory(dict)
    transfers: dict[str, TransferMade] = Factory(dict)
    payouts: dict[str, BankPayout] = Factory(dict)
    disputes: dict[str, Disputed] = Factory(dict)
    pages: dict[str, OnboardingPage] = Factory(dict)
    dashboards: dict[str, DashboardPage] = Factory(dict)
    effects: list[Effect] = Factory(list)
    balance_transactions: list[Movement] = Factory(list)
    events: list[Emitted] = Factory(list)
    agenda: list[Appointment] = Factory(list)
    _made: int = 0
    _balance_cents: int = 0

    def new_id(self, prefix: str) -> str:
        """A name nobody else's books hold, and always the same one in a replay of these."""
        self._made += 1
        return f"{prefix}_{self.digest(f'{prefix}:{self._made}')}"

    def digest(self, text: str) -> str:
        """Letters that only these books make of *text*."""
        return hashlib.sha256(f"{self.seed}:{text}".encode()).hexdigest()[:24]

    def dashboard(self, link: str, at: datetime) -> ConnectedAccount | None:
        """The account whose page *link* opens at this moment."""
        page = self.dashboards.get(link)
        return None if page is None or at >= page.expires_at else self.accounts[page.account]

    @property
    def balance_cents(self) -> int:
        """What all movements come to; below zero when the credit line was drawn on."""
        return self._balance_cents

    @property
    def spendable_cents(self) -> int:
        """What the platform could pay out now, credit line included."""
        return OPENING_BALANCE_CENTS + self._balance_cents

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

    def book(
        self,
        kind: BalanceKind,
        source: str,
        amount_cents: int,
        *,
        group: str,
        at: datetime,
        fee_cents: int = 0,
    ) -> None:
        """Change the platform's balance by the amount less the fee."""
        moved = Movement(
            reference=f"txn_{self.digest(f'txn:{len(self.balance_transactions)}')}",
            kind=kind,
            source=source,
            amount_cents=amount_cents,
            fee_cents=fee_cents,
            group=group,
            at=at,
        )
        self.balance_transactions.append(moved)
        self._balance_cents += moved.net_cents

    def emit(self, kind: str, object_id: str, *, at: datetime, account: str | None = None) -> None:
        """Tell the platform that an object changed."""
        event_id = self.new_id("evt")
        self.events.append(
            Emitted(event_id=event_id, type=kind, object_id=object_id, at=at, account=account)
        )

    def plan(self, what: Coming, object_id: str, *, due: datetime) -> None:
        """Let something happen later."""
        self.agenda.append(Appointment(due=due, what=what, object_id=object_id))
