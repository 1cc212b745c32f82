"""Keep one instructor's transfers back, or let them go, in a unit that is open. Source: PY-73."""

from datetime import datetime
from typing import Final

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.due_work.model import NewWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.payouts.errors import PayoutsAlreadyHeld, PayoutsNotHeld
from instainstru_core.payments.payouts.model import HoldCause, PayoutHold
from instainstru_core.payments.ports import PaymentWork

RETRY_PAYOUTS: Final = "retry_payouts"


@frozen(kw_only=True)
class HoldPayouts:
    """An operator keeps the instructor's transfers back, for a reason."""

    instructor_id: InstructorId
    operator: AccountId
    reason: str
    note: str | None = None


def hold_payouts(request: HoldPayouts, *, work: PaymentWork, at: datetime) -> PayoutHold:
    """Transfers to the instructor wait in instructor_payable from now on.

    Raises:
        InstructorNotFound: There is no such instructor.
        PayoutsAlreadyHeld: An operator holds them already.
    """
    work.instructors.get_for_update(request.instructor_id)
    if _by_operator(request.instructor_id, work) is not None:
        raise PayoutsAlreadyHeld("an operator holds this instructor's payouts already")
    hold = PayoutHold(
        instructor_id=request.instructor_id,
        cause=HoldCause.OPERATOR,
        reason=request.reason,
        note=request.note,
        placed_by=request.operator,
        placed_at=at,
    )
    work.payout_holds.place(hold)
    return hold


def release_payouts(
    instructor_id: InstructorId, *, work: PaymentWork, at: datetime
) -> tuple[PayoutHold, ...]:
    """What an operator held goes at once; whatever else still holds transfers is returned.

    Raises:
        InstructorNotFound: There is no such instructor.
        PayoutsNotHeld: No operator holds them.
    """
    work.instructors.get_for_update(instructor_id)
    if _by_operator(instructor_id, work) is None:
        raise PayoutsNotHeld("no operator holds this instructor's payouts")
    work.payout_holds.lift(instructor_id, HoldCause.OPERATOR)
    work.work_items.file(
        NewWork(
            handler=RETRY_PAYOUTS,
            payload={"instructor_id": str(instructor_id)},
            due_at=at,
            dedupe_key=f"{RETRY_PAYOUTS}:{instructor_id}:{at.isoformat()}",
        )
    )
    return tuple(work.payout_holds.of(instructor_id))


def _by_operator(instructor_id: InstructorId, work: PaymentWork) -> PayoutHold | None:
    every = work.payout_holds.of(instructor_id)
    return next((hold for hold in every if hold.cause is HoldCause.OPERATOR), None)
