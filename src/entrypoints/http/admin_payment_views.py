"""What operators are shown of payments. Source: spec 02 §6, §11.1, PY-58."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from entrypoints.http.ledger import JournalView
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import Page
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.ids import ChargebackId, OperationId, PaymentId, RefundId
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.office.queries import PaymentFile
from instainstru_core.payments.office.remedies import legal_remedies
from instainstru_core.payments.refunds.model import Refund


class PaymentRowView(Struct, kw_only=True, frozen=True):
    """One payment, in a line; *remedies* are what its review can be resolved with."""

    payment_id: PaymentId
    booking_id: BookingId
    student_id: StudentId
    instructor_id: InstructorId
    lesson_starts_at: datetime
    state: Annotated[str, Meta(examples=["manual_review"])]
    outcome: str | None
    review_reason: Annotated[str | None, Meta(examples=["chargeback"])]
    review_since: datetime | None
    review_age_seconds: int | None
    resumes_as: str | None
    remedies: list[str]
    lesson_price_cents: int
    card_amount_cents: int
    credit_cents: int
    captured_cents: int
    payout_cents: int

    @classmethod
    def of(cls, payment: Payment, now: datetime) -> "PaymentRowView":
        """The line of *payment* at *now*."""
        price = payment.breakdown
        since = payment.review_since if payment.review_reason is not None else None
        return cls(
            payment_id=payment.payment_id,
            booking_id=payment.booking_id,
            student_id=payment.student_id,
            instructor_id=payment.instructor_id,
            lesson_starts_at=payment.lesson.starts_at,
            state=payment.state.value,
            outcome=None if payment.outcome is None else payment.outcome.value,
            review_reason=payment.review_reason,
            review_since=since,
            review_age_seconds=None if since is None else int((now - since).total_seconds()),
            resumes_as=None if payment.resume_state is None else payment.resume_state.value,
            remedies=[each.value for each in legal_remedies(payment.review_reason)],
            lesson_price_cents=price.lesson_price.cents,
            card_amount_cents=price.card_amount.cents,
            credit_cents=price.credit.cents,
            captured_cents=payment.captured.cents,
            payout_cents=price.payout.cents,
        )


class PaymentRowsView(Struct, kw_only=True, frozen=True):
    """Part of all payments, the newest first."""

    items: list[PaymentRowView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Payment], now: datetime) -> "PaymentRowsView":
        """The view of *page* at *now*."""
        return cls(
            items=[PaymentRowView.of(each, now) for each in page.items],
            next_cursor=None if page.next_cursor is None else str(page.next_cursor),
        )


class ProcessorCallView(Struct, kw_only=True, frozen=True):
    """One call of the processor."""

    operation_id: OperationId
    matter: Annotated[str, Meta(examples=["lesson"])]
    kind: Annotated[str, Meta(examples=["capture"])]
    slot: str
    amount_cents: int
    state: Annotated[str, Meta(examples=["succeeded"])]
    attempts: int
    planned_at: datetime
    processor_reference: str | None
    error_code: str | None

    @classmethod
    def of(cls, operation: PaymentOperation) -> "ProcessorCallView":
        """The view of *operation*."""
        return cls(
            operation_id=operation.operation_id,
            matter=operation.matter.value,
            kind=operation.kind.value,
            slot=operation.slot,
            amount_cents=operation.amount.cents,
            state=operation.state.value,
            attempts=operation.attempts,
            planned_at=operation.planned_at,
            processor_reference=operation.processor_ref,
            error_code=operation.error_code,
        )


class RefundView(Struct, kw_only=True, frozen=True):
    """One refund: what went to the card, and what followed it."""

    refund_id: RefundId
    state: Annotated[str, Meta(examples=["succeeded"])]
    reason: Annotated[str, Meta(examples=["goodwill"])]
    note: str | None
    bearer: Annotated[str, Meta(examples=["platform"])]
    full: bool
    card_cents: int
    credit_reinstated_cents: int
    payout_reversed_cents: int
    credit_revoked_cents: int
    absorbed_cents: int
    operator_id: AccountId
    ordered_at: datetime
    processor_reference: str | None
    failure: str | None

    @classmethod
    def of(cls, refund: Refund) -> "RefundView":
        """The view of *refund*."""
        plan = refund.plan
        return cls(
            refund_id=refund.refund_id,
            state=refund.state.value,
            reason=refund.reason.value,
            note=refund.note,
            bearer=plan.bearer.value,
            full=plan.full,
            card_cents=plan.card.cents,
            credit_reinstated_cents=plan.reinstated.cents,
            payout_reversed_cents=plan.reversed.cents,
            credit_revoked_cents=plan.revoked.cents,
            absorbed_cents=plan.absorbed_cents,
            operator_id=refund.operator_id,
            ordered_at=refund.ordered_at,
            processor_reference=refund.reference,
            failure=refund.failure,
        )


class ChargebackView(Struct, kw_only=True, frozen=True):
    """One disputed charge, and what of it others bear if it is lost."""

    chargeback_id: ChargebackId
    processor_reference: str
    status: Annotated[str, Meta(examples=["open"])]
    reason: str
    amount_cents: int
    fee_cents: int
    credit_frozen_cents: int
    credit_spent_cents: int
    payout_cents: int
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, chargeback: Chargeback) -> "ChargebackView":
        """The view of *chargeback*."""
        return cls(
            chargeback_id=chargeback.chargeback_id,
            processor_reference=chargeback.dispute,
            status=chargeback.status.value,
            reason=chargeback.reason,
            amount_cents=chargeback.amount.cents,
            fee_cents=chargeback.fee.cents,
            credit_frozen_cents=chargeback.recovery.unspent.cents,
            credit_spent_cents=chargeback.recovery.spent.cents,
            payout_cents=chargeback.recovery.payout.cents,
            opened_at=chargeback.opened_at,
            closed_at=chargeback.closed_at,
        )


class PaymentFileView(Struct, kw_only=True, frozen=True):
    """One payment whole: its journals prove what became of every cent. Source: spec 02 §11.1."""

    payment: PaymentRowView
    processor_references: list[str]
    operations: list[ProcessorCallView]
    refunds: list[RefundView]
    chargebacks: list[ChargebackView]
    journals: list[JournalView]
    balances: Mapping[str, int]
    sums_to_zero: bool

    @classmethod
    def of(cls, file: PaymentFile, now: datetime) -> "PaymentFileView":
        """The view of *file* at *now*."""
        named = [each.processor_ref for each in file.operations]
        return cls(
            payment=PaymentRowView.of(file.payment, now),
            processor_references=list(dict.fromkeys(each for each in named if each is not None)),
            operations=[ProcessorCallView.of(each) for each in file.operations],
            refunds=[RefundView.of(each) for each in file.refunds],
            chargebacks=[ChargebackView.of(each) for each in file.chargebacks],
            journals=[JournalView.of(each) for each in file.journals],
            balances={account.value: cents for account, cents in file.balances().items()},
            sums_to_zero=file.sums_to_zero,
        )
