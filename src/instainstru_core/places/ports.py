"""Where the map of the city comes from."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.places.model.gazetteer import Gazetteer, Region


class Regions(Protocol):
    """The rows of the gazetteer."""

    def load(self, regions: Sequence[Region]) -> int:
        """Add or change *regions*, parents first, and count what differs; twice is nothing."""
        ...

    def all(self) -> Sequence[Region]:
        """Every region, in the order in which they were loaded."""
        ...


class PlacesWork(Protocol):
    """What one unit of work in places can reach."""

    @property
    def regions(self) -> Regions:
        """The rows of the gazetteer."""
        ...


class Places(Protocol):
    """The map of the city, held in memory by every process."""

    def gazetteer(self) -> Gazetteer:
        """The map as it was last loaded."""
        ...
