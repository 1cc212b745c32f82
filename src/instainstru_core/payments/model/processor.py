"""What the card processor answers, in our words. Source: PY-2, PY-4, PY-9, PY-60…62."""

from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from instainstru_core.kernel.money import Money


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
class Refused:
    """The processor will not do this, however often it is asked. *reason* is lower_snake."""

    reason: str


ProcessorAnswer: TypeAlias = (
    AuthorisationResult | Captured | Voided | Refunded | Transferred | Refused
)
"""What a payment's operation can be answered with."""


@frozen(kw_only=True)
class PayoutAccount:
    """An instructor's account at the processor. Source: PY-3."""

    account: str
    charges_enabled: bool
    details_submitted: bool

    @property
    def payable(self) -> bool:
        """Whether onboarding is complete."""
        return self.charges_enabled and self.details_submitted
