"""What is owed for lessons, and paying it. Source: PY-26, PY-71."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.paying import (
    BRANDS,
    cents_typed,
    challenge_page,
    chosen_card,
    refuse_payment,
    student_of,
    wallet_of,
)
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.errors import DebtAmountOutOfRange, DebtNotFound
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.model.processor import Charged
from instainstru_core.payments.use_cases.debts.hear_debt_charge import hear_debt_charge
from instainstru_core.payments.use_cases.debts.pay_debt import DebtPaid, PayDebt, pay_debt
from instainstru_core.payments.use_cases.debts.read_debts import read_debts
from instainstru_core.payments.use_cases.read_challenge import find_debt_challenge
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)
CAUSES: Final[Mapping[DebtCause, str]] = {
    DebtCause.ESCALATED: N_("The card did not pay for a lesson that was taught."),
    DebtCause.CHARGEBACK: N_("The bank took back what a lesson had cost."),
}


@get("/debts", sync_to_thread=True, opt=policy(access=_PAYERS, bucket="read", page=True))
def show_debts(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What I owe, and owed."""
    return _page(frame, Form(), principal, ports)


@post(
    "/debts/{debt_id:str}",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="financial", operation=Operation.PAY_DEBT, page=True),
)
def do_pay_debt(debt_id: FromPath[DebtId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Charge the chosen card at once; all of it, unless a part is named."""
    ports = desk.ports
    amount = _amount(desk.form)

    def pay(answer: Keep) -> DebtPaid:
        return pay_debt(
            PayDebt(
                student_id=student_of(desk.principal),
                debt_id=debt_id,
                amount=amount,
                card_id=chosen_card(desk.frame, desk.form, desk.principal, ports),
            ),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            answer=answer,
        )

    def again(status: int) -> Response[Any]:
        return _page(desk.frame, desk.form, desk.principal, ports, debt=debt_id, status=status)

    return desk.act(
        pay,
        again=again,
        leads_to=_leads_to,
        said=lambda paid: None if paid.client_secret else "debt_paid",
        refuse=_refuse,
    )


def _refuse(desk: Desk, error: DomainError) -> None:
    if isinstance(error, DebtAmountOutOfRange):
        whole = N_("Pay all of it, or a part that leaves 50 cents or more.")
        desk.form.refuse("amount", whole)
    else:
        refuse_payment(desk, error)


@get(
    "/debts/{debt_id:str}/verify",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="read", page=True),
)
def show_debt_verify(
    debt_id: FromPath[DebtId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The cardholder confirms with their bank, and finishes here."""
    debt = _mine(debt_id, principal, ports)
    found = find_debt_challenge(
        debt_id, student_id=debt.student_id, read=ports.read, gateway=ports.gateway
    )
    if found is None:
        return see("/debts")
    return challenge_page(frame, found, finish=f"/debts/{debt_id}/verify", fields={}, back="/debts")


@post(
    "/debts/{debt_id:str}/verify",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="financial", page=True),
)
def do_debt_verify(
    debt_id: FromPath[DebtId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Look how it ended at the bank: nothing is asked for, so a second look changes nothing."""
    debt = _mine(debt_id, principal, ports)
    seen = hear_debt_charge(
        debt.payment_id,
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
    )
    return see("/debts", said="debt_paid" if isinstance(seen, Charged) else None)


def _mine(debt_id: DebtId, principal: Principal, ports: Ports) -> StudentDebt:
    found = read_debts(student_of(principal), read=ports.read).debts
    debt = next((each for each in found if each.debt_id == debt_id), None)
    if debt is None:
        raise DebtNotFound("there is no such debt")
    return debt


def _leads_to(paid: DebtPaid) -> str:
    return f"/debts/{paid.debt.debt_id}/verify" if paid.client_secret else "/debts"


def _amount(form: Form) -> Money | None:
    """What was typed; nothing is all of it."""
    if not form["amount"].strip():
        return None
    cents = cents_typed(form["amount"])
    if not cents:
        form.refuse("amount", N_("Please give an amount in dollars and cents."))
        return None
    return Money(cents)


def _page(
    frame: Frame,
    form: Form,
    principal: Principal,
    ports: Ports,
    *,
    debt: DebtId | None = None,
    status: int = 200,
) -> Response[Any]:
    student = student_of(principal)
    found = read_debts(student, read=ports.read)
    return frame.page(
        "debts",
        status=status,
        form=form,
        blank=Form(),
        refused_debt=debt,
        found=found,
        open_debts=[each for each in found.debts if each.owed],
        paid_debts=[each for each in found.debts if not each.owed],
        causes=CAUSES,
        wallet=wallet_of(frame, form, ports, student),
        brands=BRANDS,
    )


PAGES: Final = [show_debts, do_pay_debt, show_debt_verify, do_debt_verify]
