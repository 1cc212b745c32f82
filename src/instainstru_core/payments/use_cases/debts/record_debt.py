"""Record what became of an escalated capture: the advance, and what pays the debt off.

Everything here happens in one unit that holds the booking and its payment, like `record_answer`.
The operations are of the matter `debt`: the advance `advance#n`, and each try to pay a debt
`debt:{debt_id}#n`. Source: PY-25, PY-26, Appendix A rows 18, 25 and 26.
"""

from typing import Final

from attrs import frozen

from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import ReleaseFault
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.ledger.debt_postings import DebtBookkeeper
from instainstru_core.payments.model.escalating import CAPTURE_ESCALATED, escalate, pay_off
from instainstru_core.payments.model.operation import (
    REVIEW_PAUSE,
    TRANSFER_RETRIES,
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import SettlementPlan, escalation, final_plan
from instainstru_core.payments.model.processor import (
    Charged,
    ChargeResult,
    Declined,
    ProcessorAnswer,
    Refused,
    RequiresAction,
    Transferred,
    Voided,
)
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from instainstru_core.payments.use_cases.pursue_ending import Clerk
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused

ADVANCE: Final = "advance"
_DEBT: Final = "debt"


@frozen
class DebtDesk(Clerk):
    """Where escalations and what is paid for debts are written down."""

    def escalate(self, payment: Payment) -> Payment:
        """The card never paid: who taught is paid, the student owes it. Source: PY-25.

        While the processor has yet to answer, that decides.
        """
        if self._waiting(payment):
            return payment
        decided = payment.closing or Outcome.LESSON_COMPLETED
        if share_of(decided) is Share.NO_CHARGE:
            raise InvalidState(f"nothing is charged for {decided}")
        plan = escalation(decided, breakdown=payment.breakdown)
        self._settle_credit(payment, plan)
        debt = recognise_debt(
            self._work,
            self._ids,
            payment,
            plan.debt,
            cause=DebtCause.ESCALATED,
            standing=Standing.LOCKED,
            at=self._at,
        )
        self._work.ledger.post(self._books(payment).settled(plan))
        escalated = escalate(payment, plan, at=self._at)
        self._advance(escalated, plan.payout)
        return escalated if debt is not None else self.finish(escalated)

    def _settle_credit(self, payment: Payment, plan: SettlementPlan) -> None:
        """What was set aside is spent, lost or given back, as the plan says. Source: PY-25."""
        till = CreditTill(self._work, self._ids, self._at)
        if plan.credit_applied:
            till.apply(payment)
            return
        keep = plan.credit_forfeited
        till.release(payment, fault=ReleaseFault.STUDENT, keep=keep)
        if keep:
            till.forfeit(payment)

    def _advance(self, payment: Payment, amount: Money) -> None:
        """Plan the transfer out of the platform's balance. Source: PY-25, PY-73, PY-86."""
        account = self._work.connect_accounts.find(payment.instructor_id)
        if not amount or account is None:
            return
        paused = transfers_paused(self._work, payment.instructor_id)
        self.plan(
            payment,
            OperationKind.TRANSFER,
            f"{ADVANCE}#1",
            amount=amount,
            target=account.account,
            not_before=self._at + REVIEW_PAUSE if paused else None,
            matter=Matter.DEBT,
        )

    def send_advance(self, payment: Payment) -> None:
        """Send at once an advance that waits, or that nobody took. Source: PY-47, PY-73."""
        plan = final_plan(payment)
        if payment.review_reason != CAPTURE_ESCALATED or plan is None or not plan.payout:
            return
        if transfers_paused(self._work, payment.instructor_id):
            return
        every = self._work.payment_operations.of(payment.payment_id, Matter.DEBT)
        advances = [each for each in every if each.kind is OperationKind.TRANSFER]
        if not advances:
            self._advance(payment, plan.payout)
        elif advances[-1].state is OperationState.PLANNED:
            sent = advances[-1].send(at=self._at)
            self._work.payment_operations.save(sent)
            self.followups.append(sent)
        elif advances[-1].state is OperationState.FAILED:
            self.plan(
                payment,
                OperationKind.TRANSFER,
                advances[-1].next_slot,
                amount=advances[-1].amount,
                target=advances[-1].target,
                matter=Matter.DEBT,
            )

    def charge(self, debt: StudentDebt, payment: Payment, amount: Money, token: str) -> None:
        """Plan to take *amount* from the card; its holder is there. Source: PY-26."""
        self.plan(
            payment,
            OperationKind.CHARGE,
            f"{_DEBT}:{debt.debt_id}#{len(self._tries(debt)) + 1}",
            amount=amount,
            target=token,
            matter=Matter.DEBT,
        )

    def unfinished(self, debt: StudentDebt) -> list[PaymentOperation]:
        """The tries to pay the debt that were not answered yet."""
        return [each for each in self._tries(debt) if not each.finished]

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment as it is afterwards, not saved yet."""
        operations = self._work.payment_operations
        match answer:
            case Charged():
                operations.save(operation.succeed(answer.intent))
                return self._collect(self._debt_of(operation), operation, payment, answer)
            case RequiresAction():
                operations.save(operation.succeed(answer.intent))
                debt = self._debt_of(operation)
                waiting = debt.wait(operation.operation_id, answer.intent, operation.amount)
                self._work.debts.save(waiting)
                return payment
            case Declined():
                operations.save(operation.fail(answer.category, answer.intent))
                return payment
            case Transferred():
                done = operation.succeed(answer.transfer)
                operations.save(done)
                self._work.ledger.post(self._books(payment).transferred(done))
                return self.finish(payment.pay_out(operation.amount, at=self._at))
            case Refused(reason=reason) if operation.kind is OperationKind.TRANSFER:
                operations.save(operation.fail(reason))
                return self._advance_refused(operation, payment, reason)
            case Refused(reason=reason):
                operations.save(operation.fail(reason))
                return payment
            case Voided():
                operations.save(operation.succeed(answer.intent))
                self._stop_waiting(payment, answer.intent)
                return payment
            case _:
                raise InvalidState(f"a debt is not {type(answer).__name__.lower()}")

    def hear(self, debt: StudentDebt, payment: Payment, answer: ChargeResult) -> Payment:
        """How a try that waits for its cardholder stands; without one nothing changes."""
        if debt.waiting is None:
            return payment
        match answer:
            case Charged():
                asked = self._work.payment_operations.get(debt.waiting.operation_id)
                return self._collect(debt, asked, payment, answer)
            case Declined():
                self._work.debts.save(debt.stop_waiting())
            case RequiresAction():
                pass
        return payment

    def take_back(self, debt: StudentDebt, payment: Payment) -> None:
        """The cardholder does not confirm, and another card is to pay: ask to let that one be."""
        waiting = debt.waiting
        if waiting is None:
            return
        slot = f"void:{waiting.operation_id}"
        every = self._work.payment_operations.of(debt.payment_id, Matter.DEBT)
        if not any(each.slot == slot for each in every):
            self.plan(
                payment,
                OperationKind.VOID,
                slot,
                amount=waiting.amount,
                target=waiting.intent,
                matter=Matter.DEBT,
            )

    def finish(self, payment: Payment) -> Payment:
        """Settle what was escalated, once nothing is owed and the advance arrived. Source: PY-26.

        The books of a settled payment are clear (PY-83).
        """
        plan = final_plan(payment)
        if payment.review_reason != CAPTURE_ESCALATED or plan is None:
            return payment
        owed = any(each.owed for each in self._work.debts.of_payment(payment.payment_id))
        advanced = any(
            each.kind is OperationKind.TRANSFER and each.state is OperationState.SUCCEEDED
            for each in self._work.payment_operations.of(payment.payment_id, Matter.DEBT)
        )
        if owed or (plan.payout and not advanced):
            return payment
        return pay_off(payment, payout=plan.payout, at=self._at)

    def _stop_waiting(self, payment: Payment, intent: str) -> None:
        for debt in self._work.debts.of_payment(payment.payment_id):
            if debt.waiting is not None and debt.waiting.intent == intent:
                self._work.debts.save(debt.stop_waiting())

    def _collect(
        self, debt: StudentDebt, operation: PaymentOperation, payment: Payment, answer: Charged
    ) -> Payment:
        standing = self._work.standings.of(debt.student_id)
        collected = debt.collect(answer.amount)
        self._work.debts.save(collected)
        books = DebtBookkeeper(payment, self._ids, self._at)
        self._work.ledger.post(
            books.collected(operation.operation_id, answer.amount, answer.charge)
        )
        if standing is Standing.LOCKED and not self._work.debts.owed_by(debt.student_id):
            self._work.standings.set(debt.student_id, Standing.OK, at=self._at)
        return self.finish(payment)

    def _advance_refused(
        self, operation: PaymentOperation, payment: Payment, reason: str
    ) -> Payment:
        """Try again as transfers are; after the last it stays owed to who taught. Source: PY-47."""
        number = int(operation.slot.partition("#")[2])
        if number > len(TRANSFER_RETRIES):
            return payment
        self.plan(
            payment,
            OperationKind.TRANSFER,
            operation.next_slot,
            amount=operation.amount,
            target=operation.target,
            not_before=self._at + TRANSFER_RETRIES[number - 1],
            matter=Matter.DEBT,
        )
        if number > 1:
            return payment
        return payment.fail_payout(operation.amount, reason, at=self._at)

    def _debt_of(self, operation: PaymentOperation) -> StudentDebt:
        name = operation.slot.partition("#")[0].partition(":")[2]
        return self._work.debts.get_for_update(DebtId.parse(name))

    def _tries(self, debt: StudentDebt) -> list[PaymentOperation]:
        leg = f"{_DEBT}:{debt.debt_id}#"
        every = self._work.payment_operations.of(debt.payment_id, Matter.DEBT)
        return [each for each in every if each.slot.startswith(leg)]
