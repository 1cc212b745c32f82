"""Parts that pages have in common: drawn once, packed once, and set into each page as they are.

A page is written with a mark where a piece stands. On its way out the words around it are packed,
and the piece's own packed blocks go between them.
"""

import re
import secrets
import zlib
from collections.abc import Iterator
from itertools import count
from struct import pack
from typing import Final
from weakref import WeakValueDictionary

from attrs import field, frozen
from markupsafe import Markup

QUICK: Final = 4
BEST: Final = 9

_GZIP: Final = bytes.fromhex("1f8b08000000000000ff")
"""A member without a name or a time. Source: RFC 1952 §2.3."""
_SECRET: Final = secrets.token_hex(8)
"""Of this process: nobody can write a mark into what they send us."""
_MARK: Final = re.compile(rf"<!--{_SECRET}\.([0-9]+)-->")
_numbers: Final = count()


def _encoded(markup: Markup) -> bytes:
    return markup.encode()


@frozen(eq=False)
class Piece:
    """Markup that many pages show, packed as it is made; templates write it like any other.

    It stands on pages alone: what else is kept as it was drawn must not have one inside.
    """

    plain: bytes = field(converter=_encoded, alias="markup", repr=False)
    """As it is sent: of text beyond Latin letters Python would keep twice as much."""
    level: int = QUICK
    packed: bytes = field(init=False, repr=False)
    number: int = field(init=False, factory=lambda: next(_numbers))

    @packed.default
    def _pack(self) -> bytes:
        """Blocks that end on a byte, and look at nothing before them. Source: RFC 1951 §2."""
        press = _raw(self.level)
        return press.compress(self.plain) + press.flush(zlib.Z_FULL_FLUSH)

    def __attrs_post_init__(self) -> None:
        _pieces[self.number] = self

    def __html__(self) -> str:
        """The mark of where it stands."""
        return f"<!--{_SECRET}.{self.number}-->"


_pieces: Final[WeakValueDictionary[int, Piece]] = WeakValueDictionary()
"""Those that somebody holds: whoever writes a page holds its pieces until it is whole."""


def whole(page: str) -> bytes:
    """*page*, with its pieces where their marks are."""
    return b"".join(
        each.plain if isinstance(each, Piece) else each.encode() for each in _parts(page)
    )


def packed(page: str) -> bytes:
    """*page* in gzip, with its pieces where their marks are.

    Source: RFC 1951 §2 (blocks follow one another), RFC 1952.
    """
    press, checked, length, parts = _raw(QUICK), 0, 0, [_GZIP]
    for each in _parts(page):
        if isinstance(each, Piece):
            plain = each.plain
            # After a full flush nothing refers to what was before it: blocks may be put between.
            parts += [press.flush(zlib.Z_FULL_FLUSH), each.packed]
        else:
            plain = each.encode()
            parts.append(press.compress(plain))
        checked, length = zlib.crc32(plain, checked), length + len(plain)
    return b"".join((*parts, press.flush(), pack("<II", checked, length & 0xFFFFFFFF)))


def _parts(page: str) -> Iterator[str | Piece]:
    for number, part in enumerate(_MARK.split(page)):
        yield _pieces[int(part)] if number % 2 else part


def _raw(level: int) -> "zlib._Compress":
    return zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
