"""Send again the advances that an instructor's account could not take. Source: PY-25, PY-47."""

from contextlib import suppress

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk


def retry_advances(
    instructor_id: InstructorId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Transfer at once what the platform owes for lessons no card paid; one lesson at a time.

    An answer that is lost is the sweeper's.
    """
    with begin() as work:
        owed = [work.payments.get(each) for each in work.payments.escalated(instructor_id)]

    def decide(_work: PaymentWork, desk: DebtDesk, payment: Payment) -> Payment:
        desk.send_advance(payment)
        return payment

    for payment in owed:
        with suppress(OutcomeUnknown):
            change_at(DebtDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
