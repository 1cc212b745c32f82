"""Debts, standings and renewed holds on the twins."""

import pytest

from instainstru_core.testing.contracts.authorisation_health import AuthorisationHealthContract
from instainstru_core.testing.contracts.cards import CardFormsContract
from instainstru_core.testing.contracts.debts import DebtsContract
from instainstru_core.testing.contracts.escalation import EscalationContract
from instainstru_core.testing.contracts.hold_renewal import HoldRenewalContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestEscalation(EscalationContract):
    """On the twins."""


class TestDebts(DebtsContract):
    """On the twins."""


class TestHoldRenewal(HoldRenewalContract):
    """On the twins."""


class TestAuthorisationHealth(AuthorisationHealthContract):
    """On the twins."""


class TestCardForms(CardFormsContract):
    """On the twins."""
