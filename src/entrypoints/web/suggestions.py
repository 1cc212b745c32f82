"""What the search box offers while somebody types: the browser's own lists, no script."""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from entrypoints.web.kept import Kept
from entrypoints.web.pieces import BEST, Piece
from instainstru_core.catalog.model import Catalog
from instainstru_core.places.model.gazetteer import Gazetteer


def _list(name: str, values: Iterable[str]) -> Piece:
    options = "".join(f'<option value="{escape(each)}">' for each in values)
    markup = Markup(f'<datalist id="{name}">{options}</datalist>')  # noqa: S704 - escaped above
    return Piece(markup, level=BEST)


def _services(catalog: Catalog) -> Piece:
    return _list("s-services", (each.name for each in catalog.shown_services()))


def _regions(gazetteer: Gazetteer) -> Piece:
    names = {each.name: None for each in gazetteer.regions}
    return _list("s-regions", names)


_SERVICES: Final = Kept(_services)
_REGIONS: Final = Kept(_regions)


def suggestions(catalog: Catalog, gazetteer: Gazetteer) -> tuple[Piece, Piece]:
    """Everything that can be learned, and every neighborhood: lists that inputs name."""
    return _SERVICES.of(catalog), _REGIONS.of(gazetteer)
