"""What a student owes, and paying it. Source: PY-26, PY-71, spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.ids import CardId, DebtId, PaymentId
from instainstru_core.payments.use_cases.debts.pay_debt import DebtPaid, PayDebt, pay_debt
from instainstru_core.payments.use_cases.debts.read_debts import WhatIsOwed, read_debts
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)


class DebtView(Struct, kw_only=True, frozen=True):
    """What is owed for one lesson."""

    debt_id: DebtId
    payment_id: PaymentId
    cause: DebtCause
    amount_cents: Annotated[int, Meta(examples=[13440])]
    paid_cents: int
    written_off_cents: int
    owed_cents: int
    recognised_at: datetime

    @classmethod
    def of(cls, debt: StudentDebt) -> "DebtView":
        """The view of *debt*."""
        return cls(
            debt_id=debt.debt_id,
            payment_id=debt.payment_id,
            cause=debt.cause,
            amount_cents=debt.amount.cents,
            paid_cents=debt.paid.cents,
            written_off_cents=debt.written_off.cents,
            owed_cents=debt.owed.cents,
            recognised_at=debt.recognised_at,
        )


class DebtsView(Struct, kw_only=True, frozen=True):
    """Everything that was ever owed, the latest first, and what keeps me from booking."""

    items: list[DebtView]
    owed_cents: int
    standing: Standing

    @classmethod
    def of(cls, found: WhatIsOwed) -> "DebtsView":
        """The view of *found*."""
        return cls(
            items=[DebtView.of(debt) for debt in found.debts],
            owed_cents=found.owed.cents,
            standing=found.standing,
        )


class PayDebtBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How much, and with which card; without them all of it, with the default card."""

    amount_cents: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=1_000_000_000,
                description="50 or more; what it leaves must be nothing, or 50 or more.",
                examples=[5000],
            ),
        ]
        | None
    ) = None
    payment_method_id: CardId | None = None


class DebtPaidView(Struct, kw_only=True, frozen=True):
    """How the debt stands; with a client secret the cardholder must confirm first."""

    debt: DebtView
    owed_in_all_cents: int
    standing: Standing
    requires_action: bool
    client_secret: str | None

    @classmethod
    def of(cls, paid: DebtPaid) -> "DebtPaidView":
        """The view of *paid*."""
        return cls(
            debt=DebtView.of(paid.debt),
            owed_in_all_cents=paid.owed_in_all.cents,
            standing=paid.standing,
            requires_action=paid.client_secret is not None,
            client_secret=paid.client_secret,
        )


def _student(principal: Principal) -> StudentId:
    return StudentId(principal.account_id.value)


@get(
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="read"),
    **documented("List my debts"),
)
def list_debts(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> DebtsView:
    """What I owe, and owed."""
    return DebtsView.of(read_debts(_student(principal), read=ports.read))


@post(
    "/{debt_id:str}/payments",
    sync_to_thread=True,
    status_code=200,
    opt=policy(
        access=_PAYERS, bucket="financial", idempotency=REQUIRED, operation=Operation.PAY_DEBT
    ),
    **documented("Pay a debt", refusals=(402, 404, 409)),
)
def pay(
    debt_id: FromPath[DebtId],
    data: JSONBody[PayDebtBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> DebtPaidView:
    """The card is charged at once; with nothing left to pay, booking is open again.

    Repeat it, with a new key, after 3-D Secure to finish, or with another card after a refusal.
    """
    request = PayDebt(
        student_id=_student(principal),
        debt_id=debt_id,
        amount=None if data.amount_cents is None else Money(data.amount_cents),
        card_id=data.payment_method_id,
    )
    paid = pay_debt(
        request,
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(DebtPaidView.of),
    )
    return DebtPaidView.of(paid)


ROUTER: Final = Router("/debts", route_handlers=[list_debts, pay], tags=["Payments"])
