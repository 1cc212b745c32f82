"""What every page stands in: who looks, in which language and light, and what may run in it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from markupsafe import Markup

from entrypoints.http.config import HttpConfig
from entrypoints.web.assets import asset_url, takes_gzip
from entrypoints.web.coming_days import day_options
from entrypoints.web.formats import Formats
from entrypoints.web.languages import LANGUAGE_COOKIE, TONGUES, Language, Tongue, chosen_language
from entrypoints.web.pictures.times import start_list
from entrypoints.web.pieces import Piece, packed, whole
from entrypoints.web.sayings import NOT_POSSIBLE, REFUSALS, SAYINGS
from entrypoints.web.styles import DESK, FILES, STYLE, STYLE_SOURCE, is_kept
from entrypoints.web.ways_to_meet import FORMATS, SIGNS
from entrypoints.web.wording import Worded
from instainstru_core.accounts.model import Permission, Principal, Role
from instainstru_core.kernel.time import instant_text
from instainstru_core.ports import Ports

THEME_COOKIE: Final = "theme"
SAID_COOKIE: Final = "said"
THEMES: Final = ("auto", "light", "dark")
_TEMPLATES: Final = Path(__file__).with_name("templates")
_FIRST: Final = {"Cache-Control": "private, no-store", "Vary": "Accept-Encoding, Cookie"}


def _environment(tongue: Tongue) -> Environment:
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", Worded],
        # Templates are part of the release: nothing is gained by looking for changes.
        auto_reload=False,
    )
    pages.install_gettext_translations(tongue.translations, newstyle=True)  # type: ignore[attr-defined]
    pages.extend(translated=tongue.translations.gettext)
    pages.globals |= {"asset": asset_url, "fmt": tongue.formats, "start_list": start_list}
    pages.globals |= {"Permission": Permission, "Role": Role}
    pages.globals |= {"day_options": day_options}
    pages.globals |= {"style_files": FILES, "desk": DESK}
    pages.globals |= {"instant": instant_text, "ways": FORMATS, "signs": SIGNS}
    return pages


ENVIRONMENTS: Final[Mapping[Language, Environment]] = {
    language: _environment(tongue) for language, tongue in TONGUES.items()
}


@frozen(kw_only=True, eq=False)
class Frame:
    """One request as its page sees it. *viewer* is whoever is signed in, *now* the platform's time.

    *unasked*: somebody with a session was refused before anybody asked who it is. *nonce* lets
    this page's own scripts run, and nothing else. Source: SE-18.
    """

    request: Request[Any, Any, Any]
    viewer: Principal | None
    now: datetime
    tongue: Tongue
    theme: str
    demo: bool
    config: HttpConfig
    unasked: bool = False
    nonce: str = field(factory=lambda: secrets.token_urlsafe(16))

    @property
    def path(self) -> str:
        """Where this is, with its query: to come back to."""
        query = self.request.scope["query_string"].decode("latin-1")
        return self.request.scope["path"] + (f"?{query}" if query else "")

    @property
    def style(self) -> Piece | None:
        """The stylesheet, for a browser that doesn't keep its file yet."""
        return None if is_kept(self.request.cookies) else STYLE

    @property
    def formats(self) -> Formats:
        """How its language writes what is counted."""
        return self.tongue.formats

    def words(self, text: str) -> str:
        """*text*, marked with `N_` where it stands, in the reader's language."""
        return self.tongue.words(text)

    def refusal(self, code: str, *, otherwise: str | None = None) -> str:
        """What a refusal's *code* means to the reader, else *otherwise*, else that it can't be."""
        said = REFUSALS.get(code)
        return self.words(said or NOT_POSSIBLE) if otherwise is None or said else otherwise

    def key(self) -> str:
        """A key for a form, by which it acts once. Source: SE-13."""
        return secrets.token_urlsafe(24)

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> Response[bytes]:
        """The template with *facts*; private, unless *headers* say otherwise."""
        said = SAYINGS.get(self.request.cookies.get(SAID_COOKIE, ""))
        html = (
            ENVIRONMENTS[self.tongue.language]
            .get_template(f"{template}.html.jinja")
            .render(frame=self, viewer=self.viewer, said=said, **facts)
        )
        sent = {**_FIRST, "Content-Security-Policy": self._policy(), **(headers or {})}
        if takes_gzip(self.request.headers.get("Accept-Encoding", "")):
            content = packed(html)
            sent["Content-Encoding"] = "gzip"
        else:
            content = whole(html)
        gone = [Cookie(key=SAID_COOKIE, value="", max_age=0, path="/")] if said else []
        return Response(
            content,
            status_code=status,
            media_type="text/html",
            headers=sent,
            cookies=gone,
        )

    def part(self, template: str, **facts: Any) -> Markup:
        """A template inside of another, for pictures and fragments."""
        found = ENVIRONMENTS[self.tongue.language].get_template(f"{template}.html.jinja")
        return Markup(found.render(frame=self, viewer=self.viewer, **facts))  # noqa: S704 - escaped by its template

    def _policy(self) -> str:
        stripe = self.config.publishable_key is not None
        frames = "https://js.stripe.com https://hooks.stripe.com" if stripe else "'none'"
        talks = "'self' https://api.stripe.com" if stripe else "'self'"
        style = "'self'" if self.style is None else f"'self' {STYLE_SOURCE}"
        return (
            f"default-src 'self'; script-src 'nonce-{self.nonce}' 'strict-dynamic'; "
            f"style-src {style}; img-src 'self' data:; connect-src {talks}; frame-src {frames}; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        )


def frame_of(
    request: Request[Any, Any, Any], ports: Ports, config: HttpConfig, viewer: Principal | None
) -> Frame:
    """The frame of *request*, also where it was refused before anybody was known."""
    cookies = request.cookies
    theme = cookies.get(THEME_COOKIE, "auto")
    language = chosen_language(
        cookies.get(LANGUAGE_COOKIE), request.headers.get("Accept-Language", "")
    )
    return Frame(
        request=request,
        viewer=viewer,
        now=ports.clock.now(),
        tongue=TONGUES[language],
        theme=theme if theme in THEMES else "auto",
        demo=ports.mailbox is not None,
        config=config,
    )


async def provide_frame(
    request: Request[Any, Any, Any],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
    viewer: NamedDependency[Principal | None],
) -> Frame:
    """The frame of this request."""
    return frame_of(request, ports, config, viewer)
