"""Tips, over any adapter and the simulated processor. Source: PY-50, PY-51, Appendix A 18, 24."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import CardDeclined, CardNotFound, OutcomeUnknown
from instainstru_core.payments.ids import CardId, TipId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.operation import TRANSFER_RETRIES, Matter, OperationKind
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.payments.tips.errors import (
    AlreadyTipped,
    TipAmountOutOfRange,
    TipInProgress,
    TipNotAllowed,
    TipNotFound,
)
from instainstru_core.payments.tips.model import Tip, TipState
from instainstru_core.payments.use_cases.open_payout_account import refresh_payout_account
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, TipGiven, give_tip
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.recovery import hear, taught
from instainstru_core.testing.strategies.payments import Till

PAID = 7650
"""What the lesson itself brought its instructor."""


def settled(till: Till) -> Booking:
    """A lesson that was given and paid for."""
    booking = taught(till)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    return booking


def tip(
    till: Till, booking: Booking, cents: int = 1000, *, card_id: CardId | None = None
) -> TipGiven:
    """The student gives a tip."""
    request = GiveTip(
        student_id=till.student,
        booking_id=booking.booking_id,
        amount_cents=cents,
        card_id=card_id,
    )
    return give_tip(
        request,
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
        config=till.pricing,
    )


def tips_of(till: Till, booking: Booking) -> list[Tip]:
    """The tips as they stand."""
    with till.read() as reads:
        return list(reads.tip_queries.of_booking(booking.booking_id))


def charges(till: Till) -> list[int]:
    """What was really charged for tips, in order."""
    return [each.amount_cents for each in till.processor.effects if each.kind == "charge"]


def can_be_paid(till: Till, *, payable: bool) -> None:
    """The processor stops paying the instructor, or begins again, and says so."""
    for account in till.processor.books.accounts.values():
        account.is_onboarded = payable
    refresh_payout_account(
        till.classroom.instructor, begin=till.begin, gateway=till.gateway, clock=till.clock
    )


class GivingTipsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_50_all_of_it_goes_to_the_instructor(self, till: Till) -> None:
        """Appendix A 24 and 18; nothing of the settled lesson changes."""
        booking = settled(till)
        before, balances = till.payment(booking), till.balances()
        given = tip(till, booking).tip
        assert (given.state, given.amount) == (TipState.SUCCEEDED, Money(1000))
        assert given.transfer is not None
        assert till.payment(booking) == before
        assert till.balances() == balances | {
            Account.CONNECT_BALANCE: PAID + 1000,
            Account.CONNECT_OWNER: -PAID - 1000,
        }
        assert till.books().balanced

    def test_py_50_the_lines_name_the_tip_and_the_earnings_leave_it_out(self, till: Till) -> None:
        """PY-82."""
        booking = settled(till)
        given = tip(till, booking).tip
        with till.read() as reads:
            journals = reads.ledger_queries.of_payment(given.payment_id)
        lines = [line for each in journals for line in each.lines if line.tip_id == given.tip_id]
        assert sum(line.cents for line in lines) == 0
        assert {line.account for line in lines} == {
            Account.PROCESSOR_BALANCE,
            Account.INSTRUCTOR_PAYABLE,
            Account.CONNECT_BALANCE,
            Account.CONNECT_OWNER,
        }

    def test_py_50_before_the_lesson_is_settled_too(self, till: Till) -> None:
        booking = taught(till)
        assert till.payment(booking).state is PaymentState.AUTHORIZED
        assert tip(till, booking).tip.succeeded
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).settled
        assert till.balances()[Account.CONNECT_BALANCE] == PAID + 1000
        assert till.books().balanced

    def test_py_50_one_per_lesson(self, till: Till) -> None:
        booking = settled(till)
        tip(till, booking)
        with pytest.raises(AlreadyTipped):
            tip(till, booking)
        assert charges(till) == [1000]

    @pytest.mark.parametrize("cents", [-1, 0, 99, 50_001])
    def test_py_50_amounts_out_of_range(self, till: Till, cents: int) -> None:
        booking = settled(till)
        with pytest.raises(TipAmountOutOfRange):
            tip(till, booking, cents)
        assert tips_of(till, booking) == []

    @pytest.mark.parametrize("cents", [100, 50_000])
    def test_py_50_amounts_at_the_bounds(self, till: Till, cents: int) -> None:
        assert tip(till, settled(till), cents).tip.succeeded

    def test_py_50_only_lessons_that_were_given(self, till: Till) -> None:
        booking = till.hold()
        with pytest.raises(TipNotAllowed):
            tip(till, booking)
        till.pay(booking)
        with pytest.raises(TipNotAllowed):
            tip(till, booking)

    def test_py_50_thirty_days_and_no_second_longer(self, till: Till) -> None:
        booking = taught(till)
        completed = till.clock.now()
        till.at(completed + timedelta(days=30, seconds=1))
        with pytest.raises(TipNotAllowed):
            tip(till, booking)

    def test_py_50_at_thirty_days_to_the_second(self, till: Till) -> None:
        booking = taught(till)
        till.at(till.clock.now() + timedelta(days=30))
        assert tip(till, booking).tip.succeeded

    def test_spec_8_the_bounds_and_the_window_are_the_documents(self, till: Till) -> None:
        till.pricing = evolve(
            till.pricing, tip_minimum=Money(50), tip_maximum=Money(60_000), tip_window_days=2
        )
        booking, late = taught(till), taught(till)
        for cents in (49, 60_001):
            with pytest.raises(TipAmountOutOfRange) as refused:
                tip(till, booking, cents=cents)
            assert refused.value.facts() == {"min_cents": 50, "max_cents": 60_000}
        assert tip(till, booking, cents=50).tip.succeeded
        till.at(till.clock.now() + timedelta(days=2, seconds=1))
        with pytest.raises(TipNotAllowed):
            tip(till, late, cents=60_000)

    def test_somebody_elses_lesson_is_not_found(self, till: Till) -> None:
        booking = settled(till)
        request = GiveTip(
            student_id=till.ids.new(StudentId), booking_id=booking.booking_id, amount_cents=500
        )
        with pytest.raises(BookingNotFound):
            give_tip(
                request,
                begin=till.begin,
                gateway=till.gateway,
                ids=till.ids,
                clock=till.clock,
                config=till.pricing,
            )

    def test_a_card_that_is_not_theirs(self, till: Till) -> None:
        with pytest.raises(CardNotFound):
            tip(till, settled(till), card_id=till.unknown_card())


class UnluckyTipsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_51_a_refused_tip_is_tried_again_with_any_card_and_amount(self, till: Till) -> None:
        booking = settled(till)
        before = till.payment(booking)
        bad = till.add_card("pm_card_insufficient_funds")
        with pytest.raises(CardDeclined) as refused:
            tip(till, booking, card_id=bad.card_id)
        assert refused.value.category == "insufficient_funds"
        (failed,) = tips_of(till, booking)
        assert (failed.state, failed.failure) == (TipState.FAILED, "insufficient_funds")
        assert till.payment(booking) == before
        given = tip(till, booking, 2000).tip
        assert (given.tip_id, given.attempt, given.succeeded) == (failed.tip_id, 2, True)
        assert charges(till) == [2000]
        assert till.books().balanced

    def waiting(self, till: Till) -> tuple[Booking, Tip]:
        """A tip whose cardholder has not confirmed."""
        booking = settled(till)
        card = till.add_card("pm_card_three_d_secure")
        given = tip(till, booking, card_id=card.card_id)
        assert given.tip.state is TipState.REQUIRES_ACTION
        assert given.client_secret
        assert charges(till) == []
        return booking, given.tip

    def confirm(self, till: Till, waiting: Tip) -> None:
        """The cardholder confirms."""
        assert waiting.intent is not None
        seen = till.gateway.find_charge(waiting.intent)
        assert isinstance(seen, RequiresAction)
        till.processor.confirm(waiting.intent, seen.client_secret)

    def test_py_51_after_3_d_secure_it_is_repeated_to_finish(self, till: Till) -> None:
        booking, waiting = self.waiting(till)
        again = tip(till, booking)
        assert again.tip.state is TipState.REQUIRES_ACTION
        assert again.client_secret
        self.confirm(till, waiting)
        assert tip(till, booking).tip.succeeded
        assert charges(till) == [1000]
        assert till.books().balanced

    def test_py_65_or_the_processor_tells_of_it_twice(self, till: Till) -> None:
        booking, waiting = self.waiting(till)
        self.confirm(till, waiting)
        hear(till)
        hear(till)
        (done,) = tips_of(till, booking)
        assert done.succeeded
        assert done.transfer is not None
        assert charges(till) == [1000]
        assert till.balances()[Account.CONNECT_BALANCE] == PAID + 1000

    def test_py_51_another_card_takes_the_place_of_one_not_confirmed(self, till: Till) -> None:
        booking, waiting = self.waiting(till)
        given = tip(till, booking, card_id=till.card.card_id).tip
        assert (given.tip_id, given.succeeded) == (waiting.tip_id, True)
        hear(till)
        assert charges(till) == [1000]
        assert till.books().balanced

    def test_py_51_confirmed_meanwhile_it_is_not_paid_twice(self, till: Till) -> None:
        booking, waiting = self.waiting(till)
        self.confirm(till, waiting)
        assert tip(till, booking, card_id=till.card.card_id).tip.succeeded
        hear(till)
        assert charges(till) == [1000]

    def test_py_51_another_amount_has_to_wait(self, till: Till) -> None:
        booking, _ = self.waiting(till)
        with pytest.raises(TipInProgress):
            tip(till, booking, 1500)

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER])
    def test_py_62_a_lost_answer_is_found_out(self, till: Till, fault: Fault) -> None:
        booking = settled(till)
        till.processor.fail_next("charge", fault)
        assert tip(till, booking).tip.state is TipState.PROCESSING
        till.after(minutes=2)
        (done,) = tips_of(till, booking)
        assert done.succeeded
        assert charges(till) == [1000]
        assert till.books().balanced

    def test_py_62_or_the_student_asks_again_first(self, till: Till) -> None:
        booking = settled(till)
        till.processor.fail_next("charge", Fault.TIMEOUT_AFTER)
        tip(till, booking)
        assert tip(till, booking).tip.succeeded
        till.after(minutes=2)
        assert charges(till) == [1000]

    def test_py_62_a_lost_transfer_is_sent_once(self, till: Till) -> None:
        booking = settled(till)
        till.processor.fail_next("transfer", Fault.TIMEOUT_AFTER)
        assert tip(till, booking).tip.succeeded
        till.after(minutes=2)
        assert till.balances()[Account.CONNECT_BALANCE] == PAID + 1000
        assert tips_of(till, booking)[0].transfer is not None


class TipTransfersContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_47_refused_five_times_more_it_waits_for_a_person(self, till: Till) -> None:
        """Then the account can be paid again, and it goes."""
        booking = settled(till)
        can_be_paid(till, payable=False)
        assert tip(till, booking).tip.succeeded
        for wait in TRANSFER_RETRIES:
            assert not tips_of(till, booking)[0].stuck
            till.at(till.clock.now() + wait)
        stuck = tips_of(till, booking)[0]
        assert (stuck.stuck, stuck.transfer) == (True, None)
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -1000
        assert till.payment(booking).settled
        with till.begin() as work:
            operations = work.payment_operations.of(stuck.payment_id, Matter.TIP)
        sent = [each for each in operations if each.kind is OperationKind.TRANSFER]
        assert len(sent) == 1 + len(TRANSFER_RETRIES)
        can_be_paid(till, payable=True)
        till.work_off()
        done = tips_of(till, booking)[0]
        assert (done.stuck, done.transfer is not None) == (False, True)
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()

    def test_py_73_while_payouts_are_held_it_waits(self, till: Till) -> None:
        booking = settled(till)
        hold = HoldPayouts(
            instructor_id=till.classroom.instructor,
            operator=till.ids.new(AccountId),
            reason="identity_unclear",
        )
        with till.begin() as work:
            hold_payouts(hold, work=work, at=till.clock.now())
        assert tip(till, booking).tip.succeeded
        till.after(hours=5)
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -1000
        assert till.books().balanced, "what is owed of a tip is no breach of a settled lesson"
        with till.begin() as work:
            release_payouts(till.classroom.instructor, work=work, at=till.clock.now())
        till.work_off()
        assert Account.INSTRUCTOR_PAYABLE not in till.balances()
        assert till.books().balanced


class TipStoreContract:
    """Inherit, and provide the `till` fixture."""

    def a_tip(self, till: Till) -> Tip:
        """A tip that was paid."""
        return tip(till, settled(till)).tip

    def test_unknown(self, till: Till) -> None:
        with till.begin() as work, pytest.raises(TipNotFound):
            work.tips.get(till.ids.new(TipId))

    def test_a_writer_who_comes_second_is_told(self, till: Till) -> None:
        made = self.a_tip(till)
        with till.begin() as work:
            kept = work.tips.get(made.tip_id)
            work.tips.save(kept.give_up())
        with pytest.raises(StaleAggregate), till.begin() as work:
            work.tips.save(kept.give_up())

    def test_py_50_no_second_one_succeeds(self, till: Till) -> None:
        made = self.a_tip(till)
        second = evolve(made, tip_id=till.ids.new(TipId), version=0)
        with pytest.raises(AlreadyTipped), till.begin() as work:
            work.tips.add(second)

    def test_what_is_given_back_is_owed_no_more(self, till: Till) -> None:
        """PY-51."""
        made = self.a_tip(till)
        owed = evolve(made, transfer=None)
        with till.begin() as work:
            kept = work.tips.save(owed)
            assert [each.tip_id for each in work.tips.owed(made.instructor_id)] == [made.tip_id]
            work.tips.save(kept.refund(at=till.clock.now()))
            assert work.tips.owed(made.instructor_id) == []
            assert work.tips.of_payment(made.payment_id)[0].refunded_at == till.clock.now()

    def test_undone_with_its_unit(self, till: Till) -> None:
        made = self.a_tip(till)
        with pytest.raises(OutcomeUnknown), till.begin() as work:
            work.tips.save(work.tips.get(made.tip_id).give_up())
            raise OutcomeUnknown("undo")
        with till.begin() as work:
            assert not work.tips.get(made.tip_id).stuck
