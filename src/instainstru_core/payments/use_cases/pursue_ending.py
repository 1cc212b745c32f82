"""Bring the money of a lesson to the end that was decided for it, one call after the other.

What record_answer and the use cases have in common: writing calls down, deciding how a payment
ends, and doing the next thing that stands between it and there. Source: PY-6, PY-27, PY-30.
"""

from datetime import datetime

from attrs import field, frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import CreditLot, fault_of, source_of
from instainstru_core.payments.ids import CreditLotId, OperationId
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.model.holds import FailureKind, HoldStatus
from instainstru_core.payments.model.ladder import CANCEL_BEFORE, next_look
from instainstru_core.payments.model.operation import (
    REVIEW_PAUSE,
    TRANSFER_FAILED,
    Matter,
    OperationKind,
    PaymentOperation,
)
from instainstru_core.payments.model.outcomes import Outcome, Share, share_of
from instainstru_core.payments.model.payment import (
    CAPTURE_GIVE_UP_AFTER,
    CAPTURE_RETRY_EVERY,
    Payment,
    PaymentState,
)
from instainstru_core.payments.model.planner import (
    Ending,
    Funds,
    MoneyPolicy,
    SettlementPlan,
    ending_of,
    plan,
    settlement,
)
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused

CLIMB_LADDER = "climb_ladder"
RETRY_CAPTURE = "retry_capture"
_DECISIVE = frozenset({OperationKind.AUTHORISE, OperationKind.CAPTURE, OperationKind.REFUND})


