"""Record what the processor answered about a tip: the result, the books, and the transfer.

It happens inside the unit that `carry_out` opens after a call, under the locks of the booking and
its payment. Nothing of the lesson's own money changes. Source: PY-50, PY-51.
"""

from datetime import datetime
from typing import Final

from attrs import field, frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.payments.events import PayoutFailed
from instainstru_core.payments.ids import OperationId, TipId
from instainstru_core.payments.ledger.tip_postings import TipBookkeeper
from instainstru_core.payments.model.operation import (
    BORNE,
    NEVER_ARRIVED,
    REVIEW_PAUSE,
    TRANSFER_RETRIES,
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
    latest_of_legs,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import (
    Charged,
    ChargeResult,
    Declined,
    ProcessorAnswer,
    Refunded,
    Refused,
    RequiresAction,
    Reversed,
    Transferred,
    Voided,
)
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.tips.model import Tip, TipState
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused

TIP_REFUNDED: Final = "tip_refunded"
"""Why a transfer that waited is never made."""


@frozen
class TipDesk:
    """Where tips are written down: one unit, one instant, one locked booking and payment."""

    _work: PaymentWork
    _ids: Ids
    _at: datetime
    booking: Booking
    followups: list[PaymentOperation] = field(factory=list, init=False)

    def charge(self, tip: Tip, payment: Payment) -> None:
        """Plan to take the tip from its card; the student is there to confirm it."""
        self._plan(
            payment,
            OperationKind.CHARGE,
            tip.slot,
            amount=tip.amount,
            target=tip.card_token,
        )

    def take_back(self, tip: Tip, payment: Payment) -> None:
        """Plan to let go of the attempt whose cardholder has not confirmed; another follows.

        That is tried once: what could not be let go of is what the cardholder must finish.
        """
        slot = f"void:{tip.slot}"
        tried = any(each.slot == slot for each in self._operations(payment, tip.tip_id))
        if tip.intent is not None and not tried:
            self._plan(payment, OperationKind.VOID, slot, amount=tip.amount, target=tip.intent)

    def give_back(self, tip: Tip, payment: Payment) -> None:
        """Plan to give all of it back to the card; no transfer of it goes any more. PY-51."""
        for each in self._operations(payment, tip.tip_id):
            if each.kind is OperationKind.TRANSFER and each.state is OperationState.PLANNED:
                self._work.payment_operations.save(each.withdraw(TIP_REFUNDED, at=self._at))
        self._next(OperationKind.REFUND, f"refund:tip:{tip.tip_id}", tip, payment, tip.intent or "")

    def reverse(self, tip: Tip, payment: Payment) -> None:
        """Plan to take back from the instructor what the card has again. Source: PY-51."""
        leg = f"reversal:tip:{tip.tip_id}"
        self._next(OperationKind.REVERSE, leg, tip, payment, tip.transfer or "")

    def bear(self, tip: Tip, payment: Payment) -> Tip:
        """The platform bears what the instructor can't give back. Source: PY-54, PY-58."""
        for each in self._latest(tip, payment, OperationKind.REVERSE):
            self._work.ledger.post(self._books(payment).borne(each, tip.tip_id))
            self._work.payment_operations.save(each.withdraw(BORNE, at=self._at))
        return self._work.tips.save(tip.let_be())

    def fall_through(self, operation: PaymentOperation, payment: Payment, reason: str) -> Payment:
        """The card did not take the refund after all; again changes nothing. Source: PY-54."""
        tip = self._work.tips.get(tip_named(operation))
        if operation.state is not OperationState.SUCCEEDED or tip.refunded_at is None:
            return payment
        self._work.payment_operations.save(operation.fail(reason, operation.processor_ref))
        made = self._latest(tip, payment, OperationKind.REVERSE)
        borne = any(each.error_code == BORNE for each in made)
        books = self._books(payment)
        self._work.ledger.post(books.came_back(operation, tip.tip_id, borne=borne))
        taken_back = any(each.state is OperationState.SUCCEEDED for each in made)
        self._work.tips.save(tip.fall_through(reversed_=taken_back))
        return payment

    def unfinished(self, tip: Tip, payment: Payment) -> list[PaymentOperation]:
        """What was asked of the processor for this tip, and not answered yet."""
        return [each for each in self._operations(payment, tip.tip_id) if not each.finished]

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment is the same afterwards, but for its news."""
        tip = self._work.tips.get(tip_named(operation))
        operations = self._work.payment_operations
        match answer:
            case Charged() | RequiresAction():
                operations.save(operation.succeed(answer.intent))
                self.hear(tip, payment, answer)
            case Declined():
                operations.save(operation.fail(answer.category, answer.intent))
                self.hear(tip, payment, answer)
            case Transferred():
                operations.save(operation.succeed(answer.transfer))
                books = self._books(payment)
                posted = books.transferred(
                    operation.operation_id, tip.tip_id, operation.amount, answer.transfer
                )
                self._work.ledger.post(posted)
                self._work.tips.save(tip.pay_out(answer.transfer))
            case Voided():
                operations.save(operation.succeed(answer.intent))
                self._ask_anew(tip, payment)
            case Refunded():
                self._given_back(operation.succeed(answer.refund), tip, payment)
            case Reversed():
                self._taken_back(operation.succeed(answer.reversal), tip, payment)
            case Refused(reason=reason):
                operations.save(operation.fail(reason))
                return self._refused(operation, tip, payment, reason)
            case _:
                raise InvalidState(f"a tip is not {type(answer).__name__.lower()}")
        return payment

    def hear(self, tip: Tip, payment: Payment, answer: ChargeResult) -> Tip:
        """How the latest attempt at *tip* went; what was recorded before changes nothing."""
        if not tip.open:
            return tip
        match answer:
            case Charged():
                done = self._work.tips.save(tip.succeed(answer.intent, answer.charge, at=self._at))
                charge_id = self._charge_of(tip, payment)
                books = self._books(payment)
                posted = books.charged(charge_id, tip.tip_id, answer.amount, answer.charge)
                self._work.ledger.post(posted)
                self.transfer(done, payment)
                return done
            case RequiresAction():
                if tip.state is TipState.REQUIRES_ACTION:
                    return tip
                return self._work.tips.save(tip.await_cardholder(answer.intent))
            case Declined():
                return self._work.tips.save(tip.fail(answer.category, at=self._at))

    def transfer(self, tip: Tip, payment: Payment) -> None:
        """Plan to send the whole tip to its instructor, or send what was planned for later.

        Without an account, and while transfers wait, it stays owed. Source: PY-47, PY-50, PY-73.
        """
        account = self._work.connect_accounts.find(payment.instructor_id)
        if account is None or tip.charge is None or tip.transfer is not None:
            return
        if tip.refunded_at is not None or self._going_back(tip, payment):
            return  # It is, or will be, the student's again. Source: PY-51.
        paused = transfers_paused(self._work, payment.instructor_id)
        latest = next(iter(self._latest(tip, payment, OperationKind.TRANSFER)), None)
        # A charge pays its tip once; what came back of that is paid again out of the balance.
        again = latest is not None and (
            latest.charge is None or latest.state is OperationState.SUCCEEDED
        )
        source = None if again else tip.charge
        if latest is None or latest.finished:
            self._plan(
                payment,
                OperationKind.TRANSFER,
                f"tip:{tip.tip_id}#1" if latest is None else latest.next_slot,
                amount=tip.amount,
                target=account.account,
                charge=source,
                not_before=self._at + REVIEW_PAUSE if paused else None,
            )
        elif latest.state is OperationState.PLANNED and not paused:
            sent = latest.send(at=self._at)
            self._work.payment_operations.save(sent)
            self.followups.append(sent)

    def _refused(
        self, operation: PaymentOperation, tip: Tip, payment: Payment, reason: str
    ) -> Payment:
        if operation.kind is OperationKind.TRANSFER:
            return self._transfer_refused(operation, tip, payment, reason)
        if operation.kind not in {OperationKind.REFUND, OperationKind.REVERSE}:
            # The cardholder confirmed after all, or it never arrived: look before asking more.
            return payment
        if reason == NEVER_ARRIVED:
            leg = operation.slot.partition("#")[0]
            self._next(operation.kind, leg, tip, payment, operation.target)
        else:
            self._work.tips.save(tip.give_up())
        return payment

    def _taken_back(self, done: PaymentOperation, tip: Tip, payment: Payment) -> None:
        """Row 19; where the refund fell through before this was answered it is owed again."""
        self._work.payment_operations.save(done)
        self._work.ledger.post(self._books(payment).reversed(done, tip.tip_id))
        fell_through = tip.refunded_at is None
        after = tip.fall_through(reversed_=True) if fell_through else tip.let_be()
        self._work.tips.save(after)

    def _given_back(self, done: PaymentOperation, tip: Tip, payment: Payment) -> None:
        """Row 23 without a part for the platform, then 19: the instructor bears all of it."""
        self._work.payment_operations.save(done)
        self._work.ledger.post(self._books(payment).refunded(done, tip.tip_id))
        back = self._work.tips.save(tip.refund(at=self._at))
        if back.transfer is not None:
            self.reverse(back, payment)

    def _going_back(self, tip: Tip, payment: Payment) -> bool:
        return any(each.kind is OperationKind.REFUND for each in self.unfinished(tip, payment))

    def _latest(self, tip: Tip, payment: Payment, kind: OperationKind) -> list[PaymentOperation]:
        return latest_of_legs(self._operations(payment, tip.tip_id), kind)

    def _next(self, kind: OperationKind, leg: str, tip: Tip, payment: Payment, target: str) -> None:
        """Plan the next try of something that is done once to the whole tip."""
        before = self._latest(tip, payment, kind)
        slot = before[-1].next_slot if before else f"{leg}#1"
        self._plan(payment, kind, slot, amount=tip.amount, target=target)

    def _ask_anew(self, tip: Tip, payment: Payment) -> None:
        if tip.state is TipState.REQUIRES_ACTION:
            self.charge(self._work.tips.save(tip.replaced()), payment)

    def _transfer_refused(
        self, operation: PaymentOperation, tip: Tip, payment: Payment, reason: str
    ) -> Payment:
        number = int(operation.slot.partition("#")[2])
        if number > len(TRANSFER_RETRIES):
            self._work.tips.save(tip.give_up())
            return payment
        self._plan(
            payment,
            OperationKind.TRANSFER,
            operation.next_slot,
            amount=operation.amount,
            target=operation.target,
            charge=operation.charge,
            not_before=self._at + TRANSFER_RETRIES[number - 1],
        )
        if number > 1:
            return payment
        news = PayoutFailed(**payment.named(self._at), amount=operation.amount, reason=reason)
        return payment.recording(news)

    def _charge_of(self, tip: Tip, payment: Payment) -> OperationId:
        for each in self._operations(payment, tip.tip_id):
            if each.kind is OperationKind.CHARGE and each.slot == tip.slot:
                return each.operation_id
        raise InvalidState(f"tip {tip.tip_id} was never charged")

    def _operations(self, payment: Payment, tip_id: TipId) -> list[PaymentOperation]:
        every = self._work.payment_operations.of(payment.payment_id, Matter.TIP)
        return [each for each in every if tip_named(each) == tip_id]

    def _plan(
        self,
        payment: Payment,
        kind: OperationKind,
        slot: str,
        *,
        amount: Money,
        target: str,
        charge: str | None = None,
        not_before: datetime | None = None,
    ) -> None:
        operation = PaymentOperation(
            operation_id=self._ids.new(OperationId),
            payment_id=payment.payment_id,
            matter=Matter.TIP,
            kind=kind,
            slot=slot,
            amount=amount,
            target=target,
            charge=charge,
            planned_at=self._at,
            next_attempt_at=not_before or self._at,
        )
        if not_before is None:
            operation = operation.send(at=self._at)
            self.followups.append(operation)
        self._work.payment_operations.add(operation)

    def _books(self, payment: Payment) -> TipBookkeeper:
        return TipBookkeeper(payment, self._ids, self._at)


def tip_named(operation: PaymentOperation) -> TipId:
    """The tip that the operation is for, by its slot `tip:{id}#n` or `void:tip:{id}#n`."""
    return TipId.parse(operation.slot.partition("#")[0].rpartition(":")[2])
