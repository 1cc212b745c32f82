"""A student owes what a card never gave. Source: PY-25, PY-57."""

from datetime import datetime

from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.ledger.debt_postings import DebtBookkeeper
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork


def recognise_debt(
    work: PaymentWork,
    ids: Ids,
    payment: Payment,
    amount: Money,
    *,
    cause: DebtCause,
    standing: Standing,
    at: datetime,
    posted: bool = False,
) -> StudentDebt | None:
    """The student of *payment*, which is locked, owes *amount*; again changes nothing.

    Their standing is *standing* from here on, where it was better; without a debt to pay nobody is
    locked, as nothing would unlock them.
    Row 25 is written unless the debt is *posted* elsewhere (row 30 of a lost chargeback).
    None: nothing is owed.
    """
    before = work.standings.of(payment.student_id)
    worse = standing is Standing.RESTRICTED or (before is Standing.OK and bool(amount))
    if worse and standing is not before:
        work.standings.set(payment.student_id, standing, at=at)
    for known in work.debts.of_payment(payment.payment_id):
        if known.cause is cause:
            return known
    if not amount:
        return None
    debt = StudentDebt(
        debt_id=ids.new(DebtId),
        student_id=payment.student_id,
        payment_id=payment.payment_id,
        cause=cause,
        amount=amount,
        recognised_at=at,
    )
    work.debts.add(debt)
    if not posted:
        work.ledger.post(DebtBookkeeper(payment, ids, at).recognised(debt.debt_id, amount))
    return debt
