"""What the stories never look at: the last field of chains, refunds, disputes and stored plans."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus
from instainstru_core.payments.chargebacks.plan import Recovery
from instainstru_core.payments.credits.events import CreditGranted
from instainstru_core.payments.credits.model import CreditLot, CreditPart, CreditSource
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.ids import ChargebackId, CreditLotId, JournalId, RefundId, TipId
from instainstru_core.payments.ledger.chain import (
    BEGINNING,
    Digest,
    Fault,
    FaultKind,
    Seal,
    Sealed,
    Signature,
    Written,
    WrittenLine,
    digest_faults,
    faults,
    statement,
)
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.planner import (
    Funds,
    escalation,
    final_plan,
    settlement,
    stored_plan,
)
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.errors import (
    AlreadyRefunded,
    AmountExceedsRemaining,
    RefundWindowClosed,
)
from instainstru_core.payments.refunds.model import Refund, RefundState
from instainstru_core.payments.refunds.plan import (
    Bearer,
    RefundFacts,
    RefundPlan,
    RefundReason,
    plan_refund,
)
from instainstru_core.testing.fakes.signer import FakeSigner
from instainstru_core.testing.strategies.booking import a_booking
from instainstru_core.testing.strategies.pricing import NOW
from tests.unit.payments.samples import (
    AMOUNT,
    IDS,
    INSTRUCTOR,
    PAYMENT,
    STUDENT,
    a_hold,
    a_payment,
    a_price,
    taken,
)

TIP, LOT, JOURNAL = IDS.new(TipId), IDS.new(CreditLotId), IDS.new(JournalId)
LATER = NOW + timedelta(hours=1)


class TestChain:
    line = Line(
        account=Account.BOOKING_ESCROW,
        cents=5,
        payment_id=PAYMENT,
        instructor_id=INSTRUCTOR,
        student_id=STUDENT,
        tip_id=TIP,
        lot_id=LOT,
        processor_ref="ch_1",
    )
    journal = Journal(
        journal_id=JOURNAL,
        journal_type=JournalType.CAPTURE,
        source_id="source",
        occurred_at=NOW,
        lines=(line, Line(account=Account.PROCESSOR_BALANCE, cents=-5)),
    )

    def test_a_journal_as_it_stands_in_the_books(self) -> None:
        """§11.7: nothing of it is left out."""
        assert Written.of(self.journal) == Written(
            journal_id=str(JOURNAL),
            journal_type="capture",
            source_id="source",
            occurred_at=NOW,
            lines=(
                WrittenLine(
                    account="booking_escrow",
                    cents=5,
                    payment_id=str(PAYMENT),
                    instructor_id=str(INSTRUCTOR),
                    student_id=str(STUDENT),
                    tip_id=str(TIP),
                    lot_id=str(LOT),
                    processor_ref="ch_1",
                ),
                WrittenLine(account="processor_balance", cents=-5),
            ),
        )

    def test_what_is_signed(self) -> None:
        signed = statement(date(2030, 1, 2), seq=7, head="ab", previous="cd")
        assert signed == b'{"day":"2030-01-02","hash":"ab","previous":"cd","seq":7}'

    def test_each_fault_says_where_it_is(self) -> None:
        written = Written.of(self.journal)
        seal = Seal(seq=2, journal_id=JOURNAL, previous="other", hash="wrong")
        name = str(JOURNAL)
        before = Seal(seq=1, journal_id=JOURNAL, previous=BEGINNING, hash="first")
        assert list(faults(before, [Sealed(seal=seal, written=written)])) == [
            Fault(kind=FaultKind.MISPLACED, seq=2, journal_id=name),
            Fault(kind=FaultKind.CHANGED, seq=2, journal_id=name),
        ]
        assert list(faults(None, [Sealed(seal=seal, written=None)])) == [
            Fault(kind=FaultKind.REMOVED, seq=1),
            Fault(kind=FaultKind.REMOVED, seq=2, journal_id=name),
        ]

    def test_each_digest_that_is_wrong_says_its_day(self) -> None:
        signer, day = FakeSigner(), date(2030, 1, 2)
        content = statement(day, seq=3, head="ab", previous=BEGINNING)
        good = Digest(
            day=day,
            seq=3,
            hash="ab",
            previous=BEGINNING,
            signature=signer.sign(content),
            signed_at=NOW,
        )
        assert list(digest_faults([good], [(3, "ab")], signer)) == []
        assert good.fingerprint == sha256(content + good.signature.value.encode()).hexdigest()
        assert list(digest_faults([good], [(3, "ac")], signer)) == [
            Fault(kind=FaultKind.DIGEST_CONTRADICTED, seq=3, day=day)
        ]
        forged = evolve(good, signature=Signature(key_id="k", value="00"))
        assert list(digest_faults([forged], [(3, "ab")], signer)) == [
            Fault(kind=FaultKind.DIGEST_FORGED, seq=3, day=day)
        ]
        astray = evolve(good, previous="cd")
        assert FaultKind.DIGEST_FORGED in {
            each.kind for each in digest_faults([astray], [(3, "ab")], signer)
        }


class TestRefunds:
    whole = RefundPlan(card=AMOUNT, full=True, bearer=Bearer.PLATFORM)
    refund = Refund(
        refund_id=IDS.new(RefundId),
        payment_id=PAYMENT,
        plan=whole,
        reason=RefundReason.GOODWILL,
        note=None,
        operator_id=IDS.new(AccountId),
        ordered_at=NOW,
    )

    def test_done_failed_and_asked_for_anew(self) -> None:
        less = evolve(self.whole, card=Money(5))
        failed = self.refund.fail("expired_card")
        assert failed == evolve(self.refund, state=RefundState.FAILED, failure="expired_card")
        kept = evolve(failed, reference="re_0")
        assert kept.again() == self.refund
        assert kept.succeed("re_1", less) == evolve(
            self.refund, state=RefundState.SUCCEEDED, reference="re_1", plan=less, booked=True
        )
        assert failed.replace().state is RefundState.REPLACED
        assert [each.counts for each in (self.refund, failed, kept.succeed("re", less))] == [
            True,
            False,
            True,
        ]

    def test_py_53_what_is_said_of_each_refusal(self) -> None:
        facts = RefundFacts(breakdown=a_price(), captured_at=NOW, earlier=Money(13_000))
        why = RefundReason.OTHER

        def refused(kind: type[Exception], words: str, of: RefundFacts, cents: int | None) -> None:
            with pytest.raises(kind, match=words):
                plan_refund(of, cents=cents, reason=why, at=NOW)

        refused(Malformed, r"^a refund gives back one cent at least$", facts, 0)
        before = evolve(facts, refunded_in_full=True)
        refused(AlreadyRefunded, r"^everything was given back before$", before, None)
        nothing = r"^nothing of this lesson's money can be given back$"
        refused(NothingToRefund, nothing, evolve(facts, captured_at=None), None)
        refused(NothingToRefund, nothing, evolve(facts, spent=Money(440)), None)
        old = evolve(facts, captured_at=NOW - timedelta(days=180, seconds=1))
        refused(RefundWindowClosed, r"^the card was charged more than 180 days ago$", old, None)
        with pytest.raises(AmountExceedsRemaining) as more:
            plan_refund(facts, cents=441, reason=why, at=NOW)
        assert more.value.facts() == {"refundable_cents": 440}
        assert plan_refund(facts, cents=1, reason=why, at=NOW).card == Money(1)


class TestChargebacks:
    seen = DisputeSeen(
        dispute="dp_1",
        intent="pi_1",
        charge="ch_1",
        amount=AMOUNT,
        fee=Money(1500),
        status=DisputeStatus.OPEN,
        reason="fraudulent",
        opened_at=NOW,
    )

    @pytest.mark.parametrize("beside", [False, True])
    def test_heard_opened_closed(self, beside: bool) -> None:
        """PY-56, PY-57."""
        name = IDS.new(ChargebackId)
        heard = Chargeback.heard(name, PAYMENT, self.seen, beside=beside)
        first = Chargeback(
            chargeback_id=name,
            payment_id=PAYMENT,
            dispute="dp_1",
            amount=AMOUNT,
            reason="fraudulent",
            status=ChargebackStatus.INQUIRY,
            opened_at=NOW,
            beside=beside,
        )
        assert heard == first
        recovery = Recovery(spent=Money(5))
        less = evolve(self.seen, amount=Money(9000))
        opened = heard.opened(less, recovery, escrow=True, barred=True)
        assert opened == evolve(
            first,
            status=ChargebackStatus.OPEN,
            amount=Money(9000),
            fee=Money(1500),
            recovery=recovery,
            escrow=True,
            barred=True,
        )
        assert (opened.is_open, opened.decided, heard.is_open) == (True, False, False)
        lost = opened.closed(ChargebackStatus.LOST, at=LATER)
        assert lost == evolve(opened, status=ChargebackStatus.LOST, closed_at=LATER)
        assert lost.decided


class TestStoredPlans:
    """PY-30: cancelling again answers with the plan that was made."""

    booking = a_booking(IDS.new(BookingId), student=STUDENT, instructor=INSTRUCTOR)

    def test_nothing_decided_is_no_plan(self) -> None:
        assert final_plan(a_payment()) is None
        assert stored_plan(a_payment(), self.booking) is None

    @pytest.mark.parametrize("name", ["closing", "outcome"])
    def test_decided_or_ended(self, name: str) -> None:
        payment = a_payment(**{name: Outcome.STUDENT_CANCELLED_LT12}, hold=a_hold())
        plan = settlement(Outcome.STUDENT_CANCELLED_LT12, breakdown=a_price())
        assert final_plan(payment) == plan
        held = settlement(
            Outcome.STUDENT_CANCELLED_LT12, breakdown=a_price(), funds=Funds(held=AMOUNT)
        )
        assert stored_plan(payment, self.booking) == held

    def test_what_ended_says_more_than_what_was_decided(self) -> None:
        payment = a_payment(closing=Outcome.LESSON_COMPLETED, outcome=Outcome.ADMIN_REFUND)
        plan = settlement(Outcome.ADMIN_REFUND, breakdown=a_price())
        assert final_plan(payment) == plan
        assert stored_plan(payment, self.booking) == plan

    @pytest.mark.parametrize("closing", [None, Outcome.STUDENT_CANCELLED_LT12])
    def test_escalated(self, closing: Outcome | None) -> None:
        payment = a_payment(closing=closing, outcome=Outcome.CAPTURE_FAILURE_PAID)
        plan = escalation(closing or Outcome.LESSON_COMPLETED, breakdown=a_price())
        assert final_plan(payment) == plan
        assert stored_plan(payment, self.booking) == plan

    def test_what_was_let_go_or_given_back_since_counts_as_it_was(self) -> None:
        ended = Outcome.INSTRUCTOR_CANCELLED
        voided = stored_plan(a_payment(outcome=ended, hold=a_hold(HoldStatus.VOIDED)), self.booking)
        assert voided is not None
        assert (voided.released_hold, voided.refunded) == (AMOUNT, NOTHING)
        never = a_hold(HoldStatus.VOIDED, authorized_at=None)
        waited = stored_plan(a_payment(outcome=ended, hold=never), self.booking)
        assert waited is not None
        assert waited.released_hold == NOTHING
        back = evolve(taken(13_000), status=HoldStatus.REFUNDED)
        refunded = stored_plan(a_payment(outcome=ended, hold=back), self.booking)
        assert refunded is not None
        assert (refunded.released_hold, refunded.refunded) == (NOTHING, Money(13_000))
        bare = stored_plan(a_payment(outcome=ended), self.booking)
        assert bare == settlement(ended, breakdown=a_price())


class TestLots:
    def test_cr_1_a_new_lot_to_its_last_field(self) -> None:
        year = NOW + timedelta(days=365)
        lot = CreditLot.granted(
            LOT,
            student_id=STUDENT,
            source=CreditSource.CANCEL_LT12,
            amount=Money(500),
            at=NOW,
            payment_id=PAYMENT,
            ordinal=5,
            origin=LOT,
            min_lesson_price=Money(8000),
            expires_at=year,
        )
        (told,) = lot.events
        assert isinstance(told, CreditGranted)
        assert (lot.ordinal, lot.origin, lot.min_lesson_price) == (5, LOT, Money(8000))
        assert (lot.grant_key, lot.granted_at) == (f"{PAYMENT}:cancel_lt12", NOW)
        assert (lot.expires_at, lot.available, lot.pending) == (year, Money(500), NOTHING)
        assert (told.occurred_at, told.lot_id, told.student_id) == (NOW, LOT, STUDENT)
        assert (told.payment_id, told.source) == (PAYMENT, "cancel_lt12")
        assert (told.amount, told.expires_at, told.pending) == (Money(500), year, False)

    def test_cr_1_parts_are_what_was_granted(self) -> None:
        lot = CreditLot.granted(
            LOT, student_id=STUDENT, source=CreditSource.GOODWILL, amount=Money(500), at=NOW
        )
        needed = r"^the parts of a credit must be what was granted$"
        with pytest.raises(Malformed, match=needed):
            evolve(lot, available=Money(499))
        assert lot.grant_key == str(LOT)
        moved = lot.shift(Money(200), CreditPart.AVAILABLE, CreditPart.RESERVED)
        again = moved.shift(Money(50), CreditPart.RESERVED, CreditPart.APPLIED)
        assert (again.available, again.reserved, again.applied) == tuple(map(Money, (300, 150, 50)))
        assert (again.changes, again.spent) == (2, Money(200))
        told = again.recording(lot.events[0])
        assert told.events == (lot.events[0], lot.events[0])
