"""Which clocks a ZIP code lives by, roughly. Source: AC-2."""

import re
from typing import Final

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.zones import NEW_YORK, Zone

_ZIP: Final = re.compile(r"[0-9]{5}")
_ZONES: Final = (
    (range(606, 607), "America/Chicago"),
    (range(802, 803), "America/Denver"),
    (range(850, 851), "America/Phoenix"),
    (range(900, 901), "America/Los_Angeles"),
    (range(967, 969), "Pacific/Honolulu"),
    (range(995, 996), "America/Anchorage"),
)


def zip_code(text: str) -> str:
    """*text*, a ZIP code of five digits; Raises: Malformed."""
    if not _ZIP.fullmatch(text):
        raise Malformed("expected a ZIP code of five digits")
    return text


def zone_of(zip_code: str) -> Zone:
    """The zone of a ZIP code; New York's when nothing is known."""
    area = int(zip_code[:3])
    return next((Zone(name) for areas, name in _ZONES if area in areas), NEW_YORK)
