"""Where everybody who was found teaches; what was drawn of the same isn't drawn again."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from entrypoints.web.languages import TONGUES, Language
from entrypoints.web.marks import N_
from entrypoints.web.pictures.maps import count_map, place_on
from entrypoints.web.pieces import Piece
from instainstru_core.kernel.lessons import Format
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.search.model.supply import FORMATS, Listing

NEAR: Final = 8
"""How many neighborhoods are named beside the map."""
_KEPT: Final = 256
_TRAVEL, _STUDIO = FORMATS.index(Format.TRAVEL), FORMATS.index(Format.STUDIO)


@frozen(kw_only=True)
class Near:
    """A neighborhood, how many teach there, and the search in it."""

    name: str
    count: int
    way: str


@frozen(kw_only=True)
class Around:
    """A picture of where they teach, and in words."""

    picture: Piece
    near: Sequence[Near]


@frozen(kw_only=True, eq=False)
class Ground:
    """Everything that is drawn: who teaches *service*, and the search that the map belongs to.

    *way* is that search, to which a neighborhood's slug is added; *region* is the chosen one's.
    Listings are replaced, never changed: the same ones teach where they did.
    """

    everyone: Sequence[Listing]
    service: str
    gazetteer: Gazetteer
    region: str | None
    way: str
    language: Language
    _told: tuple[object, ...] = field(init=False, repr=False)

    @_told.default
    def _tell(self) -> tuple[object, ...]:
        words = (self.service, self.region, self.way, self.language)
        return (id(self.gazetteer), *words, *map(id, self.everyone))

    def __hash__(self) -> int:
        return hash(self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ground) and self._told == other._told


@lru_cache(maxsize=_KEPT)
def around(ground: Ground) -> Around | None:
    """Their studios, and the areas that they travel to; None where they only teach online."""
    gazetteer, way, region = ground.gazetteer, ground.way, ground.region
    counts = place_on(gazetteer, _areas(ground.everyone, ground.service))
    if not counts:
        return None
    label = TONGUES[ground.language].words(N_("Where they teach: the darker, the more of them"))
    chosen: Collection[str] = () if region is None else gazetteer.within(region)
    most = sorted(counts, key=lambda slug: (-counts[slug], slug))[:NEAR]
    return Around(
        picture=Piece(count_map(gazetteer, counts, label=label, way=way, chosen=chosen)),
        near=[
            Near(name=gazetteer.region(slug).name, count=counts[slug], way=way + slug)
            for slug in most
        ],
    )


def _areas(everyone: Sequence[Listing], service: str) -> Iterator[frozenset[int]]:
    """Where each of *everyone* travels to, or receives in, by the numbers of the regions."""
    for each in everyone:
        rates = next(one.rates for one in each.offerings if one.service == service)
        areas = each.areas if rates[_TRAVEL] else frozenset[int]()
        if rates[_STUDIO] and each.studio is not None and each.studio not in areas:
            areas |= {each.studio}
        yield areas
