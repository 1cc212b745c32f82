"""Act on the processor's news of an instructor's account. Source: PY-47, PY-66, PY-73."""

from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.open_payout_account import keep_looked_at
from instainstru_core.payments.use_cases.payouts.hold_payouts import RETRY_PAYOUTS


def hear_account(
    account: str,
    *,
    deauthorised: bool = False,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    clock: Clock,
) -> None:
    """Look at the account, and act on whether it can be paid; again changes nothing.

    An account that left the platform (*deauthorised*) is not looked at: it cannot be any more. It
    holds the instructor's transfers; so does one that lost its payability with lessons ahead. One
    that can be paid again lets them go, and `payout_account.onboarded` sends what waited. So it is
    where nobody heard that it could not be paid.

    Raises:
        PayoutAccountNotFound: No instructor has such an account, or not yet.
        OutcomeUnknown: The processor didn't answer.
    """
    with begin() as work:
        known = work.connect_accounts.find_by_name(account)
    if known is None:
        raise PayoutAccountNotFound(f"no instructor has the account {account}")
    seen = None if deauthorised else gateway.find_account(account)
    with begin() as work:
        now = clock.now()
        work.instructors.get_for_update(known.instructor_id)
        known = work.connect_accounts.find(known.instructor_id) or known
        if deauthorised:
            looked_at = known.deauthorise(at=now)
        else:
            looked_at = known if seen is None else known.as_seen(seen, at=now)
        keep_looked_at(known, looked_at, work=work, at=now)
        if known.payable and looked_at.payable:
            # Whatever kept it from being paid meanwhile was never heard of. Source: PY-47, PY-65.
            work.work_items.file(
                NewWork(
                    handler=RETRY_PAYOUTS,
                    payload={"instructor_id": str(known.instructor_id)},
                    due_at=now,
                    dedupe_key=f"{RETRY_PAYOUTS}:{known.instructor_id}:{now.isoformat()}",
                )
            )
