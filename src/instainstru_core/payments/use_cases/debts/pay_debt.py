"""Pay what is owed, in one part or more. Source: PY-26."""

from typing import TypeVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.payments.debts.errors import DebtNotFound
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.errors import CardDeclined, CardNotFound, PaymentMethodRequired
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId, DebtId
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.operation import OperationState, PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import change_at
from instainstru_core.payments.use_cases.debts.hear_debt_charge import hear_debt_charge
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk

WorkT = TypeVar("WorkT", bound=PaymentWork)


@frozen(kw_only=True)
class PayDebt:
    """The student pays *amount* of a debt, or all of it; with *card_id*, or their default card."""

    student_id: StudentId
    debt_id: DebtId
    amount: Money | None = None
    card_id: CardId | None = None


@frozen(kw_only=True)
class DebtPaid:
    """How the debt stands; with a client secret the cardholder must confirm first."""

    debt: StudentDebt
    standing: Standing
    owed_in_all: Money
    client_secret: str | None = None


def pay_debt(
    request: PayDebt,
    *,
    begin: Begin[WorkT],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    answer: Answer[WorkT, DebtPaid] = unanswered,
) -> DebtPaid:
    """Charge it; again after 3-D Secure to finish, or after a refusal with any card.

    While a try waits for its cardholder a repeat takes that one up, unless another card is named.

    Raises:
        DebtNotFound: There is none, or it is somebody else's.
        DebtPaid: Nothing of it is owed any more.
        DebtAmountOutOfRange: More than is owed, or too little for a card.
        CardNotFound: The card is not one of the student's.
        PaymentMethodRequired: None is named, and there is no default.
        CardDeclined: The bank refused; it may be tried again.
        OutcomeUnknown: The processor didn't answer; the sweeper finds out.
    """
    with begin() as work:
        debt = work.debts.get(request.debt_id)
        if debt.student_id != request.student_id:
            raise DebtNotFound("there is no such debt")
        payment = work.payments.get(debt.payment_id)
    if debt.waiting is not None:
        seen = hear_debt_charge(debt.payment_id, begin=begin, gateway=gateway, ids=ids, clock=clock)
        if not isinstance(seen, RequiresAction) or not _with_another(request, debt, begin):
            secret = seen.client_secret if isinstance(seen, RequiresAction) else None
            return _conclude(request, secret, begin=begin, answer=answer)
        _let_go(request, payment, begin=begin, gateway=gateway, ids=ids, clock=clock)
    asked: list[PaymentOperation] = []

    def decide(work: PaymentWork, desk: DebtDesk, payment: Payment) -> Payment:
        debt = work.debts.get_for_update(request.debt_id)
        if lost := desk.unfinished(debt):
            desk.followups.extend(lost)
        else:
            amount = request.amount or debt.owed
            debt.check_payable(amount)
            desk.charge(debt, payment, amount, _card(request, work).token)
        asked.extend(desk.followups)
        return payment

    change_at(DebtDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)
    with begin() as work:
        debt = work.debts.get(request.debt_id)
        tried = [work.payment_operations.get(each.operation_id) for each in asked]
    for each in tried:
        if each.state is OperationState.FAILED:
            raise CardDeclined(each.error_code or "processing_error")
    secret = None
    if debt.waiting is not None:
        found = gateway.find_charge(debt.waiting.intent)
        secret = found.client_secret if isinstance(found, RequiresAction) else None
    return _conclude(request, secret, begin=begin, answer=answer)


def _conclude(
    request: PayDebt,
    secret: str | None,
    *,
    begin: Begin[WorkT],
    answer: Answer[WorkT, DebtPaid],
) -> DebtPaid:
    """Say how it ended; asking again would end the same, so the answer may come after."""
    with begin() as work:
        owed = work.debts.owed_by(request.student_id)
        standing = work.standings.of(request.student_id)
        if standing is Standing.OK and owed:
            standing = Standing.IN_DEBT
        result = DebtPaid(
            debt=work.debts.get(request.debt_id),
            standing=standing,
            owed_in_all=owed,
            client_secret=secret,
        )
        answer(work, result)
    return result


def _with_another(request: PayDebt, debt: StudentDebt, begin: Begin[PaymentWork]) -> bool:
    """Whether another card is named than the one that waits for its cardholder."""
    if request.card_id is None or debt.waiting is None:
        return False
    with begin() as work:
        asked = work.payment_operations.get(debt.waiting.operation_id)
        return _card(request, work).token != asked.target


def _let_go(
    request: PayDebt,
    payment: Payment,
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
) -> None:
    def decide(work: PaymentWork, desk: DebtDesk, payment: Payment) -> Payment:
        desk.take_back(work.debts.get_for_update(request.debt_id), payment)
        return payment

    change_at(DebtDesk, payment, decide, begin=begin, gateway=gateway, ids=ids, clock=clock)


def _card(request: PayDebt, work: PaymentWork) -> SavedCard:
    for card in work.cards.of(request.student_id):
        if card.is_default if request.card_id is None else card.card_id == request.card_id:
            return card
    if request.card_id is not None:
        raise CardNotFound("there is no such card")
    raise PaymentMethodRequired("a card is needed to pay a debt")
