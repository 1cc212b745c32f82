"""Money that comes back: its journals, and a payment's steps, to the last field.

Source: PY-13, PY-54, PY-57, PY-58, Appendix A rows 19 and 23.
"""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.kernel.errors import InvalidState
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.chargebacks.model import Chargeback, ChargebackStatus
from instainstru_core.payments.events import PaymentAuthorizationFailed
from instainstru_core.payments.ids import ChargebackId, JournalId, TipId
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.ledger.postings import Bookkeeper
from instainstru_core.payments.ledger.tip_postings import TipBookkeeper
from instainstru_core.payments.model import afterwards
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.operation import OperationKind
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import Declined
from instainstru_core.testing.strategies.pricing import NOW
from tests.unit.payments.samples import (
    AMOUNT,
    HOLD,
    IDS,
    INSTRUCTOR,
    PAYMENT,
    STUDENT,
    a_failure,
    a_hold,
    a_payment,
    an_operation,
    taken,
)

TIP = IDS.new(TipId)
LATER = NOW + timedelta(minutes=5)

Entry = tuple[str, int, str | None]
"""An account, its cents, and the processor's name for what moved them."""


def told(journals: list[Journal], tip: TipId | None = None) -> tuple[str, str, list[Entry]]:
    """What the only journal tells; whom each line is about is checked at once."""
    (journal,) = journals
    assert isinstance(journal.journal_id, JournalId)
    assert journal.occurred_at == NOW
    for line in journal.lines:
        assert (line.payment_id, line.instructor_id) == (PAYMENT, INSTRUCTOR)
        assert (line.student_id, line.tip_id, line.lot_id) == (STUDENT, tip, None)
    entries = [(line.account.value, line.cents, line.processor_ref) for line in journal.lines]
    return journal.journal_type.value, journal.source_id, entries


class TestLessons:
    books = Bookkeeper(a_payment(), IDS, NOW)
    refund = an_operation(OperationKind.REFUND, 13_440, "re_1")

    def test_py_54_what_the_card_did_not_take_is_in_escrow_again(self) -> None:
        """The opposite of row 22."""
        assert told(self.books.came_back(self.refund)) == (
            "correction",
            f"refund:{HOLD}",
            [("processor_balance", 13_440, "re_1"), ("booking_escrow", -13_440, "re_1")],
        )

    def test_py_58_what_no_card_takes_is_the_platforms_which_gives_credit(self) -> None:
        assert told(self.books.kept(self.refund)) == (
            "correction",
            f"kept:{HOLD}",
            [("booking_escrow", 13_440, "re_1"), ("refunds_contra", -13_440, "re_1")],
        )


class TestTips:
    """Rows 19 and 23 of a tip, and what stays with whom."""

    books = TipBookkeeper(a_payment(), IDS, NOW)
    refund = an_operation(OperationKind.REFUND, 900, "re_9")
    reversal = an_operation(OperationKind.REVERSE, 900, "trr_9")

    def test_row_23_of_a_tip(self) -> None:
        assert told(self.books.refunded(self.refund, TIP), TIP) == (
            "refund_settled",
            str(HOLD),
            [("instructor_payable", 900, "re_9"), ("processor_balance", -900, "re_9")],
        )

    def test_row_19_of_a_tip(self) -> None:
        assert told(self.books.reversed(self.reversal, TIP), TIP) == (
            "transfer_reversal",
            str(HOLD),
            [
                ("processor_balance", 900, "trr_9"),
                ("instructor_payable", -900, "trr_9"),
                ("connect_owner", 900, "trr_9"),
                ("connect_balance", -900, "trr_9"),
            ],
        )

    def test_py_58_the_platform_bears_a_tip_that_nobody_gives_back(self) -> None:
        assert told(self.books.borne(self.reversal, TIP), TIP) == (
            "correction",
            f"reversal:{HOLD}",
            [("refunds_contra", 900, None), ("instructor_payable", -900, None)],
        )

    @pytest.mark.parametrize(
        ("borne", "whose"), [(True, "refunds_contra"), (False, "instructor_payable")]
    )
    def test_py_54_a_tip_that_the_card_did_not_take_is_whose_it_was(
        self, borne: bool, whose: str
    ) -> None:
        assert told(self.books.came_back(self.refund, TIP, borne=borne), TIP) == (
            "correction",
            f"refund:{HOLD}",
            [("processor_balance", 900, "re_9"), (whose, -900, "re_9")],
        )


