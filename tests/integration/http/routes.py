"""The app's own routes, for tests that hold of every one of them."""

from typing import Final

import msgspec
from attrs import frozen
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from entrypoints.http.config import PREFIX
from entrypoints.http.parameters import known_parameters
from entrypoints.http.policy import OPT, RoutePolicy
from entrypoints.http.wire import is_id

NOTHING: Final = "01JZ8Q5H3M7YB2K4N6P8R0T1V3"
"""An id of nothing."""


@frozen
class Route:
    """One method at one address, and what it says about itself."""

    method: str
    template: str
    handler: HTTPRouteHandler

    @property
    def policy(self) -> RoutePolicy:
        """What it declares."""
        declared: RoutePolicy = self.handler.opt[OPT]
        return declared

    @property
    def is_documented(self) -> bool:
        """Whether the API's document has it."""
        return self.handler.resolve_include_in_schema()

    @property
    def names(self) -> list[str]:
        """The parts of its address that vary."""
        return [part.partition("}")[0] for part in self.template.split("{")[1:]]

    @property
    def path(self) -> str:
        """Its address, with a well-formed id for whatever varies."""
        return self.template.format(**dict.fromkeys(self.names, NOTHING))

    @property
    def has_id(self) -> bool:
        """Whether an id is a part of its address."""
        fields = self.handler.parsed_fn_signature.parameters
        return any(is_id(fields[name].annotation) for name in self.names if name in fields)

    @property
    def body(self) -> type[msgspec.Struct] | None:
        """The Struct that it reads, if it reads one."""
        data = self.handler.parsed_data_field
        kind = None if data is None else data.annotation
        return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None

    @property
    def fields(self) -> tuple[msgspec.structs.FieldInfo, ...]:
        """The fields of its body."""
        return () if self.body is None else msgspec.structs.fields(self.body)

    @property
    def parameters(self) -> list[str]:
        """The parameters of its query, as callers name them."""
        return sorted(known_parameters(self.handler, set(self.names)))

    def __str__(self) -> str:
        return f"{self.method} {self.template.removeprefix(PREFIX)}"


def routes_of(app: Litestar) -> list[Route]:
    """Every route of the API, by address: the app itself has them in no particular order."""
    found = [
        Route(method, route.path_format, handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        and route.path.startswith(f"{PREFIX}/")
        and not route.path.startswith(f"{PREFIX}/docs/raw")  # Litestar's own, for staff.
        for handler in route.route_handlers
        for method in sorted(handler.http_methods)
        if method != "OPTIONS"
    ]
    return sorted(found, key=lambda route: (route.template, route.method))
