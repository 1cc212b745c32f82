"""Decide what a person looked into, in a unit that is open. Source: PY-58, spec 02 §3.1."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING
from instainstru_core.kernel.time import Clock
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.ledger.refund_postings import RefundBookkeeper
from instainstru_core.payments.model.afterwards import go_on
from instainstru_core.payments.model.escalating import CAPTURE_ESCALATED
from instainstru_core.payments.model.operation import (
    BORNE,
    VOID_REFUSED,
    Matter,
    OperationKind,
    PaymentOperation,
    latest_of_legs,
)
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.office.remedies import Remedy, check_legal
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.use_cases.carry_out import OpenDesk, Recorder, locked
from instainstru_core.payments.use_cases.chargebacks.record_chargeback import ChargebackDesk
from instainstru_core.payments.use_cases.credits.adjust_credit import grant_goodwill
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.payments.use_cases.refunds.record_refund import RefundDesk
from instainstru_core.payments.use_cases.reversing import stuck_locks

_DESKS: Final[Mapping[Matter, OpenDesk[Recorder]]] = {
    Matter.LESSON: Desk,
    Matter.CHARGEBACK: ChargebackDesk,
}


@frozen(kw_only=True)
class ResolveReview:
    """Who resolves which payment's review, and how."""

    principal: Principal
    payment_id: PaymentId
    remedy: Remedy


@frozen(kw_only=True)
class ResolvedReview:
    """The payment before and after, and the calls that follow, with who hears their answers."""

    before: Payment
    payment: Payment
    followups: Sequence[PaymentOperation]
    desk: OpenDesk[Recorder]


@frozen(kw_only=True)
class _Done:
    """The payment afterwards, and what follows at which desk."""

    payment: Payment
    followups: Sequence[PaymentOperation] = ()
    desk: OpenDesk[Recorder] = RefundDesk


def resolve_review(
    request: ResolveReview, *, work: PaymentWork, ids: Ids, clock: Clock
) -> ResolvedReview:
    """End the review as *request* says; who opened the unit carries the calls out afterwards.

    Raises:
        Forbidden: The caller may not move money.
        PaymentNotFound: There is no such payment.
        RemedyNotLegal: That does not resolve what it is looked into for.
        InvalidState: There is nothing left that it could be done to.
    """
    if not request.principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage money can resolve what became of it")
    booking, payment = locked(work.payments.get(request.payment_id), work)
    check_legal(request.remedy, payment.review_reason)
    done = _Remedies(work, ids, clock.now(), booking).apply(request.remedy, payment)
    return ResolvedReview(
        before=payment,
        payment=work.payments.save(done.payment),
        followups=done.followups,
        desk=done.desk,
    )


