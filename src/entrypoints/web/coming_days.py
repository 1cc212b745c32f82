"""The days that a search offers to choose from, on the clock of the city."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from entrypoints.web.languages import TONGUES, Language
from entrypoints.web.marks import N_
from instainstru_core.kernel.zones import NEW_YORK

AHEAD: Final = 28
"""Four weeks: further days are asked for on an instructor's own page."""


def coming_days(now: datetime) -> Sequence[date]:
    """Today, and the days after it."""
    today = NEW_YORK.today(now)
    return [today + timedelta(days=ahead) for ahead in range(AHEAD)]


def day_options(now: datetime, on: date | None, language: Language) -> Markup:
    """Any day, and each of them to choose from; *on* is chosen, also where it is none of them."""
    return _options(NEW_YORK.today(now), on, language, tuple(coming_days(now)))


@lru_cache(maxsize=512)
def _options(today: date, on: date | None, language: Language, days: Sequence[date]) -> Markup:
    tongue = TONGUES[language]
    near = {today: N_("Today"), today + timedelta(days=1): N_("Tomorrow")}
    any_day = tongue.words(N_("Any day"))
    options = [f'<option value="">{escape(any_day)}</option>']
    for day in days if on is None or on in days else (on, *days):
        word = tongue.words(near[day]) if day in near else tongue.formats.day(day)
        chosen = " selected" if day == on else ""
        options.append(f'<option value="{day}"{chosen}>{escape(word)}</option>')
    return Markup("\n".join(options))  # noqa: S704 - dates, and words that are escaped
