"""What a card never paid: who taught is paid, the student owes it, and pays it off.

Stories over any adapter and the simulated processor. Source: PY-24…PY-26, PY-71, Appendix B.
"""

from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Party, PaymentStep, PolicyCase, Standing
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.debts.errors import (
    DebtAmountOutOfRange,
    DebtNotFound,
    DebtPaid,
)
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.errors import CardDeclined, OutcomeUnknown
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.payments.use_cases.debts import pay_debt as paying
from instainstru_core.payments.use_cases.debts.hear_debt_charge import hear_debt_charge
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account
from instainstru_core.payments.use_cases.settle_payment import retry_capture
from instainstru_core.testing.contracts.payments import HOUR
from instainstru_core.testing.contracts.rescheduling import late, move
from instainstru_core.testing.fakes.processor.commands import Fault
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


class EscalationContract:
    """Inherit, and provide the `till` fixture. PY-25 and Appendix B."""

    def test_py_25_a_taught_lesson_is_paid_and_owed(self, till: Till) -> None:
        booking = escalated(till)
        payment = till.payment(booking)
        assert (payment.state, payment.review_reason, payment.outcome) == (
            PaymentState.MANUAL_REVIEW,
            "capture_escalated",
            Outcome.CAPTURE_FAILURE_PAID,
        )
        (debt,) = debts(till)
        assert (debt.amount.cents, debt.cause) == (PRICE, DebtCause.ESCALATED)
        assert standing(till) is Standing.LOCKED
        assert effects(till)[-1] == ("transfer", PAYOUT)
        assert funded(till) == {
            Account.PROCESSOR_BALANCE: -PAYOUT,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -COMMISSION,
            Account.STUDENT_RECEIVABLE: PRICE,
            Account.CONNECT_BALANCE: PAYOUT,
            Account.CONNECT_OWNER: -PAYOUT,
        }
        assert till.books().balanced

    def test_py_24_a_minute_before_three_days_it_is_only_tried(self, till: Till) -> None:
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        failure = till.payment(booking).failure
        assert failure is not None
        till.clock.set(failure.first_at + 72 * HOUR - timedelta(minutes=1))
        self.look(till, booking)
        assert till.payment(booking).state is PaymentState.PAYMENT_METHOD_REQUIRED
        till.clock.set(failure.first_at + 72 * HOUR)
        self.look(till, booking)
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID

    def look(self, till: Till, booking: Booking) -> None:
        """Do what the timer does."""
        retry_capture(
            till.payment(booking).payment_id,
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )

    def test_py_25_again_changes_nothing(self, till: Till) -> None:
        booking = escalated(till)
        before = (effects(till), till.balances(), till.payment(booking).version)
        self.look(till, booking)
        wait_out(till)
        assert (effects(till), till.balances(), till.payment(booking).version) == before

    def test_py_47_an_advance_that_nobody_takes_stays_owed(self, till: Till) -> None:
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        with till.begin() as work:
            account = work.connect_accounts.find(till.classroom.instructor)
        assert account is not None
        till.processor.change_account(account.account, charges_enabled=False)
        refresh_payout_account(
            till.classroom.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
        )
        wait_out(till)
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAYOUT
        (debt,) = debts(till)
        assert not pay(till, debt).debt.owed
        assert not till.payment(booking).settled
        till.processor.change_account(account.account, charges_enabled=True)
        refresh_payout_account(
            till.classroom.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
        )
        till.work_off()
        assert till.payment(booking).settled
        assert effects(till).count(("transfer", PAYOUT)) == 1
        assert till.books().balanced

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER, Fault.ERROR_500])
    def test_property_8_an_advance_without_an_answer_is_repeated(
        self, till: Till, fault: Fault
    ) -> None:
        fund(till)
        booking = unpaid(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.processor.fail_next("transfer", fault)
        wait_out(till)
        assert effects(till).count(("transfer", PAYOUT)) == 1
        assert till.payment(booking).outcome is Outcome.CAPTURE_FAILURE_PAID
        assert till.books().balanced

    @pytest.mark.parametrize(
        ("case", "outcome", "owed", "payout", "commission", "hours"),
        [
            (
                PolicyCase.STUDENT_12_24,
                Outcome.CAPTURE_FAILURE_ESCALATED,
                FEE,
                0,
                0,
                18,
            ),
            # Half of 9000 is withheld; half the payout is paid.
            (PolicyCase.STUDENT_LT12, Outcome.CAPTURE_FAILURE_PAID, PRICE - 4500, 3825, 675, 10),
        ],
    )
    def test_py_25_a_lesson_called_off_late(
        self,
        till: Till,
        case: PolicyCase,
        outcome: Outcome,
        owed: int,
        payout: int,
        commission: int,
        hours: int,
    ) -> None:
        fund(till)
        booking = till.hold(hours_ahead=20)
        till.pay(booking, till.default_card(BROKE))
        till.at(booking.lesson.starts_at - hours * HOUR)
        till.cancel(booking, Party.STUDENT, case)
        till.work_off()
        wait_out(till)
        payment = till.payment(booking)
        assert payment.outcome is outcome
        (debt,) = debts(till)
        assert debt.amount.cents == owed
        expected = {
            Account.PROCESSOR_BALANCE: -payout,
            Account.STUDENT_FEE_REVENUE: -FEE,
            Account.COMMISSION_REVENUE: -commission,
            Account.STUDENT_RECEIVABLE: owed,
            Account.CONNECT_BALANCE: payout,
            Account.CONNECT_OWNER: -payout,
        }
        assert funded(till) == {each: cents for each, cents in expected.items() if cents}
        assert not pay(till, debt).debt.owed
        assert till.payment(booking).settled
        assert till.payment(booking).outcome is outcome

    def test_py_25_credit_of_a_taught_lesson_is_spent(self, till: Till) -> None:
        booking = self.paid_with_credit(till)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        wait_out(till)
        (debt,) = debts(till)
        assert debt.amount.cents == PRICE - 5000
        balances = till.balances()
        assert Account.CREDIT_RESERVED not in balances
        assert Account.BOOKING_ESCROW not in balances
        assert balances[Account.CREDIT_AVAILABLE] == -(LESSON - 5000)
        assert till.books().balanced

    def test_py_25_credit_of_a_lesson_called_off_is_given_back(self, till: Till) -> None:
        booking = self.paid_with_credit(till)
        till.at(booking.lesson.starts_at - 18 * HOUR)
        till.cancel(booking, Party.STUDENT, PolicyCase.STUDENT_12_24)
        till.work_off()
        wait_out(till)
        (debt,) = debts(till)
        assert debt.amount.cents == FEE
        balances = till.balances()
        assert Account.CREDIT_RESERVED not in balances
        assert Account.BOOKING_ESCROW not in balances
        assert balances[Account.CREDIT_AVAILABLE] == -LESSON

    def paid_with_credit(self, till: Till) -> Booking:
        """A lesson paid for with $50 of credit and a card that gives nothing."""
        first = till.hold(hours_ahead=20)
        till.pay(first)
        till.cancel(first, Party.STUDENT, PolicyCase.STUDENT_12_24)
        till.work_off()
        card = till.default_card(BROKE)
        booking = till.hold(hours_ahead=20)
        till.check_out(
            CheckOut(
                student_id=till.student,
                booking_id=booking.booking_id,
                fingerprint=till.price(booking, credit_cents=5000).fingerprint,
                card_id=card.card_id,
                credit_cents=5000,
            )
        )
        return booking


class DebtsContract:
    """Inherit, and provide the `till` fixture. PY-26 and PY-71."""

    def test_py_26_paid_off_the_student_may_book_again(self, till: Till) -> None:
        booking = escalated(till)
        (debt,) = debts(till)
        paid = pay(till, debt)
        assert (paid.debt.owed, paid.standing, paid.owed_in_all) == (NOTHING, Standing.OK, NOTHING)
        assert standing(till) is Standing.OK
        payment = till.payment(booking)
        assert (payment.state, payment.outcome) == (
            PaymentState.SETTLED,
            Outcome.CAPTURE_FAILURE_PAID,
        )
        assert effects(till)[-1] == CHARGED
        assert Account.STUDENT_RECEIVABLE not in till.balances()
        assert till.books().balanced
        with pytest.raises(DebtPaid):
            pay(till, debt)

    def test_py_26_in_parts(self, till: Till) -> None:
        booking = escalated(till)
        (debt,) = debts(till)
        first = pay(till, debt, 4000)
        assert (first.debt.owed.cents, first.standing) == (PRICE - 4000, Standing.LOCKED)
        assert not till.payment(booking).settled
        assert till.balances()[Account.STUDENT_RECEIVABLE] == PRICE - 4000
        assert pay(till, debt, PRICE - 4000).standing is Standing.OK
        assert till.payment(booking).settled

    @pytest.mark.parametrize("cents", [49, PRICE + 1, PRICE - 49])
    def test_py_26_what_no_card_can_pay(self, till: Till, cents: int) -> None:
        escalated(till)
        (debt,) = debts(till)
        with pytest.raises(DebtAmountOutOfRange):
            pay(till, debt, cents)
        assert debts(till)[0].owed.cents == PRICE

    def test_somebody_elses_debt_is_not_found(self, till: Till) -> None:
        escalated(till)
        (debt,) = debts(till)
        till.student = till.ids.new(StudentId)
        with pytest.raises(DebtNotFound):
            pay(till, debt)

    def test_a_refused_card_may_be_tried_again(self, till: Till) -> None:
        escalated(till)
        (debt,) = debts(till)
        with pytest.raises(CardDeclined):
            pay(till, debt, card="pm_card_insufficient_funds")
        assert debts(till)[0].owed.cents == PRICE
        assert pay(till, debt).standing is Standing.OK

    def test_three_d_secure_is_finished_by_repeating(self, till: Till) -> None:
        escalated(till)
        (debt,) = debts(till)
        asked = pay(till, debt, card="pm_card_three_d_secure")
        assert asked.client_secret is not None
        assert asked.debt.waiting is not None
        assert asked.standing is Standing.LOCKED
        again = pay(till, debt, card="pm_card_three_d_secure")
        assert again.client_secret == asked.client_secret
        till.processor.confirm(asked.debt.waiting.intent, asked.client_secret)
        assert pay(till, debt, card="pm_card_three_d_secure").standing is Standing.OK
        assert effects(till).count(CHARGED) == 1

    def test_three_d_secure_is_finished_by_the_webhook(self, till: Till) -> None:
        booking = escalated(till)
        (debt,) = debts(till)
        asked = pay(till, debt, card="pm_card_three_d_secure")
        assert asked.debt.waiting is not None
        assert asked.client_secret is not None
        till.processor.confirm(asked.debt.waiting.intent, asked.client_secret)
        for _ in range(2):
            hear_debt_charge(
                debt.payment_id,
                begin=till.begin,
                gateway=till.gateway,
                ids=till.ids,
                clock=till.clock,
            )
        assert standing(till) is Standing.OK
        assert till.payment(booking).settled

    def test_another_card_takes_the_place_of_one_that_waits(self, till: Till) -> None:
        escalated(till)
        (debt,) = debts(till)
        pay(till, debt, card="pm_card_three_d_secure")
        assert pay(till, debt).standing is Standing.OK
        assert effects(till).count(CHARGED) == 1

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER, Fault.ERROR_500])
    def test_py_62_a_charge_without_an_answer_is_repeated(self, till: Till, fault: Fault) -> None:
        booking = escalated(till)
        (debt,) = debts(till)
        till.processor.fail_next("charge", fault)
        with pytest.raises(OutcomeUnknown):
            pay(till, debt)
        till.after(minutes=2)
        assert standing(till) is Standing.OK
        assert till.payment(booking).settled
        assert effects(till).count(CHARGED) == 1

    def test_py_71_who_owes_is_kept_from_checking_out(self, till: Till) -> None:
        escalated(till)
        booking = till.hold(hours_ahead=72)
        with pytest.raises(DomainError) as refused:
            till.pay(booking)
        assert refused.value.code == "account_locked"

    def test_py_71_debt_alone_keeps_from_booking(self, till: Till) -> None:
        """An operator may unlock somebody who still owes: what is owed counts apart."""
        escalated(till)
        with till.begin() as work:
            work.standings.set(till.student, Standing.OK, at=till.clock.now())
        assert standing(till) is Standing.IN_DEBT
        with pytest.raises(DomainError) as refused:
            till.pay(till.hold(hours_ahead=72))
        assert refused.value.code == "credit_balance_negative"

    @pytest.mark.parametrize("kept", [Standing.OK, Standing.LOCKED, Standing.RESTRICTED])
    def test_py_71_a_booking_learns_of_it_with_everything_else(
        self, till: Till, kept: Standing
    ) -> None:
        booking = till.hold(hours_ahead=500)
        with till.begin() as work:
            work.standings.set(till.student, kept, at=till.clock.now())
        with till.begin() as work:
            parties = work.booking_parties.find(
                student=till.student,
                instructor=till.classroom.instructor,
                service_id=booking.service_id,
                day=None,
            )
        assert parties.standing is kept

    def test_py_71_a_booking_learns_of_debt(self, till: Till) -> None:
        escalated(till)
        with till.begin() as work:
            work.standings.set(till.student, Standing.OK, at=till.clock.now())
        booking = till.hold(hours_ahead=500)
        with till.begin() as work:
            parties = work.booking_parties.find(
                student=till.student,
                instructor=till.classroom.instructor,
                service_id=booking.service_id,
                day=None,
            )
        assert parties.standing is Standing.IN_DEBT

    def test_py_71_a_move_that_needs_money_is_refused(self, till: Till) -> None:
        booking = late(till)
        with till.begin() as work:
            work.standings.set(till.student, Standing.RESTRICTED, at=till.clock.now())
        with pytest.raises(DomainError) as refused:
            move(till, booking, 24 * HOUR)
        assert refused.value.code == "account_restricted"
        assert till.booking(booking) == booking

    def test_py_71_one_that_needs_none_is_not(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        with till.begin() as work:
            work.standings.set(till.student, Standing.LOCKED, at=till.clock.now())
        assert move(till, booking, 48 * HOUR).step is PaymentStep.SCHEDULED
        with pytest.raises(DomainError) as refused:
            move(till, move(till, booking, 48 * HOUR).booking, 24 * HOUR, minutes=90)
        assert refused.value.code == "account_locked"

    def test_py_71_cancelling_is_never_refused(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        with till.begin() as work:
            work.standings.set(till.student, Standing.LOCKED, at=till.clock.now())
        till.cancel(booking, Party.STUDENT, PolicyCase.STUDENT_GE24)
        till.work_off()
        assert till.payment(booking).settled

    def test_a_debt_is_kept_once_for_its_cause(self, till: Till) -> None:
        booking = escalated(till)
        (debt,) = debts(till)
        with till.begin() as work:
            work.debts.add(
                StudentDebt(
                    debt_id=till.ids.new(DebtId),
                    student_id=till.student,
                    payment_id=till.payment(booking).payment_id,
                    cause=DebtCause.ESCALATED,
                    amount=Money(1),
                    recognised_at=till.clock.now(),
                )
            )
            assert work.debts.of_payment(debt.payment_id) == [debt]
            assert work.debts.get_for_update(debt.debt_id) == debt
            assert work.debts.owed_by(till.student) == debt.amount

    def test_an_unknown_debt_is_not_found(self, till: Till) -> None:
        unknown = till.ids.new(DebtId)
        with till.begin() as work:
            with pytest.raises(DebtNotFound):
                work.debts.get(unknown)
            with pytest.raises(DebtNotFound):
                work.debts.get_for_update(unknown)

    def test_what_a_unit_undoes_was_never_there(self, till: Till) -> None:
        with pytest.raises(DebtNotFound), till.begin() as work:
            work.standings.set(till.student, Standing.RESTRICTED, at=till.clock.now())
            work.debts.get(till.ids.new(DebtId))
        assert standing(till) is Standing.OK
