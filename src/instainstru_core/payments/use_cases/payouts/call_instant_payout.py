"""Ask the processor for an instant payout, and record what it answers. Source: PY-49, PY-62."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.operation import NEVER_ARRIVED
from instainstru_core.payments.model.processor import BankPayout, Refused
from instainstru_core.payments.payouts.model import InstantPayout
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.payouts.record_payout import record_payout


def call_instant_payout(
    payout: InstantPayout,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> InstantPayout:
    """Call with the payout's id as the key, however often; the payout as it is then.

    So late that the processor may have forgotten the key it is looked for instead, among the
    account's latest payouts; one that is not there never arrived.

    Raises:
        OutcomeUnknown: No answer came; the sweeper asks again.
    """
    try:
        heard = _ask(payout, begin=begin, gateway=gateway, clock=clock)
    except OutcomeUnknown:
        with begin() as work:
            known = work.instant_payouts.get_for_update(payout.instant_payout_id)
            if not known.finished:
                work.instant_payouts.save(known.lose_answer(at=clock.now()))
        raise
    with begin() as work:
        # Payouts of one instructor are recorded one at a time.
        work.instructors.get_for_update(payout.instructor_id)
        known = work.instant_payouts.get_for_update(payout.instant_payout_id)
        if known.finished:
            return known
        if isinstance(heard, Refused):
            known = known.fail(heard.reason)
        else:
            record_payout(heard, payout.instructor_id, work=work, ids=ids, at=clock.now())
            known = known.succeed(heard)
        work.instant_payouts.save(known)
    return known


def _ask(
    payout: InstantPayout, *, begin: Begin[PaymentWork], gateway: PaymentGateway, clock: Clock
) -> BankPayout | Refused:
    if payout.repeatable(now=clock.now()):
        key = OperationId(payout.instant_payout_id.value)
        return gateway.instant_payout(key, account=payout.account, amount=payout.amount)
    alike = [
        each
        for each in gateway.payouts(payout.account)
        if each.instant
        and each.amount == payout.amount
        and each.created_at >= payout.requested_at.replace(microsecond=0)
    ]
    with begin() as work:
        taken = work.instant_payouts.made_of([each.payout for each in alike])
    free = [each for each in alike if each.payout not in taken]
    return free[-1] if free else Refused(reason=NEVER_ARRIVED)
