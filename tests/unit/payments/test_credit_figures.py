"""Credit goes by the pricing document that holds, on the twins."""

import pytest

from instainstru_core.testing.contracts.credit_figures import OTHER_FIGURES, FiguresContract
from instainstru_core.testing.strategies.payments import Till


@pytest.fixture
def till() -> Till:
    return Till.opened(pricing=OTHER_FIGURES)


class TestFigures(FiguresContract):
    """On the twins."""
