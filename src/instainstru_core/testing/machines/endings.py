"""Lessons are moved, called off, quarrelled about and given, by a processor that fails at will.

Whatever happens the books balance, nobody touches what is frozen, no card is held or charged for
nothing, and each lesson's money goes where its outcome says, to the last cent. Source: spec 02 §10
properties 3, 7, 8 and 11, PY-30…PY-46, Appendix B.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed, Pending
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.unit_of_work import joined
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.ids import OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import Matter, OperationKind, PaymentOperation
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import Ending, MoneyPolicy, final_plan, settlement
from instainstru_core.payments.use_cases.cancel_lesson import (
    CancelByAdmin,
    cancel_by_admin,
    cancel_lesson,
)
from instainstru_core.payments.use_cases.settle_issue import settle_issue
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.moves import move
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till

CARDS = (
    "pm_card_visa",
    "pm_card_three_d_secure",
    "pm_card_declines_off_session",
    "pm_card_fails_capture",
)
CALLS = ("authorise", "capture", "void", "refund", "transfer")
FAULTS = (Fault.TIMEOUT_AFTER, Fault.TIMEOUT_BEFORE, Fault.ERROR_500)
MAX_LOST_ANSWERS = 8
WHICH = st.integers(0, 2)
HOUR = timedelta(hours=1)
_TOUCHING = frozenset(OperationKind) - {OperationKind.VOID}


class EndingsMachine(RuleBasedStateMachine):
    """Every way a lesson's money can end, against what the processor says happened."""

    @initialize()
    def open(self) -> None:
        """A till with four cards."""
        self.till = Till.opened()
        self.cards = [self.till.card, *(self.till.add_card(token) for token in CARDS[1:])]
        self.operator: Principal = signed_in(self.till.ids.new(StudentId), Role.ADMIN)
        self.booked: list[Booking] = []
        self.breakdowns = 0
        self.frozen: dict[PaymentId, set[OperationId]] = {}

    @rule(ahead=st.sampled_from((14, 20, 30, 48)), card=st.sampled_from((0, 0, 0, 1, 2, 3)))
    def book(self, ahead: int, card: int) -> None:
        """Hold a lesson and check out; a refusal or a lost answer is part of the game."""
        try:
            now = self.till.clock.now()
            to_the_hour = timedelta(minutes=-now.minute % 60, seconds=-now.second)
            booking = self.till.hold(hours_ahead=ahead + to_the_hour / HOUR)
        except DomainError:
            return  # The time is taken.
        with suppress(DomainError, OutcomeUnknown):
            self.till.pay(booking, self.cards[card])
        self.booked.append(booking)

    @rule(which=WHICH, days=st.integers(1, 3))
    def reschedule(self, which: int, days: int) -> None:
        """Move it; sooner than a day ahead that takes the money."""
        if (booking := self._one(which)) is None:
            return
        try:
            moved = move(self.till, booking, timedelta(days=days)).booking
        except (DomainError, OutcomeUnknown):
            return
        self.booked.append(moved)

    @rule(which=WHICH, by_instructor=st.booleans())
    def call_off(self, which: int, by_instructor: bool) -> None:
        """One of the two calls it off, whatever that costs."""
        if (booking := self._one(which)) is None:
            return
        who = signed_in(booking.student)
        if by_instructor:
            who = signed_in(booking.instructor, Role.INSTRUCTOR)
        request = CancelBooking(principal=who, booking_id=booking.booking_id, reason="ill")
        with suppress(DomainError):
            cancel_lesson(request, begin=self.till.begin, ids=self.till.ids, clock=self.till.clock)
        self.till.work_off()

    @rule(which=WHICH, policy=st.sampled_from(MoneyPolicy))
    def call_off_for_them(self, which: int, policy: MoneyPolicy) -> None:
        """An operator calls it off. Source: PY-39."""
        if (booking := self._one(which)) is None:
            return
        request = CancelByAdmin(
            principal=self.operator,
            booking_id=booking.booking_id,
            policy=policy,
            reason="a burst pipe",
        )
        with suppress(DomainError):
            cancel_by_admin(
                request, begin=self.till.begin, ids=self.till.ids, clock=self.till.clock
            )
        self.till.work_off()

    @rule(which=WHICH, hours=st.integers(0, 2), given=st.booleans())
    def begin_lesson(self, which: int, hours: int, given: bool) -> None:
        """Go on to its start, or after; perhaps its instructor says that it was given."""
        if (booking := self._one(which)) is None:
            return
        self._sweep_for_minutes()
        self.till.at(max(self.till.clock.now(), booking.lesson.starts_at + hours * HOUR))
        if given:
            self._complete(booking)

    @rule(which=WHICH, missing=st.sampled_from(NoShowType))
    def report(self, which: int, missing: NoShowType) -> None:
        """The lesson ended, and somebody is said not to have come."""
        if (booking := self._one(which)) is None:
            return
        self._wait_for_end(booking)
        request = ReportNoShow(principal=None, booking_id=booking.booking_id, type=missing)
        with suppress(DomainError):
            report_no_show(request, begin=self.till.begin, clock=self.till.clock)
        self.till.work_off()

    @rule(which=WHICH)
    def object(self, which: int) -> None:
        """The lesson ended, and the student was not content."""
        if (booking := self._one(which)) is None:
            return
        self._wait_for_end(booking)
        request = OpenIssue(
            principal=signed_in(booking.student),
            booking_id=booking.booking_id,
            reason="It was over after ten minutes.",
        )
        with suppress(DomainError):
            open_issue(request, begin=self.till.begin, clock=self.till.clock)
        self.till.work_off()

    @rule(
        which=WHICH,
        resolution=st.sampled_from((Resolution.CONFIRMED_AFTER_REVIEW, Resolution.CANCELLED)),
    )
    def judge(self, which: int, resolution: Resolution) -> None:
        """An operator decides about the report."""
        if (booking := self._one(which)) is None:
            return
        with suppress(DomainError):
            self._judge(booking, resolution)

    @rule(which=WHICH, missing=st.sampled_from((None, *NoShowType)))
    def settle_quarrel(self, which: int, missing: NoShowType | None) -> None:
        """An operator decides about the issue."""
        if (booking := self._one(which)) is None:
            return
        outcome = IssueOutcome.UPHOLD if missing is None else IssueOutcome.NO_SHOW
        request = self._decision(booking, outcome, missing)
        with suppress(DomainError):
            resolve_issue(request, begin=self.till.begin, clock=self.till.clock)
        self.till.work_off()

    @rule(
        which=WHICH,
        ending=st.sampled_from(
            (Ending.ISSUE_FULL_REFUND, Ending.ISSUE_FULL_CREDIT, Ending.ISSUE_SPLIT)
        ),
    )
    def settle_otherwise(self, which: int, ending: Ending) -> None:
        """An operator sends the money elsewhere. Source: PY-46."""
        if (booking := self._one(which)) is None:
            return
        till, request = self.till, self._decision(booking, IssueOutcome.UPHOLD, None)
        with suppress(DomainError), till.begin() as work:
            current = work.bookings.get_for_update(booking.booking_id)
            report = work.claims.report_on(booking.booking_id)
            if not isinstance(current.state, Completed) or (report and report.is_open):
                return
            resolve_issue(request, begin=joined(work), clock=till.clock)
            settle_issue(current, ending, work=work, ids=till.ids, now=till.clock.now())
        till.work_off()

    @precondition(lambda machine: machine.breakdowns < MAX_LOST_ANSWERS - 2)
    @rule(call=st.sampled_from(CALLS), fault=st.sampled_from(FAULTS), calls=st.integers(1, 2))
    def break_down(self, call: str, fault: Fault, calls: int) -> None:
        """The next calls of a kind go wrong; but not for ever."""
        self.breakdowns += calls
        self.till.processor.fail_next(call, fault, calls=calls)

    @rule(hours=st.sampled_from((1, 4, 12, 24, 8 * 24)), awake=st.booleans())
    def wait(self, hours: int, awake: bool) -> None:
        """Time passes; the platform sweeps every minute, or was asleep."""
        if awake:
            self._sweep_for_minutes()
        self.till.after(hours=hours)

    @invariant()
    def the_books_balance(self) -> None:
        """Property 11, and PY-83 for everything that is settled."""
        assert self.till.books().balanced, self.till.books()

    @invariant()
    def each_payment_is_sound(self) -> None:
        """What the database demands of a payment, and PY-41."""
        for payment, operations in self._payments():
            under_review = payment.state is PaymentState.MANUAL_REVIEW
            assert under_review == (payment.review_reason is not None), payment
            assert payment.resume_state is None or under_review, payment
            touched = {each.operation_id for each in operations if each.kind in _TOUCHING}
            if not payment.frozen:
                self.frozen.pop(payment.payment_id, None)
                continue
            assert self.frozen.setdefault(payment.payment_id, touched) == touched, operations

    def teardown(self) -> None:
        """Property 8: what is open is decided, what is left is given, and everything converges."""
        if not hasattr(self, "till"):
            return
        self._sweep_for_minutes()
        for booking in self.booked:
            with suppress(DomainError):
                self._judge(booking, Resolution.CANCELLED)
            with suppress(DomainError):
                self._uphold(booking)
        for booking in sorted(self.booked, key=lambda each: each.lesson.ends_at):
            self._wait_for_end(booking)
            self._complete(booking)
        self.till.after(hours=24)
        self._sweep_for_minutes()
        self.till.after(hours=4)
        self._sweep_for_minutes()
        for payment, operations in self._payments():
            assert all(each.finished for each in operations), operations
            self._went_where_it_should(payment)
        self.the_books_balance()

    def _went_where_it_should(self, payment: Payment) -> None:
        """Appendix B, by the processor's own books."""
        with self.till.begin() as work:
            # What escalation paid out is a matter of its own. Source: PY-25.
            every = [
                each
                for matter in Matter
                for each in work.payment_operations.of(payment.payment_id, matter)
            ]
        keys = {str(each.operation_id) for each in every}
        books = self.till.processor.books
        asked = [each for each in books.intents.values() if each.key in keys]
        charged = sum(each.captured_cents - each.refunded_cents for each in asked)
        paid = sum(
            each.amount_cents
            for each in self.till.processor.effects
            if each.kind == "transfer" and each.key in keys
        )
        moved = Counter[Account]()
        with self.till.read() as reads:
            for journal in reads.ledger_queries.of_payment(payment.payment_id):
                for line in journal.lines:
                    moved[line.account] += line.cents
        assert moved[Account.PROCESSOR_BALANCE] == charged - paid, payment
        kept = payment.hold.intent if payment.hold and payment.held else None
        left = [each.intent for each in asked if each.state.value == "held"]
        assert left in ([], [kept]), (payment, left)
        held = payment.hold is not None and payment.hold.status is HoldStatus.ACTIVE
        assert moved[Account.AUTH_HELD] == (payment.granted.cents if held else 0), payment
        if not payment.settled:
            assert payment.state in {
                PaymentState.PAYMENT_METHOD_REQUIRED,
                PaymentState.MANUAL_REVIEW,
            }, payment
            escalated = final_plan(payment) if payment.outcome is not None else None
            advanced = 0 if escalated is None else escalated.payout.cents
            assert paid == advanced, payment
            return
        outcome = payment.outcome or Outcome.LESSON_COMPLETED
        plan = settlement(outcome, breakdown=payment.breakdown)
        assert charged == plan.captured.cents, payment
        assert paid == plan.payout.cents, payment
        assert -moved[Account.CREDIT_AVAILABLE] == plan.credit_issued.cents, payment
        assert moved[Account.BOOKING_ESCROW] == moved[Account.INSTRUCTOR_PAYABLE] == 0, payment

    def _payments(self) -> list[tuple[Payment, list[PaymentOperation]]]:
        found: dict[PaymentId, tuple[Payment, list[PaymentOperation]]] = {}
        with self.till.begin() as work:
            for booking in self.booked:
                payment = work.payments.find_for_update(booking.booking_id)
                if payment is not None:
                    operations = list(work.payment_operations.of(payment.payment_id))
                    found[payment.payment_id] = payment, operations
        return list(found.values())

    def _one(self, which: int) -> Booking | None:
        """One of the lessons that are not over in every respect, if there is any."""
        lessons = [self.till.booking(each) for each in self.booked]
        live = [each for each in lessons if isinstance(each.state, Pending | Confirmed | Completed)]
        return live[-1 - which % len(live)] if live else None

    def _judge(self, booking: Booking, resolution: Resolution) -> None:
        request = ResolveNoShow(
            principal=self.operator, booking_id=booking.booking_id, resolution=resolution
        )
        resolve_no_show(request, begin=self.till.begin, clock=self.till.clock)
        self.till.work_off()

    def _uphold(self, booking: Booking) -> None:
        request = self._decision(booking, IssueOutcome.UPHOLD, None)
        resolve_issue(request, begin=self.till.begin, clock=self.till.clock)
        self.till.work_off()

    def _decision(
        self, booking: Booking, outcome: IssueOutcome, missing: NoShowType | None
    ) -> ResolveIssue:
        return ResolveIssue(
            principal=self.operator,
            booking_id=booking.booking_id,
            outcome=outcome,
            no_show_type=missing,
        )

    def _wait_for_end(self, booking: Booking) -> None:
        self._sweep_for_minutes()
        self.till.at(max(self.till.clock.now(), booking.lesson.ends_at))

    def _sweep_for_minutes(self) -> None:
        """As the platform does every minute, long before the processor forgets a key (PY-62)."""
        for _ in range(MAX_LOST_ANSWERS + 1):
            self.till.after(minutes=1)

    def _complete(self, booking: Booking) -> None:
        current = self.till.booking(booking)
        if not isinstance(current.state, Confirmed):
            return
        with self.till.begin() as work:
            report = work.claims.report_on(booking.booking_id)
        if report is None or not report.is_open:
            with suppress(DomainError):
                self.till.complete(booking)
            self.till.work_off()
