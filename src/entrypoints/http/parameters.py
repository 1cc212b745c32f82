"""What the address says, judged before the body is: ids in the path, names in the query.

Source: SE-21, SE-22.
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.enums import ParamType
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg

from entrypoints.http.problems import Violation, invalid, read_at
from entrypoints.http.wire import is_id
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.pagination import Cursor, PageRequest

_KNOWN = "known_parameters"
_IDS = "ids_in_path"
_MAX_FIELDS = 100
_RESERVED = frozenset({"data", "request", "headers", "cookies", "scope", "state"})


async def refuse_bad_addresses(request: Request[Any, Any, Any]) -> None:
    """Compare the address with what the handler reads.

    Raises:
        Refusal: 404 for a malformed id, whatever the body says; 422 naming each query parameter
            that nothing reads.
    """
    _refuse_malformed_ids(request)
    raw: bytes = request.scope["query_string"]
    if not raw:
        return
    known = _known(request)
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        found = Violation(pointer="/query", code="invalid", message="the query can't be read")
        raise invalid([found]) from None
    violations = [
        Violation(
            pointer=f"/query/{name[:100]}",
            code="unknown_parameter",
            message="there is no such parameter",
        )
        for name in dict.fromkeys(name for name, _ in pairs)
        if name not in known
    ]
    violations += [
        Violation(pointer=f"/query/{name}", code="invalid", message="NUL is not allowed")
        for name, value in pairs
        if "\0" in value
    ]
    if violations:
        raise invalid(violations)


def _refuse_malformed_ids(request: Request[Any, Any, Any]) -> None:
    if not request.path_params:
        return
    handler = request.route_handler
    kinds: dict[str, type[EntityId]] | None = handler.opt.get(_IDS)
    if kinds is None:
        fields = handler.parsed_fn_signature.parameters
        kinds = handler.opt[_IDS] = {
            name: fields[name].annotation
            for name in request.path_params
            if name in fields and is_id(fields[name].annotation)
        }
    for name, kind in kinds.items():
        try:
            kind.parse(request.path_params[name])
        except Malformed:
            raise NotFoundException from None


def known_parameters(handler: HTTPRouteHandler, in_path: Collection[str]) -> frozenset[str]:
    """The query parameters that *handler* reads, as callers name them."""
    provided = handler.resolve_dependencies()
    names = set()
    for name, field in handler.parsed_fn_signature.parameters.items():
        kwarg = field.kwarg_definition
        if name in provided or name in in_path:
            continue
        if isinstance(kwarg, ParameterKwarg):
            if kwarg.param_type is ParamType.QUERY:
                names.add(kwarg.query or kwarg.name or name)
        elif name not in _RESERVED:
            names.add(name)
    return frozenset(names)


def _known(request: Request[Any, Any, Any]) -> frozenset[str]:
    handler = request.route_handler
    known: frozenset[str] | None = handler.opt.get(_KNOWN)
    if known is None:
        known = handler.opt[_KNOWN] = known_parameters(handler, request.path_params)
    return known


def page_request(limit: int, cursor: str | None) -> PageRequest:
    """The page that *limit* and *cursor* of the query ask for.

    Raises:
        Refusal: 422 at the cursor: it can't be read.
    """
    after = None if cursor is None else read_at("/query/cursor", Cursor.parse, cursor)
    return PageRequest(limit=limit, cursor=after)