class TestEscrow:
    """Whose money it is while a lesson's end is only decided. Source: PY-54, PY-57."""

    going_back = a_payment(
        state=PaymentState.CAPTURED, hold=taken(), closing=Outcome.INSTRUCTOR_CANCELLED
    )

    def test_what_goes_back_to_its_card_is_nobodys_yet(self) -> None:
        assert afterwards.in_escrow(self.going_back) is True

    def test_what_is_locked_waits_for_its_lesson(self) -> None:
        locked = a_payment(state=PaymentState.LOCKED, hold=taken())
        assert afterwards.in_escrow(locked) is True
        frozen = evolve(
            locked,
            state=PaymentState.MANUAL_REVIEW,
            review_reason="chargeback",
            resume_state=PaymentState.LOCKED,
        )
        assert afterwards.in_escrow(frozen) is True

    def test_what_was_given_to_somebody_is_in_nobodys_keeping(self) -> None:
        paid = evolve(self.going_back, closing=Outcome.LESSON_COMPLETED)
        assert afterwards.in_escrow(paid) is False
        undecided = evolve(self.going_back, closing=None)
        assert afterwards.in_escrow(undecided) is False
        ended = evolve(self.going_back, outcome=Outcome.DISPUTE_LOST)
        assert afterwards.in_escrow(ended) is False

    def test_what_was_never_taken_is_nowhere(self) -> None:
        assert afterwards.in_escrow(evolve(self.going_back, hold=a_hold())) is False
        nothing = taken(0)
        assert nothing.captured_amount == NOTHING
        assert afterwards.in_escrow(evolve(self.going_back, hold=nothing)) is False

    def test_py_54_taken_again_its_end_is_still_to_come(self) -> None:
        before = evolve(
            self.going_back,
            state=PaymentState.SETTLED,
            hold=evolve(taken(), status=HoldStatus.REFUNDED),
            closing=None,
            outcome=Outcome.INSTRUCTOR_CANCELLED,
            settled_at=NOW,
        )
        after = afterwards.take_again(before)
        assert after == evolve(
            before,
            hold=taken(),
            closing=Outcome.INSTRUCTOR_CANCELLED,
            outcome=None,
            settled_at=None,
        )
        assert after.settled_at is None
        with pytest.raises(InvalidState, match=r"^there is no hold whose money came back$"):
            afterwards.take_again(a_payment())


class TestEarlierEnds:
    """What stands beside a refund or a lost dispute is told by cancelling again. PY-30."""

    def test_py_54_what_had_ended_it_stays_behind_a_refund(self) -> None:
        ended = a_payment(state=PaymentState.SETTLED, outcome=Outcome.STUDENT_CANCELLED_LT12)
        once = afterwards.give_back(ended, AMOUNT, outcome=Outcome.DISPUTE_REFUND, at=LATER)
        kept = (Outcome.DISPUTE_REFUND, Outcome.STUDENT_CANCELLED_LT12)
        assert (once.outcome, once.closing) == kept
        lost = afterwards.lose(once, at=LATER)
        assert (lost.outcome, lost.closing) == (Outcome.DISPUTE_LOST, kept[1])

    def test_py_54_a_refund_of_a_part_ends_nothing(self) -> None:
        ended = a_payment(state=PaymentState.SETTLED, outcome=Outcome.LESSON_COMPLETED)
        after = afterwards.give_back(ended, Money(1), outcome=None, at=LATER)
        assert evolve(after, events=()) == ended


def test_py_13_who_was_warned_is_not_warned_again() -> None:
    """A last attempt after the warning, which keeps its time."""
    failure = a_failure(final_attempt_at=NOW - timedelta(hours=1))
    before = a_payment(failure=failure)
    declined = Declined(category="insufficient_funds")
    after = before.refuse_hold(declined, at=LATER, final=True, scheduled=True)
    assert after.failure is not None
    assert after.failure.final_attempt_at == NOW - timedelta(hours=1)
    assert [type(each) for each in after.events] == [PaymentAuthorizationFailed]


@pytest.mark.parametrize(("before", "waits"), [(-1, False), (0, True), (1, True)])
def test_py_57_lost_at_that_very_moment_the_student_waits(before: int, waits: bool) -> None:
    lost = Chargeback(
        chargeback_id=IDS.new(ChargebackId),
        payment_id=PAYMENT,
        dispute="dp_1",
        amount=AMOUNT,
        reason="fraudulent",
        status=ChargebackStatus.LOST,
        opened_at=NOW - timedelta(days=9),
        closed_at=NOW + timedelta(seconds=before),
    )
    assert lost.lost_after(NOW) is waits
    assert evolve(lost, beside=True).lost_after(NOW) is False
    assert evolve(lost, status=ChargebackStatus.WON).lost_after(NOW) is False
