"""Debts, standings and renewed holds on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.testing.contracts.authorisation_health import AuthorisationHealthContract
from instainstru_core.testing.contracts.cards import CardFormsContract
from instainstru_core.testing.contracts.debts import DebtsContract
from instainstru_core.testing.contracts.escalation import EscalationContract
from instainstru_core.testing.contracts.hold_renewal import HoldRenewalContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestEscalation(EscalationContract):
    """On PostgreSQL."""


class TestDebts(DebtsContract):
    """On PostgreSQL."""


class TestHoldRenewal(HoldRenewalContract):
    """On PostgreSQL."""


class TestAuthorisationHealth(AuthorisationHealthContract):
    """On PostgreSQL."""


class TestCardForms(CardFormsContract):
    """On PostgreSQL."""
