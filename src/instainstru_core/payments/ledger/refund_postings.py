"""Appendix A, rows 19 and 23: what a refund after the settlement moves."""

from attrs import frozen

from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.ledger.writing import Writer
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.refunds.plan import RefundPlan


@frozen
class RefundBookkeeper(Writer):
    """The journals of refunds, and of what instructors give back for them."""

    def refunded(self, operation: PaymentOperation, plan: RefundPlan) -> list[Journal]:
        """Row 23 whole; what the platform absorbs is a credit where it gets something back."""
        reference = operation.processor_ref
        signed = (
            (Account.REFUNDS_CONTRA, plan.absorbed_cents, None),
            (Account.INSTRUCTOR_PAYABLE, plan.reversed.cents, None),
            (Account.CREDIT_AVAILABLE, plan.revoked.cents, None),
            (Account.PROCESSOR_BALANCE, -plan.card.cents, reference),
            (Account.CREDIT_AVAILABLE, -plan.reinstated.cents, None),
        )
        lines = [
            Line(
                account=account,
                cents=cents,
                payment_id=self._payment.payment_id,
                instructor_id=self._payment.instructor_id,
                student_id=self._payment.student_id,
                processor_ref=ref,
            )
            for account, cents, ref in signed
            if cents
        ]
        return self.journal(JournalType.REFUND_SETTLED, str(operation.operation_id), lines)

    def came_back(self, operation: PaymentOperation, plan: RefundPlan) -> list[Journal]:
        """The card did not take it after all: the money is the platform's to give again. PY-54."""
        lines = self.pair(
            Account.PROCESSOR_BALANCE,
            Account.REFUNDS_CONTRA,
            plan.card,
            operation.processor_ref,
        )
        return self.journal(JournalType.CORRECTION, f"refund:{operation.operation_id}", lines)

    def borne(self, operation: PaymentOperation) -> list[Journal]:
        """The platform bears what an instructor could not give back. Source: PY-54, PY-58."""
        lines = self.pair(Account.REFUNDS_CONTRA, Account.INSTRUCTOR_PAYABLE, operation.amount)
        return self.journal(JournalType.CORRECTION, f"reversal:{operation.operation_id}", lines)

    def reversed(self, operation: PaymentOperation) -> list[Journal]:
        """Row 19: part of a transfer came back."""
        reference, amount = operation.processor_ref, operation.amount
        lines = [
            *self.pair(Account.PROCESSOR_BALANCE, Account.INSTRUCTOR_PAYABLE, amount, reference),
            *self.pair(Account.CONNECT_OWNER, Account.CONNECT_BALANCE, amount, reference),
        ]
        return self.journal(JournalType.TRANSFER_REVERSAL, str(operation.operation_id), lines)
