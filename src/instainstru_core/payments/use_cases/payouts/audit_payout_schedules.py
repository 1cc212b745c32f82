"""Every night: restore schedules that drifted, and look at the payouts. Source: PY-48."""

from datetime import timedelta
from typing import Final

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown, ProcessorObjectUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.payouts.model import preferred
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.payouts.record_payout import record_payout

AT_ONCE: Final = 100
AUDIT_FOR: Final = timedelta(seconds=30)
"""A part of the audit must end before its work item is leased to another."""


def audit_payout_schedules(
    *,
    after: InstructorId | None = None,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> InstructorId | None:
    """Audit the accounts *after* one; the one to go on after, or None when all were looked at.

    One that the processor does not answer for never stops the others.
    """
    until = clock.now() + AUDIT_FOR
    with begin() as work:
        accounts = work.connect_accounts.paid_out_after(after, limit=AT_ONCE)
    for account in accounts:
        if clock.now() >= until:
            return after
        _audit(account, begin=begin, gateway=gateway, ids=ids, clock=clock)
        after = account.instructor_id
    return after if len(accounts) == AT_ONCE else None


def _audit(
    account: ConnectAccount,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    try:
        if gateway.payout_schedule(account.account) != preferred(account):
            gateway.set_payout_schedule(account.account, preferred(account))
        seen = gateway.payouts(account.account)
    except (OutcomeUnknown, ProcessorObjectUnknown):
        return
    if not seen:
        return
    with begin() as work:
        work.instructors.get_for_update(account.instructor_id)
        for payout in reversed(seen):
            record_payout(payout, account.instructor_id, work=work, ids=ids, at=clock.now())
