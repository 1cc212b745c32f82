"""What the API says about itself: OpenAPI 3.1, complete, and a page that shows it offline."""

from collections.abc import Sequence
from functools import lru_cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, TypedDict

import swagger_ui
from litestar import Litestar, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from msgspec import Struct

from entrypoints.http.config import PREFIX
from entrypoints.http.examples import example_of
from entrypoints.http.policy import OPT, PUBLIC, Idempotency, RoutePolicy, policy
from entrypoints.http.problems import MEDIA_TYPE, TYPE_PREFIX, Problem, title_of
from entrypoints.http.wire import encode

_ASSETS: Final = Path(swagger_ui.__file__).with_name("static")
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}
_PAGE_CSP: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_DESCRIPTIONS: Final = {
    400: ("malformed_json", "The body, a code, a token or a key can't be read or is wrong."),
    401: ("invalid_token", "Nobody is signed in, or no longer."),
    402: ("card_declined", "The card did not give the money."),
    403: ("permission_denied", "Signed in, but not allowed; or the request comes from elsewhere."),
    404: ("not_found", "There is no such thing, or it is somebody else's."),
    405: ("method_not_allowed", "This address does not answer to this method."),
    409: ("invalid_state", "The state of things forbids it, or somebody was faster."),
    410: ("gone", "It was there, and will not be again."),
    412: ("version_conflict", "It changed since it was read."),
    413: ("content_too_large", "The body is larger than 1 MiB."),
    414: ("uri_too_long", "The address is longer than 8 KiB."),
    415: ("unsupported_media_type", "The body is not application/json in UTF-8."),
    422: (
        "validation_failed",
        "Well-formed, but it can never be right; every violation is listed.",
    ),
    428: ("precondition_required", "The caller must say which version it saw."),
    429: ("rate_limited", "Too many requests; Retry-After says when the next one passes."),
    431: ("headers_too_large", "The headers are larger than 32 KiB."),
    500: ("internal_error", "Something broke on our side; it was recorded."),
    503: ("overloaded", "Too busy, or something needed is down; Retry-After says when to return."),
}


class Documented(TypedDict):
    """What `documented` gives to a route handler."""

    summary: str
    responses: dict[int, ResponseSpec]


def documented(
    summary: str, *, refusals: Sequence[int] = (), has_versions: bool = False
) -> Documented:
    """The summary of a route, and the refusals of its own.

    Those that follow from its policy, body and parameters are added by themselves. With
    *has_versions* it says 304 to a client that has seen this version.
    """
    responses = {
        status: ResponseSpec(
            data_container=Problem,
            generate_examples=False,
            description=_DESCRIPTIONS[status][1],
            media_type=MEDIA_TYPE,
        )
        for status in refusals
    }
    if has_versions:
        same = "It is as it was in the version of If-None-Match."
        responses[304] = ResponseSpec(None, generate_examples=False, description=same)
    return Documented(summary=summary, responses=responses)


def complete(app: Litestar) -> dict[str, Any]:
    """The whole document: Litestar's, with every refusal, header and example."""
    found: dict[str, Any] = app.openapi_schema.to_schema()
    components = found.setdefault("components", {})
    components.setdefault("responses", {}).update(
        {f"Problem{status}": _response(status) for status in _DESCRIPTIONS}
    )
    schemas = components.setdefault("schemas", {})
    schemas.setdefault("Problem", _PROBLEM)
    schemas.setdefault("Violation", _VIOLATION)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    }
    _describe(schemas)
    policies = _policies(app)
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            declared = policies[path, method.upper()]
            _complete_operation(operation, path, declared)
            for form in declared.forms:
                operation["responses"]["200"]["content"][form] = {"schema": {"type": "string"}}
            _exemplify(operation, schemas)
    return found


