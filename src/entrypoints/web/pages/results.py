"""Who is free: results, filters, the map, and help where nobody is. Source: SR-33…SR-49."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.around import NEAR, Around, Ground, around
from entrypoints.web.asked import Asked, is_guessed, region_named, services_named
from entrypoints.web.easings import Help, help_of
from entrypoints.web.filters import FORMATS, MINUTES, PARTS_OF_DAY, filters
from entrypoints.web.flyers import STRIPS, flyers
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.suggestions import suggestions
from instainstru_core.catalog.model import Service
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.ports import Ports
from instainstru_core.search.errors import InvalidCursor, InvalidFilter
from instainstru_core.search.model.finding import SearchPage
from instainstru_core.search.model.query import LessonType, SearchQuery
from instainstru_core.search.one_look import one_look
from instainstru_core.search.ports import Market
from instainstru_core.search.use_cases.find_first_starts import find_first_starts
from instainstru_core.search.use_cases.search_lessons import search_lessons


@frozen(kw_only=True)
class Chip:
    """A filter that is set, and the search without it."""

    text: str
    way: str


@get("/search", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="search", page=True))
def show_results(frame: NamedDependency[Frame], ports: NamedDependency[Ports]) -> Response[Any]:
    """Everybody who teaches it and is really free then."""
    with ports.read() as reads:
        catalog = reads.catalog_pages.tree()
    gazetteer, asked = ports.places.gazetteer(), Asked.of(frame.request.query_params)
    named = services_named(asked.what, catalog)
    region = region_named(asked.where, gazetteer)
    offered = suggestions(catalog, gazetteer)
    if len(named) != 1:
        categories = catalog.shown_categories()
        return frame.page(
            "which", named=named, categories=categories, asked=asked, suggestions=offered
        )
    service, today = named[0], NEW_YORK.today(frame.now)
    with one_look(ports.market) as market:
        query, page = _found(asked, service, region, market, ports, frame)
        starts = find_first_starts(
            page.results, query, most=STRIPS, market=market, clock=ports.clock
        )
        helped: Help | None = None
        if not page.total:
            helped = help_of(
                asked,
                page,
                total_of=lambda eased, place: _total(
                    eased.query(service, place, today), market, ports
                ),
                region=region,
                today=today,
                formats=frame.formats,
            )
    return frame.page(
        "results",
        asked=asked,
        suggestions=offered,
        region=region,
        service=service,
        guessed=is_guessed(asked.what, service, catalog),
        page=page,
        elsewhen=asked.on is not None and query.dates != (asked.on,),
        flyers=flyers(page.results, starts, frame.tongue.language),
        chips=_chips(frame, asked),
        helped=helped,
        around=_around(frame, page, asked, region, gazetteer, service),
        related=[] if page.total else _related(service, catalog.shown_services()),
        filters=filters(frame.tongue.language),
    )


def _found(
    asked: Asked,
    service: Service,
    region: Region | None,
    market: Market,
    ports: Ports,
    frame: Frame,
) -> tuple[SearchQuery, SearchPage]:
    """The page that is asked for; what can't be asked for is passed over."""
    today = NEW_YORK.today(frame.now)
    query = asked.query(service, region, today)
    try:
        return query, _search(query, market, ports)
    except (InvalidCursor, InvalidFilter):
        query = Asked(what=asked.what, where=asked.where).query(service, region, today)
        return query, _search(query, market, ports)


def _search(query: SearchQuery, market: Market, ports: Ports) -> SearchPage:
    return search_lessons(query, market=market, places=ports.places, clock=ports.clock)


def _total(query: SearchQuery, market: Market, ports: Ports) -> int:
    return _search(query, market, ports).total


def _chips(frame: Frame, asked: Asked) -> list[Chip]:
    """Each filter that is set, in words; what means nothing has no chip."""
    words, fmt, found = frame.words, frame.formats, []
    texts: dict[str, str | None] = {
        "day": None if (day := asked.on) is None else fmt.day(day),
        "hours": PARTS_OF_DAY.get(asked.hours),
        "format": {str(each): text for each, text in FORMATS.items()}.get(asked.format),
        "minutes": words(MINUTES) % {"minutes": asked.length} if asked.length is not None else None,
        "most": words(N_("At most %(price)s an hour")) % {"price": fmt.price(asked.dollars * 100)}
        if asked.dollars
        else None,
    }
    for name, text in texts.items():
        if text and getattr(asked, name) != LessonType.ANY:
            found.append(Chip(text=words(text), way=asked.way(**{name: ""})))
    return found


def _around(
    frame: Frame,
    page: SearchPage,
    asked: Asked,
    region: Region | None,
    gazetteer: Gazetteer,
    service: Service,
) -> Around | None:
    """Where they teach; None where it is moot."""
    if not page.total or asked.format == LessonType.ONLINE:
        return None
    return around(
        Ground(
            everyone=page.everyone,
            service=service.slug,
            gazetteer=gazetteer,
            region=None if region is None else region.slug,
            way=asked.way(where="") + "&where=",
            language=frame.tongue.language,
        )
    )


def _related(service: Service, services: Sequence[Service]) -> list[Service]:
    """What is close to *service*: what the catalogue calls related, else what stands beside it."""
    named = [each for each in services if each.slug in service.related]
    beside = [each for each in services if each.subcategory == service.subcategory]
    found = {each.slug: each for each in (*named, *beside) if each.slug != service.slug}
    return list(found.values())[:NEAR]


PAGES: Final = [show_results]
