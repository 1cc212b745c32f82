"""What a payment intent says, in our words. Source: PY-9, PY-12, PY-16.

Stripe API pages: The PaymentIntent object, PaymentIntent lifecycle, The Charge object
(`capture_before`), Place a hold on a payment method.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from stripe import Charge, PaymentIntent

from adapters.stripe.declines import PROCESSING, declined
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Authorised,
    Captured,
    Charged,
    ChargeResult,
    Declined,
    ProcessorAnswer,
    Refused,
    RequiresAction,
    Voided,
)

WITH_CHARGE: Final = ["latest_charge"]
MANUAL: Final = "manual"

_NOT_HELD: Final[Mapping[str, str]] = {
    "canceled": "intent_canceled",
    "requires_action": "intent_requires_action",
    "requires_confirmation": "intent_declined",
    "requires_payment_method": "intent_declined",
    "succeeded": "already_captured",
}


def hold(intent: PaymentIntent) -> AuthorisationResult:
    """How a hold stands that was not let go.

    Raises:
        OutcomeUnknown: The bank is still at it.
    """
    if intent.status in {"requires_capture", "succeeded", "canceled"}:
        if _charge(intent) is None:
            return Declined(category=PROCESSING, intent=intent.id)
        return Authorised(
            intent=intent.id, amount=Money(intent.amount), expires_at=_expires_at(intent)
        )
    return _not_paid(intent)


def charge(intent: PaymentIntent) -> ChargeResult:
    """How a charge without a hold stands.

    Raises:
        OutcomeUnknown: The bank is still at it.
    """
    taken = _charge(intent)
    if intent.status == "succeeded" and taken is not None:
        return Charged(intent=intent.id, charge=taken, amount=Money(intent.amount_received))
    if intent.status == "canceled":
        return Declined(category=PROCESSING, intent=intent.id)
    return _not_paid(intent)


def _not_paid(intent: PaymentIntent) -> RequiresAction | Declined:
    if intent.status == "requires_action":
        return RequiresAction(intent=intent.id, client_secret=intent.client_secret or "")
    if intent.status == "processing":
        raise OutcomeUnknown
    error = intent.last_payment_error
    if error is None:
        return Declined(category=PROCESSING, intent=intent.id)
    return declined(error.code, error.decline_code, intent=intent.id)


def captured(intent: PaymentIntent) -> Captured | None:
    """What was taken of the hold, if anything."""
    taken = _charge(intent)
    if intent.status != "succeeded" or taken is None:
        return None
    return Captured(charge=taken, amount=Money(intent.amount_received))


def not_capturable(intent: PaymentIntent, *, amount: Money) -> Refused | None:
    """Why *amount* cannot be taken of the hold; None: for no reason that shows here."""
    if intent.status == "canceled" and intent.cancellation_reason in {"automatic", "expired"}:
        return Refused(reason="hold_expired")
    if intent.status in _NOT_HELD:
        return Refused(reason=_NOT_HELD[intent.status])
    if amount.cents > intent.amount_capturable:
        return Refused(reason="amount_too_large")
    return None


def voided(intent: PaymentIntent) -> Voided | Refused | None:
    """What letting the hold go came to; None: it is still there."""
    if intent.status == "canceled":
        return Voided(intent=intent.id)
    return Refused(reason="already_captured") if intent.status == "succeeded" else None


def not_refundable(intent: PaymentIntent, *, amount: Money) -> Refused | None:
    """Why *amount* cannot be given back; None: for no reason that shows here.

    The intent's charge must be expanded.
    """
    taken = intent.latest_charge
    if intent.status != "succeeded" or not isinstance(taken, Charge):
        return Refused(reason="not_captured")
    if amount.cents > taken.amount_captured - taken.amount_refunded:
        return Refused(reason="amount_too_large")
    return Refused(reason="charge_disputed") if taken.disputed else None


def answered(intent: PaymentIntent, kind: str) -> ProcessorAnswer | None:
    """What a call of *kind* came to, as the intent shows it now. Source: PY-62."""
    match kind:
        case "authorise":
            return hold(intent)
        case "charge":
            return charge(intent)
        case "capture":
            return captured(intent)
        case "void":
            return voided(intent)
        case _:
            return None


def _charge(intent: PaymentIntent) -> str | None:
    made = intent.latest_charge
    if isinstance(made, Charge):
        return None if made.status == "failed" else made.id
    return made


def _expires_at(intent: PaymentIntent) -> datetime | None:
    made = intent.latest_charge
    details = made.payment_method_details if isinstance(made, Charge) else None
    card = None if details is None else details.card
    before = None if card is None else card.capture_before
    return None if before is None else datetime.fromtimestamp(before, UTC)
