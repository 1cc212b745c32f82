"""Send again what an instructor's account could not take, now that it can. Source: PY-47."""

from contextlib import suppress

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.operation import (
    TRANSFER_FAILED,
    OperationKind,
    OperationState,
    latest_of_legs,
)
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change
from instainstru_core.payments.use_cases.record_answer import Desk
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused


def retry_payouts(
    instructor_id: InstructorId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Transfer at once what is owed for lessons whose money was taken; one lesson at a time.

    What was waiting for its next try goes now; what was given up on is asked for anew, and its
    review ends. An answer that is lost is the sweeper's.
    """
    with begin() as work:
        owed = [work.payments.get(each) for each in work.payments.owing(instructor_id)]

    def decide(work: PaymentWork, desk: Desk, payment: Payment) -> Payment:
        given_up = payment.review_reason == TRANSFER_FAILED
        if not given_up and payment.state is not PaymentState.CAPTURED:
            return payment
        if transfers_paused(work, payment.instructor_id):
            return payment
        resumed = payment.resume() if given_up else payment
        every = work.payment_operations.of(payment.payment_id)
        for transfer in latest_of_legs(every, OperationKind.TRANSFER):
            if transfer.state is OperationState.PLANNED:
                sent = transfer.send(at=clock.now())
                work.payment_operations.save(sent)
                desk.followups.append(sent)
            elif transfer.state is OperationState.FAILED:
                desk.plan(
                    resumed,
                    transfer.kind,
                    transfer.next_slot,
                    amount=transfer.amount,
                    target=transfer.target,
                    charge=transfer.charge,
                )
        return resumed if desk.followups else payment

    for payment in owed:
        with suppress(OutcomeUnknown):
            change(payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
