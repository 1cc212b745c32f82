"""Refusals as RFC 9457 problem documents. Source: SE-23, SE-24."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

import structlog
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.params import ParameterKwarg
from litestar.types import Scope
from msgspec import UNSET, Meta, Struct, UnsetType, json

from instainstru_core.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    IncorrectSecret,
    Malformed,
    NotFound,
    OperationInProgress,
    PaymentRefused,
    PreconditionMissing,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
    VersionConflict,
)

ReadT = TypeVar("ReadT")
MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "https://instainstru.com/problems/"
STATUS: Final[Mapping[type[DomainError], int]] = {
    IncorrectSecret: 400,
    Unauthenticated: 401,
    PaymentRefused: 402,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    VersionConflict: 412,
    PreconditionMissing: 428,
    TooManyAttempts: 429,
    Unavailable: 503,
    DomainError: 422,
}
HTTP_CODES: Final[Mapping[int, str]] = {
    400: "malformed_request",
    401: "invalid_token",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "content_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
    503: "unavailable",
}
_HTTP_DETAILS: Final = {
    404: "there is nothing at this address",
    405: "this address does not answer to this method",
}
_MAX_MESSAGE: Final = 200
_log = structlog.get_logger("http")


class Violation(Struct, kw_only=True, frozen=True):
    """One thing that is wrong with a request."""

    pointer: Annotated[
        str, Meta(description="JSON pointer into the body, or `/query/name`.", examples=["/email"])
    ]
    code: Annotated[str, Meta(examples=["missing"])]
    message: Annotated[str, Meta(examples=["this field is required"])]


class Problem(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Why a request was refused (RFC 9457). Conflicts may carry more machine-readable members."""

    type: Annotated[str, Meta(examples=["https://instainstru.com/problems/not_found"])]
    title: Annotated[str, Meta(examples=["Not found"])]
    status: Annotated[int, Meta(ge=400, le=599, examples=[404])]
    detail: Annotated[str, Meta(examples=["there is no such booking"])]
    instance: Annotated[str, Meta(examples=["/api/v1/bookings/01JZ8Q5H3M7YB2K4N6P8R0T1V3"])]
    code: Annotated[str, Meta(description="Stable name.", examples=["not_found"])]
    request_id: Annotated[str, Meta(examples=["01JZ8Q5H3M7YB2K4N6P8R0T1V3"])]
    errors: list[Violation] | UnsetType = UNSET


class Refusal(Exception):
    """A refusal of HTTP's own: the perimeter's, not the domain's."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        violations: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.violations = violations
        self.headers = dict(headers or {})
        self.facts = dict(facts or {})


def status_of(error: DomainError) -> int:
    """The status of the error's family."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def translated(error: DomainError) -> Refusal:
    """A refusal of the domain, in HTTP's words."""
    headers: dict[str, str] = {}
    if isinstance(error, TooManyAttempts | Unavailable):
        headers["Retry-After"] = str(max(1, error.retry_after_seconds))
    elif isinstance(error, OperationInProgress):
        headers["Retry-After"] = "1"
    elif isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    status = status_of(error)
    detail = str(error) or title_of(error.code)
    violations = (
        [Violation(pointer="", code=error.code, message=detail)]
        if isinstance(error, Malformed)
        else []
    )
    return Refusal(
        status, error.code, detail, violations=violations, headers=headers, facts=error.facts()
    )


def title_of(code: str) -> str:
    """A code as a human would write it."""
    return code.replace("_", " ").capitalize()


def document(refusal: Refusal, *, path: str, request_id: str) -> bytes:
    """The problem document of a refusal."""
    content: dict[str, Any] = {
        "type": TYPE_PREFIX + refusal.code,
        "title": title_of(refusal.code),
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": path,
        "code": refusal.code,
        "request_id": request_id,
    }
    if refusal.violations:
        content["errors"] = refusal.violations
    for name, value in refusal.facts.items():
        content.setdefault(name, value)
    return json.encode(content, enc_hook=str)


def request_id_of(scope: Scope) -> str:
    """The request's id, as the perimeter gave it."""
    return str(scope["state"].get("request_id", ""))


def _respond(request: Request[Any, Any, Any], refusal: Refusal) -> Response[bytes]:
    request.scope["state"]["problem"] = refusal.code
    path = request.scope["state"].get("path", request.scope["path"])
    return Response(
        document(refusal, path=path, request_id=request_id_of(request.scope)),
        status_code=refusal.status,
        media_type=MEDIA_TYPE,
        headers=refusal.headers,
    )


