"""What is shown of the catalogue."""

from typing import Protocol

from instainstru_core.catalog.model import Catalog


class CatalogPages(Protocol):
    """The catalogue as it is browsed. Source: CA-15."""

    def tree(self) -> Catalog:
        """All of it."""
        ...


class CatalogReads(Protocol):
    """What can be read of catalog."""

    @property
    def catalog_pages(self) -> CatalogPages:
        """The catalogue as it is browsed."""
        ...
