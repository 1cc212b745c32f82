"""What the staff does about instructors' transfers. Source: PY-73, AD-7, spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.staff_acts import (
    ConfirmedBody,
    DoneActView,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
    tools_of,
)
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.acts import MAX_REASON_CODE, Why
from instainstru_core.admin.use_cases.hold_instructor_payouts import (
    HoldInstructorPayouts,
    hold_instructor_payouts,
    preview_instructor_hold,
    release_instructor_payouts,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.payouts.model import HoldCause, PayoutHold
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class PayoutHoldView(Struct, kw_only=True, frozen=True):
    """What keeps one instructor's transfers back; a rule did it where nobody is named."""

    instructor_id: InstructorId
    cause: HoldCause
    reason: Annotated[str, Meta(examples=["identity_unclear"])]
    note: str | None
    placed_by: AccountId | None
    placed_at: datetime

    @classmethod
    def of(cls, hold: PayoutHold) -> "PayoutHoldView":
        """The view of *hold*."""
        return cls(
            instructor_id=hold.instructor_id,
            cause=hold.cause,
            reason=hold.reason,
            note=hold.note,
            placed_by=hold.placed_by,
            placed_at=hold.placed_at,
        )


class PayoutHoldsView(Struct, kw_only=True, frozen=True):
    """Everything to be looked at, the longest first."""

    items: list[PayoutHoldView]


@get(
    "/payout-holds",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List held payouts"),
)
def list_holds(ports: NamedDependency[Ports]) -> PayoutHoldsView:
    """Whose transfers wait, and why: held by the staff, or by a rule that wants a look."""
    with ports.read() as reads:
        return PayoutHoldsView(items=[PayoutHoldView.of(e) for e in reads.payout_queries.holds()])


@post(
    "/instructors/{instructor_id:str}/payout-hold-previews",
    **preview_of(_KEEPERS),
    **documented("Preview a hold of payouts", refusals=(404, 409)),
)
def preview_hold(
    instructor_id: FromPath[InstructorId],
    data: JSONBody[StaffReasonBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """What would wait."""
    request = HoldInstructorPayouts(
        principal=principal, instructor_id=instructor_id, why=data.why()
    )
    shown = preview_instructor_hold(request, **tools_of(ports))
    return ShownActView.of(shown)


@put(
    "/instructors/{instructor_id:str}/payout-hold",
    **execution_of(_KEEPERS),
    **documented("Hold an instructor's payouts", refusals=(400, 404, 409)),
)
def hold(
    instructor_id: FromPath[InstructorId],
    data: JSONBody[ConfirmedBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """Transfers to the instructor wait, as the preview showed."""
    request = HoldInstructorPayouts(
        principal=principal, instructor_id=instructor_id, why=data.why()
    )
    done = hold_instructor_payouts(
        request,
        confirm_token=data.confirm_token,
        answer=keyed.answer(DoneActView.of),
        **tools_of(ports),
    )
    return DoneActView.of(done)


@delete(
    "/instructors/{instructor_id:str}/payout-hold",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_KEEPERS, bucket="write"),
    **documented("Release an instructor's payouts", refusals=(404, 409)),
)
def release(
    instructor_id: FromPath[InstructorId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    reason_code: Annotated[
        str,
        QueryParameter(min_length=1, max_length=MAX_REASON_CODE, pattern=r"\S"),
    ],
) -> DoneActView:
    """What waited goes at once, unless a rule still holds it."""
    request = HoldInstructorPayouts(
        principal=principal, instructor_id=instructor_id, why=Why(reason_code=reason_code)
    )
    done = release_instructor_payouts(request, begin=ports.begin, ids=ports.ids, clock=ports.clock)
    return DoneActView.of(done)


ROUTER: Final = Router(
    "/admin", route_handlers=[list_holds, preview_hold, hold, release], tags=["admin"]
)
