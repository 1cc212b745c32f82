"""What can be learned: a category, a part of it, or all that suits children. Source: CA-1…3."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import frozen
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.frame import Frame
from entrypoints.web.suggestions import suggestions
from instainstru_core.catalog.errors import NotInCatalog
from instainstru_core.catalog.model import Catalog, Category, Service
from instainstru_core.ports import Ports

OPEN: Final = policy(access=PUBLIC, bucket="read", page=True)


@frozen(kw_only=True)
class Group:
    """Some subjects under one heading; *way* leads to a page of their own."""

    name: str
    services: Sequence[Service]
    way: str = ""


@get("/learn/{category:str}", sync_to_thread=True, opt=OPEN)
def show_category(
    category: FromPath[str], frame: NamedDependency[Frame], ports: NamedDependency[Ports]
) -> Response[Any]:
    """What can be learned of one kind."""
    catalog = _catalog(ports)
    found = catalog.category(category)
    groups = _collected(catalog, found) if found.is_collection else _parts(catalog, found)
    return frame.page(
        "category",
        title=found.name,
        subtitle=found.subtitle,
        category=found,
        above=None,
        groups=[each for each in groups if each.services],
        suggestions=suggestions(catalog, ports.places.gazetteer()),
    )


@get("/learn/{category:str}/{subcategory:str}", sync_to_thread=True, opt=OPEN)
def show_subcategory(
    category: FromPath[str],
    subcategory: FromPath[str],
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What can be learned of one part of a kind."""
    catalog = _catalog(ports)
    above, found = catalog.category(category), catalog.subcategory(subcategory)
    if found.category != above.slug:
        raise NotInCatalog(subcategory)
    return frame.page(
        "category",
        title=found.name,
        subtitle="",
        category=above,
        above=above,
        groups=[Group(name="", services=catalog.services_of(found.slug))],
        suggestions=suggestions(catalog, ports.places.gazetteer()),
    )


def _catalog(ports: Ports) -> Catalog:
    with ports.read() as reads:
        return reads.catalog_pages.tree()


def _parts(catalog: Catalog, category: Category) -> Iterable[Group]:
    for each in catalog.subcategories_of(category.slug):
        way = f"/learn/{category.slug}/{each.slug}"
        yield Group(name=each.name, services=catalog.services_of(each.slug), way=way)


def _collected(catalog: Catalog, collection: Category) -> Iterable[Group]:
    """What a collection lists, by the categories that it comes from."""
    collected = catalog.collected(collection)
    owners = {each.slug: catalog.subcategory(each.subcategory).category for each in collected}
    for category in catalog.shown_categories():
        own = [each for each in collected if owners[each.slug] == category.slug]
        yield Group(name=category.name, services=own)


PAGES: Final = [show_category, show_subcategory]
