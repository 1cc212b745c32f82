"""Carry an operation out: call the processor with nothing open, then record what it answered.

Source: PY-6, PY-60, PY-62. May be called twice, or at once by two, for one operation: the key makes
the calls one effect, the payment's lock makes the records one. A call so old that the processor may
have forgotten its key is never sent again, but looked up; one that never arrived is as good as
refused, and what it was for is asked with another operation.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar, assert_never

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.operation import (
    Matter,
    OperationKind,
    OperationState,
    PaymentOperation,
)
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import ProcessorAnswer
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused

MAX_STEPS = 20
"""How many calls one payment may need in a row, follow-ups included."""


class Recorder(Protocol):
    """Writes answers down: one unit, one instant, one locked booking and its payment."""

    @property
    def followups(self) -> Sequence[PaymentOperation]:
        """What is to be called next, written down as sent."""
        ...

    def record(
        self, operation: PaymentOperation, payment: Payment, answer: ProcessorAnswer
    ) -> Payment:
        """Record *answer*; the payment as it is afterwards, not saved yet."""
        ...


RecorderT = TypeVar("RecorderT", bound=Recorder)
OpenDesk: TypeAlias = Callable[[PaymentWork, Ids, datetime, Booking], RecorderT]
"""Makes whoever writes down the answers of one matter."""

Desks: TypeAlias = Mapping[Matter, OpenDesk[Recorder]]
"""Who hears the answers of which matter."""


def carry_out(
    operations: Sequence[PaymentOperation],
    payment: Payment,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    desk: OpenDesk[Recorder] = Desk,
) -> Payment:
    """Carry out *operations*, and whatever they lead to; the payment as it is then.

    All are of the one matter that *desk* records, and each was written down as sent, in a unit
    that ended before.

    Raises:
        OutcomeUnknown: An answer was lost; the operation is repeated by the sweeper.
    """
    waiting = deque(operations)
    for _ in range(MAX_STEPS):
        if not waiting:
            break
        operation = waiting.popleft()
        heard = _call(operation, payment, begin=begin, gateway=gateway, clock=clock)
        payment, more = _record(operation, payment, heard, desk, begin=begin, ids=ids, clock=clock)
        waiting.extend(more)
    return payment


def _call(
    operation: PaymentOperation,
    payment: Payment,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    clock: Clock,
) -> ProcessorAnswer:
    try:
        if operation.repeatable(now=clock.now()):
            return _ask(operation, payment, gateway)
        return gateway.find_operation(operation.operation_id) or operation.never_arrived
    except OutcomeUnknown:
        with begin() as work:
            work.payments.get_for_update(payment.payment_id)
            known = work.payment_operations.get(operation.operation_id)
            if not known.finished:
                work.payment_operations.save(known.lose_answer(at=clock.now()))
        raise


def _ask(operation: PaymentOperation, payment: Payment, gateway: PaymentGateway) -> ProcessorAnswer:
    key, amount, target = operation.operation_id, operation.amount, operation.target
    match operation.kind:
        case OperationKind.AUTHORISE:
            return gateway.authorise(
                key,
                customer=str(payment.student_id),
                card=target,
                amount=amount,
                off_session=operation.off_session,
                group=payment.group,
            )
        case OperationKind.CAPTURE:
            return gateway.capture(key, intent=target, amount=amount)
        case OperationKind.VOID:
            return gateway.void(key, intent=target)
        case OperationKind.REFUND:
            return gateway.refund(key, intent=target, amount=amount)
        case OperationKind.CHARGE:
            return gateway.charge(
                key,
                customer=str(payment.student_id),
                card=target,
                amount=amount,
                off_session=operation.off_session,
                group=payment.group,
            )
        case OperationKind.REVERSE:
            return gateway.reverse(key, transfer=target, amount=amount)
        case OperationKind.TRANSFER:
            return gateway.transfer(
                key, account=target, amount=amount, group=payment.group, charge=operation.charge
            )
        case _:
            assert_never(operation.kind)


def _record(
    operation: PaymentOperation,
    payment: Payment,
    heard: ProcessorAnswer,
    open_desk: OpenDesk[Recorder],
    *,
    begin: Begin[PaymentWork],
    ids: Ids,
    clock: Clock,
) -> tuple[Payment, Sequence[PaymentOperation]]:
    with begin() as work:
        booking, current = locked(payment, work)
        known = work.payment_operations.get(operation.operation_id)
        desk = open_desk(work, ids, clock.now(), booking)
        if not known.finished:
            changed = desk.record(known, current, heard)
            current = work.payments.save(changed) if not _unchanged(changed, current) else current
        return current, desk.followups


def change(
    payment: Payment,
    decide: Callable[[PaymentWork, Desk, Payment], Payment],
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """Decide something under the payment's locks, then carry out what that needs."""
    return change_at(Desk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def change_at(
    open_desk: OpenDesk[RecorderT],
    payment: Payment,
    decide: Callable[[PaymentWork, RecorderT, Payment], Payment],
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> Payment:
    """As `change`, at the desk of another matter than the lesson's own money."""
    with begin() as work:
        booking, current = locked(payment, work)
        desk = open_desk(work, ids, clock.now(), booking)
        changed = decide(work, desk, current)
        current = work.payments.save(changed) if not _unchanged(changed, current) else current
    return carry_out(
        desk.followups, current, begin=begin, gateway=gateway, ids=ids, clock=clock, desk=open_desk
    )


def repeat(
    operation_id: OperationId,
    *,
    desks: Desks,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Call again for an answer that never came, or look it up once the key is forgotten.

    Source: PY-62.

    Raises:
        OutcomeUnknown: No answer came this time either.
    """
    now = clock.now()
    with begin() as work:
        seen = work.payment_operations.get(operation_id)
        payment = work.payments.get_for_update(seen.payment_id)
        operation = work.payment_operations.get(operation_id)
        if not operation.due(now=now):
            return
        if operation.state is OperationState.PLANNED and (
            (payment.review_reason is not None and operation.matter is Matter.LESSON)
            or (
                operation.kind is OperationKind.TRANSFER
                and transfers_paused(work, payment.instructor_id)
            )
        ):
            work.payment_operations.save(operation.put_off(at=now))
            return
        operation = operation.send(at=now)
        work.payment_operations.save(operation)
    carry_out(
        [operation],
        payment,
        begin=begin,
        gateway=gateway,
        ids=ids,
        clock=clock,
        desk=desks[operation.matter],
    )


def _unchanged(payment: Payment, before: Payment) -> bool:
    return payment == before and not payment.events


def locked(payment: Payment, work: PaymentWork) -> tuple[Booking, Payment]:
    """The booking and its payment as they are; the lesson may have been moved meanwhile."""
    booking = work.bookings.get_for_update(payment.booking_id)
    current = work.payments.get_for_update(payment.payment_id)
    if current.booking_id != booking.booking_id:
        # Both have one instructor, whose calendar is locked: nobody waits in a circle.
        booking = work.bookings.get_for_update(current.booking_id)
    return booking, current
