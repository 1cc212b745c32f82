"""What a reader prefers: the language, and light or dark."""

from typing import Final

from litestar import post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from entrypoints.http.config import HttpConfig
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.web.forms import NEXT_FIELD, Form
from entrypoints.web.frame import THEME_COOKIE, THEMES
from entrypoints.web.languages import LANGUAGE_COOKIE, Language
from entrypoints.web.ways import safe_way, see

_YEAR: Final = 365 * 86_400


@post("/preferences", sync_to_thread=False, opt=policy(access=PUBLIC, bucket="edge", page=True))
def prefer(form: NamedDependency[Form], config: NamedDependency[HttpConfig]) -> Redirect:
    """Keep what was chosen for a year; what is no choice is passed over."""
    chosen = []
    if form["language"] in set(Language):
        chosen.append((LANGUAGE_COOKIE, form["language"]))
    if form["theme"] in THEMES:
        chosen.append((THEME_COOKIE, form["theme"]))
    cookies = [
        Cookie(key=name, value=value, max_age=_YEAR, path="/", samesite="lax", secure=config.hosted)
        for name, value in chosen
    ]
    return see(safe_way(form[NEXT_FIELD]), cookies=cookies)


PAGES: Final = [prefer]
