"""Books that do not balance keep transfers back. Source: PY-86."""

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.payments.errors import BooksDontBalance
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.check_books import watch_books
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.recovery import PAYOUT, taught
from instainstru_core.testing.strategies.payments import Till


class BreachContract:
    """Inherit, and provide the `till` fixture. While the books don't balance no money leaves."""

    def misposted(self, till: Till) -> Booking:
        """A settled lesson, and a journal that leaves something of it in escrow."""
        booking = taught(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        wrong = self.journal(till, booking, JournalType.CAPTURE, "wrong", 100)
        with till.begin() as work:
            work.ledger.post([wrong])
        return booking

    def journal(
        self, till: Till, booking: Booking, kind: JournalType, source: str, cents: int
    ) -> Journal:
        payment_id = till.payment(booking).payment_id
        return Journal(
            journal_id=till.ids.new(JournalId),
            journal_type=kind,
            source_id=source,
            occurred_at=till.clock.now(),
            lines=(
                Line(account=Account.PROCESSOR_BALANCE, cents=cents, payment_id=payment_id),
                Line(account=Account.BOOKING_ESCROW, cents=-cents, payment_id=payment_id),
            ),
        )

    def watch(self, till: Till) -> None:
        watch_books(begin=till.begin, read=till.read, clock=till.clock)

    def test_py_86_transfers_wait_until_the_books_balance(self, till: Till) -> None:
        settled = self.misposted(till)
        with pytest.raises(BooksDontBalance):
            self.watch(till)
        booking = taught(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.after(hours=2)
        assert till.payment(booking).state is PaymentState.CAPTURED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAYOUT
        with till.begin() as work:
            work.ledger.post([self.journal(till, settled, JournalType.VOID, "mended", -100)])
        self.watch(till)
        till.after(hours=1)
        assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
        assert till.books().balanced

    def test_py_86_a_breach_stays_open_until_a_check_is_content(self, till: Till) -> None:
        settled = self.misposted(till)
        for _ in range(2):
            with pytest.raises(BooksDontBalance):
                self.watch(till)
            till.clock.move(HOUR)
        with till.begin() as work:
            assert work.ledger.is_breached()
            work.ledger.post([self.journal(till, settled, JournalType.VOID, "mended", -100)])
        self.watch(till)
        self.watch(till)
        with till.begin() as work:
            assert not work.ledger.is_breached()

    def test_a_breach_of_a_unit_that_fails_never_was(self, till: Till) -> None:
        breach = LedgerBreached(imbalance_cents=1, unsettled=0, occurred_at=till.clock.now())
        with pytest.raises(RuntimeError), till.begin() as work:
            work.ledger.open_breach(breach)
            raise RuntimeError
        with till.begin() as work:
            assert not work.ledger.is_breached()