@frozen
class _Remedies:
    """What each remedy does: one unit, one instant, one locked booking and payment."""

    _work: PaymentWork
    _ids: Ids
    _at: datetime
    _booking: Booking

    def apply(self, remedy: Remedy, payment: Payment) -> _Done:
        match remedy:
            case Remedy.RETRY_TRANSFER:
                return self._retry_transfer(payment)
            case Remedy.RETRY_REFUND:
                return self._retry_refund(payment)
            case Remedy.GIVE_CREDIT:
                return self._give_credit(payment)
            case Remedy.RETRY_REVERSAL:
                desk = RefundDesk(self._work, self._ids, self._at, self._booking)
                for reversal in self._stuck(payment, OperationKind.REVERSE, Matter.REFUND):
                    desk.reverse_again(reversal, payment)
                return _Done(payment=go_on(payment, at=self._at), followups=tuple(desk.followups))
            case Remedy.BEAR_REVERSAL:
                books = RefundBookkeeper(payment, self._ids, self._at)
                for reversal in self._stuck(payment, OperationKind.REVERSE, Matter.REFUND):
                    self._work.ledger.post(books.borne(reversal))
                    self._work.payment_operations.save(reversal.withdraw(BORNE, at=self._at))
                return _Done(payment=go_on(payment, at=self._at))
            case Remedy.REFUND_CARD:
                return self._refund_card(payment)
            case Remedy.CLOSE_UNPAID:
                outcome = payment.outcome or Outcome.UNAUTHORIZED_CANCELLED
                freed = go_on(payment, at=self._at)
                return _Done(payment=freed.settle(outcome, payout=NOTHING, at=self._at))
            case _:
                raise InvalidState(f"{remedy} is done elsewhere")

    def _refund_card(self, payment: Payment) -> _Done:
        """Let go of what is held, or give back what was taken, whatever it was for."""
        lesson, outcome = self._lesson(), Outcome.ADMIN_REFUND
        freed = go_on(payment, at=self._at)
        if payment.review_reason == VOID_REFUSED:
            freed, outcome = self._taken_elsewhere(freed), payment.closing or outcome
        freed = evolve(freed, state=PaymentState.AUTHORIZED)
        ended = lesson.pursue(freed.end_as(outcome))
        return _Done(payment=ended, followups=tuple(lesson.followups), desk=Desk)

    def _taken_elsewhere(self, payment: Payment) -> Payment:
        """What could not be let go of was captured, though never by us: it counts as taken."""
        every = self._work.payment_operations.of(payment.payment_id)
        refused = [each for each in every if each.kind is OperationKind.VOID]
        if payment.hold is None or not refused:
            raise InvalidState("there is no hold that could not be let go of")
        taken = payment.take(payment.hold.intent, payment.hold.amount, at=self._at)
        if taken.hold is not None:
            books = Bookkeeper(taken, self._ids, self._at)
            self._work.ledger.post(books.captured(refused[-1], taken.hold))
        return taken

    def _retry_transfer(self, payment: Payment) -> _Done:
        """Send again what was refused: the lesson's payout, or what a dispute gave back.

        An advance for a capture that failed is sent while the debt stands: its review goes on.
        """
        if payment.review_reason == CAPTURE_ESCALATED:
            advances = DebtDesk(self._work, self._ids, self._at, self._booking)
            advances.send_advance(payment)
            if not advances.followups:
                raise InvalidState("no transfer of this payment was refused")
            return _Done(payment=payment, followups=tuple(advances.followups), desk=DebtDesk)
        followups: list[PaymentOperation] = []
        desk: OpenDesk[Recorder] = Desk
        for matter in (Matter.LESSON, Matter.CHARGEBACK):
            clerk = self._lesson()
            for transfer in self._stuck(payment, OperationKind.TRANSFER, matter):
                clerk.plan(
                    payment,
                    transfer.kind,
                    transfer.next_slot,
                    amount=transfer.amount,
                    target=transfer.target,
                    charge=transfer.charge,
                    matter=matter,
                )
            if clerk.followups:
                followups, desk = clerk.followups, _DESKS[matter]
        if not followups:
            raise InvalidState("no transfer of this payment was refused")
        return _Done(
            payment=go_on(payment, at=self._at, paying=True), followups=followups, desk=desk
        )

    def _retry_refund(self, payment: Payment) -> _Done:
        """Ask anew for what the card did not take: an operator's refund, or the lesson's own."""
        freed = go_on(payment, at=self._at)
        desk = RefundDesk(self._work, self._ids, self._at, self._booking)
        for refund in self._failed_refunds(payment):
            desk.order_again(refund, payment)
        if desk.followups:
            return _Done(payment=freed, followups=tuple(desk.followups))
        lesson, locks = self._lesson(), stuck_locks(self._work, payment)
        for failed in self._stuck(payment, OperationKind.REFUND, Matter.LESSON):
            lesson.plan(
                payment,
                failed.kind,
                failed.next_slot,
                amount=failed.amount,
                target=failed.target,
            )
        if not lesson.followups:
            raise InvalidState("no refund of this payment failed")
        if locks:
            lesson.go_on_with(freed)
        return _Done(payment=freed, followups=tuple(lesson.followups), desk=Desk)

    def _give_credit(self, payment: Payment) -> _Done:
        """What the card will not take is the student's as goodwill credit. Source: PY-54."""
        failed = self._failed_refunds(payment)
        if locks := stuck_locks(self._work, payment):
            return self._credit_locks(locks, payment)
        if not failed and payment.captured and payment.closing is not None:
            lesson = self._lesson()
            lesson.keep_as_credit(payment)
            freed = go_on(payment, at=self._at)
            return _Done(payment=lesson.end_uncharged(freed, payment.closing))
        amount = sum((each.plan.card for each in failed), NOTHING)
        if not amount:
            raise InvalidState("no refund that an operator ordered failed")
        grant_goodwill(payment.student_id, amount, work=self._work, ids=self._ids, now=self._at)
        for refund in failed:
            self._work.refunds.save(refund.replace())
        return _Done(payment=go_on(payment, at=self._at))

    def _credit_locks(self, locks: list[PaymentOperation], payment: Payment) -> _Done:
        """The platform keeps what no card takes of a LOCK, and gives as much credit for it.

        So it is no credit out of the lesson's money, which has yet to be taken.
        """
        lesson, books = self._lesson(), Bookkeeper(payment, self._ids, self._at)
        for lock in locks:
            self._work.ledger.post(books.kept(lock))
            self._work.payment_operations.save(lock.withdraw(BORNE, at=self._at))
        amount = sum((each.amount for each in locks), NOTHING)
        grant_goodwill(payment.student_id, amount, work=self._work, ids=self._ids, now=self._at)
        freed = go_on(payment, at=self._at)
        lesson.go_on_with(freed)
        return _Done(payment=freed)

    def _failed_refunds(self, payment: Payment) -> list[Refund]:
        refunds = self._work.refunds.of(payment.payment_id)
        return [each for each in refunds if each.state is RefundState.FAILED]

    def _stuck(
        self, payment: Payment, kind: OperationKind, matter: Matter
    ) -> list[PaymentOperation]:
        """The operations of a kind that failed, and that none was put in the place of."""
        every = self._work.payment_operations.of(payment.payment_id, matter)
        return [each for each in latest_of_legs(every, kind) if each.stuck]

    def _lesson(self) -> Desk:
        return Desk(self._work, self._ids, self._at, self._booking)
