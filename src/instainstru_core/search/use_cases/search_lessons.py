"""Search lessons: who teaches this, there, then, for that, and is really free."""

from datetime import timedelta

from attrs import evolve

from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.ports import Places
from instainstru_core.search.errors import InvalidFilter, UnknownService
from instainstru_core.search.model.finding import SearchPage, find
from instainstru_core.search.model.query import HORIZON_DAYS, SearchQuery
from instainstru_core.search.ports import Market


def search_lessons(
    query: SearchQuery, *, market: Market, places: Places, clock: Clock
) -> SearchPage:
    """One page of instructors, each with the first lesson that can be booked as this is asked.

    Raises:
        InvalidFilter: Every date is past, or more than a year ahead. Source: SR-36.
        UnknownService: The catalogue has no such service.
        RegionNotFound: The gazetteer has no such region.
        InvalidCursor: The cursor ends no page of such a search.
    """
    now = clock.now()
    today = NEW_YORK.today(now)
    last = today + timedelta(days=HORIZON_DAYS)
    # One day of grace: west of the city it may still be yesterday.
    dates = tuple(day for day in query.dates if today - timedelta(days=1) <= day <= last)
    if not dates:
        raise InvalidFilter("date", "every date is past or more than a year ahead")
    gazetteer = places.gazetteer()
    with market.look() as view:
        candidates = view.candidates(query.service)
        if candidates is None and not view.knows(query.service):
            raise UnknownService(query.service)
        return find(
            evolve(query, dates=dates),
            candidates,
            ask=view.who_is_free,
            gazetteer=gazetteer,
            now=now,
        )
