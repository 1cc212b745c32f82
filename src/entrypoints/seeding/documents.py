"""The documents that ship with the product: the catalogue, and the map of the city."""

import csv
import json
from pathlib import Path
from typing import Final

from instainstru_core.catalog.document import catalog_from
from instainstru_core.catalog.model import Catalog
from instainstru_core.places.document import regions_from
from instainstru_core.places.model.gazetteer import Region

_DATA: Final = Path(__file__).parent / "data"


def shipped_catalog() -> Catalog:
    """The catalogue of `catalog.json`."""
    return catalog_from(json.loads((_DATA / "catalog.json").read_text(encoding="utf-8")))


def shipped_regions() -> tuple[Region, ...]:
    """The boroughs and neighbourhoods of New York City."""
    outlines = json.loads((_DATA / "nyc_boroughs_coarse.geojson").read_text(encoding="utf-8"))
    with (_DATA / "nyc_neighbourhoods.csv").open(encoding="utf-8", newline="") as file:
        return regions_from(csv.DictReader(file), outlines)
