"""Write down what a chargeback does: what is kept from whom, and what comes of it in the end.

It happens under the locks of the booking and its payment; `carry_out` records the answers of the
calls that it needs. Source: PY-56, PY-57, Appendix A rows 27…30.
"""

from datetime import datetime

from attrs import evolve, frozen

from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus
from instainstru_core.payments.chargebacks.plan import Recovery, plan_recovery
from instainstru_core.payments.credits.model import ReleaseFault
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.ids import ChargebackId
from instainstru_core.payments.ledger.chargeback_postings import ChargebackBookkeeper
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.ledger.refund_postings import RefundBookkeeper
from instainstru_core.payments.model.afterwards import (
    dispute,
    end_dispute,
    go_on,
    hear_inquiry,
    in_escrow,
    look_into,
    lose,
    settle_again,
    tell_dispute,
)
from instainstru_core.payments.model.operation import (
    NEVER_ARRIVED,
    REVIEW_PAUSE,
    TRANSFER_FAILED,
    TRANSFER_RETRIES,
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
    latest_of_legs,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import (
    DisputeSeen,
    ProcessorAnswer,
    Refused,
    Reversed,
    Transferred,
)
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from instainstru_core.payments.use_cases.pursue_ending import Clerk
from instainstru_core.payments.use_cases.reversing import (
    DISPUTE_LOST,
    look_on,
    owed_transfers,
    reversals,
    unreversed,
)
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused


def chargeback_named(operation: PaymentOperation) -> ChargebackId:
    """The chargeback that *operation* is part of."""
    return ChargebackId.parse(operation.slot.split(":")[1].partition("#")[0])


@frozen
class ChargebackDesk(Clerk):
    """Where chargebacks are written down: one unit, one instant, one locked booking and payment."""

    def hear_inquiry(self, chargeback: Chargeback, payment: Payment) -> Payment:
        """The bank asks; nothing was withdrawn. Source: PY-56."""
        self._work.chargebacks.keep(chargeback)
        return hear_inquiry(payment, chargeback.amount, at=self._at)

    def open(self, chargeback: Chargeback, payment: Payment, seen: DisputeSeen) -> Payment:
        """The money was withdrawn: keep what can be kept from others. Source: PY-56."""
        if chargeback.beside:
            opened = chargeback.opened(seen, Recovery(), escrow=False, barred=False)
            self._work.chargebacks.keep(opened)
            self._work.ledger.post(self._bank_books(payment).opened(opened))
            return tell_dispute(payment, opened.amount, at=self._at)
        escrow = in_escrow(payment)
        recovery = Recovery()
        if not escrow:
            issued = self._credits.issued(payment.payment_id)
            recovery = plan_recovery(
                seen.amount,
                unspent=issued.unspent,
                spent=issued.spent,
                payout=self._owed(payment) + unreversed(self._work, payment),
            )
        if recovery.unspent:
            self._credits.freeze_issued(payment, recovery.unspent)
        barred = bool(recovery.spent) and self._bar(payment)
        opened = chargeback.opened(seen, recovery, escrow=escrow, barred=barred)
        self._work.chargebacks.keep(opened)
        self._work.ledger.post(self._bank_books(payment).opened(opened))
        self._take_back(opened, payment)
        return dispute(payment, opened.amount, at=self._at)

    def win(self, chargeback: Chargeback, payment: Payment) -> Payment:
        """The money is back: everybody gets again what was kept from them. Source: PY-57."""
        won = chargeback.closed(ChargebackStatus.WON, at=self._at)
        self._work.chargebacks.keep(won)
        self._work.ledger.post(self._bank_books(payment).won(won))
        if won.beside:
            return end_dispute(payment, won.amount, won.status.value, at=self._at)
        self._credits.unfreeze_issued(payment)
        self._unbar(won, payment)
        payment = end_dispute(payment, won.amount, won.status.value, at=self._at)
        repaid = False
        for reversal in self._reversals(won, payment):
            if reversal.state is OperationState.SUCCEEDED:
                self._repay(won, payment, reversal)
                repaid = True
            repaid = repaid or not reversal.finished
        self._release_held(payment)
        self._give_back_anew(won, payment)
        going_on = go_on(payment, at=self._at, paying=repaid)
        self.go_on_with(going_on)
        return look_on(self._work, going_on, at=self._at)

    def lose(self, chargeback: Chargeback, payment: Payment) -> Payment:
        """The money is gone: whoever had it bears it, the platform the rest. Source: PY-57."""
        lost = chargeback.closed(ChargebackStatus.LOST, at=self._at)
        self._work.chargebacks.keep(lost)
        books, source = self._bank_books(payment), str(lost.chargeback_id)
        post = self._work.ledger.post
        post(books.lost(lost))
        if lost.beside:
            return end_dispute(payment, lost.amount, lost.status.value, at=self._at)
        if lost.escrow:
            self._credits.release(payment, fault=ReleaseFault.PLATFORM)
            post(books.recovered(Account.BOOKING_ESCROW, payment.captured, source))
            if isinstance(self.booking.state, Confirmed):
                self._work.bookings.save(self.booking.abandon(at=self._at))
        revoked = self._credits.revoke_frozen(payment)
        post(books.recovered(Account.CREDIT_FROZEN, revoked, f"{source}:credit"))
        owed = lost.recovery.spent
        post(books.recovered(Account.STUDENT_RECEIVABLE, owed, f"{source}:debt"))
        recognise_debt(
            self._work,
            self._ids,
            payment,
            owed,
            cause=DebtCause.CHARGEBACK,
            standing=Standing.RESTRICTED,
            at=self._at,
            posted=True,
        )
        for reversal in self._reversals(lost, payment):
            if reversal.state is OperationState.SUCCEEDED:
                self._recover(reversal, payment)
        self._give_up_held(lost, payment)
        self._credits.revoke_milestone(payment)
        payment = end_dispute(payment, lost.amount, lost.status.value, at=self._at)
        return look_on(self._work, lose(payment, at=self._at), refunds=False, at=self._at)

    def drop(self, chargeback: Chargeback, payment: Payment) -> Payment:
        """The bank only asked, and is content. Source: PY-57."""
        closed = chargeback.closed(ChargebackStatus.CLOSED, at=self._at)
        self._work.chargebacks.keep(closed)
        return end_dispute(payment, closed.amount, closed.status.value, at=self._at)

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment as it is afterwards, not saved yet."""
        chargeback = self._work.chargebacks.get(chargeback_named(operation))
        match answer:
            case Reversed():
                done = operation.succeed(answer.reversal)
                self._work.payment_operations.save(done)
                self._work.ledger.post(
                    RefundBookkeeper(payment, self._ids, self._at).reversed(done)
                )
                if chargeback.status is ChargebackStatus.LOST:
                    self._recover(done, payment)
                if chargeback.status is ChargebackStatus.WON:
                    self._repay(chargeback, payment, done)
                return payment
            case Transferred():
                done = operation.succeed(answer.transfer)
                self._work.payment_operations.save(done)
                self._work.ledger.post(self._books(payment).transferred(done))
                paid = payment.pay_out(done.amount, at=self._at)
                return paid if self._paying(payment) else settle_again(paid, at=self._at)
            case Refused() if operation.kind is OperationKind.REVERSE:
                failed = operation.fail(answer.reason)
                self._work.payment_operations.save(failed)
                if answer.reason == NEVER_ARRIVED:
                    self._plan(payment, failed.kind, failed.next_slot, failed)
                    return payment
                return payment if self._paying(payment) else settle_again(payment, at=self._at)
            case Refused():
                self._work.payment_operations.save(operation.fail(answer.reason))
                return self._transfer_stuck(operation, payment)
            case _:
                raise InvalidState(f"a chargeback is not {type(answer).__name__.lower()}")

    def _transfer_stuck(self, operation: PaymentOperation, payment: Payment) -> Payment:
        """The repaid payout was refused: again later, five times. Source: PY-47, PY-57."""
        number = int(operation.slot.partition("#")[2])
        if number > len(TRANSFER_RETRIES):
            return look_into(payment, TRANSFER_FAILED, at=self._at)
        self.plan(
            payment,
            OperationKind.TRANSFER,
            operation.next_slot,
            amount=operation.amount,
            target=operation.target,
            not_before=self._at + TRANSFER_RETRIES[number - 1],
            matter=Matter.CHARGEBACK,
        )
        return payment

    def _give_back_anew(self, chargeback: Chargeback, payment: Payment) -> None:
        """What could not go back to its card while it was disputed goes now. Source: PY-38."""
        if not chargeback.escrow or not in_escrow(payment):
            return
        made = self._work.payment_operations.of(payment.payment_id)
        for each in latest_of_legs(made, OperationKind.REFUND):
            if each.state is OperationState.FAILED:
                self.plan(
                    payment,
                    each.kind,
                    each.next_slot,
                    amount=each.amount,
                    target=each.target,
                    not_before=self._at,
                )

    def _bar(self, payment: Payment) -> bool:
        """Keep the student from booking while the credit they spent is disputed. Source: PY-56.

        Several disputes may do so at once; what was kept from them before by others stays so.
        """
        standing = self._work.standings.of(payment.student_id)
        if standing is Standing.OK:
            self._work.standings.set(payment.student_id, Standing.RESTRICTED, at=self._at)
            return True
        every = self._work.chargebacks.of_student(payment.student_id)
        return standing is Standing.RESTRICTED and any(each.bars for each in every)

    def _unbar(self, chargeback: Chargeback, payment: Payment) -> None:
        """Let the student book again, unless another dispute is open, or was lost meanwhile."""
        standings = self._work.standings
        if not chargeback.barred or standings.of(payment.student_id) is not Standing.RESTRICTED:
            return
        for each in self._work.chargebacks.of_student(payment.student_id):
            if each.bars or each.lost_after(chargeback.opened_at):
                return
        standings.set(payment.student_id, Standing.OK, at=self._at)

    def _take_back(self, chargeback: Chargeback, payment: Payment) -> None:
        """Try to reverse what was paid out; what still waits is just held. Source: PY-56."""
        held = min(self._owed(payment), chargeback.recovery.payout)
        for leg, transfer, amount in reversals(
            self._work, payment, chargeback.recovery.payout - held
        ):
            self.plan(
                payment,
                OperationKind.REVERSE,
                f"reversal:{chargeback.chargeback_id}:{leg}#1",
                amount=amount,
                target=transfer,
                matter=Matter.CHARGEBACK,
            )

    def _owed(self, payment: Payment) -> Money:
        """What the instructor is owed and was not sent yet."""
        return sum((each.amount for each in owed_transfers(self._work, payment)), NOTHING)

    def _release_held(self, payment: Payment) -> None:
        """What waited goes to the sweeper at once; what was refused for good is tried once more."""
        for each in owed_transfers(self._work, payment):
            if each.state is OperationState.PLANNED:
                self._work.payment_operations.save(evolve(each, next_attempt_at=self._at))
            else:
                self.plan(
                    payment,
                    each.kind,
                    each.next_slot,
                    amount=each.amount,
                    target=each.target,
                    charge=each.charge,
                    not_before=self._at,
                )

    def _give_up_held(self, chargeback: Chargeback, payment: Payment) -> None:
        """What was not sent never is, but for what the dispute does not cover."""
        held = self._owed(payment)
        kept = min(held, chargeback.recovery.payout)
        target = ""
        for each in owed_transfers(self._work, payment):
            target = each.target
            self._work.payment_operations.save(each.withdraw(DISPUTE_LOST, at=self._at))
        books, source = self._bank_books(payment), f"{chargeback.chargeback_id}:held"
        self._work.ledger.post(books.recovered(Account.INSTRUCTOR_PAYABLE, kept, source))
        if held - kept:
            self.plan(
                payment,
                OperationKind.TRANSFER,
                f"rest:{chargeback.chargeback_id}#1",
                amount=held - kept,
                target=target,
                not_before=self._paused(payment),
                matter=Matter.CHARGEBACK,
            )

    def _paused(self, payment: Payment) -> datetime | None:
        """When a transfer goes that may not leave now; None: it may. Source: PY-73, PY-86."""
        paused = transfers_paused(self._work, payment.instructor_id)
        return self._at + REVIEW_PAUSE if paused else None

    def _recover(self, reversal: PaymentOperation, payment: Payment) -> None:
        """Row 30 for what came back of the payout."""
        books = self._bank_books(payment)
        source = str(reversal.operation_id)
        self._work.ledger.post(books.recovered(Account.INSTRUCTOR_PAYABLE, reversal.amount, source))

    def _repay(self, chargeback: Chargeback, payment: Payment, reversal: PaymentOperation) -> None:
        """Pay out again what was taken back. Source: PY-57."""
        account = self._work.connect_accounts.find(payment.instructor_id)
        if account is None:
            raise InvalidState("whoever was paid has an account")
        leg = reversal.slot.split(":")[2].partition("#")[0]
        self.plan(
            payment,
            OperationKind.TRANSFER,
            f"payout:{chargeback.chargeback_id}:{leg}#1",
            amount=reversal.amount,
            target=account.account,
            not_before=self._paused(payment),
            matter=Matter.CHARGEBACK,
        )

    def _reversals(self, chargeback: Chargeback, payment: Payment) -> list[PaymentOperation]:
        return [
            each
            for each in self._work.payment_operations.of(payment.payment_id, Matter.CHARGEBACK)
            if each.kind is OperationKind.REVERSE
            and chargeback_named(each) == chargeback.chargeback_id
        ]

    def _paying(self, payment: Payment) -> bool:
        """Whether some of what a dispute is about still moves."""
        return any(
            not each.finished
            for each in self._work.payment_operations.of(payment.payment_id, Matter.CHARGEBACK)
        )

    def _plan(
        self, payment: Payment, kind: OperationKind, slot: str, like: PaymentOperation
    ) -> None:
        self.plan(
            payment,
            kind,
            slot,
            amount=like.amount,
            target=like.target,
            matter=Matter.CHARGEBACK,
        )

    @property
    def _credits(self) -> CreditTill:
        return CreditTill(self._work, self._ids, self._at)

    def _bank_books(self, payment: Payment) -> ChargebackBookkeeper:
        return ChargebackBookkeeper(payment, self._ids, self._at)
