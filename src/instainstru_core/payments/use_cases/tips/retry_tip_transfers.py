"""Send instructors the tips that are still owed to them. Source: PY-47, PY-73."""

from contextlib import suppress

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import TipId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk
from instainstru_core.payments.use_cases.transfers_paused import transfers_paused


def retry_tip_transfers(
    instructor_id: InstructorId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Transfer at once what waits or was given up on, unless transfers to them are held.

    An answer that is lost is the sweeper's.
    """
    with begin() as work:
        if transfers_paused(work, instructor_id):
            return
        owed = [
            (tip.tip_id, work.payments.get(tip.payment_id)) for tip in work.tips.owed(instructor_id)
        ]
    for tip_id, payment in owed:
        with suppress(OutcomeUnknown):
            _send(tip_id, payment, begin=begin, gateway=gateway, ids=ids, clock=clock)


def _send(
    tip_id: TipId,
    payment: Payment,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    def decide(work: PaymentWork, desk: TipDesk, payment: Payment) -> Payment:
        desk.transfer(work.tips.get(tip_id), payment)
        return payment

    change_at(TipDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
