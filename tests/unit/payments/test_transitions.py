"""A payment's steps, each to its last field and what it tells. Source: spec 02 §3.1, §7."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.policies.rescheduling import MoneyNow
from instainstru_core.booking.terms import PaymentStep
from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import Interval
from instainstru_core.payments import events as facts
from instainstru_core.payments.ids import CardId, OperationId
from instainstru_core.payments.model import afterwards
from instainstru_core.payments.model.escalating import escalate, pay_off
from instainstru_core.payments.model.freezing import freeze, unfreeze
from instainstru_core.payments.model.holds import FailureKind, HoldStatus
from instainstru_core.payments.model.move import Move
from instainstru_core.payments.model.moving import lock, money_now, move_to, reschedule_hold
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import escalation
from instainstru_core.payments.model.processor import Authorised, Declined
from instainstru_core.testing.strategies.booking import a_booking
from instainstru_core.testing.strategies.pricing import NOW
from tests.unit.payments.samples import (
    AMOUNT,
    BOOKING,
    CARD,
    HOLD,
    IDS,
    INSTRUCTOR,
    PAYMENT,
    START,
    STUDENT,
    a_failure,
    a_hold,
    a_payment,
    a_price,
    taken,
)

S = PaymentState
LATER = NOW + timedelta(minutes=5)
NAMED: dict[str, Any] = {
    "payment_id": PAYMENT,
    "booking_id": BOOKING,
    "student_id": STUDENT,
    "instructor_id": INSTRUCTOR,
    "occurred_at": LATER,
}
CAPTURE_FAILED = a_failure(FailureKind.CAPTURE)
DECLINED = Declined(category="insufficient_funds")


def same(after: Payment, before: Payment, *told: Event, **changes: Any) -> None:
    """*after* is *before* with these changes alone, and tells just that."""
    assert evolve(after, events=()) == evolve(before, events=(), **changes)
    assert after.events == told


class TestOpening:
    def test_what_is_opened_waits_for_a_card(self) -> None:
        opened = a_payment()
        assert opened.auth_due_at == START - timedelta(hours=24)
        assert opened.created_at == NOW
        assert opened.card_token == "card_1"
        assert (opened.card_id, opened.booking_id) == (CARD, BOOKING)
        assert (opened.student_id, opened.instructor_id) == (STUDENT, INSTRUCTOR)
        assert opened.lesson == Interval.lasting(START, timedelta(hours=1))
        assert opened.breakdown == a_price()
        assert opened.state is S.PAYMENT_METHOD_REQUIRED
        assert opened.group == f"booking:{BOOKING}"
        assert opened.next_slot == "auth#1"
        assert opened.capture_due_at == START + timedelta(hours=25)

    def test_py_8_scheduled(self) -> None:
        due = START - timedelta(hours=24)
        told = facts.PaymentScheduled(**NAMED, auth_due_at=due)
        same(a_payment().schedule(at=LATER), a_payment(), told, state=S.SCHEDULED)
        with pytest.raises(InvalidState, match="the payment is scheduled"):
            a_payment(state=S.SCHEDULED).schedule(at=LATER)

    @pytest.mark.parametrize("state", [S.PAYMENT_METHOD_REQUIRED, S.SCHEDULED])
    def test_pr_4_what_costs_nothing_needs_no_card(self, state: PaymentState) -> None:
        before = a_payment(state=state)
        told = facts.PaymentAuthorized(**NAMED, amount=AMOUNT)
        same(before.need_no_card(at=LATER), before, told, state=S.AUTHORIZED)

    def test_pr_4_only_before_any_card_was_asked(self) -> None:
        with pytest.raises(InvalidState):
            a_payment(state=S.LOCKED).need_no_card(at=LATER)

    def test_pr_14_another_price_before_any_card_granted_one(self) -> None:
        same(a_payment().use_price(a_price(500)), a_payment(), breakdown=a_price(500))
        with pytest.raises(InvalidState):
            a_payment(state=S.AUTHORIZED).use_price(a_price(500))

    def test_py_15_another_card(self) -> None:
        other = IDS.new(CardId)
        same(a_payment().use_card(other, "card_2"), a_payment(), card_id=other, card_token="card_2")

    def test_py_60_every_attempt_is_counted(self) -> None:
        before = a_payment(attempts=1, last_attempt_at=NOW)
        asked = before.attempt(at=LATER)
        same(asked, before, attempts=2, last_attempt_at=LATER)
        assert asked.next_slot == "auth#3"


class TestHolds:
    def test_py_16_a_hold_lives_seven_days_unless_the_processor_says_otherwise(self) -> None:
        granted = Authorised(intent="pi_1", amount=AMOUNT)
        hold = a_hold(authorized_at=LATER, expires_at=LATER + timedelta(days=7))
        before = a_payment(failure=a_failure())
        told = facts.PaymentAuthorized(**NAMED, amount=AMOUNT)
        held = before.hold_money(HOLD, granted, at=LATER)
        same(held, before, told, hold=hold, state=S.AUTHORIZED, failure=None)
        theirs = LATER + timedelta(days=5)
        other = before.hold_money(HOLD, evolve(granted, expires_at=theirs), at=LATER)
        assert other.hold == evolve(hold, expires_at=theirs)

    def test_py_36_one_that_is_to_end_is_held_without_a_word(self) -> None:
        before = a_payment(closing=Outcome.STUDENT_CANCELLED_12_24)
        after = before.hold_money(HOLD, Authorised(intent="pi_1", amount=AMOUNT), at=LATER)
        hold = a_hold(authorized_at=LATER, expires_at=LATER + timedelta(days=7))
        same(after, before, hold=hold)

    def test_py_9_the_cardholder_must_confirm(self) -> None:
        waiting = a_payment().await_cardholder(HOLD, "pi_1", AMOUNT)
        hold = a_hold(HoldStatus.REQUIRES_ACTION, authorized_at=None)
        same(waiting, a_payment(), hold=hold)
        assert (waiting.held, waiting.granted, waiting.captured) == (AMOUNT, NOTHING, NOTHING)

    @pytest.mark.parametrize(
        ("hold", "held", "granted", "captured"),
        [
            (None, 0, 0, 0),
            (a_hold(), 13_440, 13_440, 0),
            (taken(13_000), 0, 0, 13_000),
            (evolve(taken(), status=HoldStatus.REFUNDED), 0, 0, 0),
            (a_hold(HoldStatus.VOIDED), 0, 0, 0),
        ],
    )
    def test_where_the_money_is(self, hold: Any, held: int, granted: int, captured: int) -> None:
        payment = a_payment(hold=hold)
        assert payment.held == Money(held)
        assert payment.granted == Money(granted)
        assert payment.captured == Money(captured)

    def test_a_hold_is_let_go(self) -> None:
        before = a_payment(hold=a_hold())
        same(before.let_go(), before, hold=a_hold(HoldStatus.VOIDED))
        same(a_payment().let_go(), a_payment())


class TestRefusals:
    def test_py_9_at_checkout_it_is_no_news(self) -> None:
        before = a_payment(hold=a_hold(HoldStatus.REQUIRES_ACTION))
        failure = a_failure(category="insufficient_funds", first_at=LATER, last_at=LATER)
        after = before.refuse_hold(DECLINED, at=LATER)
        same(after, before, hold=a_hold(HoldStatus.FAILED), failure=failure)

    def test_py_12_of_a_scheduled_hold_it_is_news(self) -> None:
        before = a_payment(state=S.SCHEDULED)
        failure = a_failure(category="insufficient_funds", first_at=LATER, last_at=LATER)
        told = facts.PaymentAuthorizationFailed(
            **NAMED, failure_count=1, category="insufficient_funds", lesson_starts_at=START
        )
        after = before.refuse_hold(DECLINED, at=LATER, scheduled=True)
        same(after, before, told, failure=failure, state=S.PAYMENT_METHOD_REQUIRED)

    def test_py_13_the_last_attempt_warns(self) -> None:
        before = a_payment(failure=a_failure(count=2))
        failure = a_failure(
            category="lost_or_stolen", hard=True, count=3, last_at=LATER, final_attempt_at=LATER
        )
        hard = Declined(category="lost_or_stolen", hard=True)
        after = before.refuse_hold(hard, at=LATER, final=True, scheduled=True)
        failed = facts.PaymentAuthorizationFailed(
            **NAMED, failure_count=3, category="lost_or_stolen", lesson_starts_at=START
        )
        warned = facts.PaymentFinalWarning(**NAMED, cancels_at=START - timedelta(hours=12))
        same(after, before, failed, warned, failure=failure)

    def test_py_13_the_last_attempt_of_one_present_is_no_news(self) -> None:
        after = a_payment().refuse_hold(DECLINED, at=LATER, final=True)
        assert after.failure is not None
        assert (after.failure.final_attempt_at, after.events) == (LATER, ())

    def test_py_13_a_warning_stands_for_the_last_attempt(self) -> None:
        before = a_payment(failure=a_failure())
        told = facts.PaymentFinalWarning(**NAMED, cancels_at=START - timedelta(hours=12))
        warned = before.warn(at=LATER)
        same(warned, before, told, failure=a_failure(final_attempt_at=LATER))
        with pytest.raises(InvalidState, match=r"^nothing failed that could be warned of$"):
            a_payment().warn(at=LATER)

    def test_py_23_anew_for_a_capture_it_stays_a_failed_capture(self) -> None:
        before = a_payment(failure=CAPTURE_FAILED, state=S.AUTHORIZED)
        after = before.refuse_hold(DECLINED, at=LATER, scheduled=True)
        failure = evolve(CAPTURE_FAILED, category="insufficient_funds", count=2, last_at=LATER)
        same(after, before, failure=failure, state=S.PAYMENT_METHOD_REQUIRED)

    def test_py_36_what_is_to_end_keeps_what_was_decided(self) -> None:
        before = a_payment(
            closing=Outcome.STUDENT_CANCELLED_LT12,
            hold=a_hold(HoldStatus.REQUIRES_ACTION),
            state=S.SCHEDULED,
        )
        after = before.refuse_hold(DECLINED, at=LATER, scheduled=True)
        same(after, before, hold=a_hold(HoldStatus.FAILED))

    def test_an_active_hold_is_not_what_was_refused(self) -> None:
        before = a_payment(hold=a_hold())
        assert before.refuse_hold(DECLINED, at=LATER).hold == a_hold()


class TestCaptures:
    def test_py_22_taken(self) -> None:
        before = a_payment(hold=a_hold(), state=S.AUTHORIZED, failure=CAPTURE_FAILED)
        told = facts.PaymentCaptured(**NAMED, amount=Money(13_000))
        after = before.take("ch_1", Money(13_000), at=LATER)
        same(after, before, told, hold=taken(13_000), failure=None, state=S.CAPTURED)
        with pytest.raises(InvalidState, match=r"^there is no hold to take money from$"):
            a_payment().take("ch_1", AMOUNT, at=LATER)

    def test_nothing_to_take(self) -> None:
        same(a_payment().take_nothing(), a_payment(), state=S.CAPTURED)

    def test_py_38_given_back(self) -> None:
        before = a_payment(hold=taken(), state=S.LOCKED)
        told = facts.PaymentRefunded(**NAMED, amount=AMOUNT)
        after = before.give_back(AMOUNT, at=LATER)
        same(after, before, told, hold=evolve(taken(), status=HoldStatus.REFUNDED))
        needed = r"^there is no hold whose money could be given back$"
        with pytest.raises(InvalidState, match=needed):
            a_payment().give_back(AMOUNT, at=LATER)

    def test_py_23_the_first_failure_alone_is_news(self) -> None:
        before = a_payment(hold=a_hold(), state=S.AUTHORIZED)
        failed = before.fail_capture("expired", at=LATER)
        failure = a_failure(FailureKind.CAPTURE, category="expired", first_at=LATER, last_at=LATER)
        told = facts.PaymentFailed(**NAMED, reason="expired")
        changes = {"hold": a_hold(HoldStatus.FAILED), "state": S.PAYMENT_METHOD_REQUIRED}
        same(failed, before, told, failure=failure, **changes)
        again = evolve(failed, events=()).fail_capture("declined", at=LATER + timedelta(hours=4))
        second = evolve(failure, category="declined", count=2, last_at=LATER + timedelta(hours=4))
        same(again, failed, failure=second)

    def test_py_23_what_the_ladder_counted_before_is_forgotten(self) -> None:
        failed = a_payment(failure=a_failure(count=4, hard=True)).fail_capture("gone", at=LATER)
        failure = failed.failure
        assert failure is not None
        assert (failure.kind, failure.count, failure.hard) == (FailureKind.CAPTURE, 1, False)
        assert failed.failed_capture
        assert failed.hold is None

    def test_what_was_taken_is_not_a_failed_hold(self) -> None:
        assert a_payment(hold=taken()).fail_capture("gone", at=LATER).hold == taken()

    def test_a_new_hold_for_a_failed_capture_keeps_the_failure(self) -> None:
        before = a_payment(failure=CAPTURE_FAILED)
        told = facts.PaymentAuthorized(**NAMED, amount=AMOUNT)
        same(before.authorised(LATER), before, told, state=S.AUTHORIZED)


class TestEnds:
    def test_settled(self) -> None:
        before = a_payment(
            hold=taken(),
            state=S.MANUAL_REVIEW,
            closing=Outcome.LESSON_COMPLETED,
            review_reason="transfer_failed",
            resume_state=S.CAPTURED,
        )
        told = facts.PaymentSettled(
            **NAMED,
            outcome="lesson_completed_full_payout",
            card_amount=AMOUNT,
            payout=Money(10_560),
        )
        after = before.settle(Outcome.LESSON_COMPLETED, payout=Money(10_560), at=LATER)
        same(
            after,
            before,
            told,
            state=S.SETTLED,
            closing=None,
            outcome=Outcome.LESSON_COMPLETED,
            review_reason=None,
            resume_state=None,
            settled_at=LATER,
        )
        assert after.settled
        assert not before.settled

    def test_what_is_told_of_payouts_and_of_giving_up(self) -> None:
        before = a_payment()
        same(before.abandon(at=LATER), before, facts.PaymentAbandoned(**NAMED))
        sent = facts.PayoutSent(**NAMED, amount=Money(5))
        same(before.pay_out(Money(5), at=LATER), before, sent)
        failed = facts.PayoutFailed(**NAMED, amount=Money(5), reason="no_account")
        same(before.fail_payout(Money(5), "no_account", at=LATER), before, failed)

    def test_py_58_a_person_must_look(self) -> None:
        before = a_payment(state=S.MANUAL_REVIEW, resume_state=S.CAPTURED)
        told = facts.PaymentReviewOpened(**NAMED, reason="transfer_failed")
        same(
            before.review("transfer_failed", at=LATER),
            before,
            told,
            review_reason="transfer_failed",
            review_since=LATER,
            resume_state=None,
        )

    def test_py_36_nobody_could_be_charged(self) -> None:
        before = a_payment(closing=Outcome.STUDENT_CANCELLED_LT12)
        told = facts.PaymentReviewOpened(**NAMED, reason="missing_authorization")
        same(
            before.end_unpaid(Outcome.UNAUTHORIZED_CANCELLED, "missing_authorization", at=LATER),
            before,
            told,
            closing=None,
            outcome=Outcome.UNAUTHORIZED_CANCELLED,
            state=S.MANUAL_REVIEW,
            review_reason="missing_authorization",
            review_since=LATER,
        )

    def test_py_47_what_could_not_be_paid_out_goes_on(self) -> None:
        before = a_payment(state=S.MANUAL_REVIEW, review_reason="transfer_failed")
        same(before.resume(), before, state=S.CAPTURED, review_reason=None)

    def test_what_is_decided(self) -> None:
        decided = a_payment().end_as(Outcome.INSTRUCTOR_CANCELLED)
        same(decided, a_payment(), closing=Outcome.INSTRUCTOR_CANCELLED)

    @pytest.mark.parametrize(
        ("changes", "over"),
        [
            ({}, False),
            ({"state": S.LOCKED}, False),
            ({"state": S.CAPTURED}, True),
            ({"state": S.SETTLED}, True),
            ({"state": S.MANUAL_REVIEW, "resume_state": S.CAPTURED}, True),
            ({"state": S.MANUAL_REVIEW, "resume_state": S.AUTHORIZED}, False),
            ({"closing": Outcome.LESSON_COMPLETED}, True),
            ({"closing": Outcome.LESSON_COMPLETED, "failure": CAPTURE_FAILED}, False),
            ({"closing": Outcome.LESSON_COMPLETED, "failure": a_failure()}, True),
        ],
    )
    def test_py_40_whether_it_is_over(self, changes: dict[str, Any], over: bool) -> None:
        assert a_payment(**changes).over is over

    def test_who_keeps_it_goes_on_doing_so(self) -> None:
        frozen = a_payment(state=S.MANUAL_REVIEW, resume_state=S.SCHEDULED)
        same(frozen.stands_at(S.AUTHORIZED), frozen, resume_state=S.AUTHORIZED)
        looked = a_payment(state=S.MANUAL_REVIEW, review_reason="capture_escalated")
        same(looked.stands_at(S.AUTHORIZED), looked)


class TestFreezing:
    def test_py_40_and_42_there_and_back(self) -> None:
        before = a_payment(state=S.AUTHORIZED, hold=a_hold())
        frozen = freeze(before, "no_show_reported", at=LATER)
        told = facts.PaymentFrozen(**NAMED, reason="no_show_reported")
        same(
            frozen,
            before,
            told,
            state=S.MANUAL_REVIEW,
            review_reason="no_show_reported",
            review_since=LATER,
            resume_state=S.AUTHORIZED,
        )
        kept = evolve(frozen, events=())
        same(
            unfreeze(kept, at=LATER),
            before,
            facts.PaymentReleased(**NAMED),
            review_since=LATER,
        )
        same(unfreeze(before, at=LATER), before)

    @pytest.mark.parametrize("state", [S.CAPTURED, S.SETTLED, S.MANUAL_REVIEW])
    def test_py_40_what_is_over_or_looked_at_is_not_frozen(self, state: PaymentState) -> None:
        with pytest.raises(InvalidState, match=f"^the payment is {state}$"):
            freeze(a_payment(state=state), "no_show_reported", at=LATER)

    @pytest.mark.parametrize("reason", ["chargeback", "refund_failed", "reversal_failed"])
    def test_py_58_what_came_afterwards_stays(self, reason: str) -> None:
        stays = a_payment(state=S.MANUAL_REVIEW, review_reason=reason, resume_state=S.SETTLED)
        same(unfreeze(stays, at=LATER), stays)


class TestMoving:
    successor = a_booking(
        IDS.new(BookingId),
        student=STUDENT,
        instructor=INSTRUCTOR,
        starts_at=START + timedelta(days=3),
    )

    def test_py_1_the_payment_goes_along(self) -> None:
        move = Move(
            successor_id=self.successor.booking_id, step=PaymentStep.LOCK, breakdown=a_price()
        )
        before = a_payment(failure=a_failure(), move=move, hold=a_hold())
        same(
            move_to(before, self.successor, a_price(500)),
            before,
            booking_id=self.successor.booking_id,
            lesson=self.successor.lesson,
            auth_due_at=START + timedelta(days=2),
            breakdown=a_price(500),
            failure=None,
            move=None,
        )

    def test_py_17_asked_anew_before_the_new_start(self) -> None:
        before = a_payment(state=S.AUTHORIZED)
        told = facts.PaymentScheduled(**NAMED, auth_due_at=before.auth_due_at)
        same(reschedule_hold(before, at=LATER), before, told, state=S.SCHEDULED)

    def test_py_18_locked(self) -> None:
        before = a_payment(state=S.CAPTURED, hold=taken(), failure=a_failure())
        told = facts.PaymentLocked(**NAMED, amount=AMOUNT)
        same(lock(before, at=LATER), before, told, state=S.LOCKED, failure=None)

    @pytest.mark.parametrize(
        ("changes", "now"),
        [
            ({}, MoneyNow(ready=False)),
            ({"state": S.SCHEDULED}, MoneyNow(ready=True)),
            (
                {"state": S.AUTHORIZED, "hold": a_hold(expires_at=LATER)},
                MoneyNow(ready=True, held_until=LATER),
            ),
            (
                {"state": S.LOCKED, "hold": evolve(taken(), expires_at=LATER)},
                MoneyNow(locked=True, ready=False),
            ),
            (
                {"breakdown": evolve(a_price(), credit=Money(12_000), card_amount=Money(1440))},
                MoneyNow(ready=False),
            ),
        ],
    )
    def test_bk_31_what_moving_must_know(self, changes: dict[str, Any], now: MoneyNow) -> None:
        assert money_now(a_payment(**changes)) == now


class TestEscalating:
    @pytest.mark.parametrize("closing", [None, Outcome.STUDENT_CANCELLED_LT12])
    def test_py_25_the_platform_pays(self, closing: Outcome | None) -> None:
        decided = closing or Outcome.LESSON_COMPLETED
        plan = escalation(decided, breakdown=a_price())
        before = a_payment(closing=closing, failure=CAPTURE_FAILED)
        told = facts.PaymentEscalated(**NAMED, debt=plan.debt, payout=plan.payout)
        opened = facts.PaymentReviewOpened(**NAMED, reason="capture_escalated")
        same(
            escalate(before, plan, at=LATER),
            before,
            told,
            opened,
            closing=decided,
            outcome=Outcome.CAPTURE_FAILURE_PAID,
            failure=None,
            state=S.MANUAL_REVIEW,
            review_reason="capture_escalated",
            review_since=LATER,
        )

    def test_py_26_paid_off(self) -> None:
        before = a_payment(
            state=S.MANUAL_REVIEW,
            review_reason="capture_escalated",
            closing=Outcome.LESSON_COMPLETED,
            outcome=Outcome.CAPTURE_FAILURE_PAID,
        )
        told = facts.PaymentSettled(
            **NAMED,
            outcome="capture_failure_instructor_paid",
            card_amount=NOTHING,
            payout=Money(10_560),
        )
        after = pay_off(before, payout=Money(10_560), at=LATER)
        same(after, before, told, state=S.SETTLED, review_reason=None, settled_at=LATER)
        undecided = a_payment(closing=Outcome.LESSON_COMPLETED)
        same(pay_off(undecided, payout=Money(10_560), at=LATER), undecided)


class TestAfterwards:
    settled = a_payment(
        state=S.SETTLED, hold=taken(), outcome=Outcome.LESSON_COMPLETED, settled_at=NOW
    )

    def test_py_54_a_full_refund_is_another_outcome(self) -> None:
        told = facts.PaymentRefunded(**NAMED, amount=Money(700))
        part = afterwards.give_back(self.settled, Money(700), outcome=None, at=LATER)
        same(part, self.settled, told)
        full = afterwards.give_back(
            self.settled, Money(700), outcome=Outcome.ADMIN_REFUND, at=LATER
        )
        first = self.settled.outcome
        same(full, self.settled, told, outcome=Outcome.ADMIN_REFUND, closing=first)
        again = afterwards.give_back(full, Money(7), outcome=Outcome.DISPUTE_REFUND, at=LATER)
        assert (again.outcome, again.closing) == (Outcome.DISPUTE_REFUND, first)

    def test_py_58_the_first_reason_to_look_stays(self) -> None:
        looked = afterwards.look_into(self.settled, "refund_failed", at=LATER)
        same(
            looked,
            self.settled,
            facts.PaymentReviewOpened(**NAMED, reason="refund_failed"),
            state=S.MANUAL_REVIEW,
            review_reason="refund_failed",
            review_since=LATER,
            resume_state=S.SETTLED,
            settled_at=None,
        )
        again = afterwards.look_into(looked, "reversal_failed", at=LATER + timedelta(hours=1))
        assert again is looked

    def test_py_56_a_dispute_comes_before_everything(self) -> None:
        before = a_payment(
            state=S.MANUAL_REVIEW, review_reason="no_show_reported", resume_state=S.LOCKED
        )
        disputed = afterwards.dispute(before, Money(13_000), at=LATER)
        same(
            disputed,
            before,
            facts.PaymentDisputed(**NAMED, amount=Money(13_000), inquiry=False),
            facts.PaymentReviewOpened(**NAMED, reason="chargeback"),
            review_reason="chargeback",
            review_since=LATER,
        )

    def test_py_56_a_stuck_transfer_goes_on_as_captured(self) -> None:
        stuck = a_payment(state=S.MANUAL_REVIEW, review_reason="transfer_failed")
        assert afterwards.dispute(stuck, AMOUNT, at=LATER).resume_state is S.CAPTURED

    def test_what_is_told_of_disputes(self) -> None:
        before = self.settled
        same(
            afterwards.tell_dispute(before, Money(900), at=LATER),
            before,
            facts.PaymentDisputed(**NAMED, amount=Money(900), inquiry=False),
        )
        same(
            afterwards.hear_inquiry(before, Money(900), at=LATER),
            before,
            facts.PaymentDisputed(**NAMED, amount=Money(900), inquiry=True),
        )
        same(
            afterwards.end_dispute(before, Money(900), "won", at=LATER),
            before,
            facts.PaymentDisputeClosed(**NAMED, amount=Money(900), result="won"),
        )

    @pytest.mark.parametrize(
        ("resume", "paying", "state", "settled"),
        [
            (S.SETTLED, False, S.SETTLED, True),
            (S.SETTLED, True, S.CAPTURED, False),
            (S.LOCKED, True, S.LOCKED, False),
            (None, False, S.CAPTURED, False),
        ],
    )
    def test_py_57_it_goes_on_from_where_it_was(
        self, resume: PaymentState | None, paying: bool, state: PaymentState, settled: bool
    ) -> None:
        before = a_payment(state=S.MANUAL_REVIEW, review_reason="chargeback", resume_state=resume)
        same(
            afterwards.go_on(before, at=LATER, paying=paying),
            before,
            facts.PaymentReviewResolved(**NAMED, reason="chargeback"),
            state=state,
            review_reason=None,
            resume_state=None,
            settled_at=LATER if settled else None,
        )

    def test_py_57_while_paying_is_not_said_it_settles(self) -> None:
        before = a_payment(
            state=S.MANUAL_REVIEW, review_reason="chargeback", resume_state=S.SETTLED
        )
        assert afterwards.go_on(before, at=LATER).settled

    def test_what_nobody_looks_into_goes_on_as_it_is(self) -> None:
        assert afterwards.go_on(self.settled, at=LATER) is self.settled

    def test_py_57_paid_after_a_dispute_the_earlier_end_stands(self) -> None:
        paid = evolve(self.settled, state=S.CAPTURED, settled_at=None)
        same(afterwards.settle_again(paid, at=LATER), paid, state=S.SETTLED, settled_at=LATER)
        looked = evolve(
            paid, state=S.MANUAL_REVIEW, review_reason="refund_failed", resume_state=S.CAPTURED
        )
        same(afterwards.settle_again(looked, at=LATER), looked, resume_state=S.SETTLED)
        undecided = evolve(paid, outcome=None)
        assert afterwards.settle_again(undecided, at=LATER) is undecided
        assert afterwards.settle_again(self.settled, at=LATER) is self.settled

    @pytest.mark.parametrize("earlier", [None, Outcome.DISPUTE_REFUND])
    def test_py_56_what_was_paid_meanwhile_settles_behind(self, earlier: Outcome | None) -> None:
        before = a_payment(
            state=S.MANUAL_REVIEW,
            review_reason="chargeback",
            resume_state=S.CAPTURED,
            closing=Outcome.LESSON_COMPLETED,
            outcome=earlier,
        )
        ended = earlier or Outcome.LESSON_COMPLETED
        told = facts.PaymentSettled(
            **NAMED, outcome=ended.value, card_amount=NOTHING, payout=Money(10_560)
        )
        same(
            afterwards.settle_behind(
                before, Outcome.LESSON_COMPLETED, payout=Money(10_560), at=LATER
            ),
            before,
            told,
            resume_state=S.SETTLED,
            closing=None if earlier is None else Outcome.LESSON_COMPLETED,
            outcome=ended,
        )

    def test_py_57_lost(self) -> None:
        before = a_payment(
            state=S.MANUAL_REVIEW,
            review_reason="chargeback",
            resume_state=S.CAPTURED,
            closing=Outcome.LESSON_COMPLETED,
        )
        same(
            afterwards.lose(before, at=LATER),
            before,
            state=S.SETTLED,
            outcome=Outcome.DISPUTE_LOST,
            review_reason=None,
            resume_state=None,
            settled_at=LATER,
        )
        ended = evolve(before, closing=None, outcome=Outcome.ADMIN_FULL_CREDIT)
        lost = afterwards.lose(ended, at=LATER)
        assert (lost.outcome, lost.closing) == (Outcome.DISPUTE_LOST, Outcome.ADMIN_FULL_CREDIT)
        assert not afterwards.in_escrow(lost)


def test_a_hold_is_named_by_its_operation() -> None:
    other = IDS.new(OperationId)
    held = a_payment().hold_money(other, Authorised(intent="pi_2", amount=AMOUNT), at=LATER)
    assert held.hold is not None
    assert (held.hold.hold_id, held.hold.intent) == (other, "pi_2")
