"""What is owed for lessons, and paying it. Source: PY-26, PY-71."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.once import once
from entrypoints.web.paying import (
    BRANDS,
    cents_typed,
    challenge_page,
    chosen_card,
    refuse_card,
    student_of,
    wallet_of,
)
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.kernel.errors import PaymentRefused
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.errors import (
    DebtAmountOutOfRange,
    DebtNotFound,
    DebtPaymentInProgress,
)
from instainstru_core.payments.debts.errors import DebtPaid as DebtPaidAlready
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.errors import CardInUse, CardNotFound, OutcomeUnknown, TooManyCards
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
def do_pay_debt(
    debt_id: FromPath[DebtId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Charge the chosen card at once; all of it, unless a part is named."""
    amount = _amount(form)
    if form.refused:
        return _page(frame, form, principal, ports, debt=debt_id, status=422)
    try:
        with once(request, form, principal=principal, ports=ports) as sent:
            paid = pay_debt(
                PayDebt(
                    student_id=student_of(principal),
                    debt_id=debt_id,
                    amount=amount,
                    card_id=chosen_card(frame, form, principal, ports),
                ),
                begin=ports.begin,
                gateway=ports.gateway,
                ids=ports.ids,
                clock=ports.clock,
                answer=sent.answer(_leads_to),
            )
    except (CardInUse, CardNotFound, PaymentRefused, TooManyCards) as error:
        refuse_card(frame, form, error)
        status = status_of(error)
    except DebtAmountOutOfRange as error:
        form.refuse("amount", N_("Pay all of it, or a part that leaves 50 cents or more."))
        status = status_of(error)
    except (DebtPaidAlready, DebtPaymentInProgress) as error:
        form.refused_by(error)
        status = status_of(error)
    except OutcomeUnknown as error:
        form.refuse("", N_("The bank did not answer in time. Try again: nothing is charged twice."))
        status = status_of(error)
    else:
        return see(_leads_to(paid), said=None if paid.client_secret else "debt_paid")
    return _page(frame, form, principal, ports, debt=debt_id, status=status)


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
