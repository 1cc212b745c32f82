"""Look at what cancelling a lesson would do to its money, now and later. Source: BK-29, PY-27."""

from datetime import datetime, timedelta

from attrs import evolve, frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.errors.life import LessonStarted, WrongState
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import band
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.terms import Band, Party, PolicyCase
from instainstru_core.booking.use_cases.cancel_booking import canceller
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending, Funds, SettlementPlan, plan
from instainstru_core.payments.ports import PaymentWork

BOUNDARIES = (timedelta(hours=24), timedelta(hours=12), timedelta(0))
"""How long before the start the outcome may change. Source: BK-29, PY-5."""

_AN_INSTANT = timedelta(microseconds=1)


@frozen(kw_only=True)
class Stage:
    """What cancelling does from *since* on; without a case, it can't be done any more.

    Without a plan nobody checked out, so there is no money.
    """

    since: datetime
    band: Band | None
    policy_case: PolicyCase | None
    plan: SettlementPlan | None


@frozen(kw_only=True)
class CancellationPreview:
    """What the caller's cancelling does now, and each time that it will do something else."""

    by: Party
    now: Stage
    later: tuple[Stage, ...]


def preview_cancellation(
    booking_id: BookingId,
    *,
    principal: Principal,
    begin: Begin[PaymentWork],
    clock: Clock,
) -> CancellationPreview:
    """What `cancel_lesson` would decide, from the same planner; nothing changes.

    Raises:
        BookingNotFound: None, or not one of the caller's.
        Forbidden: The caller's account may not cancel.
        WrongState: It is over.
        LessonStarted: It has begun.
    """
    now = clock.now()
    with begin() as work:
        booking = work.bookings.get(booking_id)
        by = canceller(booking, principal)
        if not isinstance(booking.state, Pending | Confirmed):
            raise WrongState(booking_id, booking.status)
        start = booking.lesson.starts_at
        if now >= start:
            raise LessonStarted(booking_id)
        payment = work.payments.find_for_update(booking_id)
    current = _stage(booking, payment, by, now, at=now)
    later: list[Stage] = []
    for ahead in BOUNDARIES:
        boundary = start - ahead
        if boundary < now:
            continue
        after = boundary + _AN_INSTANT
        stage = _stage(booking, payment, by, boundary, at=after) if ahead else _over(start)
        if _said(stage) != _said((later or [current])[-1]):
            later.append(stage)
    return CancellationPreview(by=by, now=current, later=tuple(later))


def _stage(
    booking: Booking, payment: Payment | None, by: Party, since: datetime, *, at: datetime
) -> Stage:
    """What cancelling does *at* an instant: now, or just after the boundary *since*."""
    start = booking.lesson.starts_at
    locked = payment is not None and payment.standing is PaymentState.LOCKED
    case = policy_case(booking, by=by, now=at, payment_locked=locked)
    decided = None
    if payment is not None:
        funds = Funds.of(payment, booking)
        if funds.state is PaymentState.SCHEDULED and since < at and at > payment.auth_due_at:
            # By then the card will have been asked. Source: PY-12.
            held = payment.breakdown.card_amount
            funds = evolve(funds, state=PaymentState.AUTHORIZED, held=held)
        decided = plan(Ending(case.value), breakdown=payment.breakdown, funds=funds)
    return Stage(since=since, band=band(start, at), policy_case=case, plan=decided)


def _over(start: datetime) -> Stage:
    return Stage(since=start, band=None, policy_case=None, plan=None)


def _said(stage: Stage) -> tuple[object, ...]:
    return stage.band is None, stage.policy_case, stage.plan and stage.plan.outcome
