"""Move a lesson's payment to the booking that takes the lesson's place, or give that up.

Everything here happens inside a unit that holds both bookings and the payment. Whoever records the
answer that a move waits for finishes it in the same unit: the student's own request, a webhook, or
the sweeper after a crash. Source: BK-33, PY-17…PY-20, ADR 0009.
"""

from typing import Final

from attrs import evolve, frozen

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.moving import abort, swap
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.terms import PaymentStep
from instainstru_core.payments.credits.model import ReleaseFault
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.holds import CardHold, HoldStatus
from instainstru_core.payments.model.move import Move
from instainstru_core.payments.model.moving import lock, move_to, reschedule_hold
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.processor import Authorised, Captured
from instainstru_core.payments.timers import authorisation_timer
from instainstru_core.payments.use_cases.pursue_ending import Clerk

LOCKING: Final = "lock:"
"""The slot of a capture that locks: what it takes waits for the lesson. Source: PY-18."""

REPLACED: Final = "replaced:"
"""The slot of a void whose hold had another put in its place."""


@frozen
class Mover(Clerk):
    """Moves payments: one unit, one instant; *booking* is the one that is to be left."""

    def move_at_once(self, payment: Payment, move: Move, successor: Booking) -> Payment:
        """Move without asking anybody: retimed, carried along, or with nothing to pay.

        Source: PY-17.
        """
        self._swap(successor)
        self._give_back_surplus(payment, move)
        moved = move_to(payment, successor, move.breakdown)
        match move.step:
            case PaymentStep.LOCK:
                return lock(moved, at=self._at)
            case PaymentStep.IMMEDIATE:
                return moved.authorised(self._at)
            case PaymentStep.SCHEDULED:
                moved = reschedule_hold(self._replace_hold(moved), at=self._at)
            case PaymentStep.CARRY:
                pass
        if moved.state is PaymentState.SCHEDULED:
            self._work.work_items.file(authorisation_timer(moved))
        return moved

    def begin_move(self, payment: Payment, move: Move) -> Payment:
        """Plan the call that *move* waits for. Source: PY-18."""
        payment = evolve(payment, move=move)
        hold = payment.hold
        active = hold is not None and hold.status is HoldStatus.ACTIVE
        if move.step is PaymentStep.LOCK and hold is not None and active:
            return self._plan_lock(payment, hold)
        # Beside a hold that stands another can't wait for its cardholder.
        asked = self.ask_card(evolve(payment, breakdown=move.breakdown), off_session=active)
        return evolve(asked, breakdown=payment.breakdown)

    def finish_move(self, payment: Payment, move: Move) -> Payment | None:
        """Swap the bookings and move the payment; None: one of the two is not there any more."""
        if not self.can_finish(payment, move):
            return None
        successor = self._work.bookings.get_for_update(move.successor_id)
        self._swap(successor)
        self._give_back_surplus(payment, move)
        return move_to(payment, successor, move.breakdown)

    def give_up_move(self, payment: Payment) -> Payment:
        """The lesson stays where it is: as if nobody had asked. Source: PY-19, BK-33."""
        move = payment.move
        if move is None:
            return payment
        successor = self._work.bookings.get_for_update(move.successor_id)
        if isinstance(successor.state, Pending):
            self._work.bookings.save(abort(successor, at=self._at))
        if payment.hold is not None and payment.hold.status is HoldStatus.REQUIRES_ACTION:
            self.plan_void(payment)
            payment = payment.let_go()
        if payment.state is PaymentState.SCHEDULED:
            due_at = max(self._at, payment.auth_due_at)
            self._work.work_items.file(authorisation_timer(payment, due_at=due_at))
        elif payment.state is PaymentState.PAYMENT_METHOD_REQUIRED:
            self.come_back(payment)
        return evolve(payment, move=None)

    def awaits_answer(self, payment: Payment) -> bool:
        """Whether the processor has yet to answer something that touches the card."""
        return self._waiting(payment)

    def leave_move(self, payment: Payment) -> Payment:
        """Give the move up, unless the processor has yet to answer: then its answer does."""
        return payment if self.awaits_answer(payment) else self.give_up_move(payment)

    def grant_move(
        self, hold_id: OperationId, payment: Payment, move: Move, granted: Authorised
    ) -> Payment | None:
        """The card granted what the move asked for; None: the move is given up."""
        if not self.can_finish(payment, move):
            return None
        if move.step is PaymentStep.LOCK:
            held = self._hold(payment, hold_id, granted)
            if granted.amount != move.breakdown.card_amount or held.hold is None:
                return self.give_up_move(held).review("amount_mismatch", at=self._at)
            return self._plan_lock(held, held.hold)
        moved = self.finish_move(self._replace_hold(payment), move)
        if moved is None:
            return None
        held = self._hold(moved, hold_id, granted)
        if granted.amount != move.breakdown.card_amount:
            return held.review("amount_mismatch", at=self._at)
        return held

    def refuse_move(self, payment: Payment) -> Payment:
        """The card refused: nothing moves, and the payment is what it was. Source: PY-19."""
        hold = payment.hold
        if hold is not None and hold.status is HoldStatus.REQUIRES_ACTION:
            payment = evolve(payment, hold=evolve(hold, status=HoldStatus.FAILED))
        return self.give_up_move(payment)

    def grant_too_late(
        self, hold_id: OperationId, payment: Payment, granted: Authorised
    ) -> Payment:
        """The move was given up meanwhile, and the lesson stays as it is: let the hold go."""
        waited = payment.hold is not None and payment.hold.hold_id == hold_id
        payment = self.give_up_move(payment)
        if not waited:
            self._void(payment, hold_id, granted.intent, granted.amount)
        return payment

    def take_for_move(
        self, operation: PaymentOperation, payment: Payment, answer: Captured
    ) -> Payment:
        """The money of a late move was taken: it waits for the new lesson. Source: PY-18.

        Where the new lesson is gone meanwhile, and the old one stands, the money goes back and the
        card is asked anew; what is frozen by then waits as it is (PY-41).
        """
        move, hold = payment.move, payment.hold
        if hold is None or hold.status is HoldStatus.CAPTURED:
            return payment
        taken = payment.take(answer.charge, answer.amount, at=self._at)
        if taken.hold is not None:
            self._work.ledger.post(self._books(taken).captured(operation, taken.hold))
        taken = lock(taken, at=self._at)
        if answer.amount != operation.amount:
            return self.give_up_move(taken).review("amount_mismatch", at=self._at)
        moved = None if move is None else self.finish_move(taken, move)
        if moved is not None:
            return moved
        left = self.give_up_move(taken)
        if left.closing is not None:
            return self.pursue(left)
        if isinstance(self.booking.state, Cancelled):
            return self.close(left, self._ending())
        if isinstance(self.booking.state, Confirmed) and not left.frozen:
            self.plan_refund(left)
        return left

    def unlock(self, payment: Payment) -> Payment:
        """What was taken for a move that came to nothing is back: hold it anew. Source: PY-19."""
        unlocked = reschedule_hold(payment, at=self._at)
        due_at = max(self._at, unlocked.auth_due_at)
        self._work.work_items.file(authorisation_timer(unlocked, due_at=due_at))
        return unlocked

    def release_replaced(self, operation: PaymentOperation, payment: Payment) -> Payment:
        """A hold is gone that another took the place of."""
        name = operation.slot.removeprefix(REPLACED).partition("#")[0]
        gone = CardHold(
            hold_id=OperationId.parse(name),
            intent=operation.target,
            amount=operation.amount,
            status=HoldStatus.VOIDED,
        )
        self._work.ledger.post(self._books(payment).released(gone))
        return payment

    def can_finish(self, payment: Payment, move: Move) -> bool:
        """Whether the lesson still stands, and the other time is still held for it."""
        if payment.closing is not None or payment.review_reason is not None:
            return False
        successor = self._work.bookings.get_for_update(move.successor_id)
        return isinstance(self.booking.state, Confirmed) and successor.is_live_hold(self._at)

    def _give_back_surplus(self, payment: Payment, move: Move) -> None:
        """Credit above what the new price takes can be spent elsewhere. Source: PY-17."""
        keep = move.breakdown.credit
        if keep < payment.breakdown.credit:
            self._till.release(payment, fault=ReleaseFault.STUDENT, keep=keep)

    def _swap(self, successor: Booking) -> None:
        left, taken = swap(self.booking, successor, at=self._at)
        self._work.bookings.save(left)
        self._work.bookings.save(taken)

    def _hold(self, payment: Payment, hold_id: OperationId, granted: Authorised) -> Payment:
        held = payment.hold_money(hold_id, granted, at=self._at)
        if held.hold is not None:
            self._work.ledger.post(self._books(held).authorised(held.hold))
        return held

    def _plan_lock(self, payment: Payment, hold: CardHold) -> Payment:
        self.plan(
            payment,
            OperationKind.CAPTURE,
            f"{LOCKING}{hold.hold_id}",
            amount=payment.breakdown.card_amount,
            target=hold.intent,
        )
        return payment

    def _replace_hold(self, payment: Payment) -> Payment:
        """Let the old hold go, which does not fit the new lesson. Source: PY-17."""
        hold = payment.hold
        if hold is None or hold.status is not HoldStatus.ACTIVE:
            return payment
        slot = f"{REPLACED}{hold.hold_id}"
        self.plan(payment, OperationKind.VOID, slot, amount=hold.amount, target=hold.intent)
        return self._work.payments.save(payment.let_go())
