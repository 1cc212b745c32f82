"""What came after lessons, and what everybody has in the end, by the processor's own books.

Tips, refunds, debts and disputes, credit that the staff gave, and payouts to banks: each by its own
rows, and the calls that they made. Source: PY-49, PY-50…PY-57, CR-15, PY-84.
"""

from collections import Counter
from typing import Final

from instainstru_core.admin.model.acts import ActionKind
from instainstru_core.payments.credits.model import CreditSource
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import Matter, OperationKind, OperationState
from instainstru_core.payments.payouts.model import InstantPayout, InstantState
from instainstru_core.payments.refunds.model import RefundState
from instainstru_core.testing.simulation.breach import breach
from instainstru_core.testing.simulation.town import Town

_AGAIN: Final = frozenset({Matter.TIP, Matter.REFUND, Matter.CHARGEBACK})
"""What besides lessons instructors are sent money for."""

_GIVEN: Final = frozenset({ActionKind.GRANT_CREDIT, ActionKind.SET_CREDIT_BALANCE})
INSTANT_FEE_BPS: Final = 150
BPS: Final = 10_000
ALONE_CENTS: Final = 200_00


def audit_aftermath(town: Town, earned: Counter[str], paid: Counter[str]) -> None:
    """Add to what lessons *earned* and what cards *paid* for them, and hold it against everything.

    Raises:
        Breach: Somebody has something else.
    """
    _add_aftermath(town, earned, paid)
    _check_instructors(town, earned)
    _check_students(town, paid)
    _check_balance(town)
    _check_goodwill(town)
    _check_second_people(town)
    _check_instant_payouts(town)


def _add_aftermath(town: Town, earned: Counter[str], paid: Counter[str]) -> None:
    tables = town.store.tables
    payments = tables.named("payments")
    for tip in tables.named("tips").values():
        if tip.succeeded and tip.refunded_at is None:
            paid[str(tip.student_id)] += tip.amount.cents
    for debt in tables.named("student_debts").values():
        paid[str(debt.student_id)] += debt.paid.cents
    for refund in tables.named("refunds").values():
        if refund.state is RefundState.SUCCEEDED:
            paid[str(payments[refund.payment_id].student_id)] -= refund.plan.card.cents
    for operation in tables.named("payment_operations").values():
        if operation.state is not OperationState.SUCCEEDED:
            continue
        instructor = str(payments[operation.payment_id].instructor_id)
        if operation.kind is OperationKind.REVERSE:
            earned[instructor] -= operation.amount.cents
        elif operation.kind is OperationKind.TRANSFER and operation.matter in _AGAIN:
            earned[instructor] += operation.amount.cents


def _check_instructors(town: Town, earned: Counter[str]) -> None:
    """What they were sent, and what of it is not at their banks yet, as the books have it."""
    books = town.processor.books
    had: Counter[str] = Counter()
    for made in books.transfers.values():
        had[books.accounts[made.account].instructor] += made.amount_cents - made.reversed_cents
    for instructor in had | earned:
        if had[instructor] != earned[instructor]:
            breach(
                "an instructor has what they earned",
                instructor,
                had[instructor],
                earned[instructor],
            )
    for account in books.accounts.values():
        told = town.checks.by_instructor[account.instructor][Account.CONNECT_BALANCE]
        if told != account.balance_cents:
            breach(
                "the books know what is on its way to a bank",
                account.instructor,
                told,
                account.balance_cents,
            )


def _check_students(town: Town, paid: Counter[str]) -> None:
    books = town.processor.books
    spent: Counter[str] = Counter()
    for intent in books.intents.values():
        spent[books.cards[intent.card].customer] += intent.captured_cents - intent.refunded_cents
    for student in spent | paid:
        if spent[student] != paid[student]:
            breach("a student paid what they owed", student, spent[student], paid[student])


def _check_balance(town: Town) -> None:
    """Our account of the processor is its balance, fees and all, once nights have passed. PY-84."""
    ours = town.checks.sums[Account.PROCESSOR_BALANCE]
    theirs = town.processor.balance()
    if ours != theirs:
        breach("the books have the processor's balance", ours, theirs)


def _check_goodwill(town: Town) -> None:
    """What the staff says it gave is what students got, part by part. Source: CR-15, PY-54."""
    tables = town.store.tables
    given: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for act in tables.named("admin_actions").values():
        if act.kind in _GIVEN:
            more = int(act.after["available_cents"]) - int(act.before["available_cents"])
            (given if more > 0 else taken)[str(act.target)] += abs(more)
    for refund in tables.named("refunds").values():
        if refund.state is RefundState.REPLACED:
            student = tables.named("payments")[refund.payment_id].student_id
            given[str(student)] += refund.plan.card.cents
    got: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for lot in tables.named("credit_lots").values():
        gone[str(lot.student_id)] += lot.revoked.cents
        if lot.source is CreditSource.GOODWILL:
            got[str(lot.student_id)] += lot.amount.cents
    if got != given:
        breach("goodwill is what the staff gave", got - given, given - got)
    if taken - gone:
        breach("what the staff took back is gone", taken - gone)


def _check_second_people(town: Town) -> None:
    """Nobody moved more alone than one person may. Source: spec 02 §11.9."""
    for act in town.store.tables.named("admin_actions").values():
        alone = act.seconded is None or act.seconded.by == act.actor
        if alone and act.at_stake.cents > ALONE_CENTS:
            breach("nobody decides alone about so much", act)


def _check_instant_payouts(town: Town) -> None:
    """Each was answered, and made once or never; none was made that nobody asked for. PY-49."""
    made = {name: each for name, each in town.processor.books.payouts.items() if each.instant}
    for asked in town.store.tables.named("instant_payouts").values():
        _check_instant_payout(asked)
        if asked.state is InstantState.FAILED:
            continue
        payout = made.pop(str(asked.payout), None)
        if payout is None or (payout.account, payout.amount) != (asked.account, asked.amount):
            breach("an instant payout is paid out once", asked, payout)
        town.notes["instant payouts made"] += 1
    if made:
        breach("nothing is paid out that nobody asked for", *made.values())


def _check_instant_payout(asked: InstantPayout) -> None:
    if not asked.finished:
        breach("every instant payout is answered in the end", asked)
    fee = -(-asked.amount.cents * INSTANT_FEE_BPS // BPS)
    if asked.amount.cents < 100 or asked.fee.cents != fee:
        breach("an instant payout costs what was shown", asked, fee)
