"""What goes wrong, as pages: each says what happened and what to do next. Source: SE-23."""

from typing import Any, Final

import structlog
from attrs import frozen
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from entrypoints.http.config import HttpConfig
from entrypoints.http.problems import Refusal, request_id_of, translated
from entrypoints.web.forms import Form, form_of
from entrypoints.web.frame import frame_of
from entrypoints.web.marks import N_
from entrypoints.web.ways import see, sign_in_way
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports

_log = structlog.get_logger("web")


@frozen
class Trouble:
    """What a page says of one kind of refusal: what happened, and what to do next."""

    title: str
    advice: str


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
    409: Trouble(
        N_("That changed in the meantime"),
        N_("Go back and look at how it stands now; nothing of yours is lost."),
    ),
    413: Trouble(N_("That is too much at once"), N_("Send less, in several steps.")),
    422: Trouble(
        N_("Something in this address or form is not right"),
        N_("Go back and correct it; nothing was changed."),
    ),
    429: Trouble(N_("That was a little too fast"), N_("Wait a moment, and then try again.")),
    500: Trouble(
        N_("Something broke on our side"),
        N_("It was recorded. Trying again may help; nothing is done twice."),
    ),
    503: Trouble(
        N_("We are very busy right now"), N_("Try again in a moment: your place is not lost.")
    ),
}


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
        frame = frame_of(request, self._ports, self._config, state.get("principal"))
        trouble = _TROUBLES.get(refusal.status) or _TROUBLES[400 if refusal.status < 500 else 500]
        wait = refusal.headers.get("Retry-After")
        typed = state.get("typed")
        return frame.page(
            "trouble",
            status=refusal.status,
            headers=refusal.headers,
            trouble=trouble,
            status_code=refusal.status,
            code=refusal.code,
            wait=int(wait) if wait and wait.isdecimal() else None,
            carried=None if typed is None else form_of(typed).carried(),
            request_id=request_id_of(request.scope),
        )

    def on_http_error(self, request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        """What Litestar refused."""
        status = error.status_code
        if isinstance(error, NotFoundException):
            status = 404
        if isinstance(error, ValidationException):
            status = 422
        return self.on_refusal(request, Refusal(status, _code(status), error.detail))

    def on_failure(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """Something broke: the log says what, the page doesn't."""
        _log.error("page_failed", request_id=request_id_of(request.scope), exc_info=error)
        return self.on_refusal(request, Refusal(500, "internal_error", "something broke"))

    def _sign_in_first(self, request: Request[Any, Any, Any]) -> Response[Any]:
        frame = frame_of(request, self._ports, self._config, None)
        if request.method == "GET":
            return see(sign_in_way(frame.path))
        typed = request.scope["state"].get("typed")
        form = Form() if typed is None else form_of(typed)
        return frame.page(
            "sign_in", status=401, form=Form(), way=frame.path, carried=form.carried()
        )


def _code(status: int) -> str:
    return {404: "not_found", 405: "method_not_allowed", 422: "validation_failed"}.get(
        status, "malformed_request"
    )
