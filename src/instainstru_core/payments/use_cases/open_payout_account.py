"""Open an instructor's account at the processor, and look how it stands. Source: PY-3."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.ports import PaymentWork

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class LinkOnboarding:
    """An instructor wants to be paid, and to come back to *return_url* afterwards."""

    instructor_id: InstructorId
    return_url: str


def open_payout_account(
    instructor_id: InstructorId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    clock: Clock,
) -> ConnectAccount:
    """The instructor's account, opened when there is none.

    The instructor's own id is the idempotency key: there is one account each, ever.

    Raises:
        OutcomeUnknown: The processor didn't answer; asking again is safe.
    """
    with begin() as work:
        known = work.connect_accounts.find(instructor_id)
    if known is not None:
        return known
    key = OperationId(instructor_id.value)
    seen = gateway.open_account(key, instructor=str(instructor_id))
    with begin() as work:
        known = work.connect_accounts.find(instructor_id)
        if known is not None:
            return known
        opened = ConnectAccount.opened(instructor_id, seen, at=clock.now())
        return work.connect_accounts.keep(opened)


def link_onboarding(
    request: LinkOnboarding,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    clock: Clock,
    answer: Answer[WorkT, str] = unanswered,
) -> str:
    """Where the instructor completes onboarding; valid for 5 minutes.

    Raises:
        OutcomeUnknown: The processor didn't answer; asking again is safe.
    """
    account = open_payout_account(request.instructor_id, begin=begin, gateway=gateway, clock=clock)
    link = gateway.onboarding_link(account=account.account, return_url=request.return_url)
    with begin() as work:
        answer(work, link)
    return link


def refresh_payout_account(
    instructor_id: InstructorId,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    clock: Clock,
) -> ConnectAccount:
    """Look how the account stands; a change of payability is told upstream in the same unit.

    Raises:
        PayoutAccountNotFound: The instructor has opened none.
        OutcomeUnknown: The processor didn't answer.
    """
    with begin() as work:
        known = work.connect_accounts.find(instructor_id)
    if known is None:
        raise PayoutAccountNotFound("the instructor has opened no payout account")
    seen = gateway.find_account(known.account)
    if seen is None:
        return known
    with begin() as work:
        instructor = work.instructors.get_for_update(instructor_id)
        known = work.connect_accounts.find(instructor_id)
        if known is None:
            raise PayoutAccountNotFound("the instructor has opened no payout account")
        now = clock.now()
        looked_at = known.as_seen(seen, at=now)
        if looked_at == known:
            return known
        changed = instructor.become_payable(looked_at.payable, at=now)
        if not looked_at.payable:
            changed = changed.unlist("connect_disabled", at=now)
        if changed.events:
            work.instructors.save(changed)
        return work.connect_accounts.keep(looked_at)
