"""Act on the processor's news of a payout to a bank. Source: PY-48, PY-65, PY-66."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.payouts.errors import BankPayoutNotFound
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.payouts.record_payout import record_payout


def hear_payout(
    account: str,
    payout: str,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    """Look at the payout of *account*, and keep how it stands; again changes nothing.

    Raises:
        PayoutAccountNotFound: No instructor has such an account, or not yet.
        BankPayoutNotFound: The processor knows no such payout, or not yet.
        OutcomeUnknown: The processor didn't answer.
    """
    with begin() as work:
        known = work.connect_accounts.find_by_name(account)
    if known is None:
        raise PayoutAccountNotFound(f"no instructor has the account {account}")
    seen = gateway.find_payout(account, payout)
    if seen is None:
        raise BankPayoutNotFound(f"account {account} has no payout {payout}")
    with begin() as work:
        work.instructors.get_for_update(known.instructor_id)
        record_payout(seen, known.instructor_id, work=work, ids=ids, at=clock.now())