def _describe(schemas: dict[str, Any]) -> None:
    """Say of each Struct what its docstring says; their names are unique."""
    kinds = list(Struct.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__name__ in schemas and kind.__doc__:
            schemas[kind.__name__].setdefault("description", cleandoc(kind.__doc__))
        if kind.__name__ in schemas and (others := getattr(kind, "OTHER_WAYS", ())):
            # Who says it in two ways at once is refused: the example says it in one.
            whole = example_of(schemas[kind.__name__], schemas)
            shown = {name: value for name, value in whole.items() if name not in others}
            schemas[kind.__name__]["examples"] = [shown]


def _exemplify(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give each body of an operation one whole example."""
    bodies = [operation.get("requestBody", {})]
    bodies += [one for status, one in operation["responses"].items() if int(status) < 300]
    for body in bodies:
        for content in body.get("content", {}).values():
            if "schema" in content and not content.keys() & {"example", "examples"}:
                content["example"] = example_of(content["schema"], schemas)


def _policies(app: Litestar) -> dict[tuple[str, str], RoutePolicy]:
    return {
        (route.path_format, method): handler.opt[OPT]
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in getattr(handler, "http_methods", ())
        if OPT in handler.opt
    }


def _complete_operation(operation: dict[str, Any], path: str, declared: RoutePolicy) -> None:
    statuses = {400, 403, 414, 422, 429, 431, 500, 503}
    statuses |= {int(status) for status in operation["responses"] if int(status) >= 400}
    if declared.access.signed_in:
        statuses.add(401)
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    if "requestBody" in operation:
        statuses |= {413, 415}
    if "{" in path:
        statuses.add(404)
    if declared.idempotency is not Idempotency.NONE:
        statuses.add(409)
        required = declared.idempotency is Idempotency.REQUIRED
        operation.setdefault("parameters", []).append({**_KEY, "required": required})
    if "304" in operation["responses"]:
        operation.setdefault("parameters", []).append(_SEEN)
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    for status, response in operation["responses"].items():
        if int(status) < 400:
            response.setdefault("headers", {}).update(_HEADERS)
        if int(status) in {204, 304}:
            response.pop("content", None)


_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key and request have one effect, and one answer, for 24 hours.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
    "example": "01JZ8Q5H3M7YB2K4N6P8R0T1V3",
}
_SEEN: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of the version that the client has.",
    "required": False,
    "schema": {"type": "string"},
}
_REQUEST_ID: Final = {
    "description": "The id of this request, for support.",
    "schema": {"type": "string"},
}
_HEADERS: Final = {
    "X-Request-ID": _REQUEST_ID,
    "X-RateLimit-Limit": {
        "description": "How many requests may follow each other at once.",
        "schema": {"type": "integer"},
    },
    "X-RateLimit-Remaining": {
        "description": "How many may still follow now.",
        "schema": {"type": "integer"},
    },
    "X-RateLimit-Reset": {
        "description": "When all of them may again, in seconds of the epoch.",
        "schema": {"type": "integer"},
    },
    "X-RateLimit-Policy": {
        "description": "The bucket that this request spent from.",
        "schema": {"type": "string"},
    },
}
_VIOLATION: Final = {
    "type": "object",
    "title": "Violation",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer, or `/query/name`."},
        "code": {"type": "string"},
        "message": {"type": "string"},
    },
}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "Stable name of the problem."},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
    },
    "additionalProperties": True,
}


def _response(status: int) -> dict[str, Any]:
    code, description = _DESCRIPTIONS[status]
    example = {
        "type": TYPE_PREFIX + code,
        "title": title_of(code),
        "status": status,
        "detail": description,
        "instance": f"{PREFIX}/…",
        "code": code,
        "request_id": "01JZ8Q5H3M7YB2K4N6P8R0T1V3",
    }
    if status == 422:
        example["errors"] = [
            {"pointer": "/email", "code": "missing", "message": "this field is required"}
        ]
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {MEDIA_TYPE: {"schema": schema, "example": example}}
    response: dict[str, Any] = {"description": description, "content": content}
    if status in {429, 503}:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return response


@lru_cache(maxsize=4)
def _document(app: Litestar) -> bytes:
    return encode(complete(app))


_PUBLIC: Final = policy(access=PUBLIC, bucket="read")


@get("/openapi.json", sync_to_thread=False, include_in_schema=False, opt=_PUBLIC)
def openapi_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The document."""
    return Response(
        _document(request.app),
        media_type="application/json",
        headers={"Cache-Control": "public, max-age=60"},
    )


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>iNSTAiNSTRU API</title>
<link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="ui"></div><script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script></body></html>
"""
_START: Final = """window.onload = function () {
  SwaggerUIBundle({
    url: "/api/v1/openapi.json", dom_id: "#ui", deepLinking: true, persistAuthorization: true,
    requestInterceptor: function (request) { request.headers["X-Client"] = "docs"; return request; }
  });
};
"""


@get("/docs", sync_to_thread=False, include_in_schema=False, media_type="text/html", opt=_PUBLIC)
def docs_page() -> Response[str]:
    """The interactive page; everything it needs is served from here."""
    headers = {"Content-Security-Policy": _PAGE_CSP}
    return Response(_PAGE, media_type="text/html", headers=headers)


@get(
    "/docs/{asset:str}",
    sync_to_thread=False,
    include_in_schema=False,
    opt=policy(access=PUBLIC, bucket="edge"),
)
def docs_asset(asset: FromPath[str]) -> Response[bytes]:
    """One file of the page."""
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": _PAGE_CSP}
    if asset == "start.js":
        return Response(_START.encode(), media_type="text/javascript", headers=headers)
    file = _ASSETS / asset
    if asset not in _names() or file.suffix not in _KINDS:
        raise NotFoundException
    return Response(file.read_bytes(), media_type=_KINDS[file.suffix], headers=headers)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(file.name for file in _ASSETS.iterdir())
