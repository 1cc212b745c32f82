"""The outermost ring: ids, sizes, headers, CORS, and a bound on how much is taken on at once.

Plain ASGI, for every request, routed or not. Source: SE-5, SE-16…SE-18, SE-20, SE-21, SE-25.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import perf_counter
from typing import Any, Final, TypeAlias

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.auth import origin_key
from entrypoints.http.config import PREFIX, HttpConfig
from entrypoints.http.limits import (
    address_key,
    client_address,
    header_map,
    is_trusted,
    networks,
)
from entrypoints.http.metrics import Metrics
from entrypoints.http.problems import MEDIA_TYPE, Refusal, document
from instainstru_core.kernel.ids import EntityId
from instainstru_core.ports import Ports

MAX_URL_BYTES: Final = 8 * 1024
MAX_HEADER_BYTES: Final = 32 * 1024
MAX_DRAINED_BYTES: Final = 64 * 1024
DRAIN_SECONDS: Final = 0.5
RETRY_WHEN_FULL_SECONDS: Final = 2
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ALLOWED_HEADERS: Final = (
    b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Client, X-Request-ID"
)
_EXPOSED_HEADERS: Final = (
    b"ETag, Retry-After, X-Request-ID, Idempotency-Replayed, X-RateLimit-Limit,"
    b" X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Policy, X-RateLimit-Shadow"
)
_METHODS: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_API_CSP: Final = (
    b"default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none';"
    b" form-action 'none'"
)
_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"vary", b"Origin"),
    (b"x-beta-phase", b"disabled"),
    (b"x-beta-allow-signup", b"1"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains; preload")
_PROBES: Final = frozenset({"/health", "/health/lite", "/ready"})
RefusedPage: TypeAlias = Callable[[Any, Refusal], ASGIApp]
"""The page of a refusal, as an application that answers with it."""
_log = structlog.get_logger("http")


class Perimeter:
    """Wraps the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        ports: Ports,
        config: HttpConfig,
        metrics: Metrics,
        refused: RefusedPage | None = None,
    ) -> None:
        self._app = app
        self._ports = ports
        self._config = config
        self._metrics = metrics
        self._refused = refused
        self._in_flight = 0
        self._room = config.threads + config.queue
        self._origins = {origin_key(origin) for origin in config.origins} - {None}
        self._fixed = [*_SECURITY, (b"x-site-mode", config.mode.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, dressed and bounded."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        headers = header_map(scope["headers"])
        state = self._introduce(scope, headers)
        answered = _Answered()
        body = _Body(receive, headers)

        is_head = scope["method"] == "HEAD"
        if is_head:  # Answered as GET is, without the body.
            scope["method"] = "GET"

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.drain()
                answered.status = message["status"]
                message["headers"] = self._dressed(scope, headers, list(message["headers"]))
            elif is_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        self._metrics.started()
        self._in_flight += 1
        try:
            if (refusal := self._refusal(scope)) is not None:
                state["problem"] = refusal.code
                await self._send(scope, dressed, refusal, headers)
            elif _is_preflight(scope, headers):
                await self._preflight(dressed)
            else:
                await self._app(scope, body.receive, dressed)
        finally:
            self._in_flight -= 1
            self._record(scope, state, answered.status, perf_counter() - started)

    def _introduce(self, scope: Any, headers: Any) -> dict[str, Any]:
        state: dict[str, Any] = scope.setdefault("state", {})
        given = headers.get(b"x-request-id", b"")
        state["request_id"] = (
            given.decode() if _REQUEST_ID.fullmatch(given) else str(self._ports.ids.new(EntityId))
        )
        peer = scope.get("client")
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        trusted = networks(self._config.trusted_proxies)
        address = client_address(peer[0] if peer else None, forwarded, trusted)
        state["client"] = address
        state["address"] = address_key(address)
        state["headers"] = headers
        state["path"] = scope["path"]
        state["principal"] = None
        state["idempotency_key"] = None
        state["bypass"] = frozenset()
        state["https"] = scope.get("scheme") == "https" or (
            headers.get(b"x-forwarded-proto") == b"https" and is_trusted(peer, trusted)
        )
        return state

    def _refusal(self, scope: Any) -> Refusal | None:
        if self._in_flight > self._room:
            return Refusal(
                503,
                "overloaded",
                "too many requests are waiting; try again in a moment",
                headers={"Retry-After": str(RETRY_WHEN_FULL_SECONDS)},
            )
        if (
            len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
            > MAX_URL_BYTES
        ):
            return Refusal(414, "uri_too_long", "the address is longer than 8 KiB")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return Refusal(431, "headers_too_large", "the headers are larger than 32 KiB")
        if self._config.hosted and not scope["state"]["https"] and scope["path"] not in _PROBES:
            return Refusal(403, "https_required", "use https")
        return None

    def _dressed(
        self, scope: Any, headers: Any, given: list[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        state = scope["state"]
        names = {name.lower() for name, _ in given}
        given.extend(self._fixed)
        given.append((b"x-request-id", state["request_id"].encode()))
        if b"content-security-policy" not in names:
            given.append((b"content-security-policy", _API_CSP))
        given.extend(
            (b"set-cookie", cookie.to_header(header="").encode())
            for cookie in state.get("cookies", ())
            if not _is_set(cookie.key, given)
        )
        if state["https"]:
            given.append(_HSTS)
        if (origin := headers.get(b"origin")) is not None and self._knows(origin):
            given.append((b"access-control-allow-origin", origin))
            given.append((b"access-control-allow-credentials", b"true"))
            given.append((b"access-control-expose-headers", _EXPOSED_HEADERS))
        if state["principal"] is not None and b"cache-control" not in names:
            given.append((b"cache-control", b"private, no-store"))
        if (verdict := state.get("verdict")) is not None:
            given.extend(verdict.headers(self._ports.clock.now()))
        return given

    async def _send(self, scope: Any, send: Send, refusal: Refusal, headers: Any) -> None:
        """A problem for programs, a page for people."""
        if self._refused is None or not wants_page(scope, headers):
            await _send_problem(scope, send, refusal)
            return
        await self._refused(scope, refusal)(scope, _nothing, send)

    def _knows(self, origin: bytes) -> bool:
        key = origin_key(origin.decode("latin-1"))
        return key is not None and key in self._origins

    async def _preflight(self, send: Send) -> None:
        headers = [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _ALLOWED_HEADERS),
            (b"access-control-max-age", b"600"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _record(self, scope: Any, state: dict[str, Any], status: int, seconds: float) -> None:
        template = state.get("template", "unrouted")
        self._metrics.finished(scope["method"], template, status, seconds)
        if (verdict := state.get("verdict")) is not None:
            self._metrics.decided(verdict.policy.name, allowed=verdict.decision.allowed)
        if state["bypass"]:
            self._metrics.passed_freely()
        _log.info(
            "request_served",
            request_id=state["request_id"],
            principal=str(state["principal"] or "anonymous"),
            method=scope["method"],
            route=template,
            status=status,
            problem=state.get("problem"),
            duration_ms=round(seconds * 1000, 1),
        )


def wants_page(scope: Any, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a person looks, outside of the API."""
    return b"text/html" in headers.get(b"accept", b"") and not scope["path"].startswith(PREFIX)


class _Body:
    """The request's body, read to its end before an answer that did not need it.

    A server closes a connection whose body it was not given, and the client's next request on it
    fails; so what is short and already on its way is taken in, even for a refusal.
    """

    __slots__ = ("_is_short", "_receive", "_rest")

    def __init__(self, receive: Receive, headers: Mapping[bytes, bytes]) -> None:
        length = headers.get(b"content-length", b"")
        self._receive = receive
        self._is_short = length.isdigit() and 0 < int(length) <= MAX_DRAINED_BYTES
        self._rest = True

    async def receive(self) -> Any:
        """The next message of the server."""
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self._rest = False
        return message

    async def drain(self) -> None:
        """Take in what is left, if it is short and comes soon."""
        if not (self._is_short and self._rest):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._rest:
                    await self.receive()


class _Answered:
    """What status was sent; a client that left before is counted as 499."""

    __slots__ = ("status",)

    def __init__(self) -> None:
        self.status = 499


def _is_set(name: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the answer itself sets that cookie, as a sign-out does."""
    begins = f"{name}=".encode()
    return any(key == b"set-cookie" and value.startswith(begins) for key, value in headers)


def _is_preflight(scope: Any, headers: Any) -> bool:
    return (
        scope["method"] == "OPTIONS"
        and b"origin" in headers
        and b"access-control-request-method" in headers
        and scope["path"].startswith(PREFIX)
    )


async def _nothing() -> Any:
    return {"type": "http.disconnect"}


async def _send_problem(scope: Any, send: Send, refusal: Refusal) -> None:
    state = scope["state"]
    body = document(refusal, path=state["path"], request_id=state["request_id"])
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", b"%d" % len(body)),
        *((name.lower().encode(), value.encode()) for name, value in refusal.headers.items()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
