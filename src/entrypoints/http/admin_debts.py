"""What the staff does about debts and standings. Source: PY-26, PY-71, spec 02 §6."""

from typing import Annotated, Final, Literal

from litestar import Router, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, REQUIRED, policy, requires
from entrypoints.http.staff_acts import DoneActView, StaffReasonBody
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.set_payment_standing import (
    SetPaymentStanding,
    set_payment_standing,
)
from instainstru_core.admin.use_cases.write_off_student_debt import (
    WriteOffStudentDebt,
    write_off_student_debt,
)
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import DebtId
from instainstru_core.ports import Ports

_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class WriteOffBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """How much, and why; without an amount all that is owed."""

    amount_cents: Annotated[int, Meta(ge=1, le=1_000_000_000, examples=[5000])] | None = None


class StandingBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """Which standing, and why."""

    standing: Literal["ok", "locked", "restricted"]


@post(
    "/debts/{debt_id:str}/write-offs",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_KEEPERS, bucket="financial", idempotency=REQUIRED),
    **documented("Write a debt off", refusals=(404, 409)),
)
def write_off(
    debt_id: FromPath[DebtId],
    data: JSONBody[WriteOffBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """It is lost; the student's standing stays what it is."""
    request = WriteOffStudentDebt(
        principal=principal,
        debt_id=debt_id,
        why=data.why(),
        amount=None if data.amount_cents is None else Money(data.amount_cents),
    )
    done = write_off_student_debt(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(DoneActView.of),
    )
    return DoneActView.of(done)


@patch(
    "/students/{student_id:str}/payment-standing",
    sync_to_thread=True,
    opt=policy(access=_KEEPERS, bucket="write", idempotency=OPTIONAL),
    **documented("Set a student's payment standing", refusals=(404, 409)),
)
def set_standing(
    student_id: FromPath[StudentId],
    data: JSONBody[StandingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DoneActView:
    """Whether the student may book; nobody who owes something is in order."""
    request = SetPaymentStanding(
        principal=principal,
        student_id=student_id,
        standing=Standing(data.standing),
        why=data.why(),
    )
    done = set_payment_standing(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(DoneActView.of),
    )
    return DoneActView.of(done)


ROUTER: Final = Router("/admin", route_handlers=[write_off, set_standing], tags=["admin"])
