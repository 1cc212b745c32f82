"""The pure parts of payments: the planner, the ladder, the journals. Source: spec 02 §2.2, §2.5."""

from datetime import timedelta
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.ids import JournalId, OperationId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.holds import Failure, FailureKind
from instainstru_core.payments.model.ladder import LadderStep, gap_after, ladder_step, next_look
from instainstru_core.payments.model.operation import OperationKind, PaymentOperation
from instainstru_core.testing.strategies.pricing import NOW

START = NOW + timedelta(hours=24)


def a_failure(count: int = 1, *, hard: bool = False, final: bool = False) -> Failure:
    return Failure(
        kind=FailureKind.AUTHORIZATION,
        category="do_not_honor",
        hard=hard,
        count=count,
        first_at=NOW,
        last_at=NOW,
        final_attempt_at=NOW if final else None,
    )


class TestLadder:
    @pytest.mark.parametrize(
        ("ahead", "count", "hard", "final", "step"),
        [
            (timedelta(hours=12), 1, False, False, LadderStep.CANCEL),
            (timedelta(hours=12), 1, True, True, LadderStep.CANCEL),
            (timedelta(hours=12, seconds=1), 1, False, False, LadderStep.FINAL_ATTEMPT),
            (timedelta(hours=13), 3, False, False, LadderStep.FINAL_ATTEMPT),
            (timedelta(hours=13), 1, True, False, LadderStep.WARN),
            (timedelta(hours=13), 1, False, True, LadderStep.NONE),
            (timedelta(hours=20), 1, False, True, LadderStep.NONE),
            (timedelta(hours=23), 1, False, False, LadderStep.RETRY),
            (timedelta(hours=23, seconds=1), 1, False, False, LadderStep.NONE),
            (timedelta(hours=20), 2, False, False, LadderStep.RETRY),
            (timedelta(hours=20, seconds=1), 2, False, False, LadderStep.NONE),
            (timedelta(hours=16), 3, False, False, LadderStep.RETRY),
            (timedelta(hours=16, seconds=1), 9, False, False, LadderStep.NONE),
            (timedelta(hours=16), 3, True, False, LadderStep.NONE),
        ],
    )
    def test_py_13_row_by_row(
        self, ahead: timedelta, count: int, hard: bool, final: bool, step: LadderStep
    ) -> None:
        failure = a_failure(count, hard=hard, final=final)
        assert ladder_step(failure, lesson_starts_at=START, now=START - ahead) is step

    @given(
        count=st.integers(1, 6),
        hard=st.booleans(),
        final=st.booleans(),
        minutes=st.integers(0, 12 * 60 - 1),
    )
    def test_nothing_is_due_before_the_next_look(
        self, count: int, hard: bool, final: bool, minutes: int
    ) -> None:
        failure = a_failure(count, hard=hard, final=final)
        now = NOW + timedelta(minutes=minutes)
        if ladder_step(failure, lesson_starts_at=START, now=now) is not LadderStep.NONE:
            return
        look = next_look(failure, lesson_starts_at=START, now=now)
        assert look > now
        assert ladder_step(failure, lesson_starts_at=START, now=look) is not LadderStep.NONE
        before = look - timedelta(seconds=1)
        assert ladder_step(failure, lesson_starts_at=START, now=before) is LadderStep.NONE

    def test_the_gaps_never_grow_beyond_eight_hours(self) -> None:
        assert [gap_after(n).total_seconds() / 3600 for n in (0, 1, 2, 3, 9)] == [1, 1, 4, 8, 8]


class TestOperation:
    def planned(self) -> PaymentOperation:
        return PaymentOperation(
            operation_id=OperationId(UUID(int=1)),
            payment_id=PaymentId(UUID(int=2)),
            kind=OperationKind.TRANSFER,
            slot="settlement#2",
            amount=Money(7650),
            target="acct_1",
            planned_at=NOW,
            next_attempt_at=NOW + timedelta(hours=12),
        )

    def test_py_62_the_23_hours_count_from_the_first_call(self) -> None:
        """A transfer put off by twelve hours, or by a review of days, has them all."""
        first = NOW + timedelta(days=3)
        asked = self.planned().send(at=first).lose_answer(at=first)
        assert self.planned().repeatable(now=first)
        repeated = asked.send(at=first + timedelta(hours=22))
        assert repeated.repeatable(now=first + timedelta(hours=23, microseconds=-1))
        assert not repeated.repeatable(now=first + timedelta(hours=23))

    @pytest.mark.parametrize(
        ("slot", "following"),
        [
            ("settlement#2", "settlement#3"),
            ("capture:01K", "capture:01K#2"),
            ("void:1#2", "void:1#3"),
        ],
    )
    def test_py_60_a_new_intent_has_a_new_slot(self, slot: str, following: str) -> None:
        assert evolve(self.planned(), slot=slot).next_slot == following


class TestJournal:
    def make(self, *cents: int) -> Journal:
        return Journal(
            journal_id=JournalId(UUID(int=1)),
            journal_type=JournalType.CAPTURE,
            source_id="one",
            occurred_at=NOW,
            lines=tuple(Line(account=Account.BOOKING_ESCROW, cents=each) for each in cents),
        )

    def test_py_80_two_lines_that_sum_to_zero(self) -> None:
        assert len(self.make(5, -5).lines) == 2
        for wrong in ((), (5,), (5, -4), (0,)):
            with pytest.raises(Malformed):
                self.make(*wrong)


def test_money_that_is_nothing_is_false() -> None:
    assert not NOTHING
    assert Money(1)
