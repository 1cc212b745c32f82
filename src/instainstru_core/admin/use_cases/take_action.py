"""Do to a booking what a preview showed, once. Source: AD-7, MC-6, BK-53."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeVar

from attrs import evolve, frozen

from instainstru_core.accounts.model import Permission
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.confirmations.errors import Expired
from instainstru_core.admin.confirmations.ids import ConfirmationId
from instainstru_core.admin.confirmations.tokens import read_token
from instainstru_core.admin.errors import LessonNotStarted
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.model.action import AdminAction
from instainstru_core.admin.model.acts import (
    Ask,
    Cancel,
    Complete,
    DecideIssue,
    DecideReport,
    IssueSettlement,
    MarkNoShow,
)
from instainstru_core.admin.model.approval import Wish
from instainstru_core.admin.model.effect import Caution, Effect, asks_card
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.four_eyes import (
    Alone,
    ask_second_person,
    needs_second,
    spend_approval,
)
from instainstru_core.booking.claims.errors import NoShowOpen
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.errors.life import LessonNotEnded, WrongState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import (
    ResolveNoShow,
    record_miss,
    resolve_no_show,
)
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, joined, unanswered
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import (
    Ending,
    Funds,
    SettlementPlan,
    ending_of,
    plan,
    stored_plan,
)
from instainstru_core.payments.use_cases.cancel_lesson import CancelByAdmin, cancel_by_admin
from instainstru_core.payments.use_cases.settle_issue import settle_issue

WorkT = TypeVar("WorkT", bound=AdminWork)

_SETTLEMENTS: Final = {
    IssueSettlement.FULL_REFUND: Ending.ISSUE_FULL_REFUND,
    IssueSettlement.FULL_CREDIT: Ending.ISSUE_FULL_CREDIT,
    IssueSettlement.SPLIT_50_50: Ending.ISSUE_SPLIT,
}
_FUNDED: Final = frozenset({PaymentState.AUTHORIZED, PaymentState.LOCKED})


@frozen(kw_only=True)
class TakeAction:
    """The act in the very words of its preview, and the token that came with that."""

    ask: Ask
    confirm_token: str


@frozen(kw_only=True)
class ActionTaken:
    """What was done, and what it did."""

    action: AdminAction
    effect: Effect


def take_action(
    request: TakeAction,
    *,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, ActionTaken] = unanswered,
) -> ActionTaken:
    """Act, unless the effect would be another one by now, and keep who did it and why.

    Raises:
        InvalidFormat: What was given is no confirm token.
        InvalidSignature: It is none of ours.
        ActorMismatch: Somebody else saw the preview.
        Expired: It is more than five minutes ago.
        PayloadMismatch: Something else was shown.
        AlreadyUsed: It was acted on.
        EffectChanged: The act would do something else by now.
        Forbidden: The caller may not, or may not move money.
        SecondPersonRequired: Somebody else must approve it first; nothing but that was kept.
        DomainError: Whatever refuses the act itself; then nothing has happened.
    """
    confirmation_id = read_token(request.confirm_token, secrets=secrets)
    try:
        with begin() as work:
            result = _taken(request.ask, confirmation_id, work=work, ids=ids, clock=clock)
            answer(work, result)
            return result
    except Alone as alone:
        raise ask_second_person(alone.wish, begin=begin, ids=ids, clock=clock) from None


def perform(ask: Ask, *, work: AdminWork, ids: Ids, clock: Clock) -> Effect:
    """What `take_action` does, in a unit that is open already; a preview undoes it.

    Raises:
        Forbidden: The caller may not, or may not move money.
        DomainError: Whatever refuses the act.
    """
    if not ask.principal.may(Permission.MANAGE_ALL_BOOKINGS):
        raise Forbidden("only those who manage all bookings can do this")
    booking, now = work.bookings.get_for_update(ask.booking_id), clock.now()
    decided = _done(ask, booking, work=work, ids=ids, clock=clock)
    if decided is not None and not ask.principal.may(Permission.MANAGE_FINANCIALS):
        raise Forbidden("only those who manage money can do what moves it")
    after = work.bookings.get(ask.booking_id)
    effect = Effect(before=booking.status, booking=after, plan=decided)
    warnings = [*_cautions(ask, after, decided, work=work, now=now)]
    if needs_second(_wish(ask, effect), work=work, at=now):
        warnings.append(Caution.SECOND_PERSON)
    return evolve(effect, warnings=tuple(warnings))


def _taken(
    ask: Ask, confirmation_id: ConfirmationId, *, work: AdminWork, ids: Ids, clock: Clock
) -> ActionTaken:
    now = clock.now()
    seen = work.confirmations.find(confirmation_id)
    if seen is None:
        raise Expired
    seen = seen.used(principal=ask.principal.account_id, payload=ask.payload(), at=now)
    work.confirmations.save(seen)
    effect = perform(ask, work=work, ids=ids, clock=clock)
    seen.check_effect(effect.content())
    action = AdminAction(
        action_id=ids.new(ActionId),
        booking_id=ask.booking_id,
        actor=ask.principal.account_id,
        kind=ask.kind,
        why=ask.why,
        at=now,
        before={"status": effect.before.value},
        after=_after(ask, effect),
        at_stake=effect.at_stake,
        seconded=spend_approval(_wish(ask, effect), work=work, at=now),
    )
    work.admin_actions.add(action)
    return ActionTaken(action=action, effect=effect)


def _wish(ask: Ask, effect: Effect) -> Wish:
    return Wish(
        requester=ask.principal.account_id,
        kind=ask.kind,
        target=None,
        booking_id=ask.booking_id,
        why=ask.why,
        payload=ask.payload(),
        effect=effect.content(),
        at_stake=effect.at_stake,
    )


def _done(
    ask: Ask, booking: Booking, *, work: AdminWork, ids: Ids, clock: Clock
) -> SettlementPlan | None:
    """The act; what it decides about the money, if anything."""
    now = clock.now()
    match ask.act:
        case Cancel(policy=policy):
            cancelled = CancelByAdmin(
                principal=ask.principal,
                booking_id=ask.booking_id,
                policy=policy,
                reason=ask.why.reason_code,
            )
            return cancel_by_admin(cancelled, begin=joined(work), ids=ids, clock=clock).plan
        case Complete():
            return _foreseen(_complete(booking, work=work, now=now), work=work)
        case MarkNoShow(type=missing):
            return _foreseen(_miss(booking, missing, work=work, now=now), work=work)
        case DecideReport(resolution=resolution):
            resolved = ResolveNoShow(
                principal=ask.principal,
                booking_id=ask.booking_id,
                resolution=resolution,
                notes=ask.why.note,
            )
            resolve_no_show(resolved, begin=joined(work), clock=clock)
            if resolution is Resolution.CANCELLED:
                return None
            return _foreseen(work.bookings.get(ask.booking_id), work=work)
        case DecideIssue() as act:
            return _decide_issue(ask, act, work=work, ids=ids, clock=clock)


def _complete(booking: Booking, *, work: AdminWork, now: datetime) -> Booking:
    """The lesson was given, at its end. Source: BK-53."""
    if not isinstance(booking.state, Confirmed):
        raise WrongState(booking.booking_id, booking.status)
    if now < booking.lesson.ends_at:
        raise LessonNotEnded(booking.booking_id, booking.lesson.ends_at)
    _check_unreported(booking, work)
    return work.bookings.save(booking.complete_upheld(at=now))


def _miss(booking: Booking, missing: NoShowType, *, work: AdminWork, now: datetime) -> Booking:
    """Somebody did not come. Source: BK-53."""
    if not isinstance(booking.state, Confirmed):
        raise WrongState(booking.booking_id, booking.status)
    if now < booking.lesson.starts_at:
        raise LessonNotStarted(booking.booking_id, booking.lesson.starts_at)
    _check_unreported(booking, work)
    return record_miss(booking, missing, work=work, at=now)


def _decide_issue(
    ask: Ask, act: DecideIssue, *, work: AdminWork, ids: Ids, clock: Clock
) -> SettlementPlan | None:
    resolved = ResolveIssue(
        principal=ask.principal,
        booking_id=ask.booking_id,
        outcome=act.outcome,
        no_show_type=act.no_show_type,
        notes=ask.why.note,
    )
    resolve_issue(resolved, begin=joined(work), clock=clock)
    booking, now = work.bookings.get_for_update(ask.booking_id), clock.now()
    if act.settlement is None:
        missed = act.outcome is IssueOutcome.NO_SHOW
        return _foreseen(booking, work=work) if missed else None
    _check_unreported(booking, work)
    if not isinstance(booking.state, Completed):
        booking = _complete(booking, work=work, now=now)
    return settle_issue(booking, _SETTLEMENTS[act.settlement], work=work, ids=ids, now=now)


def _check_unreported(booking: Booking, work: AdminWork) -> None:
    """A report that is open must be decided first; that says what becomes of the lesson."""
    report = work.claims.report_on(booking.booking_id)
    if report is not None and report.is_open:
        raise NoShowOpen(booking.booking_id)


def _foreseen(booking: Booking, *, work: AdminWork) -> SettlementPlan | None:
    """How the money ends that payments will act on, once it hears of it. Source: PY-27."""
    payment = work.payments.find_for_update(booking.booking_id)
    if payment is None:
        return None
    if payment.over and (stored := stored_plan(payment, booking)) is not None:
        return stored
    return plan(ending_of(booking), breakdown=payment.breakdown, funds=Funds.of(payment, booking))


def _cautions(
    ask: Ask,
    booking: Booking,
    decided: SettlementPlan | None,
    *,
    work: AdminWork,
    now: datetime,
) -> Iterator[Caution]:
    if isinstance(ask.act, Cancel) and now >= booking.lesson.starts_at:
        yield Caution.LESSON_HAS_BEGUN
    if decided is not None and asks_card(decided):
        yield Caution.CARD_IS_ASKED
    if isinstance(booking.state, Completed):
        payment = work.payments.find_for_update(booking.booking_id)
        if payment is None or not (payment.over or payment.standing in _FUNDED):
            yield Caution.NOT_PAID
    if work.claims.open_on(booking.booking_id):
        yield Caution.STAYS_FROZEN


def _after(ask: Ask, effect: Effect) -> dict[str, str]:
    outcome = {} if effect.plan is None else {"outcome": effect.plan.outcome.value}
    return {"status": effect.booking.status.value, **ask.terms, **outcome}
