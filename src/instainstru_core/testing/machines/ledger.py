"""Lessons are paid, cancelled, taught and settled in any order, by a processor that fails at will.

Whatever happens the books balance, nothing happens twice at the processor, and once everything is
answered each payment is where its story must have led it. Source: spec 02 §10, 7, 8 and 11.
"""

from collections import Counter
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.errors import CardDeclined, OutcomeUnknown
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.payments import Till

CARDS = ("pm_card_visa", "pm_card_insufficient_funds", "pm_card_declines_off_session")
CALLS = ("authorise", "capture", "void", "transfer")
MAX_LOST_ANSWERS = 10
FAULTS = (Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500)


class LedgerMachine(RuleBasedStateMachine):
    """The rules of the marketplace's money, against what the processor says happened."""

    lessons: ClassVar[Bundle[Booking]] = Bundle("lessons")

    @initialize()
    def open(self) -> None:
        """A till with three cards."""
        self.till = Till.opened()
        self.cards = [self.till.card, *(self.till.add_card(token) for token in CARDS[1:])]
        self.paid: list[Booking] = []
        self.breakdowns = 0

    @rule(target=lessons, ahead=st.sampled_from((14, 20, 30, 48)), card=st.integers(0, 2))
    def book(self, ahead: int, card: int) -> Booking | MultipleResults[Booking]:
        """Hold a lesson and check out; a refusal or a lost answer is part of the game."""
        try:
            booking = self.till.hold(hours_ahead=ahead)
        except DomainError:
            return multiple()  # The time is taken.
        self.paid.append(booking)
        try:
            self.till.pay(booking, self.cards[card])
        except (CardDeclined, OutcomeUnknown):
            return booking
        return booking

    @rule(booking=consumes(lessons), by=st.sampled_from((Party.STUDENT, Party.INSTRUCTOR)))
    def cancel(self, booking: Booking, by: Party) -> None:
        """Call it off, where that costs nothing."""
        state = self.till.booking(booking).state
        ahead = booking.lesson.starts_at - self.till.clock.now()
        if ahead <= timedelta(0) or (by is Party.STUDENT and ahead < timedelta(hours=24)):
            return
        case = PolicyCase.STUDENT_GE24 if by is Party.STUDENT else PolicyCase.INSTRUCTOR
        if not isinstance(state, Confirmed):
            case = PolicyCase.PENDING_UNPAID
        try:
            self.till.cancel(booking, by, case)
        except DomainError:
            return  # It was over already.
        self.till.work_off()

    @rule(booking=lessons)
    def teach(self, booking: Booking) -> None:
        """Go on to the lesson's end, and say that it was given, if it was."""
        self._sweep_for_minutes()
        self.till.at(max(self.till.clock.now(), booking.lesson.ends_at))
        self._sweep_for_minutes()
        self._complete(booking)

    def _sweep_for_minutes(self) -> None:
        """As the platform does every minute, long before the processor forgets a key (PY-62)."""
        for _ in range(MAX_LOST_ANSWERS + 1):
            self.till.after(minutes=1)

    def _complete(self, booking: Booking) -> None:
        if isinstance(self.till.booking(booking).state, Confirmed):
            self.till.complete(booking)
            self.till.work_off()

    @precondition(lambda machine: machine.breakdowns < MAX_LOST_ANSWERS - 2)
    @rule(call=st.sampled_from(CALLS), fault=st.sampled_from(FAULTS), calls=st.integers(1, 2))
    def break_down(self, call: str, fault: Fault, calls: int) -> None:
        """The next calls of a kind go wrong; but not for ever."""
        self.breakdowns += calls
        self.till.processor.fail_next(call, fault, calls=calls)

    @rule(minutes=st.sampled_from((1, 20, 60, 4 * 60, 12 * 60, 24 * 60)))
    def wait(self, minutes: int) -> None:
        """Time passes, and what is due is done."""
        self._sweep_for_minutes()
        self.till.after(minutes=minutes)

    @rule()
    def sweep_twice(self) -> None:
        """Sweeping more often changes nothing more."""
        self.till.sweep()
        self.till.sweep()

    @invariant()
    def the_books_balance(self) -> None:
        """Property 11, and PY-83 for everything that is settled."""
        assert self.till.books().balanced, self.till.books()

    @invariant()
    def nothing_happens_twice(self) -> None:
        """PY-60: one effect per key."""
        keys = Counter(
            (each.kind, each.key)
            for each in self.till.processor.effects
            if each.kind in {"authorisation", "capture", "void", "transfer"}
        )
        assert all(count == 1 for count in keys.values()), keys

    def teardown(self) -> None:
        """Property 8: when the processor answers again, everything converges."""
        if not hasattr(self, "till"):
            return
        self._sweep_for_minutes()
        for booking in sorted(self.paid, key=lambda each: each.lesson.ends_at):
            self.teach(booking)
        self.till.after(hours=24)
        self._sweep_for_minutes()
        for booking in self.paid:
            with self.till.begin() as work:
                payment = work.payments.find_for_update(booking.booking_id)
                if payment is None:
                    continue
                operations = work.payment_operations.of(payment.payment_id)
            assert all(each.finished for each in operations), operations
            self._has_converged(payment)
        self.the_books_balance()
        self.nothing_happens_twice()

    def _has_converged(self, payment: Payment) -> None:
        # A card that refuses to give what it held is asked again for three days. Source: PY-24.
        assert payment.closing is None or payment.failed_capture
        assert payment.state in {PaymentState.SETTLED, PaymentState.PAYMENT_METHOD_REQUIRED}
        moved = Counter[Account]()
        with self.till.read() as reads:
            for journal in reads.ledger_queries.of_payment(payment.payment_id):
                for line in journal.lines:
                    moved[line.account] += line.cents
        price = payment.breakdown
        if payment.outcome is Outcome.LESSON_COMPLETED:
            assert moved[Account.CONNECT_BALANCE] == price.payout.cents
            assert moved[Account.PROCESSOR_BALANCE] == (
                price.card_amount.cents - price.payout.cents
            )
        else:
            assert moved[Account.PROCESSOR_BALANCE] == 0
        assert moved[Account.AUTH_HELD] == 0
