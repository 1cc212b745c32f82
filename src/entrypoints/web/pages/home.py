"""The first page: one search, what can be learned, and who is free today. Source: SR-33, CA-15."""

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.frame import Frame
from instainstru_core.catalog.model import Catalog
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.ports import Ports
from instainstru_core.search.errors import UnknownService
from instainstru_core.search.model.finding import Found
from instainstru_core.search.model.query import SearchQuery, Sort
from instainstru_core.search.use_cases.search_lessons import search_lessons

_SHOWN: Final = 3
_ASKED: Final = 8


@get("/", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="read", page=True))
def show_home(frame: NamedDependency[Frame], ports: NamedDependency[Ports]) -> Response[Any]:
    """What the product is, and a way into it."""
    with ports.read() as reads:
        catalog = reads.catalog_pages.tree()
    return frame.page(
        "home",
        categories=catalog.shown_categories(),
        services=catalog.shown_services(),
        regions=ports.places.gazetteer().regions,
        free_today=_free_today(frame, ports, catalog),
    )


def _free_today(frame: Frame, ports: Ports, catalog: Catalog) -> list[Found]:
    """Some who can teach within the next hours, each of another subject."""
    today = NEW_YORK.today(frame.now)
    found: list[Found] = []
    for service in catalog.shown_services()[:_ASKED]:
        query = SearchQuery(service=service.slug, dates=(today,), sort=Sort.SOONEST, limit=1)
        try:
            page = search_lessons(
                query, market=ports.market, places=ports.places, clock=ports.clock
            )
        except UnknownService:
            continue
        found.extend(page.results)
    return sorted(found, key=lambda each: each.first_start)[:_SHOWN]


PAGES: Final = [show_home]
