"""What sample people are called, where they live, and what they say about themselves."""

import json
from pathlib import Path
from typing import Final

_WORDS: Final = json.loads(
    (Path(__file__).parent / "data" / "people.json").read_text(encoding="utf-8")
)
FIRST_NAMES: Final[tuple[str, ...]] = tuple(_WORDS["first_names"])
LAST_NAMES: Final[tuple[str, ...]] = tuple(_WORDS["last_names"])
STREETS: Final[tuple[str, ...]] = tuple(_WORDS["streets"])
APPROACHES: Final[tuple[str, ...]] = tuple(_WORDS["approaches"])