@frozen
class Clerk:
    """Decides and pursues how payments end: one unit, one instant, one locked booking."""

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
        matter: Matter = Matter.LESSON,
    ) -> PaymentOperation:
        """Write down a call of the processor, to be made next, or at *not_before*. Source: PY-6."""
        operation = PaymentOperation(
            operation_id=self._ids.new(OperationId),
            payment_id=payment.payment_id,
            matter=matter,
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

    def plan_refund(self, payment: Payment) -> None:
        """Plan to give back what was taken. Source: PY-38, PY-43."""
        if (hold := payment.hold) is not None:
            self.plan(
                payment,
                OperationKind.REFUND,
                f"refund:{hold.hold_id}",
                amount=payment.captured,
                target=hold.intent,
            )

    def _void(self, payment: Payment, hold_id: OperationId, intent: str, amount: Money) -> None:
        self.plan(payment, OperationKind.VOID, f"void:{hold_id}", amount=amount, target=intent)

    def decide(
        self, payment: Payment, ending: Ending, *, policy: MoneyPolicy | None = None
    ) -> SettlementPlan:
        """What *ending* would do to the payment now. Source: PY-27."""
        if ending is Ending.ADMIN and policy is None:
            policy = MoneyPolicy.FULL_REFUND
        funds = Funds.of(payment, self.booking)
        return plan(ending, breakdown=payment.breakdown, funds=funds, policy=policy)

    def end_as(
        self, payment: Payment, ending: Ending, *, policy: MoneyPolicy | None = None
    ) -> Payment:
        """Decide how the payment ends, and nothing more. Source: PY-6."""
        return payment.end_as(self.decide(payment, ending, policy=policy).outcome)

    def close(
        self, payment: Payment, ending: Ending, *, policy: MoneyPolicy | None = None
    ) -> Payment:
        """Decide how the payment ends, and do what can be done at once."""
        return self.pursue(self.end_as(payment, ending, policy=policy))

    def pursue(self, payment: Payment) -> Payment:
        """Do the next thing between the payment and the end decided for it; again does nothing."""
        outcome = payment.closing
        if outcome is None or payment.settled or payment.state is PaymentState.CAPTURED:
            return payment
        if self._waiting(payment):
            return payment  # The answer decides what comes next.
        if share_of(outcome) is Share.NO_CHARGE:
            return self._let_the_student_be(payment, outcome)
        if payment.captured or not payment.breakdown.card_amount:
            return self._distribute(payment.take_nothing(), outcome)
        payment = self._drop_lapsed(payment)
        hold = payment.hold
        if hold is None or hold.status is not HoldStatus.ACTIVE:
            return self.ask_card(payment, off_session=True)
        self.plan(
            payment,
            OperationKind.CAPTURE,
            f"capture:{hold.hold_id}",
            amount=payment.breakdown.card_amount,
            target=hold.intent,
        )
        return payment

    def _drop_lapsed(self, payment: Payment) -> Payment:
        """Nothing can be taken of a hold whose time is over. Source: PY-16, PY-42."""
        hold = payment.hold
        active = hold is not None and hold.status is HoldStatus.ACTIVE
        if hold is None or not active or hold.expires_at is None or self._at < hold.expires_at:
            return payment
        self._work.ledger.post(self._books(payment).released(hold))
        self.plan_void(payment)
        return payment.let_go()

    def _waiting(self, payment: Payment) -> bool:
        """Whether the processor has yet to answer something that decides what comes next.

        That a hold is let go which the payment has done with decides nothing.
        """
        letting_go = payment.hold.intent if payment.hold is not None and payment.held else None
        return any(
            operation.kind in _DECISIVE
            or (operation.kind is OperationKind.VOID and operation.target == letting_go)
            for operation in self._work.payment_operations.of(payment.payment_id)
            if not operation.finished
        )

    def _let_the_student_be(self, payment: Payment, outcome: Outcome) -> Payment:
        if payment.captured:
            self.plan_refund(payment)
            return payment.take_nothing()
        if payment.held:
            self.plan_void(payment)
            return payment
        return self.end_uncharged(payment, outcome)

    def end_uncharged(self, payment: Payment, outcome: Outcome) -> Payment:
        """Nothing was charged: what was set aside of credit comes back. Source: PY-28, CR-6."""
        self.give_back_credit(payment, outcome)
        return payment.settle(outcome, payout=NOTHING, at=self._at)

    def keep_as_credit(self, payment: Payment) -> None:
        """What no card takes back is the student's credit, fee and all: row 9. PY-54, PY-58."""
        self._grant(payment, Outcome.ADMIN_FULL_CREDIT, payment.captured)

    def give_back_credit(self, payment: Payment, outcome: Outcome) -> None:
        """Let the student spend elsewhere what was set aside for the lesson. Source: CR-6."""
        if payment.breakdown.credit:
            self._till.release(payment, fault=fault_of(outcome))

    def come_back(self, payment: Payment) -> None:
        """File the next look at a payment whose card refused. Source: PY-13, PY-23."""
        failure = payment.failure
        if failure is None:
            return
        if failure.kind is FailureKind.CAPTURE:
            over = failure.first_at + CAPTURE_GIVE_UP_AFTER
            handler = RETRY_CAPTURE
            due_at = min(failure.last_at + CAPTURE_RETRY_EVERY, max(over, self._at))
        else:
            start = payment.lesson.starts_at
            handler = CLIMB_LADDER
            due_at = next_look(failure, lesson_starts_at=start, now=self._at)
        self.look_at(payment, handler, due_at)

    def watch_deadline(self, payment: Payment) -> None:
        """File a look twelve hours ahead, should the card never answer. Source: BK-20, PY-14."""
        deadline = payment.lesson.starts_at - CANCEL_BEFORE
        if deadline > self._at:
            self.look_at(payment, CLIMB_LADDER, deadline)

    def go_on_with(self, payment: Payment) -> None:
        """Let a payment that was looked into go on with its lesson as it is now. Source: PY-42."""
        if payment.settled:
            return
        self._work.work_items.file(
            NewWork(
                handler="resume_payment",
                payload={"booking_id": str(payment.booking_id)},
                due_at=self._at,
                dedupe_key=f"resume_payment:{payment.booking_id}:{self._at.isoformat()}",
            )
        )

    def look_at(self, payment: Payment, handler: str, due_at: datetime) -> None:
        """File the work that *handler* does for the payment."""
        self._work.work_items.file(
            NewWork(
                handler=handler,
                payload={"payment_id": str(payment.payment_id)},
                due_at=due_at,
                dedupe_key=f"{handler}:{payment.payment_id}:{due_at.isoformat()}",
            )
        )

    def _distribute(self, payment: Payment, outcome: Outcome) -> Payment:
        """Post who gets what, grant the student's credit, and plan the instructor's transfers."""
        decided = settlement(outcome, breakdown=payment.breakdown)
        self._work.ledger.post(self._books(payment).settled(decided))
        self._use_credit(payment, decided)
        self._grant(payment, outcome, decided.credit_issued)
        if not decided.payout:
            return self._settle(payment, outcome)
        account = self._work.connect_accounts.find(payment.instructor_id)
        if account is None:
            return payment.review(TRANSFER_FAILED, at=self._at)
        # No money leaves while the books don't balance, or is held. Source: PY-73, PY-86.
        paused = transfers_paused(self._work, payment.instructor_id)
        later = self._at + REVIEW_PAUSE if paused else None
        charge = payment.hold.charge if payment.captured and payment.hold is not None else None
        linked = min(decided.payout, payment.captured)
        for slot, amount, source in (
            ("settlement#1", linked, charge),
            ("top_up#1", decided.payout - linked, None),
        ):
            if amount:
                self.plan(
                    payment,
                    OperationKind.TRANSFER,
                    slot,
                    amount=amount,
                    target=account.account,
                    charge=source,
                    not_before=later,
                )
        return payment

    def _use_credit(self, payment: Payment, decided: SettlementPlan) -> None:
        """What was set aside pays, is lost, or comes back. Source: PY-28, CR-7, CR-8."""
        if not payment.breakdown.credit:
            return
        if decided.credit_applied:
            self._till.apply(payment)
            return
        fault, lost = fault_of(decided.outcome), decided.credit_forfeited
        self._till.release(payment, fault=fault, keep=lost)
        if lost:
            self._till.forfeit(payment)

    def _grant(self, payment: Payment, outcome: Outcome, amount: Money) -> None:
        """The student gets credit out of the captured money. Source: CR-2, CR-9."""
        if not amount:
            return
        lot = CreditLot.granted(
            self._ids.new(CreditLotId),
            student_id=payment.student_id,
            payment_id=payment.payment_id,
            source=source_of(outcome),
            amount=amount,
            at=self._at,
            expires_at=self._till.lasts_until,
        )
        self._till.grant(lot)

    def _settle(self, payment: Payment, outcome: Outcome) -> Payment:
        decided = settlement(outcome, breakdown=payment.breakdown)
        return payment.settle(outcome, payout=decided.payout, at=self._at)

    def _ending(self) -> Ending:
        return ending_of(self.booking)

    @property
    def _till(self) -> CreditTill:
        return CreditTill(self._work, self._ids, self._at)

    def _books(self, payment: Payment) -> Bookkeeper:
        return Bookkeeper(payment, self._ids, self._at)
