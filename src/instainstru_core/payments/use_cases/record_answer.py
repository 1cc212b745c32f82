"""Record what the processor answered: the result, the books, the state, and what comes next.

Everything here happens inside the unit that `carry_out` opens after a call, under the locks of the
booking and its payment, in that order. It changes nothing when the answer was recorded before.
"""

from attrs import frozen

from instainstru_core.booking.model.parts import band
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, NoShow, Pending
from instainstru_core.booking.terms import Band
from instainstru_core.booking.timers import completion_timer
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.afterwards import (
    give_back,
    look_into,
    settle_behind,
    take_again,
)
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.ladder import WARN_BEFORE
from instainstru_core.payments.model.operation import (
    MISSING_AUTHORIZATION,
    NEVER_ARRIVED,
    REFUND_FAILED,
    TRANSFER_FAILED,
    TRANSFER_RETRIES,
    VOID_REFUSED,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending, settlement
from instainstru_core.payments.model.processor import (
    Authorised,
    Captured,
    Charged,
    Declined,
    ProcessorAnswer,
    Refunded,
    Refused,
    RequiresAction,
    Reversed,
    Transferred,
    Voided,
)
from instainstru_core.payments.use_cases.finish_move import LOCKING, REPLACED
from instainstru_core.payments.use_cases.renew_hold import RENEWING, Renewer
from instainstru_core.payments.use_cases.reversing import went_on_without


@frozen
class Desk(Renewer):
    """Where decisions and answers are written down: one unit, one instant, one locked booking."""

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment as it is afterwards, not saved yet."""
        if operation.slot.startswith(RENEWING):
            renewed = self.record_renewal(operation, payment, answer)
            decided = renewed.closing is not None and renewed.review_reason is None
            return self.pursue(renewed) if decided else renewed
        return self._record(operation, payment, answer)

    def _record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        match answer:
            case Authorised():
                self._work.payment_operations.save(operation.succeed(answer.intent))
                return self.grant(operation.operation_id, payment, answer)
            case RequiresAction():
                self._work.payment_operations.save(operation.succeed(answer.intent))
                return self._await(operation, payment, answer)
            case Declined():
                self._work.payment_operations.save(operation.fail(answer.category, answer.intent))
                return self.refuse(payment, answer)
            case Captured():
                self._work.payment_operations.save(operation.succeed(answer.charge))
                return self._take(operation, payment, answer)
            case Voided():
                self._work.payment_operations.save(operation.succeed(answer.intent))
                return self._let_go(operation, payment)
            case Refunded():
                done = operation.succeed(answer.refund)
                self._work.payment_operations.save(done)
                return self._given_back(done, payment)
            case Transferred():
                done = operation.succeed(answer.transfer)
                self._work.payment_operations.save(done)
                return self._paid(done, payment)
            case Charged() | Reversed():
                raise InvalidState(f"a lesson's money is not {type(answer).__name__.lower()}")
            case Refused():
                self._work.payment_operations.save(operation.fail(answer.reason))
                return self._refused(operation, payment, answer.reason)

    def grant(self, hold_id: OperationId, payment: Payment, granted: Authorised) -> Payment:
        """The money is held: go on with whatever the booking needs it for. Source: PY-9, PY-11."""
        if payment.settled or payment.captured or payment.outcome is not None:
            self._void(payment, hold_id, granted.intent, granted.amount)  # It came too late.
            return payment
        if payment.move is not None:
            moved = self.grant_move(hold_id, payment, payment.move, granted)
            if moved is not None:
                return moved
            if payment.closing is None and isinstance(self.booking.state, Confirmed):
                return self.grant_too_late(hold_id, payment, granted)
            payment = self.give_up_move(payment)
        if payment.closing is None and not self._wanted():
            payment = self.end_as(payment, self._ending())
        payment = payment.hold_money(hold_id, granted, at=self._at)
        if payment.hold is not None:
            self._work.ledger.post(self._books(payment).authorised(payment.hold))
        if granted.amount != payment.breakdown.card_amount:
            return payment.review("amount_mismatch", at=self._at)
        if payment.review_reason is not None:
            return payment  # It waits for who keeps it. Source: PY-41, PY-58.
        return self._use(payment) if payment.closing is None else self.pursue(payment)

    def _use(self, payment: Payment) -> Payment:
        """The money is there: confirm what waited for it, or take it where the day is over."""
        if isinstance(self.booking.state, Pending):
            self._work.bookings.save(self.booking.confirm(at=self._at))
        if isinstance(self.booking.state, Completed) and payment.capture_due_at <= self._at:
            if self._work.claims.open_on(self.booking.booking_id):
                return payment  # It is about to be frozen. Source: PY-40.
            return self.close(payment, Ending.LESSON_COMPLETED)
        if isinstance(self.booking.state, Confirmed) and payment.capture_due_at <= self._at:
            # The day after the lesson passed unpaid; nothing stands in its way now. Source: BK-22.
            self._work.work_items.file(completion_timer(self.booking, due_at=self._at))
        return payment

    def refuse(self, payment: Payment, refusal: Declined) -> Payment:
        """The card said no: count it, and come back later where a lesson hangs on it."""
        if payment.settled or payment.outcome is not None:
            return payment
        if payment.move is not None:
            payment = self.refuse_move(payment)
            if payment.closing is None and isinstance(self.booking.state, Confirmed):
                return payment
        if payment.closing is None and isinstance(self.booking.state, Cancelled | NoShow):
            payment = self.end_as(payment, self._ending())
        if payment.closing is not None:
            return self._refused_at_the_end(payment, payment.closing, refusal)
        if isinstance(self.booking.state, Completed) and not payment.failed_capture:
            failed = payment.fail_capture(refusal.category, at=self._at)
            self.come_back(failed)
            return failed
        confirmed = not isinstance(self.booking.state, Pending)
        last_chance = payment.lesson.starts_at - self._at <= WARN_BEFORE
        refused = payment.refuse_hold(
            refusal, at=self._at, final=confirmed and last_chance, scheduled=confirmed
        )
        if confirmed:
            self.come_back(refused)
        return refused

    def _refused_at_the_end(self, payment: Payment, outcome: Outcome, refusal: Declined) -> Payment:
        """What was decided needs money that the card does not give. Source: PY-23, PY-36."""
        holding = payment.hold is not None and payment.hold.status is HoldStatus.ACTIVE
        if holding or share_of(outcome) is Share.NO_CHARGE:
            return self.pursue(payment.refuse_hold(refusal, at=self._at))
        if payment.failed_capture or not isinstance(self.booking.state, Cancelled):
            failed = payment.fail_capture(refusal.category, at=self._at)
            self.come_back(failed)
            return failed
        refused = payment.refuse_hold(refusal, at=self._at)
        if self._called_off_late():
            self.give_back_credit(refused, Outcome.UNAUTHORIZED_CANCELLED)
            return refused.end_unpaid(
                Outcome.UNAUTHORIZED_CANCELLED, MISSING_AUTHORIZATION, at=self._at
            )
        return self.end_uncharged(refused, Outcome.UNAUTHORIZED_CANCELLED)

    def _called_off_late(self) -> bool:
        """Whether it was less than twelve hours ahead, or later. Source: PY-36."""
        start, state = self.booking.lesson.starts_at, self.booking.state
        return isinstance(state, Cancelled) and band(start, state.at) is Band.LT12

    def _wanted(self) -> bool:
        """Whether the booking still wants its money held."""
        match self.booking.state:
            case Pending(hold_expires_at):
                return self._at < hold_expires_at
            case Confirmed() | Completed():
                return True
            case _:
                return False

    def _await(
        self, operation: PaymentOperation, payment: Payment, answer: RequiresAction
    ) -> Payment:
        move = payment.move
        if move is not None and (operation.off_session or not self.can_finish(payment, move)):
            self._void(payment, operation.operation_id, answer.intent, operation.amount)
            return self.refuse(payment, Declined(category="authentication_required"))
        waiting = payment.await_cardholder(operation.operation_id, answer.intent, operation.amount)
        if payment.settled:
            self.plan_void(waiting)  # It came too late.
            return payment
        ending = payment.closing
        if ending is not None and share_of(ending) is Share.NO_CHARGE:
            self.plan_void(waiting)
            return waiting
        if operation.off_session or ending is not None:
            # Nobody is there to confirm: as good as a refusal.
            self.plan_void(waiting)
            return self.refuse(waiting, Declined(category="authentication_required"))
        return waiting

    def _take(self, operation: PaymentOperation, payment: Payment, answer: Captured) -> Payment:
        if operation.slot.startswith(LOCKING):
            return self.take_for_move(operation, payment, answer)
        if payment.hold is None or payment.hold.status is HoldStatus.CAPTURED:
            return payment
        outcome = payment.closing
        payment = payment.take(answer.charge, answer.amount, at=self._at)
        if payment.hold is not None:
            self._work.ledger.post(self._books(payment).captured(operation, payment.hold))
        if answer.amount != operation.amount:
            return payment.review("amount_mismatch", at=self._at)
        if payment.review_reason is not None:
            return payment.stands_at(PaymentState.LOCKED)  # It waits for who keeps it.
        outcome = outcome or Outcome.LESSON_COMPLETED
        if share_of(outcome) is Share.NO_CHARGE:
            return self._let_the_student_be(payment, outcome)  # It was decided meanwhile.
        return self._distribute(payment, outcome)

    def _let_go(self, operation: PaymentOperation, payment: Payment) -> Payment:
        if operation.slot.startswith(REPLACED):
            return self.release_replaced(operation, payment)
        hold = payment.hold
        if hold is None or hold.intent != operation.target or payment.settled:
            return payment
        if hold.status is HoldStatus.ACTIVE:
            self._work.ledger.post(self._books(payment).released(hold))
        if hold.open:
            payment = payment.let_go()
        if payment.closing is None or share_of(payment.closing) is not Share.NO_CHARGE:
            return payment
        return self.pursue(payment)

    def refund_failed(self, operation: PaymentOperation, payment: Payment, reason: str) -> Payment:
        """The card did not take back what the lesson's ending gave it. Source: PY-54.

        The money waits in escrow again, and for a person; so does that of a LOCK that came to
        nothing, whose lesson goes on with another hold once they decided (PY-19, PY-58).
        """
        hold = payment.hold
        if operation.state is OperationState.SUCCEEDED and went_on_without(payment, operation):
            failed = operation.fail(reason, operation.processor_ref)
            self._work.payment_operations.save(failed)
            self._work.ledger.post(self._books(payment).came_back(failed))
            return look_into(payment, REFUND_FAILED, at=self._at)
        returned = hold is not None and hold.status is HoldStatus.REFUNDED
        if (
            operation.state is not OperationState.SUCCEEDED
            or hold is None
            or not (payment.settled and returned and hold.intent == operation.target)
        ):
            return payment
        self._work.payment_operations.save(operation.fail(reason, operation.processor_ref))
        self._work.ledger.post(self._books(payment).came_back(operation))
        return take_again(payment).review(REFUND_FAILED, at=self._at)

    def _given_back(self, operation: PaymentOperation, payment: Payment) -> Payment:
        if operation.number > 1 and went_on_without(payment, operation):
            self._work.ledger.post(self._books(payment).refunded(operation))
            return give_back(payment, operation.amount, outcome=None, at=self._at)
        if not payment.captured:
            return payment
        self._work.ledger.post(self._books(payment).refunded(operation))
        payment = payment.give_back(operation.amount, at=self._at)
        if payment.closing is None or share_of(payment.closing) is not Share.NO_CHARGE:
            return self.pursue(self.unlock(payment))
        return self.end_uncharged(payment, payment.closing)

    def _not_given_back(self, operation: PaymentOperation, payment: Payment) -> Payment:
        """The card takes nothing back: a person must look. Source: PY-54, PY-58."""
        if went_on_without(payment, operation):
            return look_into(payment, REFUND_FAILED, at=self._at)
        return payment.review(REFUND_FAILED, at=self._at)

    def _paid(self, operation: PaymentOperation, payment: Payment) -> Payment:
        self._work.ledger.post(self._books(payment).transferred(operation))
        payment = payment.pay_out(operation.amount, at=self._at)
        paid = operation.amount.cents + sum(
            other.amount.cents
            for other in self._work.payment_operations.of(payment.payment_id)
            if other.kind is OperationKind.TRANSFER
            and other.state is OperationState.SUCCEEDED
            and other.operation_id != operation.operation_id
        )
        outcome = payment.closing or Outcome.LESSON_COMPLETED
        payout = settlement(outcome, breakdown=payment.breakdown).payout
        if payment.settled or paid < payout.cents:
            return payment
        if payment.frozen:  # A chargeback came in between. Source: PY-56.
            return settle_behind(payment, outcome, payout=payout, at=self._at)
        return self._settle(payment, outcome)

    def _refused(self, operation: PaymentOperation, payment: Payment, reason: str) -> Payment:
        match operation.kind:
            case OperationKind.CAPTURE if payment.move is not None and reason != "already_captured":
                payment = self.refuse_move(payment)
                if payment.closing is None and isinstance(self.booking.state, Confirmed):
                    return payment
                if reason == NEVER_ARRIVED:
                    return self.pursue(payment)
                return self._capture_refused(payment, reason)
            case OperationKind.CAPTURE | OperationKind.VOID | OperationKind.REFUND if (
                reason == NEVER_ARRIVED
            ):
                return self._ask_anew(operation, payment)
            case OperationKind.REFUND:
                return self._not_given_back(operation, payment)
            case OperationKind.CAPTURE if reason == "already_captured":
                return payment.review("amount_mismatch", at=self._at)
            case OperationKind.CAPTURE:
                return self._capture_refused(payment, reason)
            case OperationKind.TRANSFER:
                return self._transfer_refused(operation, payment, reason)
            case OperationKind.VOID if reason == "already_captured":
                return payment.review(VOID_REFUSED, at=self._at)
            case _:
                return self._let_go(operation, payment)  # There is no hold to let go of.

    def _ask_anew(self, operation: PaymentOperation, payment: Payment) -> Payment:
        """Nothing came of the call, so another may be made in its place. Source: PY-62."""
        holding = payment.hold is not None and payment.hold.status is HoldStatus.ACTIVE
        if operation.kind is not OperationKind.CAPTURE or holding:
            self.plan(
                payment,
                operation.kind,
                operation.next_slot,
                amount=operation.amount,
                target=operation.target,
            )
        return payment

    def _capture_refused(self, payment: Payment, reason: str) -> Payment:
        if payment.hold is None or payment.hold.status is not HoldStatus.ACTIVE:
            return payment
        if payment.closing is not None and share_of(payment.closing) is Share.NO_CHARGE:
            return self.pursue(payment)
        self._work.ledger.post(self._books(payment).released(payment.hold))
        self.plan_void(payment)
        failed = payment.fail_capture(reason, at=self._at)
        self.come_back(failed)
        return failed

    def _transfer_refused(
        self, operation: PaymentOperation, payment: Payment, reason: str
    ) -> Payment:
        leg, _, attempt = operation.slot.partition("#")
        number = int(attempt)
        if number > len(TRANSFER_RETRIES):
            return payment.review(TRANSFER_FAILED, at=self._at)
        # One key is always answered alike, so another try is another operation (ADR 0010).
        self.plan(
            payment,
            OperationKind.TRANSFER,
            f"{leg}#{number + 1}",
            amount=operation.amount,
            target=operation.target,
            charge=operation.charge,
            not_before=self._at + TRANSFER_RETRIES[number - 1],
        )
        if number > 1:
            return payment
        return payment.fail_payout(operation.amount, reason, at=self._at)
