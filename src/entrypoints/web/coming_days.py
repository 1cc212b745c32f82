"""The days that a search offers to choose from, on the clock of the city."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from instainstru_core.kernel.zones import NEW_YORK

AHEAD: Final = 28
"""Four weeks: further days are asked for on an instructor's own page."""


def coming_days(now: datetime) -> Sequence[date]:
    """Today, and the days after it."""
    today = NEW_YORK.today(now)
    return [today + timedelta(days=ahead) for ahead in range(AHEAD)]
