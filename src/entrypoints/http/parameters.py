"""Unknown query parameters are refused, by name. Source: SE-21."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.enums import ParamType
from litestar.params import ParameterKwarg

from entrypoints.http.problems import Violation, invalid

_KNOWN = "known_parameters"
_MAX_FIELDS = 100


async def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """Compare the query with what the handler reads.

    Raises:
        Refusal: 422, naming each parameter that nothing reads.
    """
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


def _known(request: Request[Any, Any, Any]) -> frozenset[str]:
    handler = request.route_handler
    known: frozenset[str] | None = handler.opt.get(_KNOWN)
    if known is None:
        layers = handler.resolve_dependencies()
        names = set()
        for name, field in handler.parsed_fn_signature.parameters.items():
            kwarg = field.kwarg_definition
            if name in layers or name in request.path_params:
                continue
            if isinstance(kwarg, ParameterKwarg):
                if kwarg.param_type in (ParamType.HEADER, ParamType.COOKIE, ParamType.PATH):
                    continue
                names.add(kwarg.query or kwarg.name or name)
            elif name not in {"data", "request", "headers", "cookies", "scope", "state"}:
                names.add(name)
        known = handler.opt[_KNOWN] = frozenset(names)
    return known
