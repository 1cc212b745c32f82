"""Give up what a student owes, or part of it. Source: PY-26."""

from datetime import datetime

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.errors import DebtPaymentInProgress
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.ledger.debt_postings import DebtBookkeeper
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import locked
from instainstru_core.payments.use_cases.debts.record_debt import DebtDesk


def write_off_debt(
    debt_id: DebtId, amount: Money | None, *, work: PaymentWork, ids: Ids, at: datetime
) -> StudentDebt:
    """Post *amount*, or all that is owed, as bad debt; it unlocks nobody by itself.

    A payment whose whole debt is gone, and whose instructor has theirs, is settled.

    Raises:
        DebtNotFound: There is none.
        DebtPaid: Nothing of it is owed any more.
        DebtPaymentInProgress: A card is being asked to pay it.
        DebtAmountOutOfRange: Nothing, or more than is owed.
    """
    known = work.debts.get(debt_id)
    booking, payment = locked(work.payments.get(known.payment_id), work)
    desk = DebtDesk(work, ids, at, booking)
    debt = work.debts.get_for_update(debt_id)
    if desk.unfinished(debt):
        raise DebtPaymentInProgress("a card is being asked to pay this debt")
    left = amount or debt.owed
    given_up = debt.write_off(left)
    work.debts.save(given_up)
    books = DebtBookkeeper(payment, ids, at)
    work.ledger.post(books.written_off(debt_id, debt.written_off, left))
    settled = desk.finish(payment)
    if settled is not payment:
        work.payments.save(settled)
    return given_up
