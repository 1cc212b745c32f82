"""Plans, lots, refunds and seals where one argument, sign or bound decides."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, NoShow, Pending, State
from instainstru_core.booking.terms import CancelKind, NoShowType, PolicyCase
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.credits.events import CreditGranted
from instainstru_core.payments.credits.model import (
    CreditAllocation,
    CreditBalance,
    CreditLot,
    CreditPart,
    CreditSource,
    milestone_source,
    notice_due,
    source_of,
)
from instainstru_core.payments.ids import ChargebackId, CreditLotId, JournalId, TipId
from instainstru_core.payments.ledger.chain import (
    BEGINNING,
    Digest,
    Fault,
    FaultKind,
    Written,
    canonical,
    digest_faults,
    sealed_after,
    statement,
)
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.ledger.writing import Writer
from instainstru_core.payments.model.ladder import next_look
from instainstru_core.payments.model.moving import money_now
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import (
    Ending,
    Funds,
    StepKind,
    ending_of,
    plan,
    settlement,
    stored_plan,
)
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.plan import RefundFacts, RefundReason, plan_refund
from instainstru_core.testing.fakes.signer import FakeSigner
from instainstru_core.testing.strategies.booking import a_booking
from instainstru_core.testing.strategies.pricing import NOW
from tests.unit.payments.samples import (
    AMOUNT,
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

LOT, TIP = IDS.new(CreditLotId), IDS.new(TipId)


def booked(state: State | None = None, **chain: Any) -> Booking:
    """A lesson that stands as *state* says; held, unless it says something."""
    held = a_booking(IDS.new(BookingId), student=STUDENT, instructor=INSTRUCTOR)
    moved = evolve(held, chain=evolve(held.chain, **chain))
    return moved if state is None else evolve(moved, state=state)


def called_off(
    kind: CancelKind = CancelKind.BY_STUDENT,
    case: PolicyCase | None = PolicyCase.STUDENT_LT12,
    confirmed_at: datetime | None = NOW,
) -> Cancelled:
    return Cancelled(at=NOW, kind=kind, policy_case=case, confirmed_at=confirmed_at)


class TestPlans:
    def test_py_36_a_stored_plan_knows_whether_the_lesson_was_called_off(self) -> None:
        """A card that refuses lets a lesson end that was not taught; one taught is asked again."""
        payment = a_payment(closing=Outcome.STUDENT_CANCELLED_LT12)
        off = stored_plan(payment, booked(called_off()))
        assert off is not None
        assert off.if_declined is Outcome.UNAUTHORIZED_CANCELLED
        assert off.steps[0].kind is StepKind.AUTHORISE
        taught = stored_plan(payment, booked(Completed(at=NOW, confirmed_at=NOW)))
        assert taught is not None
        assert taught.if_declined is None

    @pytest.mark.parametrize("late", [False, True])
    def test_py_35_funds_remember_a_late_move(self, late: bool) -> None:
        """PY-36: the card refused before; moved late, the lesson is charged all the same."""
        unpaid = a_payment(state=PaymentState.PAYMENT_METHOD_REQUIRED)
        funds = Funds.of(unpaid, booked(late_reschedule=late))
        assert funds == Funds(state=PaymentState.PAYMENT_METHOD_REQUIRED, late_move=late)
        ended = plan(Ending.STUDENT_LT12, breakdown=a_price(), funds=funds)
        charged, free = Outcome.STUDENT_CANCELLED_LT12, Outcome.UNAUTHORIZED_CANCELLED
        assert ended.outcome is (charged if late else free)

    def test_funds_are_what_is_held_and_what_was_taken(self) -> None:
        assert Funds.of(a_payment(hold=a_hold()), booked()).held == AMOUNT
        assert Funds.of(a_payment(hold=taken()), booked()).captured == AMOUNT

    @pytest.mark.parametrize(
        ("state", "ending"),
        [
            (Completed(at=NOW, confirmed_at=NOW), Ending.LESSON_COMPLETED),
            *(
                (NoShow(at=NOW, confirmed_at=NOW, type=who), Ending(f"{who.value}_no_show"))
                for who in NoShowType
            ),
            (called_off(), Ending.STUDENT_LT12),
            (called_off(CancelKind.BY_ADMIN, PolicyCase.ADMIN), Ending.ADMIN),
            (called_off(case=None), Ending.AUTH_DEADLINE),
            (called_off(CancelKind.PAYMENT_FAILED), Ending.AUTH_DEADLINE),
            (called_off(CancelKind.PAYMENT_FAILED, None), Ending.AUTH_DEADLINE),
            (called_off(CancelKind.HOLD_EXPIRED, None, None), Ending.PENDING_UNPAID),
            (Pending(NOW), Ending.PENDING_UNPAID),
        ],
    )
    def test_py_30_how_each_state_ends(self, state: State, ending: Ending) -> None:
        assert ending_of(booked(state)) is ending

    def test_cr_6_who_is_not_charged_gets_all_of_the_credit_back(self) -> None:
        ended = settlement(Outcome.INSTRUCTOR_CANCELLED, breakdown=a_price(credit=500))
        assert (ended.credit_released, ended.credit_applied, ended.steps) == (
            Money(500),
            NOTHING,
            (),
        )

    def test_py_39_an_operator_must_say_what_becomes_of_the_money(self) -> None:
        words = r"^an operator says what becomes of the money, not None$"
        with pytest.raises(Malformed, match=words):
            plan(Ending.ADMIN, breakdown=a_price())

    def test_bk_31_a_lesson_paid_by_credit_alone_has_nothing_due(self) -> None:
        free = evolve(a_price(), student_fee=NOTHING, credit=Money(12_000), card_amount=NOTHING)
        assert money_now(a_payment(breakdown=free)).nothing_due is True
        assert money_now(a_payment()).nothing_due is False

    def test_py_13_the_next_look_is_never_now(self) -> None:
        """With a rung under one's feet it is the rung after."""
        at = START - timedelta(hours=13)
        failure = evolve(a_failure(), last_at=at - timedelta(hours=1))
        look = next_look(failure, lesson_starts_at=START, now=at)
        assert look == START - timedelta(hours=12)


