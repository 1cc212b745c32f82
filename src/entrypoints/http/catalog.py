"""Browse what can be taught. Source: CA-15."""

from typing import Annotated, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import Catalog, Category, Service, Subcategory
from instainstru_core.ports import Ports

_READ: Final = policy(access=PUBLIC, bucket="read")
_CACHED: Final = {"Cache-Control": "public, max-age=3600"}


class ServiceView(Struct, kw_only=True, frozen=True):
    """A bookable subject."""

    service_id: ServiceId
    slug: Annotated[str, Meta(examples=["piano"])]
    name: Annotated[str, Meta(examples=["Piano"])]
    description: str
    subcategory: Annotated[str, Meta(examples=["keys"])]
    eligible_age_groups: Annotated[list[str], Meta(examples=[["kids", "teens", "adults"]])]
    default_duration_minutes: Annotated[int, Meta(examples=[60])]
    online_capable: bool
    requires_certification: bool
    related: list[str]

    @classmethod
    def of(cls, service: Service) -> "ServiceView":
        """The view of *service*."""
        return cls(
            service_id=service.service_id,
            slug=service.slug,
            name=service.name,
            description=service.description,
            subcategory=service.subcategory,
            eligible_age_groups=[str(each) for each in service.eligible_age_groups],
            default_duration_minutes=service.default_duration_minutes,
            online_capable=service.online_capable,
            requires_certification=service.requires_certification,
            related=list(service.related),
        )


class CategoryView(Struct, kw_only=True, frozen=True):
    """A tile of the category grid; a collection lists services of others."""

    slug: Annotated[str, Meta(examples=["music"])]
    name: Annotated[str, Meta(examples=["Music"])]
    subtitle: str
    icon: str
    display_order: int
    is_collection: bool
    services: Annotated[int, Meta(description="How many services it shows.", examples=[38])]

    @classmethod
    def of(cls, category: Category, catalog: Catalog) -> "CategoryView":
        """The view of *category*."""
        return cls(
            slug=category.slug,
            name=category.name,
            subtitle=category.subtitle,
            icon=category.icon,
            display_order=category.display_order,
            is_collection=category.is_collection,
            services=len(_services(category, catalog)),
        )


class SubcategoryView(Struct, kw_only=True, frozen=True):
    """A group of services, and the filters that apply to it."""

    slug: Annotated[str, Meta(examples=["keys"])]
    name: Annotated[str, Meta(examples=["Keys"])]
    category: Annotated[str, Meta(examples=["music"])]
    display_order: int
    filters: dict[str, list[str]]
    services: list[ServiceView]

    @classmethod
    def of(cls, subcategory: Subcategory, catalog: Catalog) -> "SubcategoryView":
        """The view of *subcategory*."""
        return cls(
            slug=subcategory.slug,
            name=subcategory.name,
            category=subcategory.category,
            display_order=subcategory.display_order,
            filters={key: list(values) for key, values in subcategory.filters.items()},
            services=[ServiceView.of(each) for each in catalog.services_of(subcategory.slug)],
        )


class CategoryGridView(Struct, kw_only=True, frozen=True):
    """Every category, in order."""

    items: list[CategoryView]


class CategoryPageView(Struct, kw_only=True, frozen=True):
    """One category with its subcategories, or, for a collection, its services."""

    category: CategoryView
    subcategories: list[SubcategoryView]
    collected: list[ServiceView]


class ServiceListView(Struct, kw_only=True, frozen=True):
    """Every service: by category, subcategory and own order."""

    items: list[ServiceView]


def _services(category: Category, catalog: Catalog) -> list[Service]:
    if category.is_collection:
        return list(catalog.collected(category))
    return [
        service
        for subcategory in catalog.subcategories_of(category.slug)
        for service in catalog.services_of(subcategory.slug)
    ]


def _tree(ports: Ports) -> Catalog:
    with ports.read() as reads:
        return reads.catalog_pages.tree()


@get("/categories", sync_to_thread=True, opt=_READ, **documented("List the categories"))
def list_categories(ports: NamedDependency[Ports]) -> Response[CategoryGridView]:
    """Every category, in order."""
    catalog = _tree(ports)
    items = [CategoryView.of(each, catalog) for each in catalog.shown_categories()]
    return Response(CategoryGridView(items=items), headers=_CACHED)


@get(
    "/categories/{category:str}",
    sync_to_thread=True,
    opt=_READ,
    **documented("Show a category", refusals=(404,)),
)
def show_category(
    category: FromPath[str], ports: NamedDependency[Ports]
) -> Response[CategoryPageView]:
    """One category with what is in it."""
    catalog = _tree(ports)
    found = catalog.category(category)
    inner = catalog.subcategories_of(found.slug)
    view = CategoryPageView(
        category=CategoryView.of(found, catalog),
        subcategories=[SubcategoryView.of(each, catalog) for each in inner],
        collected=[ServiceView.of(each) for each in catalog.collected(found)],
    )
    return Response(view, headers=_CACHED)


@get(
    "/categories/{category:str}/{subcategory:str}",
    sync_to_thread=True,
    opt=_READ,
    **documented("Show a subcategory", refusals=(404,)),
)
def show_subcategory(
    category: FromPath[str], subcategory: FromPath[str], ports: NamedDependency[Ports]
) -> Response[SubcategoryView]:
    """One subcategory with its services and filters."""
    catalog = _tree(ports)
    found = catalog.subcategory(subcategory)
    if found.category != category:
        found = catalog.subcategory(f"{category}/{subcategory}")
    return Response(SubcategoryView.of(found, catalog), headers=_CACHED)


@get("/services", sync_to_thread=True, opt=_READ, **documented("List the services"))
def list_services(ports: NamedDependency[Ports]) -> Response[ServiceListView]:
    """Every service."""
    items = [ServiceView.of(each) for each in _tree(ports).shown_services()]
    return Response(ServiceListView(items=items), headers=_CACHED)


@get(
    "/services/{service:str}",
    sync_to_thread=True,
    opt=_READ,
    **documented("Show a service", refusals=(404,)),
)
def show_service(service: FromPath[str], ports: NamedDependency[Ports]) -> Response[ServiceView]:
    """One service."""
    return Response(ServiceView.of(_tree(ports).service(service)), headers=_CACHED)


ROUTER: Final = Router(
    "/catalog",
    route_handlers=[
        list_categories,
        show_category,
        show_subcategory,
        list_services,
        show_service,
    ],
    tags=["Catalog"],
)
