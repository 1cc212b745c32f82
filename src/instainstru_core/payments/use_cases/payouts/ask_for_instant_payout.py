"""Pay an instructor's balance out at once. Source: PY-49, PY-59, PY-62."""

from contextlib import suppress
from typing import TypeVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import BASIS_POINTS, Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.errors import OutcomeUnknown, PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.payouts.errors import InstantPayoutOutOfRange, NotOnboarded
from instainstru_core.payments.payouts.model import LEAST_INSTANT, InstantPayout
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.payouts.call_instant_payout import call_instant_payout

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class AskForInstantPayout:
    """The instructor wants *amount_cents* of their balance now."""

    instructor_id: InstructorId
    amount_cents: int


@frozen(kw_only=True)
class InstantOffer:
    """What can be paid out at once, and what the processor would charge for it."""

    available: Money
    fee_bps: int

    def fee(self, amount: Money) -> Money:
        """What the processor charges the instructor for *amount*; rounded up, never too low."""
        return Money(-(-amount.cents * self.fee_bps // BASIS_POINTS))


def ask_for_instant_payout(
    request: AskForInstantPayout,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, InstantPayout] = unanswered,
) -> InstantPayout:
    """Write it down, answer, and call; the payout as it is then.

    The answer is kept with the row, before the call: whatever happens afterwards, asking again with
    the same key is no second payout. Afterwards it is kept as it is given, so that it is said again
    to the byte (SE-13).

    Raises:
        PayoutAccountNotFound: The instructor has opened no account.
        NotOnboarded: The account is not complete.
        InstantPayoutOutOfRange: It is less than a dollar, or more than is available.
        InstantPayoutInProgress: Another one is not answered yet.
        OutcomeUnknown: The processor did not say what is available; nothing was asked for.
    """
    account = _account(request.instructor_id, begin)
    offer = _offer(account, gateway)
    if not LEAST_INSTANT.cents <= request.amount_cents <= offer.available.cents:
        raise InstantPayoutOutOfRange(LEAST_INSTANT, offer.available)
    amount = Money(request.amount_cents)
    with begin() as work:
        wanted = InstantPayout.requested(
            ids.new(InstantPayoutId),
            instructor_id=request.instructor_id,
            account=account.account,
            amount=amount,
            fee=offer.fee(amount),
            at=clock.now(),
        )
        work.instant_payouts.add(wanted)
        answer(work, wanted)
    with suppress(OutcomeUnknown):
        call_instant_payout(wanted, begin=begin, gateway=gateway, ids=ids, clock=clock)
    with begin() as work:
        known = work.instant_payouts.get_for_update(wanted.instant_payout_id)
        answer(work, known)
    return known


def offer_instant_payout(
    instructor_id: InstructorId, *, begin: Begin[PaymentWork], gateway: PaymentGateway
) -> InstantOffer:
    """What the instructor could have at once.

    Raises:
        PayoutAccountNotFound: The instructor has opened no account.
        NotOnboarded: The account is not complete.
        OutcomeUnknown: The processor didn't answer.
    """
    return _offer(_account(instructor_id, begin), gateway)


def _account(instructor_id: InstructorId, begin: Begin[PaymentWork]) -> ConnectAccount:
    with begin() as work:
        account = work.connect_accounts.find(instructor_id)
    if account is None:
        raise PayoutAccountNotFound("no payout account was opened yet")
    if not account.payable or not account.payouts_enabled:
        raise NotOnboarded("the payout account is not complete")
    return account


def _offer(account: ConnectAccount, gateway: PaymentGateway) -> InstantOffer:
    balance = gateway.instant_balance(account.account)
    return InstantOffer(available=balance.available, fee_bps=balance.fee_bps)
