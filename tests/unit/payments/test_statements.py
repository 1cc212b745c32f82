"""Receipts, earnings and transactions on the twins, and against the books of random stories."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.payments.statements.earnings import totals_of
from instainstru_core.payments.statements.errors import InvalidPeriod
from instainstru_core.payments.statements.periods import Period, days_asked
from instainstru_core.testing.contracts.statement_corners import StatementCornersContract
from instainstru_core.testing.contracts.statements import (
    STORIES,
    StatementsContract,
    earnings,
    told,
    transactions,
    transferred,
)
from instainstru_core.testing.strategies.payments import Till

TODAY = date(2030, 1, 7)


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestStatements(StatementsContract):
    """In memory."""


class TestCorners(StatementCornersContract):
    """In memory."""


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(sorted(STORIES)), min_size=1, max_size=5, unique=True))
def test_py_68_totals_are_the_sum_of_lines_and_of_transfers(stories: list[str]) -> None:
    """PY-68, PY-70: whatever happened to lessons, in whatever order."""
    till = Till.opened()
    told(till, stories)
    lines, rows = earnings(till), transactions(till)
    totals = totals_of(lines)
    assert len(lines) == len(rows) == len(stories)
    assert totals.net.cents + totals.tips.cents == transferred(till)
    assert sum(row.total_paid.cents for row in rows) == sum(STORIES[each][3] for each in stories)
    assert totals.net.cents == sum(STORIES[each][2][1] for each in stories)


class TestPeriods:
    """PY-69."""

    def test_the_last_90_days_unless_told(self) -> None:
        assert days_asked(None, None, today=TODAY) == (date(2029, 10, 10), TODAY)
        assert days_asked(None, date(2029, 1, 1), today=TODAY)[1] == date(2029, 1, 1)
        assert days_asked(date(2029, 12, 1), None, today=TODAY) == (date(2029, 12, 1), TODAY)
        assert days_asked(date(2031, 1, 1), None, today=TODAY)[1] == date(2031, 1, 1)
        assert days_asked(None, date.min, today=TODAY) == (date.min, date.min)

    def test_from_start_to_end(self) -> None:
        assert TODAY in Period(TODAY, TODAY)
        with pytest.raises(InvalidPeriod, match="before"):
            Period(TODAY, date(2030, 1, 6))

    def test_731_days_at_most(self) -> None:
        Period(date(2028, 1, 1), date(2029, 12, 31))
        with pytest.raises(InvalidPeriod, match="731"):
            Period(date(2028, 1, 1), date(2030, 1, 1))
