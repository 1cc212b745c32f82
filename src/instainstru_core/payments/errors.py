"""What payments refuses, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from attrs import frozen

from instainstru_core.kernel.errors import (
    Conflict,
    DomainError,
    NotFound,
    PaymentRefused,
    Unavailable,
)
from instainstru_core.pricing.model.quotes import PriceBreakdown


class OutcomeUnknown(Unavailable):
    """The processor did not answer: what was asked may or may not have happened. Source: PY-62."""

    code: ClassVar[str] = "processor_unavailable"


class PaymentNotFound(NotFound):
    """No such payment, or not the caller's."""


class OperationNotFound(NotFound):
    """No such operation."""


class CardNotFound(NotFound):
    """No such card, or not the caller's. Source: PY-67."""


class CardSetupNotFound(NotFound):
    """The processor knows no such card form. Source: PY-4."""


class CardSetupUnfinished(Conflict):
    """The card form was not filled in. Source: PY-4."""

    code: ClassVar[str] = "card_setup_unfinished"


class PayoutAccountNotFound(NotFound):
    """The instructor has opened no payout account."""


class OpenPaymentExists(Conflict):
    """The booking has an open payment already. Source: PY-1."""

    code: ClassVar[str] = "operation_in_progress"


class InstructorNotPayable(Conflict):
    """The instructor's payout account is not complete. Source: PY-3."""

    code: ClassVar[str] = "instructor_not_payable"


class PaymentMethodRequired(DomainError):
    """The checkout names no card. Source: PY-7."""

    code: ClassVar[str] = "payment_method_required"


class BookingCancelledMeanwhile(Conflict):
    """The booking was cancelled while the card was asked; the hold is let go. Source: PY-11."""

    code: ClassVar[str] = "booking_cancelled"


class PaymentNotRetryable(Conflict):
    """The payment is in no state for another card or another try. Source: PY-15."""

    code: ClassVar[str] = "payment_not_retryable"


class PaymentMethodInUse(Conflict):
    """An open payment needs this card and there is no other. Source: PY-67."""

    code: ClassVar[str] = "payment_method_in_use"


class CardInUse(Conflict):
    """The processor's card is kept already, for another customer. Source: PY-67."""

    code: ClassVar[str] = "card_in_use"


class TooManyCards(Conflict):
    """Ten cards are kept already. Source: PY-67."""

    code: ClassVar[str] = "payment_method_limit_reached"


class NothingToRefund(Conflict):
    """No money of this lesson is held or was taken. Source: BK-53."""

    code: ClassVar[str] = "nothing_to_refund"


@frozen
class CardDeclined(PaymentRefused):
    """The bank refused. Source: PY-9."""

    category: str

    code: ClassVar[str] = "card_declined"

    def __str__(self) -> str:
        return f"the card was declined: {self.category}"

    def facts(self) -> Mapping[str, object]:
        """Why, in the processor's categories."""
        return {"decline_category": self.category}


@frozen
class QuoteChanged(Conflict):
    """The price is not the one that was agreed to. Source: PR-14."""

    quote: Mapping[str, object]

    code: ClassVar[str] = "quote_changed"

    def __str__(self) -> str:
        return "the price changed since it was quoted"

    def facts(self) -> Mapping[str, object]:
        """The new quote, to be agreed to."""
        return {"quote": self.quote}

    @classmethod
    def to(cls, price: PriceBreakdown) -> Self:
        """The refusal that carries *price*."""
        return cls(
            {
                "lesson_price_cents": price.lesson_price.cents,
                "student_fee_cents": price.student_fee.cents,
                "credit_cents": price.credit.cents,
                "card_amount_cents": price.card_amount.cents,
                "config_version": price.config_version,
                "fingerprint": price.fingerprint,
            }
        )


class ProcessorKeyReused(Conflict):
    """One idempotency key came with two different requests: a defect of ours. Source: PY-60."""

    code: ClassVar[str] = "processor_key_reused"


class ProcessorObjectUnknown(NotFound):
    """The processor has no such thing, or not any more."""


@frozen
class BooksDontBalance(Conflict):
    """The books don't sum to zero, or don't agree with payments or credit. Source: PY-86."""

    checked_at: datetime
    imbalance_cents: int
    unsettled: int
    credit_mismatches: int = 0

    code: ClassVar[str] = "ledger_breach"

    def __str__(self) -> str:
        return (
            f"on {self.checked_at:%Y-%m-%d %H:%M} the books were {self.imbalance_cents} cents off,"
            f" with {self.unsettled} settled payments not cleared"
            f" and {self.credit_mismatches} accounts of credit that lots don't explain"
        )


@frozen
class AuthorisationsStalled(Conflict):
    """Holds that fell due are not asked for, or none is granted. Source: spec 02 §7."""

    overdue: int
    unpaid: int
    granted: int

    code: ClassVar[str] = "authorisations_stalled"

    def __str__(self) -> str:
        return (
            f"{self.overdue} holds are overdue; in two hours {self.granted} were granted,"
            f" and {self.unpaid} that fell due are not held"
        )
