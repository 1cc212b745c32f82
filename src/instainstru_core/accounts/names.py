"""What people are called. Source: AC-2."""

import unicodedata
from typing import Final

from instainstru_core.kernel.errors import Malformed

MAX_LENGTH: Final = 50


def person_name(text: str) -> str:
    """*text*, trimmed.

    Raises:
        Malformed: It is empty, longer than 50 characters, or has control characters.
    """
    name = text.strip()
    if not 1 <= len(name) <= MAX_LENGTH:
        raise Malformed(f"expected a name of 1 to {MAX_LENGTH} characters")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name):
        raise Malformed("a name has no control characters")
    return name
