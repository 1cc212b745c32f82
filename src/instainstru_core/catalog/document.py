"""Reads the catalogue's document, as shipped in catalog.json. Source: CA-2…5."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from instainstru_core.catalog.ids import CategoryId, ServiceId, SubcategoryId
from instainstru_core.catalog.model import (
    AgeGroup,
    Catalog,
    Category,
    Service,
    Subcategory,
    id_of,
)
from instainstru_core.kernel.errors import Malformed

SCHEMA = "instainstru.catalog/1"
Node = Mapping[str, Any]


def catalog_from(document: Node) -> Catalog:
    """The catalogue that *document* writes.

    Raises:
        Malformed: Another schema, a missing key, or a value that CA-1…5 refuse.
    """
    if document.get("schema") != SCHEMA:
        raise Malformed(f"expected a document of {SCHEMA}, got {document.get('schema')!r}")
    try:
        return Catalog(
            categories=(*_categories(document), *_collections(document)),
            subcategories=tuple(_subcategories(document)),
            services=tuple(_services(document)),
        )
    except KeyError as missing:
        raise Malformed(f"the catalogue's document lacks {missing}") from None


def _categories(document: Node) -> Iterator[Category]:
    for node in document["categories"]:
        yield _category(node, ())


def _collections(document: Node) -> Iterator[Category]:
    for node in document.get("collections", ()):
        yield _category(node, _ages(node["rule"]["eligible_any"]))


def _category(node: Node, collects: tuple[AgeGroup, ...]) -> Category:
    return Category(
        category_id=id_of(CategoryId, node["slug"]),
        slug=node["slug"],
        name=node["name"],
        subtitle=node.get("subtitle", ""),
        icon=node.get("icon", ""),
        terms=tuple(node.get("terms", ())),
        display_order=node["order"],
        collects_ages=collects,
    )


def _subcategories(document: Node) -> Iterator[Subcategory]:
    for category in document["categories"]:
        for node in category["subcategories"]:
            yield Subcategory(
                subcategory_id=id_of(SubcategoryId, node["slug"]),
                slug=node["slug"],
                name=node["name"],
                category=category["slug"],
                terms=tuple(node.get("terms", ())),
                filters={key: tuple(values) for key, values in node.get("filters", {}).items()},
                display_order=node["order"],
            )


def _services(document: Node) -> Iterator[Service]:
    for category in document["categories"]:
        for subcategory in category["subcategories"]:
            for order, node in enumerate(subcategory["services"], start=1):
                yield _service(node, subcategory["slug"], order)


def _service(node: Node, subcategory: str, order: int) -> Service:
    return Service(
        service_id=id_of(ServiceId, node["slug"]),
        slug=node["slug"],
        name=node["name"],
        subcategory=subcategory,
        description=node.get("description", ""),
        terms=tuple(node.get("terms", ())),
        eligible_age_groups=_ages(node["eligible_age_groups"]),
        default_duration_minutes=node["default_duration_min"],
        online_capable=node["online_capable"],
        requires_certification=node["requires_certification"],
        related=tuple(node.get("related", ())),
        display_order=order,
    )


def _ages(keys: Sequence[str]) -> tuple[AgeGroup, ...]:
    try:
        given = {AgeGroup(key) for key in keys}
    except ValueError:
        raise Malformed(f"expected age groups, got {keys!r}") from None
    return tuple(each for each in AgeGroup if each in given)