def on_refusal(request: Request[Any, Any, Any], error: Refusal) -> Response[bytes]:
    """Say what the perimeter refused."""
    return _respond(request, error)


def on_domain_error(request: Request[Any, Any, Any], error: DomainError) -> Response[bytes]:
    """Say what the domain refused."""
    return _respond(request, translated(error))


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Say what Litestar refused."""
    status = error.status_code
    if isinstance(error, ValidationException):
        return _respond(request, _invalid_parameters(request, error))
    if status >= 500:
        return on_failure(request, error)
    if isinstance(error, NotFoundException):
        status = 404
    code = HTTP_CODES.get(status, "malformed_request")
    detail = _HTTP_DETAILS.get(status, title_of(code))
    return _respond(request, Refusal(status, code, detail, headers=allowed(error)))


def allowed(error: HTTPException) -> dict[str, str]:
    """What the address answers to, where it refuses a method. Source: RFC 9110 §15.5.6."""
    for name, value in (error.headers or {}).items():
        if name.lower() == "allow":
            methods = set(value.split(", "))
            if "GET" in methods:
                methods.add("HEAD")
            return {"Allow": ", ".join(sorted(methods))}
    return {}


def on_failure(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Something broke: the log says what, the answer doesn't. Source: SE-23."""
    _log.error(
        "request_failed",
        request_id=request_id_of(request.scope),
        path=request.scope["path"],
        exc_info=error,
    )
    detail = "something broke on our side; it was recorded, and trying again may help"
    return _respond(request, Refusal(500, "internal_error", detail))


def _invalid_parameters(request: Request[Any, Any, Any], error: ValidationException) -> Refusal:
    extra = error.extra if isinstance(error.extra, list) else []
    if any(item.get("source") == "path" for item in extra):
        return Refusal(404, "not_found", _HTTP_DETAILS[404])
    if any(item.get("source") == "body" for item in extra):
        # Bodies are judged by `wire`; Litestar itself only notices that there is none.
        return Refusal(400, "malformed_json", "the body is not acceptable JSON: it is empty")
    violations = [
        Violation(
            pointer=_pointer(request, item),
            code="invalid",
            message=str(item.get("message", "not valid"))[:_MAX_MESSAGE],
        )
        for item in extra
    ] or _missing_parameters(request)
    if not violations:
        violations = [Violation(pointer="/query", code="invalid", message=error.detail)]
    return invalid(violations)


def _pointer(request: Request[Any, Any, Any], item: Mapping[str, Any]) -> str:
    """Where the parameter stands, by the name that callers give it."""
    source, key = ParamType(item.get("source", ParamType.QUERY)), str(item.get("key", ""))
    field = request.route_handler.parsed_fn_signature.parameters.get(key)
    kwarg = None if field is None else field.kwarg_definition
    if isinstance(kwarg, ParameterKwarg):
        key = kwarg.query or kwarg.header or kwarg.name or key
    return f"/{source.value}/{key}"


def _missing_parameters(request: Request[Any, Any, Any]) -> list[Violation]:
    """What the query lacks; Litestar itself names only the first."""
    given, provided = request.query_params, request.route_handler.resolve_dependencies()
    return [
        Violation(pointer=f"/query/{name}", code="missing", message="this parameter is required")
        for key, field in request.route_handler.parsed_fn_signature.parameters.items()
        if isinstance(kwarg := field.kwarg_definition, ParameterKwarg)
        and kwarg.param_type is ParamType.QUERY
        and field.is_required
        and key not in provided
        and (name := kwarg.query or kwarg.name or key) not in given
    ]


def invalid(violations: Sequence[Violation]) -> Refusal:
    """The request is well-formed, but these things are wrong with it."""
    count = len(violations)
    things = "one thing is" if count == 1 else f"{count} things are"
    return Refusal(
        422, "validation_failed", f"{things} wrong with this request", violations=violations
    )


def read_at(pointer: str, parse: Callable[[str], ReadT], text: str) -> ReadT:
    """*text* as *parse* reads it.

    Raises:
        Refusal: 422 at *pointer*: it can't be read.
    """
    try:
        return parse(text)
    except Malformed as error:
        message = str(error)[:_MAX_MESSAGE]
        raise invalid([Violation(pointer=pointer, code="invalid", message=message)]) from error
