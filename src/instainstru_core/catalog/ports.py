"""Where the catalogue is kept."""

from typing import Protocol

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import Catalog, Service


class Catalogs(Protocol):
    """The one catalogue there is."""

    def load(self, catalog: Catalog) -> None:
        """Add or change every node by its slug; what isn't in *catalog* stays. Source: CA-6."""
        ...

    def find_service(self, service_id: ServiceId) -> Service | None:
        """A visible service; None when there is none."""
        ...


class CatalogWork(Protocol):
    """What one unit of work in catalog can reach."""

    @property
    def catalog(self) -> Catalogs:
        """The one catalogue there is."""
        ...
