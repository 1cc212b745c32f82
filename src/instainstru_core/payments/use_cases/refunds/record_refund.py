"""Record what the processor answered about a refund: the books, the credit, the instructor's part.

It happens inside the unit that `carry_out` opens after a call, under the locks of the booking and
its payment. The instructor's part is taken back only once the card has its money, and whether that
works never stops a refund. Source: PY-53, PY-54.
"""

from attrs import evolve, frozen

from instainstru_core.kernel.errors import InvalidState
from instainstru_core.payments.ids import RefundId
from instainstru_core.payments.ledger.refund_postings import RefundBookkeeper
from instainstru_core.payments.model.afterwards import give_back, look_into
from instainstru_core.payments.model.operation import (
    NEVER_ARRIVED,
    REFUND_FAILED,
    REVERSAL_FAILED,
    Matter,
    OperationKind,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import ProcessorAnswer, Refunded, Refused, Reversed
from instainstru_core.payments.refunds.model import Refund
from instainstru_core.payments.refunds.plan import RefundPlan, outcome_of
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.pursue_ending import Clerk
from instainstru_core.payments.use_cases.reversing import reversals


def refund_named(operation: PaymentOperation) -> RefundId:
    """The refund that *operation* is part of."""
    return RefundId.parse(operation.slot.split(":")[1].partition("#")[0])


@frozen
class RefundDesk(Clerk):
    """Where refunds are written down: one unit, one instant, one locked booking and payment."""

    def order(self, refund: Refund, payment: Payment) -> None:
        """Plan to give the card's part back; the credit that will be revoked waits for it."""
        if payment.hold is None:
            raise InvalidState("there is no charge to give back")
        if refund.plan.revoked:
            self._credits.freeze_issued(payment, refund.plan.revoked)
        self._ask(refund, payment, payment.hold.intent, f"refund:{refund.refund_id}#1")

    def order_again(self, refund: Refund, payment: Payment) -> None:
        """Plan another try of a refund that failed. Source: PY-58."""
        if payment.hold is None:
            raise InvalidState("there is no charge to give back")
        if refund.plan.revoked and not refund.booked:
            self._credits.freeze_issued(payment, refund.plan.revoked)
        last = [
            each
            for each in self._work.payment_operations.of(payment.payment_id, Matter.REFUND)
            if each.kind is OperationKind.REFUND and refund_named(each) == refund.refund_id
        ][-1]
        self._work.refunds.save(refund.again())
        self._ask(refund, payment, payment.hold.intent, last.next_slot)

    def reverse_again(self, operation: PaymentOperation, payment: Payment) -> None:
        """Plan another try of a reversal that failed. Source: PY-58."""
        self.plan(
            payment,
            OperationKind.REVERSE,
            operation.next_slot,
            amount=operation.amount,
            target=operation.target,
            matter=Matter.REFUND,
        )

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment as it is afterwards, not saved yet."""
        refund = self._work.refunds.get(refund_named(operation))
        match answer:
            case Refunded():
                done = operation.succeed(answer.refund)
                self._work.payment_operations.save(done)
                return self._given_back(refund, done, payment)
            case Reversed():
                done = operation.succeed(answer.reversal)
                self._work.payment_operations.save(done)
                self._work.ledger.post(self._refund_books(payment).reversed(done))
                return payment
            case Refused() if operation.kind is OperationKind.REVERSE:
                failed = operation.fail(answer.reason)
                self._work.payment_operations.save(failed)
                if answer.reason == NEVER_ARRIVED:
                    self.reverse_again(failed, payment)
                    return payment
                return look_into(payment, REVERSAL_FAILED, at=self._at)
            case Refused():
                self._work.payment_operations.save(operation.fail(answer.reason))
                return self._failed(refund, payment, answer.reason)
            case _:
                raise InvalidState(f"a refund is not {type(answer).__name__.lower()}")

    def fall_through(
        self, refund: Refund, operation: PaymentOperation, payment: Payment, reason: str
    ) -> Payment:
        """The card did not take the money after all, days later. Source: PY-54."""
        self._work.ledger.post(self._refund_books(payment).came_back(operation, refund.plan))
        self._work.refunds.save(refund.fail(reason))
        return look_into(payment, REFUND_FAILED, at=self._at)

    def _given_back(self, refund: Refund, operation: PaymentOperation, payment: Payment) -> Payment:
        reference = operation.processor_ref or ""
        if refund.booked:
            card_alone = RefundPlan(
                card=refund.plan.card, full=refund.plan.full, bearer=refund.plan.bearer
            )
            self._work.ledger.post(self._refund_books(payment).refunded(operation, card_alone))
            self._work.refunds.save(refund.succeed(reference, refund.plan))
            return give_back(payment, refund.plan.card, outcome=None, at=self._at)
        plan = self._follow(refund.plan, payment)
        self._work.ledger.post(self._refund_books(payment).refunded(operation, plan))
        self._work.refunds.save(refund.succeed(reference, plan))
        for leg, transfer, amount in reversals(self._work, payment, plan.reversed):
            self.plan(
                payment,
                OperationKind.REVERSE,
                f"reversal:{refund.refund_id}:{leg}#1",
                amount=amount,
                target=transfer,
                matter=Matter.REFUND,
            )
        outcome = outcome_of(refund.reason) if plan.full else None
        return give_back(payment, plan.card, outcome=outcome, at=self._at)

    def _follow(self, plan: RefundPlan, payment: Payment) -> RefundPlan:
        """What credit follows a full refund; what expired meanwhile is not there to be revoked.

        Source: PY-53, CR-12, CR-13.
        """
        if not plan.full:
            return plan
        if plan.revoked:
            self._credits.unfreeze_issued(payment)
        revoked = self._credits.revoke_issued(payment)
        reinstated = self._credits.reinstate(payment)
        self._credits.revoke_milestone(payment)
        return evolve(plan, revoked=revoked, reinstated=reinstated)

    def _failed(self, refund: Refund, payment: Payment, reason: str) -> Payment:
        if refund.plan.revoked and not refund.booked:
            self._credits.unfreeze_issued(payment)
        self._work.refunds.save(refund.fail(reason))
        return look_into(payment, REFUND_FAILED, at=self._at)

    def _ask(self, refund: Refund, payment: Payment, intent: str, slot: str) -> None:
        self.plan(
            payment,
            OperationKind.REFUND,
            slot,
            amount=refund.plan.card,
            target=intent,
            matter=Matter.REFUND,
        )

    @property
    def _credits(self) -> CreditTill:
        return CreditTill(self._work, self._ids, self._at)

    def _refund_books(self, payment: Payment) -> RefundBookkeeper:
        return RefundBookkeeper(payment, self._ids, self._at)
