"""Ways from one page to another: after something was done, and back to where somebody came from."""

import re
from typing import Final
from urllib.parse import quote

from litestar.datastructures import Cookie
from litestar.response import Redirect

from entrypoints.web.frame import SAID_COOKIE
from entrypoints.web.sayings import SAYINGS

SAID_SECONDS: Final = 60
MAX_WAY: Final = 2000
# One slash and then anything but another, a backslash or a control character. Source: SE-19.
_OUR_OWN: Final = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def safe_way(text: str, *, otherwise: str = "/") -> str:
    """*text* if it leads to a page of ours, else *otherwise*. Source: SE-19."""
    return text if len(text) <= MAX_WAY and _OUR_OWN.fullmatch(text) else otherwise


def see(location: str, *, said: str | None = None, cookies: list[Cookie] | None = None) -> Redirect:
    """Look at *location* next, by GET, so that a reload repeats nothing; *said* is told there."""
    given = list(cookies or [])
    if said is not None:
        if said not in SAYINGS:
            raise LookupError(f"nothing is said as {said}")
        given.append(
            Cookie(
                key=SAID_COOKIE,
                value=said,
                max_age=SAID_SECONDS,
                path="/",
                httponly=True,
                samesite="lax",
            )
        )
    return Redirect(location, status_code=303, cookies=given)


def sign_in_way(path: str) -> str:
    """The sign-in that comes back to *path*."""
    return f"/sign-in?next={quote(safe_way(path), safe='')}"
