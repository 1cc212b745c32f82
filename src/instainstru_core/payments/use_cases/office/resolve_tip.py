"""Decide about a tip, in a unit that is open: give it back, or mend what failed. Source: PY-51."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.kernel.errors import Forbidden, InvalidState
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.payments.chargebacks.model import ChargebackStatus
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.ids import TipId
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.refunds.errors import AlreadyRefunded, RefundWindowClosed
from instainstru_core.payments.refunds.plan import REFUND_WINDOW
from instainstru_core.payments.tips.model import Tip
from instainstru_core.payments.tips.remedies import TipRemedy, TipRemedyNotLegal, remedies_of
from instainstru_core.payments.use_cases.carry_out import locked
from instainstru_core.payments.use_cases.tips.record_tip import TipDesk

_TAKEN = frozenset({ChargebackStatus.OPEN, ChargebackStatus.LOST})


@frozen(kw_only=True)
class ResolveTip:
    """Who does what about which tip; *window* is how long cards take refunds."""

    principal: Principal
    tip_id: TipId
    remedy: TipRemedy
    window: timedelta = REFUND_WINDOW


@frozen(kw_only=True)
class ResolvedTip:
    """The tip before and after, and the calls that follow, for the `TipDesk`."""

    before: Tip
    tip: Tip
    payment: Payment
    followups: Sequence[PaymentOperation]


def resolve_tip(request: ResolveTip, *, work: PaymentWork, ids: Ids, clock: Clock) -> ResolvedTip:
    """Do as *request* says; who opened the unit carries the calls out afterwards.

    Raises:
        Forbidden: The caller may not move money.
        TipNotFound: There is no such tip.
        AlreadyRefunded: All of it was given back.
        TipRemedyNotLegal: That is nothing to do about it now.
        InvalidState: Something that was asked of the processor is not answered yet.
        NothingToRefund: The student's bank has, or asks for, the money.
        RefundWindowClosed: The card was charged more than 180 days ago.
    """
    if not request.principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage money can give it back")
    now = clock.now()
    booking, payment = locked(work.payments.get(work.tips.get(request.tip_id).payment_id), work)
    tip = work.tips.get(request.tip_id)
    desk = TipDesk(work, ids, now, booking)
    legal = remedies_of(tip)
    if request.remedy not in legal:
        if request.remedy is TipRemedy.REFUND and tip.refunded_at is not None:
            raise AlreadyRefunded("all of it was given back before")
        raise TipRemedyNotLegal(request.remedy, legal)
    if any(each.sent_at is not None for each in desk.unfinished(tip, payment)):
        raise InvalidState("the processor has not answered yet")
    after = _apply(request, tip, payment, work, desk, now)
    return ResolvedTip(before=tip, tip=after, payment=payment, followups=tuple(desk.followups))


def _apply(
    request: ResolveTip,
    tip: Tip,
    payment: Payment,
    work: PaymentWork,
    desk: TipDesk,
    now: datetime,
) -> Tip:
    match request.remedy:
        case TipRemedy.REFUND:
            _check_refundable(tip, request, work, now)
            desk.give_back(tip, payment)
        case TipRemedy.RETRY_TRANSFER:
            desk.transfer(tip, payment)
        case TipRemedy.RETRY_REVERSAL:
            desk.reverse(tip, payment)
        case TipRemedy.BEAR_REVERSAL:
            return desk.bear(tip, payment)
        case TipRemedy.LET_BE:
            pass
    return work.tips.save(tip.let_be())


def _check_refundable(tip: Tip, request: ResolveTip, work: PaymentWork, now: datetime) -> None:
    disputes = work.chargebacks.of(tip.payment_id)
    if any(each.beside and each.status in _TAKEN for each in disputes):
        raise NothingToRefund("the student's bank has, or asks for, the money")
    if tip.succeeded_at is not None and now - tip.succeeded_at > request.window:
        raise RefundWindowClosed(f"the card was charged more than {request.window.days} days ago")
