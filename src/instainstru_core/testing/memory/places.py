"""The gazetteer in memory."""

from collections.abc import Sequence

from attrs import define, frozen

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.places.ports import PlacesWork
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryRegions:
    """The `Regions` port."""

    _tables: Tables

    def load(self, regions: Sequence[Region]) -> int:
        rows = self._rows()
        changed = [each for each in regions if rows.get(each.slug) != each]
        rows.update({each.slug: each for each in changed})
        return len(changed)

    def all(self) -> Sequence[Region]:
        return tuple(self._rows().values())

    def _rows(self) -> dict[str, Region]:
        return self._tables.of("regions", str, Region)


@frozen
class FixedPlaces:
    """The `Places` port over a map that never changes."""

    _gazetteer: Gazetteer

    def gazetteer(self) -> Gazetteer:
        return self._gazetteer


@frozen
class InMemoryPlaces:
    """The `Places` port, reading the kept regions anew each time."""

    _begin: Begin[PlacesWork]

    def gazetteer(self) -> Gazetteer:
        with self._begin() as work:
            return Gazetteer(work.regions.all())
