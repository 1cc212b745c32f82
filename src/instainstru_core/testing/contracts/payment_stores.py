"""What every store of payments, operations, cards and accounts must do. Source: spec 02 §4."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import InvalidState, StaleAggregate
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments.errors import (
    CardInUse,
    OpenPaymentExists,
    OperationNotFound,
    PaymentNotFound,
)
from instainstru_core.payments.ids import CardId, OperationId, PaymentId
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import Authorised, Declined
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.tiers import Commission, InstructorTier
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import Till

LESSON = Interval.lasting(NOON + timedelta(days=3), timedelta(hours=1))


def a_payment(till: Till, booking_id: BookingId | None = None) -> Payment:
    """A payment that no card has granted yet."""
    return Payment.open(
        till.ids.new(PaymentId),
        booking_id=booking_id or till.ids.new(BookingId),
        student_id=till.student,
        instructor_id=till.classroom.instructor,
        lesson=LESSON,
        breakdown=quote(
            Money(12_000),
            60,
            Modality.IN_PERSON,
            commission=Commission(tier="growth", bps=1200),
            config=DEFAULT_PRICING,
        ),
        card_id=till.card.card_id,
        card_token=till.card.token,
        at=NOON,
    )


def an_operation(till: Till, payment: Payment, slot: str = "auth#1") -> PaymentOperation:
    """A hold to be asked for."""
    return PaymentOperation(
        operation_id=till.ids.new(OperationId),
        payment_id=payment.payment_id,
        kind=OperationKind.AUTHORISE,
        slot=slot,
        amount=Money(13_440),
        target="card",
        off_session=True,
        planned_at=NOON,
        next_attempt_at=NOON,
    )


class PaymentsContract:
    """Inherit, and provide the `till` fixture."""

    def test_returns_what_was_added(self, till: Till) -> None:
        payment = a_payment(till)
        with till.begin() as work:
            kept = work.payments.add(payment.schedule(at=NOON))
            assert kept.events == ()
        with till.begin() as work:
            assert work.payments.get(payment.payment_id) == kept
            assert work.payments.get_for_update(payment.payment_id) == kept
            assert work.payments.find_for_update(payment.booking_id) == kept

    def test_keeps_failures_and_holds(self, till: Till) -> None:
        payment = a_payment(till)
        operation = an_operation(till, payment)
        with till.begin() as work:
            kept = work.payments.add(payment)
            work.payment_operations.add(operation)
            failed = work.payments.save(
                kept.refuse_hold(Declined(category="do_not_honor"), at=NOON, scheduled=True)
            )
            held = work.payments.save(
                failed.hold_money(
                    operation.operation_id,
                    Authorised(intent="pi_7", amount=Money(13_440)),
                    at=NOON,
                )
            )
        with till.begin() as work:
            assert work.payments.get(payment.payment_id) == held
        assert failed.failure is not None
        assert held.hold is not None

    def test_knows_what_it_lacks(self, till: Till) -> None:
        with till.begin() as work:
            with pytest.raises(PaymentNotFound):
                work.payments.get(till.ids.new(PaymentId))
            with pytest.raises(OperationNotFound):
                work.payment_operations.get(till.ids.new(OperationId))
            assert work.payments.find_for_update(till.ids.new(BookingId)) is None

    def test_py_1_one_open_payment_per_booking(self, till: Till) -> None:
        first = a_payment(till)
        with till.begin() as work:
            kept = work.payments.add(first)
            with pytest.raises(OpenPaymentExists):
                work.payments.add(a_payment(till, first.booking_id))
            work.payments.save(kept.settle(Outcome.CHECKOUT_ABANDONED, payout=Money(0), at=NOON))
            second = work.payments.add(a_payment(till, first.booking_id))
            assert work.payments.find_for_update(first.booking_id) == second

    def test_py_1_of_many_rivals_one_opens(self, till: Till) -> None:
        booking_id = till.ids.new(BookingId)
        together = threading.Barrier(8)

        def open_one(_: int) -> bool:
            together.wait()
            try:
                with till.begin() as work:
                    work.payments.add(a_payment(till, booking_id))
            except OpenPaymentExists:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(open_one, range(8))) == 1

    def test_lets_only_the_first_of_two_writers_win(self, till: Till) -> None:
        with till.begin() as work:
            kept = work.payments.add(a_payment(till))
            work.payments.save(kept.attempt(at=NOON))
            with pytest.raises(StaleAggregate):
                work.payments.save(kept.attempt(at=NOON))

    def test_undoes_everything_when_the_block_raises(self, till: Till) -> None:
        payment = a_payment(till)
        with pytest.raises(RuntimeError), till.begin() as work:
            work.payments.add(payment)
            work.payment_operations.add(an_operation(till, payment))
            raise RuntimeError
        with till.begin() as work, pytest.raises(PaymentNotFound):
            work.payments.get(payment.payment_id)

    def test_py_60_a_slot_is_taken_once(self, till: Till) -> None:
        payment = a_payment(till)
        with till.begin() as work:
            work.payments.add(payment)
            work.payment_operations.add(an_operation(till, payment))
            with pytest.raises(InvalidState):
                work.payment_operations.add(an_operation(till, payment))
            work.payment_operations.add(an_operation(till, payment, "auth#2"))

    def test_py_65_finds_the_hold_that_was_asked_for(self, till: Till) -> None:
        payment = a_payment(till)
        granted, refused = (an_operation(till, payment, f"auth#{n}") for n in (1, 2))
        void = evolve(an_operation(till, payment, "void:1"), kind=OperationKind.VOID, target="pi_1")
        with till.begin() as work:
            work.payments.add(payment)
            for operation, answered in (
                (granted, granted.send(at=NOON).succeed("pi_1")),
                (refused, refused.send(at=NOON).fail("do_not_honor", "pi_2")),
                (void, void.send(at=NOON).succeed("pi_1")),
            ):
                work.payment_operations.add(operation)
                work.payment_operations.save(answered)
        with till.begin() as work:
            found = work.payment_operations.find_by_reference("pi_1")
            declined = work.payment_operations.find_by_reference("pi_2")
            assert work.payment_operations.find_by_reference("pi_3") is None
        assert found == granted.send(at=NOON).succeed("pi_1")
        assert declined == refused.send(at=NOON).fail("do_not_honor", "pi_2")

    def test_py_62_knows_what_is_overdue(self, till: Till) -> None:
        payment = a_payment(till)
        planned, sent, done = (an_operation(till, payment, f"auth#{n}") for n in range(1, 4))
        with till.begin() as work:
            work.payments.add(payment)
            work.payment_operations.add(planned)
            work.payment_operations.add(sent.send(at=NOON))
            work.payment_operations.add(done)
            work.payment_operations.save(done.send(at=NOON).succeed("pi_1"))
            soon = work.payment_operations.overdue(now=NOON, limit=9)
            later = work.payment_operations.overdue(now=NOON + timedelta(minutes=1), limit=9)
            first = work.payment_operations.overdue(now=NOON + timedelta(minutes=1), limit=1)
            assert list(work.payment_operations.of(payment.payment_id))[1] == sent.send(at=NOON)
            with pytest.raises(OperationNotFound):
                work.payment_operations.save(an_operation(till, payment, "auth#9"))
        assert list(soon) == [planned.operation_id]
        assert list(later) == [planned.operation_id, sent.operation_id]
        assert list(first) == [planned.operation_id]


class CardsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_67_one_default_and_the_newest_first(self, till: Till) -> None:
        student = till.ids.new(StudentId)
        cards = [_a_card(till, student, n) for n in range(3)]
        with till.begin() as work:
            for card in cards:
                work.cards.keep(card)
        with till.begin() as work:
            assert list(work.cards.of(student)) == [cards[0], cards[2], cards[1]]
            work.cards.keep(evolve(cards[1], is_default=True))
            assert [card.is_default for card in work.cards.of(student)] == [True, False, False]
            work.cards.remove(cards[2])
        with till.read() as reads:
            found = reads.payment_queries.cards(student)
        assert [card.card_id for card in found] == [cards[1].card_id, cards[0].card_id]

    def test_py_67_a_processors_card_has_one_keeper(self, till: Till) -> None:
        first, second = till.ids.new(StudentId), till.ids.new(StudentId)
        mine = _a_card(till, first, 0)
        with till.begin() as work:
            work.cards.keep(mine)
            work.cards.keep(evolve(mine, exp_year=2100))
        for student in (first, second):
            taken = evolve(_a_card(till, student, 1), token=mine.token)
            with pytest.raises(CardInUse), till.begin() as work:
                work.cards.keep(taken)
        with till.begin() as work:
            assert list(work.cards.of(first)) == [evolve(mine, exp_year=2100)]
            assert list(work.cards.of(second)) == []

    def test_py_67_knows_which_payments_need_it(self, till: Till) -> None:
        payment = a_payment(till)
        with till.begin() as work:
            kept = work.payments.add(payment)
            assert list(work.cards.paying(till.card.card_id)) == [payment.payment_id]
            work.payments.save(kept.settle(Outcome.CHECKOUT_ABANDONED, payout=Money(0), at=NOON))
            assert list(work.cards.paying(till.card.card_id)) == []

    def test_the_facts_of_a_checkout(self, till: Till) -> None:
        def facts(student: StudentId, card: CardId | None) -> CardId | None:
            with till.begin() as work:
                found = work.checkouts.facts(
                    student_id=student,
                    instructor_id=till.classroom.instructor,
                    card_id=card,
                    since=NOON,
                )
            assert found.account is not None
            assert found.account.payable
            return None if found.card is None else found.card.card_id

        assert facts(till.student, None) == till.card.card_id
        assert facts(till.student, till.card.card_id) == till.card.card_id
        assert facts(till.student, till.ids.new(CardId)) is None
        assert facts(till.ids.new(StudentId), till.card.card_id) is None
        with till.begin() as work:
            nobody = work.checkouts.facts(
                student_id=till.student,
                instructor_id=till.ids.new(InstructorId),
                card_id=None,
                since=NOON,
            )
        assert nobody.account is None

    def test_finds_accounts_by_instructor_and_by_name(self, till: Till) -> None:
        with till.begin() as work:
            account = work.connect_accounts.find(till.classroom.instructor)
            assert account is not None
            assert work.connect_accounts.find_by_name(account.account) == account
            assert work.connect_accounts.find_by_name("acct_none") is None
            assert work.connect_accounts.find(till.ids.new(InstructorId)) is None


class TiersContract:
    """Inherit, and provide the `till` fixture."""

    def test_pr_12_keeps_the_latest_level(self, till: Till) -> None:
        instructor = till.classroom.instructor
        for bps in (1500, 1200):
            tier = InstructorTier(
                instructor_id=instructor,
                commission=Commission(tier="any", bps=bps),
                evaluated_at=NOON,
                last_step_down_at=NOON,
            )
            with till.begin() as work:
                work.instructor_tiers.keep(tier)
        with till.begin() as work:
            facts = work.instructor_tiers.facts(instructor, since=NOON)
        assert (facts.persisted_bps, facts.last_step_down_at) == (1200, NOON)
        assert (facts.completed, facts.last_completed_at, facts.is_founding) == (0, None, False)

    def test_knows_nothing_of_strangers(self, till: Till) -> None:
        with till.begin() as work:
            facts = work.instructor_tiers.facts(till.ids.new(InstructorId), since=NOON)
        assert facts.persisted_bps is None

    def test_pr_17_counts_completed_lessons_of_the_window(self, till: Till) -> None:
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        done = booking.lesson.ends_at
        with till.begin() as work:
            inside = work.instructor_tiers.facts(booking.instructor, since=done)
            outside = work.instructor_tiers.facts(
                booking.instructor, since=done + timedelta(seconds=1)
            )
        assert (inside.completed, outside.completed) == (1, 0)
        assert inside.last_completed_at == outside.last_completed_at == done


def _a_card(till: Till, student: StudentId, n: int) -> SavedCard:
    return SavedCard(
        card_id=till.ids.new(CardId),
        student_id=student,
        token=f"card_{n}",
        brand="visa",
        last4=f"000{n}",
        exp_month=12,
        exp_year=2099,
        fingerprint=f"print_{n}",
        is_default=n == 0,
        created_at=NOON + timedelta(minutes=n),
    )
