"""Many planes at once, cut into quarter-hours: two words say what five did. Source: AV-41.

Lessons start on quarter-hours, and every zone is whole quarter-hours from UTC. So a plane is kept
as four sets of quarters: those free as a whole, and those whose first, second and third slot is
free. A lesson is then a run of whole quarters, with one look at what sticks out before or behind:
an hour is four quarters and not twelve slots. The last three sets hold the plane itself.
"""

from collections.abc import Callable
from functools import lru_cache, reduce
from operator import and_
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from instainstru_core.availability.model.planes import SLOT_SECONDS, Slots
from instainstru_core.availability.model.words import WORD_BITS, Words, words_of

Quarters: TypeAlias = NDArray[np.uint64]
"""Shape (2, N): bit `q % 64` of `[q // 64, n]` is quarter `q` of plane `n`."""

SLOTS_PER_QUARTER: Final = 3
QUARTER_SECONDS: Final = SLOTS_PER_QUARTER * SLOT_SECONDS
PARTS: Final = 4
WHOLE: Final = 0
QUARTER_WORDS: Final = 2
NO_QUARTER: Final = QUARTER_WORDS * WORD_BITS
"""What `first_quarter` answers where there is none."""

_CHUNKS = 5
_CHUNK_BITS = 63
_CHUNK_QUARTERS = _CHUNK_BITS // SLOTS_PER_QUARTER
_AT_ONCE = 8_192
_ONE = np.uint64(1)
_ALL = (1 << WORD_BITS) - 1
_FROM = np.array([_ALL >> n << n for n in range(WORD_BITS)] + [0], dtype=np.uint64)
# Every third bit of 63, then neighbours moved together in five steps.
_EVERY_THIRD = np.uint64(0x1249249249249249)
_GATHER = (
    (np.uint64(2), np.uint64(0x10C30C30C30C30C3)),
    (np.uint64(4), np.uint64(0x100F00F00F00F00F)),
    (np.uint64(8), np.uint64(0x001F0000FF0000FF)),
    (np.uint64(16), np.uint64(0x001F00000000FFFF)),
    (np.uint64(32), np.uint64(0x00000000001FFFFF)),
)


def quarters_of(words: Words) -> NDArray[np.uint64]:
    """Planes of five words as four sets of quarters: shape (4, 2, N) from (5, N)."""
    found = np.empty((PARTS, QUARTER_WORDS, words.shape[1]), dtype=np.uint64)
    for start in range(0, words.shape[1], _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        _gather(words[:, some], found[:, :, some])
    return found


def _gather(words: Words, found: NDArray[np.uint64]) -> None:
    # Cut anew into pieces of 63 bits, so that each begins with the first slot of a quarter.
    bits = np.empty((SLOTS_PER_QUARTER, _CHUNKS, words.shape[1]), dtype=np.uint64)
    pieces = bits[0]
    pieces[0] = words[0]
    for each in range(1, _CHUNKS):
        np.left_shift(words[each], np.uint64(each), out=pieces[each])
        pieces[each] |= words[each - 1] >> np.uint64(WORD_BITS - each)
    for third in range(1, SLOTS_PER_QUARTER):
        np.right_shift(pieces, np.uint64(third), out=bits[third])
    bits &= _EVERY_THIRD
    moved = np.empty_like(bits)
    for step, kept in _GATHER:
        np.right_shift(bits, step, out=moved)
        bits |= moved
        bits &= kept
    thirds = found[1:]
    width = _CHUNK_QUARTERS
    thirds[:, 0] = bits[:, 0] | bits[:, 1] << np.uint64(width)
    thirds[:, 0] |= bits[:, 2] << np.uint64(2 * width) | bits[:, 3] << np.uint64(3 * width)
    thirds[:, 1] = bits[:, 3] >> np.uint64(WORD_BITS - 3 * width)
    thirds[:, 1] |= bits[:, 4] << np.uint64(4 * width - WORD_BITS)
    np.bitwise_and(thirds[0], thirds[1], out=found[WHOLE])
    found[WHOLE] &= thirds[2]


@lru_cache(maxsize=4_096)
def thirds_of(slots: Slots) -> tuple[tuple[int, int], ...]:
    """The quarters whose first, second and third slot is in *slots*, each in two words."""
    low, high = quarters_of(words_of(slots))[1:, :, 0].T.tolist()
    return tuple(zip(low, high, strict=True))


def later(quarters: Quarters, by: int) -> Quarters:
    """In place of each quarter the one *by* quarters after it; the same array if that is none."""
    if by == 0:
        return quarters
    moved = np.empty_like(quarters)
    if by >= WORD_BITS:
        np.right_shift(quarters[1], np.uint64(by - WORD_BITS), out=moved[0])
        moved[1] = 0
        return moved
    np.right_shift(quarters, np.uint64(by), out=moved)
    moved[0] |= quarters[1] << np.uint64(WORD_BITS - by)
    return moved


def runs_of(quarters: Quarters, length: int) -> Quarters:
    """The quarters from which *length* consecutive ones are set; *length* is at least one."""
    found, covered = quarters, 1
    while covered < length:
        step = min(covered, length - covered, WORD_BITS - 1)
        moved = later(found, step)
        moved &= found
        found, covered = moved, covered + step
    return found


def starts_of(part: Callable[[int], Quarters], third: int, length: int) -> Quarters:
    """The quarters from whose slot number *third* on, 0 to 2, *length* slots are free.

    *part* gives one of the four sets of `quarters_of`. It is not changed, and may be the answer.
    """
    head = min(length, SLOTS_PER_QUARTER - third) if third else 0
    whole, tail = divmod(length - head, SLOTS_PER_QUARTER)
    behind = 1 if head else 0
    needed = [part(1 + each) for each in range(third, third + head)]
    if whole:
        needed.append(later(runs_of(part(WHOLE), whole), behind))
    needed += [later(part(1 + each), behind + whole) for each in range(tail)]
    return reduce(and_, needed)


def clear_before(quarters: Quarters, first: NDArray[np.int64]) -> None:
    """Clear, in place, the quarters of each plane before its entry in *first*."""
    for word in range(QUARTER_WORDS):
        quarters[word] &= _FROM[np.clip(first - word * WORD_BITS, 0, WORD_BITS)]


def first_quarter(quarters: Quarters) -> NDArray[np.int64]:
    """The first quarter of each plane, `NO_QUARTER` where there is none."""
    low, high = quarters
    empty = low == 0
    some = np.where(empty, high, low)
    # The zeros below the lowest one; 64 where all are zero.
    some &= ~some + _ONE
    some -= _ONE
    found: NDArray[np.int64] = np.bitwise_count(some).astype(np.int64)
    found += empty.astype(np.int64) << np.int64(6)
    return found
