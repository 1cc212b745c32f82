"""The first page: one search, what can be learned, and who is free today. Source: SR-33, CA-15."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency
from markupsafe import Markup

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.flyers import STRIPS, flyers
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.suggestions import suggestions
from instainstru_core.catalog.model import Catalog, Service
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.ports import Ports
from instainstru_core.search.errors import UnknownService
from instainstru_core.search.model.finding import Found
from instainstru_core.search.model.query import DEFAULT_DAYS, SearchQuery, Sort
from instainstru_core.search.one_look import one_look
from instainstru_core.search.ports import Market
from instainstru_core.search.use_cases.find_first_starts import find_first_starts
from instainstru_core.search.use_cases.search_lessons import search_lessons

SHOWN: Final = 3
ROUNDS: Final = 3
"""How many subjects of each category are asked for at most."""
TRIES: Final = 6
"""How many subjects are offered to try."""


@frozen(kw_only=True)
class Notice:
    """Who is up on the board: *title* says when they are free."""

    title: str
    flyers: Sequence[Markup]


@get("/", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="read", page=True))
def show_home(frame: NamedDependency[Frame], ports: NamedDependency[Ports]) -> Response[Any]:
    """What the product is, and a way into it."""
    with ports.read() as reads:
        catalog = reads.catalog_pages.tree()
    today = NEW_YORK.today(frame.now)
    picks = list(_picks(catalog, today))
    return frame.page(
        "home",
        categories=catalog.shown_categories(),
        suggestions=suggestions(catalog, ports.places.gazetteer()),
        tries=picks[:TRIES],
        board=_board(frame, ports, picks, today),
    )


def _picks(catalog: Catalog, today: date) -> Iterator[Service]:
    """Some subjects of each category, a day's own: first one of each, then another of each."""
    groups: dict[str, list[Service]] = {}
    for each in catalog.shown_services():
        groups.setdefault(catalog.subcategory(each.subcategory).category, []).append(each)
    for turn in range(ROUNDS):
        for services in groups.values():
            if turn < len(services):
                yield services[
                    (today.toordinal() + turn * (len(services) // ROUNDS)) % len(services)
                ]


def _board(frame: Frame, ports: Ports, picks: Sequence[Service], today: date) -> Notice | None:
    """Some who can teach today, each somebody else; who can tomorrow, late in the evening."""
    week = tuple(today + timedelta(days=n) for n in range(DEFAULT_DAYS))
    titles = (N_("Free today"), N_("Free tomorrow"))
    with one_look(ports.market) as market:
        for title, day in zip(titles, week, strict=False):
            people = _free_on(day, picks, market, ports)
            if people:
                later = SearchQuery(service=people[0].offering.service, dates=week)
                starts = find_first_starts(
                    people, later, most=STRIPS, market=market, clock=ports.clock
                )
                return Notice(title=title, flyers=flyers(people, starts, frame.tongue.language))
    return None


def _free_on(day: date, picks: Sequence[Service], market: Market, ports: Ports) -> list[Found]:
    people: dict[InstructorId, Found] = {}
    for service in picks:
        query = SearchQuery(service=service.slug, dates=(day,), sort=Sort.SOONEST, limit=SHOWN)
        try:
            page = search_lessons(query, market=market, places=ports.places, clock=ports.clock)
        except UnknownService:
            continue
        new = (each for each in page.results if each.listing.instructor_id not in people)
        if (found := next(new, None)) is not None:
            people[found.listing.instructor_id] = found
        if len(people) == SHOWN:
            break
    return sorted(people.values(), key=lambda each: each.first_start)


PAGES: Final = [show_home]
