"""The catalogue in memory."""

from attrs import define

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import Catalog, Category, Service, Subcategory
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryCatalog:
    """The `Catalogs` port and the `CatalogPages` query."""

    _tables: Tables

    def load(self, catalog: Catalog) -> None:
        self._categories().update({each.slug: each for each in catalog.categories})
        self._subcategories().update({each.slug: each for each in catalog.subcategories})
        self._services().update({each.slug: each for each in catalog.services})

    def find_service(self, service_id: ServiceId) -> Service | None:
        shown = self.tree().shown_services()
        return next((each for each in shown if each.service_id == service_id), None)

    def tree(self) -> Catalog:
        return Catalog(
            categories=tuple(self._categories().values()),
            subcategories=tuple(self._subcategories().values()),
            services=tuple(self._services().values()),
        )

    def _categories(self) -> dict[str, Category]:
        return self._tables.of("categories", str, Category)

    def _subcategories(self) -> dict[str, Subcategory]:
        return self._tables.of("subcategories", str, Subcategory)

    def _services(self) -> dict[str, Service]:
        return self._tables.of("services", str, Service)
