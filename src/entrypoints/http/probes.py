"""Whether the process lives, and whether it can work. Source: OP-5."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import structlog
from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from entrypoints.http.config import HttpConfig
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.ports import Ports

_EDGE: Final = policy(access=PUBLIC, bucket="edge")
_log = structlog.get_logger("http")


class HealthView(Struct, frozen=True):
    """The process answers."""

    status: str
    service: str
    version: str
    environment: str
    timestamp: datetime


class ReadyView(Struct, frozen=True):
    """The process can work."""

    status: str


@get("/health", sync_to_thread=False, include_in_schema=False, opt=_EDGE)
def health(
    config: NamedDependency[HttpConfig], ports: NamedDependency[Ports]
) -> Response[HealthView]:
    """No dependency is asked."""
    view = HealthView("ok", "instainstru", config.version, config.mode, ports.clock.now())
    return Response(view, headers={"X-Commit-Sha": config.version, "Cache-Control": "no-store"})


@get(
    "/health/lite",
    sync_to_thread=False,
    include_in_schema=False,
    media_type="text/plain",
    opt=_EDGE,
)
def health_lite() -> str:
    """For load balancers."""
    return "ok"


@get("/ready", sync_to_thread=True, include_in_schema=False, opt=_EDGE)
def ready(ports: NamedDependency[Ports]) -> Response[ReadyView]:
    """Database, then cache; without the cache everything still works, from slower places."""
    _check("db_not_ready", lambda: _ask_database(ports))
    _check("cache_not_ready", ports.rates.check)
    return Response(ReadyView("ok"), headers={"Cache-Control": "no-store"})


def _ask_database(ports: Ports) -> None:
    nobody = ports.ids.new(AccountId)
    with ports.read() as reads:
        reads.doors.principal(SessionId(nobody.value), nobody, epoch=0, now=ports.clock.now())


def _check(code: str, question: Callable[[], Any]) -> None:
    try:
        question()
    except Exception as error:  # Whatever it is, the answer is "not ready".
        _log.warning(code, exc_info=error)
        raise Refusal(503, code, "not ready", headers={"Retry-After": "2"}) from error
