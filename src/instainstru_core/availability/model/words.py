"""Many planes at once: five rows of 64-bit words, one column for each plane.

Word by word and not plane by plane, because each step then runs over neighbours in memory.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instainstru_core.availability.model.planes import PLANE_BYTES, WORDS, Slots, plane_bytes

Words: TypeAlias = NDArray[np.uint64]
"""Shape (5, N): word `w` of plane `n` is `[w, n]`."""

WORD_BITS = 64


def words_of(slots: Slots) -> Words:
    """One plane as a column of five words."""
    return np.frombuffer(plane_bytes(slots), dtype="<u8").astype(np.uint64).reshape(WORDS, 1)


def slots_of(column: NDArray[np.uint64]) -> Slots:
    """The plane in one column of five words."""
    return int.from_bytes(np.ascontiguousarray(column, dtype="<u8").tobytes(), "little")


def day_words(content: bytes) -> Words:
    """Days as stored, 120 bytes each, as words: shape (3, 5, days)."""
    days = np.frombuffer(content, dtype="<u8").reshape(-1, 3, PLANE_BYTES // 8)
    return days.astype(np.uint64, copy=False).transpose(1, 2, 0).copy()
