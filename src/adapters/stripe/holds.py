"""Money held on cards, taken from them and given back. Source: PY-2, PY-9, PY-23, PY-50, PY-54.

Stripe API pages: Payment intents (create, update, capture, cancel), Refunds, Separate charges and
transfers.
"""

from typing import Literal

import stripe
from attrs import field, frozen
from stripe import PaymentIntent, Refund

from adapters.stripe import intents
from adapters.stripe.client import CURRENCY, Counter, answering, metadata
from adapters.stripe.customers import Customers
from adapters.stripe.declines import PROCESSING, declined_by
from adapters.stripe.intents import MANUAL, WITH_CHARGE
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Captured,
    ChargeResult,
    Declined,
    Refunded,
    RefundSeen,
    RefundStatus,
    Refused,
    Voided,
)

UNKNOWN = Refused(reason="intent_unknown")


@frozen
class Holds:
    """Asks for money, always on the platform's own account."""

    counter: Counter
    customers: Customers = field(repr=False)

    def authorise(
        self,
        key: OperationId,
        *,
        customer: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> AuthorisationResult:
        """Hold *amount* on *card*."""
        made = self._ask_for(
            key,
            "authorise",
            owner=customer,
            card=card,
            amount=amount,
            off_session=off_session,
            group=group,
        )
        return made if isinstance(made, Declined) else intents.hold(made)

    def charge(
        self,
        key: OperationId,
        *,
        customer: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> ChargeResult:
        """Take *amount* from *card* at once."""
        made = self._ask_for(
            key,
            "charge",
            owner=customer,
            card=card,
            amount=amount,
            off_session=off_session,
            group=group,
        )
        return made if isinstance(made, Declined) else intents.charge(made)

    def _ask_for(
        self,
        key: OperationId,
        kind: Literal["authorise", "charge"],
        *,
        owner: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> PaymentIntent | Declined:
        customer = self.customers.of(owner)
        try:
            with answering():
                return self.counter.client.v1.payment_intents.create(
                    {
                        "amount": amount.cents,
                        "capture_method": "manual" if kind == "authorise" else "automatic",
                        "confirm": True,
                        "currency": CURRENCY,
                        "customer": customer,
                        "expand": WITH_CHARGE,
                        "metadata": metadata(key, kind, account=owner, group=group),
                        "off_session": off_session,
                        "payment_method": card,
                        "allowed_payment_method_types": ["card"],
                        "transfer_group": group,
                        # A cardholder who must confirm does so in Stripe's own script.
                        "use_stripe_sdk": not off_session,
                    },
                    {"idempotency_key": str(key)},
                )
        except stripe.CardError as error:
            return declined_by(error)
        except (stripe.InvalidRequestError, ProcessorObjectUnknown):
            # The card is gone, or another customer's: there is nothing to try again.
            return Declined(category=PROCESSING, hard=True)

    def find_authorisation(self, intent: str) -> AuthorisationResult | None:
        """How the hold stands now."""
        found = self._find(intent)
        if found is None or found.capture_method != MANUAL or found.status == "canceled":
            return None
        return intents.hold(found)

    def find_charge(self, intent: str) -> ChargeResult | None:
        """How the charge stands now."""
        found = self._find(intent)
        return None if found is None or found.capture_method == MANUAL else intents.charge(found)

    def _find(self, intent: str) -> PaymentIntent | None:
        try:
            with answering():
                return self.counter.client.v1.payment_intents.retrieve(
                    intent, {"expand": WITH_CHARGE}
                )
        except ProcessorObjectUnknown:
            return None

    def capture(self, key: OperationId, *, intent: str, amount: Money) -> Captured | Refused:
        """Take *amount* of the hold."""
        try:
            with answering():
                taken = self.counter.client.v1.payment_intents.capture(
                    intent,
                    {
                        "amount_to_capture": amount.cents,
                        "expand": WITH_CHARGE,
                        "metadata": metadata(key, "capture"),
                    },
                    {"idempotency_key": str(key)},
                )
        except ProcessorObjectUnknown:
            return UNKNOWN
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            return self._why_not_captured(intent, amount, error)
        return intents.captured(taken) or Refused(reason="capture_failed")

    def _why_not_captured(
        self, intent: str, amount: Money, error: stripe.StripeError
    ) -> Captured | Refused:
        found = self._find(intent)
        if found is None:
            return UNKNOWN
        done = intents.captured(found)
        if done is not None and done.amount == amount:
            return done
        if error.code in {"capture_charge_authorization_expired", "charge_expired_for_capture"}:
            return Refused(reason="hold_expired")
        return intents.not_capturable(found, amount=amount) or Refused(reason="capture_failed")

    def void(self, key: OperationId, *, intent: str) -> Voided | Refused:
        """Let the hold go.

        Cancelling takes no metadata; so the key is written on the intent before. Source: PY-62.
        """
        calls = self.counter.client.v1.payment_intents
        try:
            with answering():
                calls.update(
                    intent,
                    {"metadata": metadata(key, "void")},
                    {"idempotency_key": f"{key}:mark"},
                )
                calls.cancel(intent, {}, {"idempotency_key": str(key)})
        except ProcessorObjectUnknown:
            return UNKNOWN
        except stripe.InvalidRequestError:
            found = self._find(intent)
            if found is None:
                return UNKNOWN
            return intents.voided(found) or Refused(reason=f"intent_{found.status}")
        return Voided(intent=intent)

    def refund(self, key: OperationId, *, intent: str, amount: Money) -> Refunded | Refused:
        """Give *amount* of the captured money back."""
        try:
            with answering():
                made = self.counter.client.v1.refunds.create(
                    {
                        "amount": amount.cents,
                        "metadata": metadata(key, "refund"),
                        "payment_intent": intent,
                    },
                    {"idempotency_key": str(key)},
                )
        except ProcessorObjectUnknown:
            return UNKNOWN
        except stripe.InvalidRequestError as error:
            found = self._find(intent)
            if found is None:
                return UNKNOWN
            refused = intents.not_refundable(found, amount=amount)
            return refused or Refused(reason=error.code or "refund_refused")
        return refunded(made)

    def find_refund(self, refund: str) -> RefundSeen | None:
        """How the refund stands now."""
        try:
            with answering():
                found = self.counter.client.v1.refunds.retrieve(refund)
        except ProcessorObjectUnknown:
            return None
        return RefundSeen(
            refund=found.id, amount=Money(found.amount), status=_STATUSES[found.status or "pending"]
        )


_STATUSES = {
    "canceled": RefundStatus.FAILED,
    "failed": RefundStatus.FAILED,
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
}


def refunded(refund: Refund) -> Refunded:
    """What *refund* gives back."""
    return Refunded(refund=refund.id, amount=Money(refund.amount))
