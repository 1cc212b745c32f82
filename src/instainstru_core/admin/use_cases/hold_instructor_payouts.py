"""The staff keeps one instructor's transfers back, or lets them go. Source: PY-73, AD-7."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    record_staff_act,
    take_staff_act,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class HoldInstructorPayouts:
    """Whose transfers wait, or go on, and why."""

    principal: Principal
    instructor_id: InstructorId
    why: Why


def preview_instructor_hold(
    request: HoldInstructorPayouts,
    *,
    begin: Begin[AdminWork],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
) -> ShownAct:
    """What the hold would keep back now; nothing but the proof is kept.

    Raises:
        InstructorNotFound: There is no such instructor.
        PayoutsAlreadyHeld: An operator holds them already.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _hold(request, work, clock)

    act = _act(request, ActionKind.HOLD_PAYOUTS)
    return preview_staff_act(act, perform, begin=begin, ids=ids, clock=clock, secrets=secrets)


def hold_instructor_payouts(
    request: HoldInstructorPayouts,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Transfers to the instructor wait in instructor_payable until they are released.

    Raises:
        DomainError: As `take_staff_act` says, or whatever refuses the hold.
    """

    def perform(work: WorkT) -> StaffEffect:
        return _hold(request, work, clock)

    return take_staff_act(
        _act(request, ActionKind.HOLD_PAYOUTS),
        perform,
        confirm_token=confirm_token,
        begin=begin,
        ids=ids,
        clock=clock,
        secrets=secrets,
        answer=answer,
    )


def release_instructor_payouts(
    request: HoldInstructorPayouts, *, begin: Begin[AdminWork], ids: Ids, clock: Clock
) -> DoneAct:
    """What waited goes at once, unless something else still holds it; who did it is kept.

    Raises:
        InstructorNotFound: There is no such instructor.
        PayoutsNotHeld: No operator holds them.
    """
    with begin() as work:
        now = clock.now()
        left = release_payouts(request.instructor_id, work=work, at=now)
        effect = StaffEffect(
            before={"payouts": "held"},
            after={"payouts": "held" if left else "released"},
            shows={"still_held_by": [hold.cause.value for hold in left]},
        )
        act = _act(request, ActionKind.RELEASE_PAYOUTS)
        action = record_staff_act(act, effect, work=work, ids=ids, at=now)
    return DoneAct(action=action, effect=effect)


def _hold(request: HoldInstructorPayouts, work: AdminWork, clock: Clock) -> StaffEffect:
    before = work.payout_holds.of(request.instructor_id)
    hold = HoldPayouts(
        instructor_id=request.instructor_id,
        operator=request.principal.account_id,
        reason=request.why.reason_code,
        note=request.why.note,
    )
    hold_payouts(hold, work=work, at=clock.now())
    tips = work.tips.owed(request.instructor_id)
    return StaffEffect(
        before={"payouts": "held" if before else "released"},
        after={"payouts": "held"},
        shows={
            "already_held_by": [each.cause.value for each in before],
            "payments_waiting": len(work.payments.owing(request.instructor_id)),
            "tips_waiting": len(tips),
        },
    )


def _act(request: HoldInstructorPayouts, kind: ActionKind) -> StaffAct:
    return StaffAct(
        principal=request.principal,
        kind=kind,
        target=str(request.instructor_id),
        why=request.why,
    )
