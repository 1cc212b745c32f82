"""Load the gazetteer: the same rows twice change nothing."""

from collections.abc import Sequence

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.places.ports import PlacesWork


def load_regions(regions: Sequence[Region], *, begin: Begin[PlacesWork]) -> int:
    """Keep *regions* and say how many are new or changed.

    Raises:
        Malformed: They don't make a forest.
    """
    Gazetteer(regions)
    with begin() as work:
        return work.regions.load(regions)
