"""An instructor chooses when their account pays out. Source: PY-48."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.model.processor import PayoutSchedule
from instainstru_core.payments.payouts.errors import NotOnboarded
from instainstru_core.payments.ports import PaymentWork

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class ChoosePayoutSchedule:
    """When the instructor wants to be paid out."""

    instructor_id: InstructorId
    schedule: PayoutSchedule


def choose_payout_schedule(
    request: ChoosePayoutSchedule,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    answer: Answer[WorkT, ConnectAccount] = unanswered,
) -> ConnectAccount:
    """Keep the wish, then tell the processor; whatever that misses, the nightly audit restores.

    Raises:
        PayoutAccountNotFound: The instructor has opened no account.
        NotOnboarded: The account is not complete.
        OutcomeUnknown: The processor didn't answer; asking again is safe.
    """
    with begin() as work:
        work.instructors.get_for_update(request.instructor_id)
        known = work.connect_accounts.find(request.instructor_id)
        if known is None:
            raise PayoutAccountNotFound("no payout account was opened yet")
        if not known.details_submitted or known.deauthorised:
            raise NotOnboarded("complete onboarding first")
        kept = work.connect_accounts.keep(known.paid_out_on(request.schedule))
    gateway.set_payout_schedule(kept.account, request.schedule)
    with begin() as work:
        answer(work, kept)
    return kept
