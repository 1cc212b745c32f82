"""Load the catalogue: the same document twice changes nothing."""

from instainstru_core.catalog.model import Catalog
from instainstru_core.catalog.ports import CatalogWork
from instainstru_core.kernel.unit_of_work import Begin


def load_catalog(catalog: Catalog, *, begin: Begin[CatalogWork]) -> None:
    """Keep every node of *catalog*, by its slug."""
    with begin() as work:
        work.catalog.load(catalog)
