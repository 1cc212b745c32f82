"""What a card never paid, as stories of money tell it."""

from typing import Final

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Party, PolicyCase, Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.use_cases.debts import pay_debt as paying
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till

PRICE: Final = 10_080
CHARGED: Final = ("charge", 10_080)
LESSON: Final = 9_000
FEE: Final = 1_080
PAYOUT: Final = 7_650
COMMISSION: Final = 1_350
BROKE: Final = "pm_card_fails_capture"


def effects(till: Till) -> list[tuple[str, int]]:
    """What really happened at the processor to money, in order."""
    moved = {"authorisation", "capture", "void", "transfer", "charge"}
    return [(each.kind, each.amount_cents) for each in till.processor.effects if each.kind in moved]


def fund(till: Till, *, lessons: int = 1) -> None:
    """The platform has money: somebody called lessons off too late."""
    mine, till.student = till.student, till.ids.new(StudentId)
    card = till.add_card("pm_card_visa")
    for _ in range(lessons):
        booking = till.hold(hours_ahead=20)
        till.pay(booking, card)
        till.cancel(booking, Party.STUDENT, PolicyCase.STUDENT_12_24)
        till.work_off()
    till.student = mine


def funded(till: Till) -> dict[Account, int]:
    """What the books come to, beyond what `fund` left there."""
    left = {
        Account.PROCESSOR_BALANCE: PRICE,
        Account.CREDIT_AVAILABLE: -LESSON,
        Account.STUDENT_FEE_REVENUE: -FEE,
    }
    now = till.balances()
    found = {account: now.get(account, 0) - left.get(account, 0) for account in {*now, *left}}
    return {account: cents for account, cents in found.items() if cents}


def unpaid(till: Till, *, card: str = BROKE) -> Booking:
    """A lesson that was taught, and whose card gives nothing; a day and more passed."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking, till.default_card(card))
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.work_off()
    return booking


def wait_out(till: Till) -> None:
    """Three days and more pass; what is due is done every four hours."""
    for _ in range(21):
        till.after(hours=4)


def escalated(till: Till) -> Booking:
    """A taught lesson whose money never came."""
    fund(till)
    booking = unpaid(till)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    wait_out(till)
    return booking


def debts(till: Till) -> list[StudentDebt]:
    """What the student owes, the latest first."""
    with till.read() as reads:
        return list(reads.debt_queries.debts_of(till.student))


def standing(till: Till) -> Standing:
    """What keeps the student from booking."""
    with till.read() as reads:
        return reads.debt_queries.standing_of(till.student)


def pay(
    till: Till, debt: StudentDebt, cents: int | None = None, card: str = "pm_card_visa"
) -> paying.DebtPaid:
    """The student pays."""
    return paying.pay_debt(
        paying.PayDebt(
            student_id=till.student,
            debt_id=debt.debt_id,
            amount=None if cents is None else Money(cents),
            card_id=till.add_card(card).card_id,
        ),
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
    )