class TestLots:
    lot = CreditLot.granted(
        LOT,
        student_id=STUDENT,
        source=CreditSource.GOODWILL,
        amount=Money(1000),
        at=NOW,
        expires_at=NOW + timedelta(days=365),
    )
    soon = NOW + timedelta(days=340)

    def test_py_53_what_is_spent_or_gone_is_a_sum(self) -> None:
        used = self.lot
        for cents, part in (
            (100, CreditPart.APPLIED),
            (20, CreditPart.FORFEITED),
            (3, CreditPart.RESERVED),
        ):
            used = used.shift(Money(cents), CreditPart.AVAILABLE, part)
        assert used.spent == Money(123)
        allocation = CreditAllocation(
            lot_id=LOT,
            payment_id=PAYMENT,
            reserved=Money(3),
            applied=Money(100),
            forfeited=Money(20),
            released=Money(7),
        )
        assert allocation.used == Money(120)

    def test_cr_14_a_notice_is_due_of_what_can_be_spent_and_ends(self) -> None:
        assert notice_due(self.lot, self.soon) == 30
        assert notice_due(self.lot, NOW + timedelta(days=358)) == 7
        assert notice_due(self.lot, NOW) is None
        assert notice_due(evolve(self.lot, noticed=30), self.soon) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"source": CreditSource.REFERRAL},
            {"expires_at": None},
            {"available": NOTHING, "applied": Money(1000)},
            {"expires_at": NOW + timedelta(days=340)},
        ],
        ids=["of a referral", "for ever", "used up", "over"],
    )
    def test_cr_14_of_nothing_else_there_is_no_notice(self, changes: Any) -> None:
        assert notice_due(evolve(self.lot, **changes), self.soon) is None

    def test_cr_11_only_what_runs_out_first_is_told_as_next(self) -> None:
        later = evolve(self.lot, expires_at=NOW + timedelta(days=400))
        for_ever = evolve(self.lot, expires_at=None)
        balance = CreditBalance.of([later, self.lot, for_ever], now=NOW)
        assert balance.available == Money(3000)
        assert (balance.next_expiry_at, balance.next_expiry_amount) == (
            NOW + timedelta(days=365),
            Money(1000),
        )
        assert CreditBalance.of([for_ever], now=NOW).next_expiry_amount == NOTHING

    def test_cr_10_what_is_pending_is_told_as_pending(self) -> None:
        lot = CreditLot.granted(
            LOT,
            student_id=STUDENT,
            source=CreditSource.MILESTONE_S5,
            amount=Money(1000),
            at=NOW,
            pending=True,
        )
        (told,) = lot.events
        assert isinstance(told, CreditGranted)
        assert (told.pending, lot.pending, lot.available) == (True, Money(1000), NOTHING)

    def test_cr_10_the_end_of_a_cycle_and_the_way_there_have_names(self) -> None:
        assert milestone_source(5) is CreditSource.MILESTONE_S5
        assert milestone_source(0) is CreditSource.MILESTONE_S11

    def test_cr_2_who_was_charged_for_the_lesson_gets_no_credit(self) -> None:
        with pytest.raises(Malformed, match=r"^lesson_completed_full_payout grants no credit$"):
            source_of(Outcome.LESSON_COMPLETED)


