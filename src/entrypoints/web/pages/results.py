"""Who is free: results, filters, the map, and help where nobody is. Source: SR-33…SR-49."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.asked import LENGTHS, Asked, region_named, services_named
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.maps import count_map
from instainstru_core.catalog.model import Catalog, Service
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.ports import Ports
from instainstru_core.search.errors import InvalidCursor, InvalidFilter
from instainstru_core.search.model.finding import SearchPage
from instainstru_core.search.model.query import LessonType, SearchQuery, Sort
from instainstru_core.search.use_cases.find_first_starts import find_first_starts
from instainstru_core.search.use_cases.search_lessons import search_lessons

STRIPS: Final = 4
FORMATS: Final = {
    LessonType.ANY: N_("Any way"),
    LessonType.IN_PERSON: N_("In person"),
    LessonType.TRAVEL: N_("At my place"),
    LessonType.STUDIO: N_("At their studio"),
    LessonType.ONLINE: N_("Online"),
}
SORTS: Final = {
    Sort.BEST: N_("Best match"),
    Sort.SOONEST: N_("Soonest"),
    Sort.PRICE_ASC: N_("Lowest price"),
    Sort.PRICE_DESC: N_("Highest price"),
}
PARTS_OF_DAY: Final = {
    "morning": N_("Morning"),
    "afternoon": N_("Afternoon"),
    "evening": N_("Evening"),
}


@frozen(kw_only=True)
class Easing:
    """One filter less, and how many are free then."""

    text: str
    way: str
    total: int


@get("/search", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="search", page=True))
def show_results(frame: NamedDependency[Frame], ports: NamedDependency[Ports]) -> Response[Any]:
    """Everybody who teaches it and is really free then."""
    with ports.read() as reads:
        catalog = reads.catalog_pages.tree()
    gazetteer, asked = ports.places.gazetteer(), Asked.of(frame.request.query_params)
    named = services_named(asked.what, catalog)
    region = region_named(asked.where, gazetteer)
    facts: dict[str, Any] = {
        "asked": asked,
        "services": catalog.shown_services(),
        "regions": gazetteer.regions,
        "region": region,
        "formats": FORMATS,
        "sorts": SORTS,
        "hours": PARTS_OF_DAY,
        "lengths": LENGTHS,
    }
    if len(named) != 1:
        return frame.page("which", named=named, categories=catalog.shown_categories(), **facts)
    return _results(frame, ports, asked, named[0], region, facts)


def _results(
    frame: Frame,
    ports: Ports,
    asked: Asked,
    service: Service,
    region: Region | None,
    facts: Mapping[str, Any],
) -> Response[Any]:
    today = NEW_YORK.today(frame.now)
    query = asked.query(service, region, today)
    try:
        page = _search(query, ports)
    except (InvalidCursor, InvalidFilter):
        query = Asked(what=asked.what, where=asked.where).query(service, region, today)
        page = _search(query, ports)
    return frame.page(
        "results",
        service=service,
        page=page,
        starts=_starts(page, query, ports),
        easings=[] if page.total else _easings(frame, ports, asked, service, region),
        map=_map(frame, page, asked, ports.places.gazetteer()) if page.total else "",
        **facts,
    )


def _search(query: SearchQuery, ports: Ports) -> SearchPage:
    return search_lessons(query, market=ports.market, places=ports.places, clock=ports.clock)


def _starts(
    page: SearchPage, query: SearchQuery, ports: Ports
) -> Mapping[InstructorId, Sequence[datetime]]:
    return find_first_starts(
        page.results, query, most=STRIPS, market=ports.market, clock=ports.clock
    )


def _easings(
    frame: Frame, ports: Ports, asked: Asked, service: Service, region: Region | None
) -> list[Easing]:
    """Each filter that alone stands in the way, or all of them together. Source: spec 04 §11.5."""
    texts = {
        "day": N_("Any day of the next week"),
        "hours": N_("Any time of the day"),
        "format": N_("In any way, online too"),
        "minutes": N_("Of any length"),
        "most": N_("At any price"),
        "where": N_("Anywhere in the city"),
    }
    today, found = NEW_YORK.today(frame.now), []
    for name, text in texts.items():
        if not getattr(asked, name):
            continue
        eased = Asked(**{**_given(asked), name: ""})
        place = None if name == "where" else region
        total = _search(eased.query(service, place, today), ports).total
        if total:
            found.append(Easing(text=text, way=asked.way(**{name: ""}), total=total))
    return found


def _given(asked: Asked) -> dict[str, str]:
    names = ("what", "where", "day", "hours", "format", "minutes", "most")
    return {name: getattr(asked, name) for name in names}


def _map(frame: Frame, page: SearchPage, asked: Asked, gazetteer: Gazetteer) -> Any:
    """Where those of this page teach: their studios, and the areas that they travel to."""
    counts: dict[str, int] = {}
    for each in page.results:
        numbers = set(each.listing.areas)
        if each.listing.studio is not None:
            numbers.add(each.listing.studio)
        for number in numbers:
            slug = gazetteer.regions[number].slug
            for inner in gazetteer.within(slug):
                counts[inner] = counts.get(inner, 0) + 1
    label = frame.words(N_("Where they teach: the darker, the more of them"))
    return count_map(gazetteer, counts, label=label, way=lambda slug: asked.way(where=slug))


@get(
    "/learn/{category:str}",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="read", page=True),
)
def show_category(
    category: FromPath[str], frame: NamedDependency[Frame], ports: NamedDependency[Ports]
) -> Response[Any]:
    """What can be learned of one kind."""
    with ports.read() as reads:
        catalog: Catalog = reads.catalog_pages.tree()
    found = catalog.category(category)
    inner = catalog.subcategories_of(found.slug)
    return frame.page(
        "category",
        category=found,
        groups=[(each.name, catalog.services_of(each.slug)) for each in inner],
        collected=catalog.collected(found) if found.is_collection else (),
        services=catalog.shown_services(),
        regions=ports.places.gazetteer().regions,
    )


PAGES: Final = [show_results, show_category]
