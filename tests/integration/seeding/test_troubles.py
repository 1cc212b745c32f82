"""Sample lessons that went otherwise: told as they would have gone, decided as any other."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, text

from adapters.postgres.tables.accounts import accounts
from adapters.postgres.unit_of_work import PostgresUnits
from entrypoints.seeding.people import DOMAIN
from instainstru_core.accounts.ids import SessionId
from instainstru_core.accounts.model import Principal, Role, effective
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.kernel.ids import Ids
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.use_cases.resume_payment import resume_payment
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor

SEEDED = 8


@pytest.fixture
def sown(engine: Engine, sow: Callable[[int], int]) -> Engine:
    sow(SEEDED)
    return engine


@pytest.fixture
def admin(sown: Engine, ids: Ids) -> Principal:
    with sown.connect() as connection:
        found = connection.scalars(
            select(accounts.c.account_id).where(accounts.c.email_key == f"admin@{DOMAIN}")
        ).one()
    return Principal(
        account_id=found,
        role=Role.ADMIN,
        permissions=effective(Role.ADMIN),
        session_id=ids.new(SessionId),
    )


def one(engine: Engine, query: str) -> BookingId:
    """The only booking that *query* finds."""
    with engine.connect() as connection:
        (found,) = connection.scalars(text(query)).all()
    return BookingId(found)


def payment_of(units: PostgresUnits, booking_id: BookingId) -> Payment:
    with units.begin() as work:
        found = work.payments.find_for_update(booking_id)
    assert found is not None
    return found


def test_every_story_is_there_once(sown: Engine) -> None:
    outcomes = text("SELECT outcome, count(*) FROM payments WHERE outcome IS NOT NULL GROUP BY 1")
    with sown.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(outcomes)}
        assert found.pop("lesson_completed_full_payout") > SEEDED
        assert found == {
            "instructor_no_show_full_refund": 1,
            "student_cancel_12_24_full_credit": 1,
        }
        frozen = text("SELECT count(*) FROM payments WHERE state = 'manual_review'")
        assert connection.scalar(frozen) == 2
        credit = text("SELECT sum(available_cents) FROM credit_lots")
        assert (connection.scalar(credit) or 0) > 0
        chains = text("SELECT count(*) FROM bookings WHERE predecessor_id IS NOT NULL")
        assert connection.scalar(chains) == 1


def test_the_log_tells_how_each_lesson_went(sown: Engine) -> None:
    """Source: BK-50."""
    logged = text("""
        SELECT DISTINCT bookings.status, told.story FROM bookings JOIN (
            SELECT booking_id, string_agg(action, ' ' ORDER BY entry_id) AS story
            FROM booking_log GROUP BY booking_id
        ) AS told USING (booking_id)
    """)
    with sown.connect() as connection:
        assert {(row[0], row[1]) for row in connection.execute(logged)} == {
            ("CONFIRMED", "held confirmed"),
            ("COMPLETED", "held confirmed completed"),
            ("CANCELLED", "held confirmed cancelled"),
            ("NO_SHOW", "held confirmed no_show"),
        }
        backwards = text("""
            SELECT count(*) FROM booking_log AS one JOIN booking_log AS other USING (booking_id)
            WHERE one.entry_id < other.entry_id AND one.at > other.at
        """)
        assert connection.scalar(backwards) == 0


def test_no_calendar_is_like_the_others(sow: Callable[[int], int], engine: Engine) -> None:
    """Source: AV-27, AV-28."""
    sow(20)
    with engine.connect() as connection:
        away = text("SELECT count(DISTINCT instructor_id) FROM blackouts")
        assert connection.scalar(away) == 5
        notices = text("SELECT count(DISTINCT min_advance_minutes) FROM calendars")
        assert (connection.scalar(notices) or 0) > 1


@pytest.mark.parametrize(
    ("resolution", "outcome"),
    [
        (Resolution.CONFIRMED_AFTER_REVIEW, "instructor_no_show_full_refund"),
        (Resolution.DISPUTE_UPHELD, "lesson_completed_full_payout"),
    ],
)
def test_a_sample_dispute_can_be_decided(
    resolution: Resolution,
    outcome: str,
    sown: Engine,
    units: PostgresUnits,
    admin: Principal,
    gateway: SimulatedProcessor,
    clock: HandMovedClock,
    ids: Ids,
) -> None:
    """Its hold is the processor's own: it can be let go, and it can be taken. Source: BK-39."""
    disputed = one(sown, "SELECT booking_id FROM no_show_reports WHERE disputed_at IS NOT NULL")
    resolve_no_show(
        ResolveNoShow(principal=admin, booking_id=disputed, resolution=resolution),
        begin=units.begin,
        clock=clock,
    )
    resume_payment(disputed, begin=units.begin, gateway=gateway, ids=ids, clock=clock)
    assert payment_of(units, disputed).outcome == outcome
    with units.read() as reads:
        assert reads.ledger_queries.trial_balance().balanced


def test_a_sample_issue_can_be_decided(
    sown: Engine,
    units: PostgresUnits,
    admin: Principal,
    gateway: SimulatedProcessor,
    clock: HandMovedClock,
    ids: Ids,
) -> None:
    """Source: BK-41."""
    opened = one(sown, "SELECT booking_id FROM booking_issues")
    resolve_issue(
        ResolveIssue(
            principal=admin,
            booking_id=opened,
            outcome=IssueOutcome.NO_SHOW,
            no_show_type=NoShowType.STUDENT,
        ),
        begin=units.begin,
        clock=clock,
    )
    resume_payment(opened, begin=units.begin, gateway=gateway, ids=ids, clock=clock)
    assert payment_of(units, opened).outcome == "student_no_show_full_payout"
