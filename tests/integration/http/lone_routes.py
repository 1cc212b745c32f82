"""Some routes alone, on the world in memory, called by one person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import fields
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from entrypoints.http.idempotency import Keyed
from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.problems import Refusal, on_domain_error, on_http_error, on_refusal
from entrypoints.http.wire import TYPE_DECODERS, TYPE_ENCODERS, StrictBody, Values
from instainstru_core.accounts.model import Principal
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports
from instainstru_core.testing.memory.store import InMemoryStore


@contextmanager
def lone_routes(
    store: InMemoryStore, principal: Principal, *routers: Router
) -> Iterator[TestClient[Litestar]]:
    """A client of *routers* that is *principal*; what they don't need isn't there."""
    unused: dict[str, Any] = dict.fromkeys((each.name for each in fields(Ports)), None)
    kept = {
        "begin": store.begin,
        "read": store.read,
        "ids": store.ids,
        "clock": store.clock,
        "rules": store.rules,
    }
    ports = Ports(**unused | kept)
    app = Litestar(
        [Router("/", route_handlers=list(routers))],
        dependencies={
            "ports": Provide(lambda: ports, sync_to_thread=False),
            "principal": Provide(lambda: principal, sync_to_thread=False),
            "keyed": Provide(lambda: Keyed(ports, None, 200), sync_to_thread=False),
        },
        before_request=refuse_bad_addresses,
        exception_handlers={
            Refusal: on_refusal,
            DomainError: on_domain_error,
            HTTPException: on_http_error,
        },
        dto=StrictBody,
        return_dto=None,
        type_decoders=TYPE_DECODERS,
        type_encoders=TYPE_ENCODERS,
        plugins=[Values()],
        openapi_config=None,
    )
    with TestClient(app) as client:
        yield client
