"""Style, scripts and fonts: read once, packed once, kept by browsers for ever.

The address holds a digest of all of them, so a change is another address, and modules that import
each other by relative paths stay together.
"""

import gzip
import re
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.http.policy import PUBLIC, policy

_PLACE: Final = Path(__file__).with_name("static")
_FOREVER: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Vary": "Accept-Encoding",
}
_COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".txt"})
_NEVER: Final = re.compile(r"\s*q\s*=\s*0(?:\.0{0,3})?\s*", re.IGNORECASE)
_FOR_READERS: Final = re.compile(r"""("[^"]*"|'[^']*')|/\*.*?\*/|\s*([{};,])\s*|\s+""", re.DOTALL)


@frozen(eq=False)
class Asset:
    """One file, plain and compressed."""

    media_type: str
    plain: bytes
    packed: bytes | None


def takes_gzip(accepted: str) -> bool:
    """Whether whoever has *accepted* these codings reads gzip. Source: RFC 9110 §12.5.3."""
    codings = {
        coding.strip().lower(): _NEVER.fullmatch(weight) is None
        for coding, _, weight in (each.partition(";") for each in accepted.split(","))
    }
    return codings.get("gzip", codings.get("*", False))


def without_spaces(style: str) -> str:
    """*style* without what only its writers need: comments, and spaces that part nothing."""
    spare = _FOR_READERS.sub(lambda found: found[1] or found[2] or " ", style)
    return spare.replace(";}", "}").strip()


def _read() -> dict[str, Asset]:
    found = {}
    for file in sorted(_PLACE.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".css":
                content = without_spaces(content.decode()).encode()
            packed = gzip.compress(content, 9, mtime=0) if file.suffix in _COMPRESSED else None
            kind = {".js": "text/javascript", ".woff2": "font/woff2"}.get(file.suffix)
            media_type = kind or guess_type(file.name)[0] or "application/octet-stream"
            found[file.relative_to(_PLACE).as_posix()] = Asset(media_type, content, packed)
    return found


ASSETS: Final = _read()
DIGEST: Final = sha256(
    b"".join(name.encode() + one.plain for name, one in ASSETS.items())
).hexdigest()[:12]


def asset_url(name: str) -> str:
    """Where the file is; a name that isn't there is a mistake of ours, found at once."""
    if name not in ASSETS:
        raise LookupError(f"there is no asset {name}")
    return f"/static/{DIGEST}/{name}"


@get(
    "/static/{digest:str}/{name:path}",
    sync_to_thread=False,
    opt=policy(access=PUBLIC, bucket="edge", asset=True),
)
def send_asset(
    request: Request[Any, Any, Any], digest: FromPath[str], name: FromPath[Path]
) -> Response[bytes]:
    """One file; those of an earlier release are gone with it."""
    asset = ASSETS.get(name.as_posix().lstrip("/"))
    if asset is None or digest != DIGEST:
        raise NotFoundException
    if asset.packed is not None and takes_gzip(request.headers.get("Accept-Encoding", "")):
        headers = {**_FOREVER, "Content-Encoding": "gzip"}
        return Response(asset.packed, media_type=asset.media_type, headers=headers)
    return Response(asset.plain, media_type=asset.media_type, headers=_FOREVER)
