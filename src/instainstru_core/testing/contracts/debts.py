"""Debts keep from booking, and are paid off.

Stories over any adapter and the simulated processor. Source: PY-26, PY-62, PY-71.
"""

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Party, PaymentStep, PolicyCase, Standing
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.debts.errors import DebtAmountOutOfRange, DebtNotFound, DebtPaid
from instainstru_core.payments.debts.model import DebtCause, StudentDebt
from instainstru_core.payments.errors import CardDeclined, OutcomeUnknown
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.use_cases.debts.hear_debt_charge import hear_debt_charge
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.debts import (
    CHARGED,
    PRICE,
    debts,
    effects,
    escalated,
    pay,
    standing,
)
from instainstru_core.testing.stories.moves import late, move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till


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
