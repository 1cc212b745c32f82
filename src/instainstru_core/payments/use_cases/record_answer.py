"""Record what the processor answered: the result, the books, the state, and what comes next.

Everything here happens inside the unit that `carry_out` opens after a call, under the locks of the
booking and its payment, in that order. It changes nothing when the answer was recorded before.
"""

from datetime import datetime

from attrs import field, frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, Pending
from instainstru_core.booking.timers import completion_timer
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.model.ladder import WARN_BEFORE, next_look
from instainstru_core.payments.model.operation import (
    NEVER_ARRIVED,
    REVIEW_PAUSE,
    TRANSFER_FAILED,
    TRANSFER_RETRIES,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import (
    CAPTURE_RETRY_EVERY,
    FailureKind,
    HoldStatus,
    Outcome,
    Payment,
    PaymentState,
)
from instainstru_core.payments.model.planner import Ending, ending_of, plan
from instainstru_core.payments.model.processor import (
    Authorised,
    Captured,
    Declined,
    ProcessorAnswer,
    Refused,
    RequiresAction,
    Transferred,
    Voided,
)
from instainstru_core.payments.ports import PaymentWork

CLIMB_LADDER = "climb_ladder"
RETRY_CAPTURE = "retry_capture"


@frozen
class Desk:
    """Where decisions and answers are written down: one unit, one instant, one locked booking."""

    _work: PaymentWork
    _ids: Ids
    _at: datetime
    booking: Booking
    followups: list[PaymentOperation] = field(factory=list, init=False)

    def plan(
        self,
        payment: Payment,
        kind: OperationKind,
        slot: str,
        *,
        amount: Money,
        target: str,
        charge: str | None = None,
        off_session: bool = False,
        not_before: datetime | None = None,
    ) -> PaymentOperation:
        """Write down a call of the processor, to be made next, or at *not_before*. Source: PY-6."""
        operation = PaymentOperation(
            operation_id=self._ids.new(OperationId),
            payment_id=payment.payment_id,
            kind=kind,
            slot=slot,
            amount=amount,
            target=target,
            charge=charge,
            off_session=off_session,
            planned_at=self._at,
            next_attempt_at=not_before or self._at,
        )
        if not_before is None:
            operation = operation.send(at=self._at)
            self.followups.append(operation)
        self._work.payment_operations.add(operation)
        return operation

    def ask_card(self, payment: Payment, *, off_session: bool) -> Payment:
        """Plan to hold the card amount on the payment's card, letting go of an unconfirmed hold."""
        hold = payment.hold
        if hold is not None and hold.status is HoldStatus.REQUIRES_ACTION:
            self.plan_void(payment)
            payment = payment.let_go()
        self.plan(
            payment,
            OperationKind.AUTHORISE,
            payment.next_slot,
            amount=payment.breakdown.card_amount,
            target=payment.card_token,
            off_session=off_session,
        )
        return payment.attempt(at=self._at)

    def plan_void(self, payment: Payment) -> None:
        """Plan to let the hold go."""
        if (hold := payment.hold) is not None:
            self._void(payment, hold.hold_id, hold.intent, hold.amount)

    def _void(self, payment: Payment, hold_id: OperationId, intent: str, amount: Money) -> None:
        self.plan(payment, OperationKind.VOID, f"void:{hold_id}", amount=amount, target=intent)

    def close(self, payment: Payment, ending: Ending) -> Payment:
        """Decide that the payment ends without a charge, and do what can be done at once."""
        decided = plan(ending, breakdown=payment.breakdown, held=payment.held)
        payment = payment.end_as(decided.outcome)
        if decided.steps:
            self.plan_void(payment)
            return payment
        return self._close(payment, decided.outcome)

    def _close(self, payment: Payment, outcome: Outcome) -> Payment:
        if any(
            operation.kind is OperationKind.AUTHORISE and not operation.finished
            for operation in self._work.payment_operations.of(payment.payment_id)
        ):
            return payment  # Its answer decides whether there is a hold to let go.
        return payment.settle(outcome, payout=NOTHING, at=self._at)

    def begin_capture(self, payment: Payment) -> Payment:
        """Plan to take the money of a taught lesson; with nothing to take, go on to the payout."""
        payment = payment.end_as(Outcome.LESSON_COMPLETED)
        decided = plan(Ending.LESSON_COMPLETED, breakdown=payment.breakdown, held=payment.held)
        if not decided.captured or payment.hold is None:
            return self._pay_out(payment.take_nothing())
        self.plan(
            payment,
            OperationKind.CAPTURE,
            f"capture:{payment.hold.hold_id}",
            amount=decided.captured,
            target=payment.hold.intent,
        )
        return payment

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment as it is afterwards, not saved yet."""
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
            case Transferred():
                done = operation.succeed(answer.transfer)
                self._work.payment_operations.save(done)
                return self._paid(done, payment)
            case Refused():
                self._work.payment_operations.save(operation.fail(answer.reason))
                return self._refused(operation, payment, answer.reason)

    def grant(self, hold_id: OperationId, payment: Payment, granted: Authorised) -> Payment:
        """The money is held: go on with whatever the booking needs it for. Source: PY-9, PY-11."""
        if payment.settled or payment.state is PaymentState.CAPTURED:
            self._void(payment, hold_id, granted.intent, granted.amount)  # It came too late.
            return payment
        if payment.closing is None and not self._wanted():
            ending = ending_of(self.booking)
            decided = plan(ending, breakdown=payment.breakdown, held=NOTHING)
            payment = payment.end_as(decided.outcome)
        payment = payment.hold_money(hold_id, granted, at=self._at)
        if payment.hold is not None:
            self._work.ledger.post(self._books(payment).authorised(payment.hold))
        if granted.amount != payment.breakdown.card_amount:
            return payment.review("amount_mismatch", at=self._at)
        if payment.closing is not None:
            self.plan_void(payment)
            return payment
        if isinstance(self.booking.state, Pending):
            self._work.bookings.save(self.booking.confirm(at=self._at))
        if isinstance(self.booking.state, Completed) and payment.capture_due_at <= self._at:
            return self.begin_capture(payment)
        if isinstance(self.booking.state, Confirmed) and payment.capture_due_at <= self._at:
            # The day after the lesson passed unpaid; nothing stands in its way now. Source: BK-22.
            self._work.work_items.file(completion_timer(self.booking, due_at=self._at))
        return payment

    def refuse(self, payment: Payment, refusal: Declined) -> Payment:
        """The card said no: count it, and come back later where a lesson hangs on it."""
        if payment.settled:
            return payment
        if payment.closing is not None:
            refused = payment.refuse_hold(refusal, at=self._at)
            return refused.settle(payment.closing, payout=NOTHING, at=self._at)
        if isinstance(self.booking.state, Cancelled):
            refused = payment.refuse_hold(refusal, at=self._at)
            return self.close(refused, ending_of(self.booking))
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

    def come_back(self, payment: Payment) -> None:
        """File the next look at a payment whose card refused. Source: PY-13, PY-23."""
        failure = payment.failure
        if failure is None:
            return
        if failure.kind is FailureKind.CAPTURE:
            handler, due_at = RETRY_CAPTURE, failure.last_at + CAPTURE_RETRY_EVERY
        else:
            start = payment.lesson.starts_at
            handler = CLIMB_LADDER
            due_at = next_look(failure, lesson_starts_at=start, now=self._at)
        self._work.work_items.file(
            NewWork(
                handler=handler,
                payload={"payment_id": str(payment.payment_id)},
                due_at=due_at,
                dedupe_key=f"{handler}:{payment.payment_id}:{due_at.isoformat()}",
            )
        )

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
        waiting = payment.await_cardholder(operation.operation_id, answer.intent)
        if payment.settled:
            self.plan_void(waiting)  # It came too late.
            return payment
        if payment.closing is not None:
            self.plan_void(waiting)
            return waiting
        if operation.off_session:
            # Nobody is there to confirm: as good as a refusal.
            self.plan_void(waiting)
            return self.refuse(waiting, Declined(category="authentication_required"))
        return waiting

    def _take(self, operation: PaymentOperation, payment: Payment, answer: Captured) -> Payment:
        if payment.hold is None or payment.hold.status is HoldStatus.CAPTURED:
            return payment
        payment = payment.take(answer.charge, answer.amount, at=self._at)
        if payment.hold is not None:
            self._work.ledger.post(self._books(payment).captured(operation, payment.hold))
        if answer.amount != operation.amount:
            return payment.review("amount_mismatch", at=self._at)
        return self._pay_out(payment)

    def _pay_out(self, payment: Payment) -> Payment:
        """Post what the lesson earned, and plan what the instructor gets of it. Source: PY-22."""
        decided = plan(Ending.LESSON_COMPLETED, breakdown=payment.breakdown, held=NOTHING)
        self._work.ledger.post(self._books(payment).settled(decided))
        price = payment.breakdown
        charge = payment.hold.charge if payment.hold is not None else None
        account = self._work.connect_accounts.find(payment.instructor_id)
        if account is None and decided.payout:
            return payment.review(TRANSFER_FAILED, at=self._at)
        # While the books don't balance no money leaves. Source: PY-86.
        later = self._at + REVIEW_PAUSE if self._work.ledger.is_breached() else None
        for slot, amount, source in (
            ("settlement#1", price.charge_transfer, charge),
            ("top_up#1", price.top_up_transfer, None),
        ):
            if amount and account is not None:
                self.plan(
                    payment,
                    OperationKind.TRANSFER,
                    slot,
                    amount=amount,
                    target=account.account,
                    charge=source,
                    not_before=later,
                )
        return payment if decided.payout else self._settle(payment)

    def _let_go(self, operation: PaymentOperation, payment: Payment) -> Payment:
        hold = payment.hold
        if hold is None or hold.intent != operation.target or payment.settled:
            return payment
        if hold.status is HoldStatus.ACTIVE:
            self._work.ledger.post(self._books(payment).released(hold))
        if hold.open:
            payment = payment.let_go()
        if payment.closing is None or payment.closing is Outcome.LESSON_COMPLETED:
            return payment
        return self._close(payment, payment.closing)

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
        if paid < payment.breakdown.payout.cents:
            return payment
        return self._settle(payment)

    def _settle(self, payment: Payment) -> Payment:
        return payment.settle(
            Outcome.LESSON_COMPLETED, payout=payment.breakdown.payout, at=self._at
        )

    def _refused(self, operation: PaymentOperation, payment: Payment, reason: str) -> Payment:
        match operation.kind:
            case OperationKind.CAPTURE | OperationKind.VOID if reason == NEVER_ARRIVED:
                return self._ask_anew(operation, payment)
            case OperationKind.CAPTURE if reason == "already_captured":
                return payment.review("amount_mismatch", at=self._at)
            case OperationKind.CAPTURE:
                return self._capture_refused(payment, reason)
            case OperationKind.TRANSFER:
                return self._transfer_refused(operation, payment, reason)
            case OperationKind.VOID if reason == "already_captured":
                return payment.review("void_refused", at=self._at)
            case _:
                return self._let_go(operation, payment)  # There is no hold to let go of.

    def _ask_anew(self, operation: PaymentOperation, payment: Payment) -> Payment:
        """Nothing came of the call, so another may be made in its place. Source: PY-62."""
        if operation.kind is OperationKind.VOID or payment.state is PaymentState.AUTHORIZED:
            self.plan(
                payment,
                operation.kind,
                operation.next_slot,
                amount=operation.amount,
                target=operation.target,
            )
        return payment

    def _capture_refused(self, payment: Payment, reason: str) -> Payment:
        if payment.state is not PaymentState.AUTHORIZED or payment.hold is None:
            return payment
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

    def _books(self, payment: Payment) -> Bookkeeper:
        return Bookkeeper(payment, self._ids, self._at)
