"""A lesson's money from checkout to settlement, on PostgreSQL."""

import pytest
from sqlalchemy import Engine, event

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.payments.use_cases.check_out import CheckOut
from instainstru_core.testing.contracts.asking_cards import AskingCardsContract
from instainstru_core.testing.contracts.breaches import BreachContract
from instainstru_core.testing.contracts.checkouts import ImmediateHoldContract, RefusalsContract
from instainstru_core.testing.contracts.days_asleep import SleptForDaysContract
from instainstru_core.testing.contracts.early_cancellations import CancellingContract
from instainstru_core.testing.contracts.earned import EarnedContract
from instainstru_core.testing.contracts.forgotten_keys import ForgottenKeysContract
from instainstru_core.testing.contracts.ladder import TheLadderContract
from instainstru_core.testing.contracts.late_answers import LateAnswersContract
from instainstru_core.testing.contracts.payments import (
    ALessonFromCheckoutToPayoutContract,
    SettlingContract,
)
from instainstru_core.testing.contracts.sweeping import SweepingContract
from instainstru_core.testing.contracts.transfers import PayoutsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestALessonFromCheckoutToPayout(ALessonFromCheckoutToPayoutContract):
    """On PostgreSQL."""


class TestRefusals(RefusalsContract):
    """On PostgreSQL."""


class TestImmediateHold(ImmediateHoldContract):
    """On PostgreSQL."""


class TestCancelling(CancellingContract):
    """On PostgreSQL."""


class TestTheLadder(TheLadderContract):
    """On PostgreSQL."""


class TestAskingCards(AskingCardsContract):
    """On PostgreSQL."""


class TestSettling(SettlingContract):
    """On PostgreSQL."""


class TestEarned(EarnedContract):
    """On PostgreSQL."""


class TestPayouts(PayoutsContract):
    """On PostgreSQL."""


class TestForgottenKeys(ForgottenKeysContract):
    """On PostgreSQL."""


class TestLateAnswers(LateAnswersContract):
    """On PostgreSQL."""


class TestSleptForDays(SleptForDaysContract):
    """On PostgreSQL."""


class TestBreach(BreachContract):
    """On PostgreSQL."""


class TestSweeping(SweepingContract):
    """On PostgreSQL."""


def test_a_checkout_24_hours_ahead_takes_few_statements(engine: Engine, till: Till) -> None:
    """The hot path: locks, facts, two writes and the outbox, in one transaction."""
    booking = till.hold()
    request = CheckOut(
        student_id=till.student,
        booking_id=booking.booking_id,
        fingerprint=till.price(booking).fingerprint,
    )
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        till.check_out(request)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(sent) <= 6, sent
