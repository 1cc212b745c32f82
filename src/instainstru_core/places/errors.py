"""What places refuses."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from instainstru_core.kernel.errors import DomainError, Malformed, NotFound


class InvalidCoordinates(Malformed):
    """Not a point of this world. Source: PL-1."""

    code = "invalid_coordinates"


@frozen
class RegionNotFound(NotFound):
    """The gazetteer has no such region."""

    slug: str

    def __str__(self) -> str:
        return f"the gazetteer has no region {self.slug!r}"


@frozen
class UnknownRegion(DomainError):
    """Regions that nobody can travel to, as they don't exist. Source: PL-24."""

    code: ClassVar[str] = "unknown_region"
    slugs: tuple[str, ...]

    def __str__(self) -> str:
        return f"the gazetteer has no region {', '.join(self.slugs)}"

    def facts(self) -> Mapping[str, object]:
        """Which ones."""
        return {"regions": list(self.slugs)}


class OutsideRegion(DomainError):
    """The point lies outside every outline. Source: PL-4."""

    code = "outside_region"

    def __str__(self) -> str:
        return "the point lies outside the city"