class TestRefunds:
    facts = RefundFacts(
        breakdown=a_price(),
        captured_at=NOW,
        unspent=Money(300),
        consumed=Money(40),
        unreversed=Money(5),
    )

    def test_py_53_only_the_whole_revokes_credit_and_brings_it_back(self) -> None:
        def planned(cents: int | None) -> tuple[bool, Money, Money]:
            made = plan_refund(self.facts, cents=cents, reason=RefundReason.GOODWILL, at=NOW)
            return made.full, made.revoked, made.reinstated

        assert planned(AMOUNT.cents - 1) == (False, NOTHING, NOTHING)
        assert planned(AMOUNT.cents) == planned(None) == (True, Money(300), Money(40))


def test_py_56_a_dispute_is_about_the_lesson_unless_it_is_said_to_be_beside_it() -> None:
    seen = DisputeSeen(
        dispute="dp_1",
        intent="pi_1",
        charge="ch_1",
        amount=AMOUNT,
        fee=NOTHING,
        status=DisputeStatus.OPEN,
        reason="fraudulent",
        opened_at=NOW,
    )
    assert Chargeback.heard(IDS.new(ChargebackId), PAYMENT, seen).beside is False


class TestBooks:
    journal = Journal(
        journal_id=IDS.new(JournalId),
        journal_type=JournalType.CAPTURE,
        source_id="source",
        occurred_at=NOW,
        lines=(
            Line(account=Account.BOOKING_ESCROW, cents=-5),
            Line(account=Account.PROCESSOR_BALANCE, cents=5),
        ),
    )

    def test_py_80_both_lines_of_a_pair_are_about_the_same(self) -> None:
        writer = Writer(a_payment(), IDS, NOW)
        debit, credit = writer.pair(
            Account.CREDIT_RESERVED,
            Account.BOOKING_ESCROW,
            Money(7),
            "ch_1",
            tip_id=TIP,
            lot_id=LOT,
        )
        assert debit == Line(
            account=Account.CREDIT_RESERVED,
            cents=7,
            payment_id=PAYMENT,
            instructor_id=INSTRUCTOR,
            student_id=STUDENT,
            tip_id=TIP,
            lot_id=LOT,
            processor_ref="ch_1",
        )
        assert credit == evolve(debit, account=Account.BOOKING_ESCROW, cents=-7)

    def test_py_80_what_is_no_journal_says_why(self) -> None:
        with pytest.raises(Malformed, match=r"^a journal has two lines or more$"):
            evolve(self.journal, lines=(Line(account=Account.BOOKING_ESCROW, cents=0),))
        with pytest.raises(Malformed, match=r"^the lines of a journal must sum to zero, not .+5"):
            evolve(self.journal, lines=(self.journal.lines[1],) * 2)

    def test_section_11_7_the_hash_before_goes_into_the_hash(self) -> None:
        """The same journal at the same place, after another one, has another hash."""
        (first,) = sealed_after(None, [self.journal])
        head = evolve(first, seq=0, hash="f" * 64)
        (other,) = sealed_after(head, [self.journal])
        assert (first.seq, other.seq) == (1, 1)
        assert (first.previous, other.previous) == (BEGINNING, "f" * 64)
        assert first.hash != other.hash
        written = Written.of(self.journal)
        for seal in (first, other):
            content = canonical(written, seq=1, previous=seal.previous)
            assert seal.previous.encode() in content
            assert seal.hash == sha256(content).hexdigest()

    def test_section_11_7_a_day_before_the_first_journal_is_signed_as_the_beginning(self) -> None:
        signer, day = FakeSigner(), NOW.date()

        def signed(head: str) -> Digest:
            content = statement(day, seq=0, head=head, previous=BEGINNING)
            return Digest(
                day=day,
                seq=0,
                hash=head,
                previous=BEGINNING,
                signature=signer.sign(content),
                signed_at=NOW,
            )

        assert list(digest_faults([signed(BEGINNING)], [], signer)) == []
        assert list(digest_faults([signed("f" * 64)], [], signer)) == [
            Fault(kind=FaultKind.DIGEST_CONTRADICTED, seq=0, day=day)
        ]

    def test_section_11_7_the_digest_of_a_day_goes_on_from_that_of_the_day_before(self) -> None:
        """So that a day can be looked at without all the days before it."""
        signer, today = FakeSigner(), NOW.date()

        def signed(day: date, previous: str) -> Digest:
            content = statement(day, seq=0, head=BEGINNING, previous=previous)
            return Digest(
                day=day,
                seq=0,
                hash=BEGINNING,
                previous=previous,
                signature=signer.sign(content),
                signed_at=NOW,
            )

        first = signed(today, BEGINNING)
        second = signed(today + timedelta(days=1), first.fingerprint)
        forged = [Fault(kind=FaultKind.DIGEST_FORGED, seq=0, day=second.day)]
        assert list(digest_faults([second], [], signer, before=first)) == []
        assert list(digest_faults([first, second], [], signer)) == []
        assert list(digest_faults([second], [], signer)) == forged
        assert list(digest_faults([second], [], signer, before=second)) == forged
