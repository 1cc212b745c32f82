"""Open an instructor's account at the processor, and look how it stands. Source: PY-3."""

from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import (
    OutcomeUnknown,
    PayoutAccountNotFound,
    ProcessorObjectUnknown,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.payouts.model import HoldCause, PayoutHold, preferred
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

    The instructor's own id is the idempotency key: there is one account each, ever. It pays out as
    every account does until its instructor chooses; what the processor does not hear of that the
    nightly audit tells it again (PY-48).

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
        kept = work.connect_accounts.keep(opened)
    with suppress(OutcomeUnknown, ProcessorObjectUnknown):
        gateway.set_payout_schedule(kept.account, preferred(kept))
    return kept


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
        work.instructors.get_for_update(instructor_id)
        known = work.connect_accounts.find(instructor_id)
        if known is None:
            raise PayoutAccountNotFound("the instructor has opened no payout account")
        now = clock.now()
        looked_at = known.as_seen(seen, at=now)
        return keep_looked_at(known, looked_at, work=work, at=now)


def keep_looked_at(
    known: ConnectAccount, looked_at: ConnectAccount, *, work: PaymentWork, at: datetime
) -> ConnectAccount:
    """Keep the account as it was seen; who cannot be paid is not listed. Source: PY-66, IN-15.

    Transfers to the instructor are held, or let go, as the account stands. The instructor is
    locked by this unit.
    """
    if looked_at == known:
        return known
    instructor = work.instructors.get_for_update(known.instructor_id)
    changed = instructor.become_payable(looked_at.payable, at=at)
    if not looked_at.payable:
        changed = changed.unlist("connect_disabled", at=at)
    if changed.events:
        work.instructors.save(changed)
    _weigh(looked_at, was_payable=known.payable, work=work, at=at)
    return work.connect_accounts.keep(looked_at)


def _weigh(account: ConnectAccount, *, was_payable: bool, work: PaymentWork, at: datetime) -> None:
    """An item for operators while money can't reach who has lessons ahead. Source: PY-66, PY-73."""
    who = account.instructor_id
    if account.deauthorised:
        cause = HoldCause.ACCOUNT_DEAUTHORIZED
    elif account.payable:
        work.payout_holds.lift(who, HoldCause.ACCOUNT_RESTRICTED)
        work.payout_holds.lift(who, HoldCause.ACCOUNT_DEAUTHORIZED)
        return
    elif was_payable and work.payout_holds.lessons_ahead(who, at=at):
        cause = HoldCause.ACCOUNT_RESTRICTED
    else:
        return
    hold = PayoutHold(instructor_id=who, cause=cause, reason=cause.value, placed_at=at)
    work.payout_holds.place(hold)
