"""The stylesheet's two ways to a browser: inside of its first page, and from a file it keeps.

Somebody who was never here would wait for a second answer before they see anything; so the first
page has the whole of it inside. A script of that page fetches the file and its fonts, and notes in
a cookie which one is kept: from then on pages only name it. Source: docs/decisions/0044.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from markupsafe import Markup

from entrypoints.web.assets import ASSETS, DIGEST, asset_url
from entrypoints.web.pieces import BEST, Piece

STYLE_COOKIE: Final = "style"
DESK: Final = "(min-width:48rem)"
"""Where even a first page has our fonts, if they come in time."""

_FILE: Final = "style.css"
_FACE: Final = re.compile(r"@font-face *\{[^}]*\}")
_OURS: Final = re.compile(r'url\("([^":/#][^":]*)"\)')


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

STYLE: Final = Piece(Markup(_inside()), level=BEST)  # noqa: S704 - a file of the release
STYLE_SOURCE: Final = f"'sha256-{b64encode(sha256(STYLE.plain).digest()).decode()}'"
"""What a page's policy lets in: this very text. Source: SE-18, CSP 3 §2.3.1."""


def is_kept(cookies: Mapping[str, str]) -> bool:
    """Whether the browser said that it keeps the file of this release."""
    return cookies.get(STYLE_COOKIE) == DIGEST
