"""The stylesheet's two ways to a browser: inside of its first page, and from a file it keeps.

Somebody who was never here would wait for a second answer before they see anything; so the first
page has the whole of it inside. A script of that page fetches the file and its fonts, and notes in
a cookie which one is kept: from then on pages only name it. Source: docs/decisions/0044.
"""

import re
import zlib
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from struct import pack
from typing import Final

from markupsafe import Markup

from entrypoints.web.assets import ASSETS, DIGEST, asset_url

STYLE_COOKIE: Final = "style"
DESK: Final = "(min-width:48rem)"
"""Where even a first page has our fonts, if they come in time."""

_FILE: Final = "style.css"
_LEVEL: Final = 4
_BEST: Final = 9
_FACE: Final = re.compile(r"@font-face *\{[^}]*\}")
_OURS: Final = re.compile(r'url\("([^":/#][^":]*)"\)')
_GZIP: Final = bytes.fromhex("1f8b08000000000000ff")
"""A member without a name or a time. Source: RFC 1952 §2.3."""


def _inside() -> str:
    """Its text as a page has it: what it fetches is named in full.

    A page waits a tenth of a second for a font that it names, and a phone's first needn't.
    """
    text = _FACE.sub(rf"@media {DESK}{{\g<0>}}", ASSETS[_FILE].plain.decode())
    return _OURS.sub(lambda found: f'url("{asset_url(found[1])}")', text)


FILES: Final = " ".join(
    (asset_url(_FILE), *map(asset_url, _OURS.findall(ASSETS[_FILE].plain.decode())))
)
"""What a browser keeps for the pages after its first."""

STYLE: Final = Markup(_inside())  # noqa: S704 - a file of the release
STYLE_SOURCE: Final = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
"""What a page's policy lets in: this very text. Source: SE-18, CSP 3 §2.3.1."""

_PLAIN: Final = STYLE.encode()


def _raw(level: int) -> "zlib._Compress":
    return zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)


def _ready() -> bytes:
    """It, packed as well as can be: blocks that end on a byte, and look at nothing before them."""
    press = _raw(_BEST)
    return press.compress(_PLAIN) + press.flush(zlib.Z_FULL_FLUSH)


_PACKED: Final = _ready()


def is_kept(cookies: Mapping[str, str]) -> bool:
    """Whether the browser said that it keeps the file of this release."""
    return cookies.get(STYLE_COOKIE) == DIGEST


def packed(page: bytes) -> bytes:
    """*page* in gzip; a style inside of it was packed once, as the process started.

    Source: RFC 1951 §2 (blocks follow one another), RFC 1952.
    """
    head, style, rest = page.partition(_PLAIN)
    press = _raw(_LEVEL)
    parts = [_GZIP, press.compress(head)]
    if style:
        # After a full flush nothing refers to what was before it, so the blocks may be put between.
        parts += [press.flush(zlib.Z_FULL_FLUSH), _PACKED, press.compress(rest)]
    parts += [press.flush(), pack("<II", zlib.crc32(page), len(page) & 0xFFFFFFFF)]
    return b"".join(parts)
