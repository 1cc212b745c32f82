"""Claims in PostgreSQL, held to the contract; what the tables refuse. Source: spec 01 §4."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.claims import ClaimsContract, OverdueContract, booked
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.claims import a_report, an_issue
from instainstru_core.testing.strategies.booking import ClassroomWork
from instainstru_core.testing.strategies.payments import TillWork


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[TillWork]:
    return units.begin


class TestPostgresClaims(ClaimsContract):
    """The suite on the real one."""


class TestPostgresOverdue(OverdueContract):
    """Which lessons are ready."""


@pytest.mark.parametrize(
    "change",
    [
        "no_show_reports SET type = 'nobody'",
        "no_show_reports SET disputed_at = reported_at",
        "no_show_reports SET resolved_at = reported_at",
        "no_show_reports SET resolved_at = reported_at, resolution = 'forgotten'",
        "no_show_reports SET resolved_at = reported_at, resolution = 'dispute_upheld'",
        "no_show_reports SET resolver_id = reporter_id",
        "no_show_reports SET status_before = 'PENDING'",
        "booking_issues SET reason = 'short'",
        "booking_issues SET outcome = 'uphold'",
        "booking_issues SET resolved_at = opened_at",
    ],
)
def test_the_tables_judge_for_themselves(
    begin: Begin[ClassroomWork], engine: Engine, change: str
) -> None:
    ids = CountedIds()
    booking = booked(begin, ids)
    with begin() as work:
        work.claims.add_report(a_report(booking, ids))
        work.claims.add_issue(an_issue(booking, ids))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(f"UPDATE {change}"))
