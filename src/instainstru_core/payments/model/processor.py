"""What the card processor answers, in our words. Source: PY-2, PY-4, PY-9, PY-60…62."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from instainstru_core.kernel.money import NOTHING, Money


@frozen(kw_only=True)
class CardDetails:
    """A card the processor keeps for a customer; its number never reaches us."""

    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str


@frozen(kw_only=True)
class Authorised:
    """The money is held on the card. *expires_at* only where the processor says so."""

    intent: str
    amount: Money
    expires_at: datetime | None = None


@frozen(kw_only=True)
class RequiresAction:
    """The cardholder must confirm with *client_secret* (3-D Secure) first."""

    intent: str
    client_secret: str = field(repr=False)


@frozen(kw_only=True)
class Declined:
    """The bank refused; a *hard* refusal is never retried on the same card.

    *category* is one of insufficient_funds, expired_card, lost_or_stolen, do_not_honor,
    processing_error, authentication_required.
    """

    category: str
    hard: bool = False
    intent: str | None = None


CARD_IN_USE: Final = "card_in_use"
"""The category of a card that can't be kept because another customer has it. Source: PY-67."""

AuthorisationResult: TypeAlias = Authorised | RequiresAction | Declined


@frozen(kw_only=True)
class Captured:
    """The money was taken; the rest of the hold, if any, lapsed."""

    charge: str
    amount: Money


@frozen(kw_only=True)
class Voided:
    """The hold is gone."""

    intent: str


@frozen(kw_only=True)
class Refunded:
    """The money is on its way back to the card."""

    refund: str
    amount: Money


@frozen(kw_only=True)
class Transferred:
    """The money is on the instructor's account at the processor."""

    transfer: str
    amount: Money


@frozen(kw_only=True)
class Charged:
    """The money was taken at once, without a hold before. Source: PY-50, PY-26."""

    intent: str
    charge: str
    amount: Money


ChargeResult: TypeAlias = Charged | RequiresAction | Declined


@frozen(kw_only=True)
class Reversed:
    """Part or all of a transfer came back to the platform. Source: PY-53, PY-56."""

    reversal: str
    amount: Money


@frozen(kw_only=True)
class Refused:
    """The processor will not do this, however often it is asked. *reason* is lower_snake."""

    reason: str


ProcessorAnswer: TypeAlias = (
    AuthorisationResult | Captured | Charged | Voided | Refunded | Transferred | Reversed | Refused
)
"""What a payment's operation can be answered with."""


@frozen(kw_only=True)
class PayoutAccount:
    """An instructor's account at the processor. Source: PY-3.

    *requirements* are what the processor still wants to know, in its own words; a *deauthorised*
    account has left the platform (PY-66).
    """

    account: str
    charges_enabled: bool
    details_submitted: bool
    payouts_enabled: bool = True
    requirements: tuple[str, ...] = ()
    deauthorised: bool = False

    @property
    def payable(self) -> bool:
        """Whether onboarding is complete."""
        return self.charges_enabled and self.details_submitted and not self.deauthorised


@frozen(kw_only=True)
class CardSetup:
    """A card form for use without its holder; *token* once it was filled in. Source: PY-4."""

    setup: str
    client_secret: str = field(repr=False)
    token: str | None = None


class RefundStatus(StrEnum):
    """How a refund stands at the processor. Source: PY-54."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@frozen(kw_only=True)
class RefundSeen:
    """A refund as the processor shows it now; it may fail days after it was made."""

    refund: str
    amount: Money
    status: RefundStatus


class PayoutInterval(StrEnum):
    """How often an account pays out. Source: PY-48."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@frozen(kw_only=True)
class PayoutSchedule:
    """When an account pays out: *weekday* (0 Monday) when weekly, *month_day* when monthly."""

    interval: PayoutInterval
    weekday: int | None = None
    month_day: int | None = None


class PayoutStatus(StrEnum):
    """How a payout to a bank stands. Source: PY-48."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


@frozen(kw_only=True)
class BankPayout:
    """A payout from an instructor's account to their bank. Source: PY-48, PY-49."""

    payout: str
    account: str
    amount: Money
    status: PayoutStatus
    created_at: datetime
    arrives_on: date
    instant: bool = False
    fee: Money = NOTHING
    failure_code: str | None = None
    failure_message: str | None = None


@frozen(kw_only=True)
class InstantBalance:
    """What an account can pay out at once, and what the processor charges for it. Source: PY-49."""

    available: Money
    fee_bps: int = 0


class DisputeStatus(StrEnum):
    """How a disputed charge stands. Source: spec 02 §3.2, PY-56, PY-57."""

    INQUIRY = "inquiry"
    INQUIRY_CLOSED = "inquiry_closed"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@frozen(kw_only=True)
class DisputeSeen:
    """A disputed charge as the processor shows it now; *fee* is what it charges for it."""

    dispute: str
    intent: str
    charge: str
    amount: Money
    fee: Money
    status: DisputeStatus
    reason: str
    opened_at: datetime


class BalanceKind(StrEnum):
    """What moved the platform's balance at the processor. Source: PY-85."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    TRANSFER = "transfer"
    TRANSFER_REVERSAL = "transfer_reversal"
    PAYOUT = "payout"
    PAYOUT_FAILURE = "payout_failure"
    DISPUTE = "dispute"
    DISPUTE_REVERSAL = "dispute_reversal"
    FEE = "fee"


@frozen(kw_only=True)
class BalanceTransaction:
    """One movement of the platform's balance; signed cents, as the processor counts them.

    *source* is the charge, refund, transfer, reversal, payout or dispute that it belongs to;
    *net_cents* is *amount_cents* less *fee_cents*. Source: PY-85.
    """

    reference: str
    kind: BalanceKind
    source: str
    amount_cents: int
    fee_cents: int
    occurred_at: datetime

    @property
    def net_cents(self) -> int:
        """What the balance changed by."""
        return self.amount_cents - self.fee_cents
