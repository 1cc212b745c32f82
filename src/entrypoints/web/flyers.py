"""People who are free as flyers on the board; one that is up already isn't drawn again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from attrs import field, frozen
from markupsafe import Markup

from entrypoints.web.frame import ENVIRONMENTS
from entrypoints.web.languages import Language
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.search.model.finding import Found

STRIPS: Final = 4
_KEPT: Final = 4096


@frozen(eq=False)
class _Flyer:
    """What a flyer shows. Listings are replaced, never changed: the same one reads the same."""

    found: Found
    starts: tuple[datetime, ...]
    language: Language
    _told: tuple[Any, ...] = field(init=False, repr=False)

    @_told.default
    def _tell(self) -> tuple[Any, ...]:
        found = self.found
        what = (found.offering.offering_id, found.format, found.minutes, found.price.cents)
        return (*what, self.starts, self.language)

    def __hash__(self) -> int:
        return hash(self._told)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Flyer)
            and self.found.listing is other.found.listing
            and self._told == other._told
        )


@lru_cache(maxsize=_KEPT)
def _drawn(flyer: _Flyer) -> Markup:
    template: Any = ENVIRONMENTS[flyer.language].get_template("flyer.html.jinja").module
    return Markup(template.flyer(flyer.found, flyer.starts))  # noqa: S704 - escaped by its template


def flyers(
    people: Sequence[Found],
    starts: Mapping[InstructorId, Sequence[datetime]],
    language: Language,
) -> list[Markup]:
    """A flyer for each of *people*, with at most four strips to tear off."""
    return [
        _drawn(
            _Flyer(
                found=each,
                starts=tuple(starts.get(each.listing.instructor_id, ()) or (each.first_start,))[
                    :STRIPS
                ],
                language=language,
            )
        )
        for each in people
    ]
