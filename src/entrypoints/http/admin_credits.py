"""What the staff does about students' credit: shown first, then done. Source: CR-15, AD-7."""

from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.staff_acts import (
    ConfirmToken,
    DoneActView,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
    tools_of,
)
from entrypoints.http.wallet import CreditsView
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.adjust_student_credit import (
    AdjustStudentCredit,
    adjust_student_credit,
    preview_credit_adjustment,
)
from instainstru_core.admin.use_cases.revoke_student_credit import (
    RevokeStudentCredit,
    preview_credit_revocation,
    revoke_student_credit,
)
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.use_cases.read_credits import read_credits
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class AdjustmentBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """How much more; or, *to_balance*, how much the student shall have to spend."""

    amount_cents: Annotated[int, Meta(ge=0, le=1_000_000_000, examples=[2500])]
    to_balance: bool = False

    def of(self, student_id: StudentId, principal: Principal) -> AdjustStudentCredit:
        """What is asked for."""
        return AdjustStudentCredit(
            principal=principal,
            student_id=student_id,
            why=self.why(),
            amount=Money(self.amount_cents),
            to_balance=self.to_balance,
        )


class ConfirmedAdjustmentBody(AdjustmentBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


class RevocationBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """How much, and why; without an amount all that is unspent."""

    amount_cents: Annotated[int, Meta(ge=1, le=1_000_000_000, examples=[2500])] | None = None

    def of(self, lot_id: CreditLotId, principal: Principal) -> RevokeStudentCredit:
        """What is asked for."""
        return RevokeStudentCredit(
            principal=principal,
            lot_id=lot_id,
            why=self.why(),
            amount=None if self.amount_cents is None else Money(self.amount_cents),
        )


class ConfirmedRevocationBody(RevocationBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


@get(
    "/students/{student_id:str}/credits",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Look at a student's credit"),
)
def show_student_credits(
    student_id: FromPath[StudentId], ports: NamedDependency[Ports]
) -> CreditsView:
    """What the student can spend, and which grants could be revoked."""
    return CreditsView.of(read_credits(student_id, read=ports.read, clock=ports.clock))


@post(
    "/students/{student_id:str}/credit-previews",
    **preview_of(_KEEPERS),
    **documented("Preview a change of a student's credit", refusals=(404,)),
)
def preview_adjustment(
    student_id: FromPath[StudentId],
    data: JSONBody[AdjustmentBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """What would be granted or revoked."""
    shown = preview_credit_adjustment(data.of(student_id, principal), **tools_of(ports))
    return ShownActView.of(shown)


@post(
    "/students/{student_id:str}/credits",
    **execution_of(_KEEPERS),
    **documented("Change a student's credit", refusals=(400, 404, 409)),
)
def adjust(
    student_id: FromPath[StudentId],
    data: JSONBody[ConfirmedAdjustmentBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """Goodwill, or the difference to a balance, as the preview showed."""
    done = adjust_student_credit(
        data.of(student_id, principal),
        confirm_token=data.confirm_token,
        answer=keyed.answer(DoneActView.of),
        **tools_of(ports),
    )
    return DoneActView.of(done)


@post(
    "/credits/{credit_id:str}/revocation-previews",
    **preview_of(_KEEPERS),
    **documented("Preview the revocation of a credit", refusals=(404, 409)),
)
def preview_revocation(
    credit_id: FromPath[CreditLotId],
    data: JSONBody[RevocationBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """What would be taken back."""
    shown = preview_credit_revocation(data.of(credit_id, principal), **tools_of(ports))
    return ShownActView.of(shown)


@post(
    "/credits/{credit_id:str}/revocations",
    **execution_of(_KEEPERS),
    **documented("Revoke a credit", refusals=(400, 404, 409)),
)
def revoke(
    credit_id: FromPath[CreditLotId],
    data: JSONBody[ConfirmedRevocationBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """What is unspent of it is gone, as the preview showed."""
    done = revoke_student_credit(
        data.of(credit_id, principal),
        confirm_token=data.confirm_token,
        answer=keyed.answer(DoneActView.of),
        **tools_of(ports),
    )
    return DoneActView.of(done)


ROUTER: Final = Router(
    "/admin",
    route_handlers=[
        show_student_credits,
        preview_adjustment,
        adjust,
        preview_revocation,
        revoke,
    ],
    tags=["admin"],
)
