"""What goes wrong, as pages: each says what happened and what to do next. Source: SE-23."""

from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from attrs import evolve, frozen
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from entrypoints.http.config import HttpConfig
from entrypoints.http.cookies import access_cookie, refresh_cookie
from entrypoints.http.problems import HTTP_CODES, Refusal, allowed, request_id_of, translated
from entrypoints.web.forms import Form, form_of
from entrypoints.web.frame import Frame, frame_of
from entrypoints.web.marks import N_
from entrypoints.web.once import ChangedSince
from entrypoints.web.ways import safe_way, see, sign_in_way
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports

_log = structlog.get_logger("web")


@frozen
class Trouble:
    """What a page says of one kind of refusal: what happened, and what to do next."""

    title: str
    advice: str


_CHANGED: Final = Trouble(
    N_("That changed in the meantime"),
    N_("Go back and look at how it stands now; nothing of yours is lost."),
)
_TROUBLES: Final = {
    400: Trouble(
        N_("That request made no sense to us"),
        N_("Go back and try once more; if it happens again, start from the home page."),
    ),
    403: Trouble(
        N_("This page is not yours to open"),
        N_("You may be signed in with another account than the one that it belongs to."),
    ),
    404: Trouble(
        N_("There is nothing here"),
        N_("The page may have moved, or the link may be incomplete. Search for a lesson instead."),
    ),
    405: Trouble(
        N_("This page cannot be opened that way"), N_("Go back to the page that you came from.")
    ),
    409: _CHANGED,
    410: Trouble(N_("This is not here any more"), N_("Start from the home page.")),
    412: _CHANGED,
    413: Trouble(
        N_("That is too much at once"),
        N_("Nothing was changed. Go back, and send less: in several steps, or in shorter words."),
    ),
    414: Trouble(N_("This address is too long"), N_("Start from the home page, and search there.")),
    415: Trouble(
        N_("We can't read what was sent"), N_("Go back, and send the form as the page shows it.")
    ),
    422: Trouble(
        N_("Something in this address or form is not right"),
        N_("Go back and correct it; nothing was changed."),
    ),
    428: _CHANGED,
    429: Trouble(N_("That was a little too fast"), N_("Wait a moment, and then try again.")),
    431: Trouble(
        N_("Your browser sent too much along"),
        N_("Delete the cookies of this site, and open it anew."),
    ),
    500: Trouble(
        N_("Something broke on our side"),
        N_("It was recorded. Trying again may help; nothing is done twice."),
    ),
    503: Trouble(
        N_("We are very busy right now"), N_("Try again in a moment: your place is not lost.")
    ),
}
_NOT_ANSWERING: Final = N_("Something that we need does not answer")
_NOT_NOW: Final = N_("That is not possible for now")
_WAITING: Final = N_("One moment, please")
_TITLES: Final = {
    "account_deactivated": _NOT_NOW,
    "account_locked": _NOT_NOW,
    "account_restricted": _NOT_NOW,
    "account_suspended": _NOT_NOW,
    "csrf_origin_mismatch": N_("That came from somewhere else"),
    "database_unavailable": _NOT_ANSWERING,
    "operation_in_progress": _WAITING,
    "unavailable": _NOT_ANSWERING,
}
"""Where a code says more of what happened than its status does."""
_BY_ITSELF: Final = frozenset({409, 429})
"""After these a form may be sent again by itself, once the wait is over."""


class Refusals:
    """The pages of refusals, on the same world as all others."""

    def __init__(self, ports: Ports, config: HttpConfig) -> None:
        self._ports = ports
        self._config = config

    def on_error(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """The page of whatever went wrong."""
        match error:
            case Refusal():
                return self.on_refusal(request, error)
            case ChangedSince():
                return self.on_changed(request, error)
            case DomainError():
                return self.on_refusal(request, translated(error))
            case HTTPException() if error.status_code < 500:
                return self.on_http_error(request, error)
            case _:
                return self.on_failure(request, error)

    def on_refusal(self, request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
        """The page of a refusal; whoever is not signed in is led there, and back."""
        state = request.scope["state"]
        state["problem"] = refusal.code
        if refusal.status == 401:
            return self._sign_in_first(request)
        frame = self._frame(request)
        trouble = _TROUBLES.get(refusal.status) or _TROUBLES[400 if refusal.status < 500 else 500]
        wait = refusal.headers.get("Retry-After")
        seconds = int(wait) if wait and wait.isdecimal() else None
        passing = seconds is not None or refusal.status >= 500
        carried = _carried(request) if passing else []
        by_itself = refusal.status in _BY_ITSELF
        goes_on = bool(carried) and by_itself and seconds is not None
        return frame.page(
            "trouble",
            status=refusal.status,
            headers=refusal.headers,
            title=_TITLES.get(refusal.code, _WAITING if goes_on else trouble.title),
            advice=frame.refusal(refusal.code, otherwise=frame.words(trouble.advice)),
            status_code=refusal.status,
            wait=seconds,
            again=passing,
            by_itself=by_itself,
            carried=carried,
            request_id=request_id_of(request.scope),
        )

    def on_changed(self, request: Request[Any, Any, Any], changed: ChangedSince) -> Response[Any]:
        """Ask about a form that was done, and then changed: to look, or to do that as well."""
        state = request.scope["state"]
        state["problem"] = "changed_since"
        frame = self._frame(request)
        return frame.page(
            "changed_since", status=409, location=changed.location, carried=changed.carried
        )

    def on_http_error(self, request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        """What Litestar refused."""
        status = error.status_code
        if isinstance(error, NotFoundException):
            status = 404
        if isinstance(error, ValidationException):
            status = 422
        code = HTTP_CODES.get(status, "malformed_request")
        return self.on_refusal(request, Refusal(status, code, error.detail, headers=allowed(error)))

    def on_failure(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """Something broke: the log says what, the page doesn't."""
        _log.error("page_failed", request_id=request_id_of(request.scope), exc_info=error)
        return self.on_refusal(request, Refusal(500, "internal_error", "something broke"))

    def _frame(self, request: Request[Any, Any, Any]) -> Frame:
        """The frame, where nobody may have asked yet who it is that came with a session."""
        config, viewer = self._config, request.scope["state"].get("principal")
        shown = {access_cookie(config), refresh_cookie(config)} & request.cookies.keys()
        return evolve(
            frame_of(request, self._ports, config, viewer), unasked=viewer is None and bool(shown)
        )

    def _sign_in_first(self, request: Request[Any, Any, Any]) -> Response[Any]:
        frame = frame_of(request, self._ports, self._config, None)
        if request.method == "GET":
            return see(sign_in_way(frame.path))
        carried = _carried(request)
        way = frame.path if carried else _came_from(request)
        return frame.page("sign_in", status=401, form=Form(), way=way, carried=carried)


def _carried(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """What was typed, as far as it can be sent again."""
    typed = request.scope["state"].get("typed")
    try:
        return [] if typed is None else form_of(typed).carried()
    except Refusal:
        return []


def _came_from(request: Request[Any, Any, Any]) -> str:
    """The page of ours that a form without any field stood on."""
    parts = urlsplit(request.headers.get("Referer", ""))
    way = parts.path + (f"?{parts.query}" if parts.query else "")
    return safe_way(way) if parts.netloc == request.headers.get("Host") else "/"
