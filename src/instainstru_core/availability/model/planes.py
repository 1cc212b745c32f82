"""Days as bitmaps: one bit for each five minutes, one plane for each format. Source: AV-1…AV-3.

A plane is a Python integer whose bit `i` is slot `i`; its 40 bytes are five little-endian 64-bit
words, so the same bits serve the database, the hash of a week and the arrays of the roster.
"""

from collections.abc import Iterator
from typing import Self, TypeAlias

from attrs import field, frozen

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format

SLOT_MINUTES = 5
SLOT_SECONDS = 60 * SLOT_MINUTES
SLOTS_PER_DAY = 288
WORDS = 5
PLANE_BYTES = 8 * WORDS
DAY_BYTES = 3 * PLANE_BYTES

FORMATS: tuple[Format, ...] = (Format.TRAVEL, Format.STUDIO, Format.ONLINE)
FORMAT_INDEX = {one: index for index, one in enumerate(FORMATS)}

Slots: TypeAlias = int
"""A set of slots: bit `i` stands for slot `i`."""

WHOLE_DAY: Slots = (1 << SLOTS_PER_DAY) - 1


def span(start: int, end: int) -> Slots:
    """The slots from *start* up to, but without, *end*; none when they are the wrong way round."""
    return ((1 << (end - start)) - 1) << start if end > start else 0


def runs(slots: Slots) -> Iterator[tuple[int, int]]:
    """The maximal runs in *slots*, ascending, as (start, end)."""
    offset = 0
    while slots:
        skipped = (slots & -slots).bit_length() - 1
        slots >>= skipped
        length = (~slots & (slots + 1)).bit_length() - 1
        yield offset + skipped, offset + skipped + length
        slots >>= length
        offset += skipped + length


def ones(slots: Slots) -> Iterator[int]:
    """The numbers of the slots in *slots*, ascending."""
    while slots:
        lowest = slots & -slots
        yield lowest.bit_length() - 1
        slots ^= lowest


def eroded(slots: Slots, length: int) -> Slots:
    """Those slots from which *length* consecutive ones are all in *slots*."""
    covered = 1
    while covered < length:
        step = min(covered, length - covered)
        slots &= slots >> step
        covered += step
    return slots


def _stored(_: object, __: object, plane: Slots) -> None:
    if not 0 <= plane <= WHOLE_DAY:
        raise Malformed("a stored plane has 288 slots")


@frozen
class DayPlanes:
    """When one local day is open, in wall time, for each format. Source: AV-3."""

    travel: Slots = field(default=0, validator=_stored)
    studio: Slots = field(default=0, validator=_stored)
    online: Slots = field(default=0, validator=_stored)

    @classmethod
    def of_bytes(cls, content: bytes) -> Self:
        """The planes that `to_bytes` wrote.

        Raises:
            Malformed: Not 120 bytes, or a bit beyond the day.
        """
        if len(content) != DAY_BYTES:
            raise Malformed(f"a day has {DAY_BYTES} bytes, not {len(content)}")
        return cls(
            int.from_bytes(content[:PLANE_BYTES], "little"),
            int.from_bytes(content[PLANE_BYTES : 2 * PLANE_BYTES], "little"),
            int.from_bytes(content[2 * PLANE_BYTES :], "little"),
        )

    def of(self, wanted: Format) -> Slots:
        """The plane of one format."""
        if wanted is Format.TRAVEL:
            return self.travel
        return self.studio if wanted is Format.STUDIO else self.online

    @property
    def open_in_any(self) -> Slots:
        """Open time: the union of the planes."""
        return self.travel | self.studio | self.online

    def to_bytes(self) -> bytes:
        """Travel, studio, online: 40 bytes each. Source: AV-2, AV-13."""
        return b"".join(plane_bytes(self.of(each)) for each in FORMATS)

    def closed_in(self, later: Self) -> Slots:
        """The slots that are open here for some format and closed for it in *later*."""
        return (
            self.travel & ~later.travel | self.studio & ~later.studio | self.online & ~later.online
        )

    def without(self, other: Self) -> Self:
        """What is open here and not in *other*."""
        return type(self)(
            self.travel & ~other.travel, self.studio & ~other.studio, self.online & ~other.online
        )

    def __or__(self, other: Self) -> Self:
        return type(self)(
            self.travel | other.travel, self.studio | other.studio, self.online | other.online
        )

    def __xor__(self, other: Self) -> Self:
        return type(self)(
            self.travel ^ other.travel, self.studio ^ other.studio, self.online ^ other.online
        )

    def __bool__(self) -> bool:
        return self != CLOSED


def plane_bytes(slots: Slots) -> bytes:
    """Five little-endian 64-bit words. Source: AV-2."""
    return slots.to_bytes(PLANE_BYTES, "little")


CLOSED = DayPlanes()
"""A day without a row equals three empty planes. Source: AV-8."""
