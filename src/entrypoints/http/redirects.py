"""Where we may send somebody afterwards: to pages of our own, and nowhere else. Source: SE-19."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_DOMAIN: Final = "instainstru.com"
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", f"beta-local.{_DOMAIN}"})
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\]")
"""What browsers drop, or read as something else, before they follow an address."""


def redirect_target(text: str, *, site: str, hosted: bool) -> str | None:
    """The address of a page of ours that *text* names, a path being one of *site*; else None."""
    if _UNSAFE.search(text):
        return None
    if text.startswith("/"):
        return None if text.startswith("//") else site + text
    try:
        parts = urlsplit(text)
        ours = _is_ours(parts, hosted=hosted)
    except ValueError:  # A port that is no number, or a bracket that is no address.
        return None
    return text if ours else None


def _is_ours(parts: SplitResult, *, hosted: bool) -> bool:
    host = parts.hostname or ""
    if "@" in parts.netloc:
        return False
    if not hosted and host in _LOCAL:
        return parts.scheme in {"http", "https"} and parts.port != 0
    is_domain = host == _DOMAIN or host.endswith(f".{_DOMAIN}")
    return parts.scheme == "https" and is_domain and parts.port in {None, 443}
