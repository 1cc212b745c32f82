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

_ONE = np.uint64(1)
_FROM = np.array([((1 << 64) - 1) >> n << n for n in range(WORD_BITS)] + [0], dtype=np.uint64)


def words_of(slots: Slots) -> Words:
    """One plane as a column of five words."""
    return np.frombuffer(plane_bytes(slots), dtype="<u8").astype(np.uint64).reshape(WORDS, 1)


def slots_of(column: NDArray[np.uint64]) -> Slots:
    """The plane in one column of five words."""
    return int.from_bytes(np.ascontiguousarray(column, dtype="<u8").tobytes(), "little")


def erode(words: Words, length: int) -> None:
    """Leave, in place, the slots from which *length* consecutive ones were set. Source: AV-41."""
    covered = 1
    while covered < length:
        step = min(covered, length - covered, WORD_BITS - 1)
        _and_with_later(words, step)
        covered += step


def _and_with_later(words: Words, step: int) -> None:
    # Ascending: word w needs word w + 1 as it was, and nobody needs word w any more.
    down, up = np.uint64(step), np.uint64(WORD_BITS - step)
    shifted = np.empty_like(words[0])
    carried = np.empty_like(words[0])
    for word in range(WORDS):
        np.right_shift(words[word], down, out=shifted)
        if word + 1 < WORDS:
            np.left_shift(words[word + 1], up, out=carried)
            np.bitwise_or(shifted, carried, out=shifted)
        np.bitwise_and(words[word], shifted, out=words[word])


def clear_before(words: Words, first: NDArray[np.int64]) -> None:
    """Clear, in place, the slots of each plane before its entry in *first*."""
    for word in range(WORDS):
        inside = np.clip(first - word * WORD_BITS, 0, WORD_BITS)
        np.bitwise_and(words[word], _FROM[inside], out=words[word])


def first_slot(words: Words) -> NDArray[np.int16]:
    """The first slot of each plane, -1 where there is none."""
    found = np.full(words.shape[1], -1, dtype=np.int16)
    for word in range(WORDS - 1, -1, -1):
        bits = words[word]
        (present,) = np.nonzero(bits)
        some = bits if present.size == bits.size else bits[present]
        lowest = np.bitwise_count((some & (~some + _ONE)) - _ONE)
        found[present] = lowest.astype(np.int16) + np.int16(word * WORD_BITS)
    return found


def day_words(content: bytes) -> Words:
    """Days as stored, 120 bytes each, as words: shape (3, 5, days)."""
    days = np.frombuffer(content, dtype="<u8").reshape(-1, 3, PLANE_BYTES // 8)
    return np.ascontiguousarray(days.astype(np.uint64, copy=False).transpose(1, 2, 0))
