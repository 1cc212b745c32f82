"""The gate behind the router: who is it, may they, and not too often.

Source: SE-12, AC-24, AC-41.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from attrs import define, frozen
from litestar import Request
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.http.config import HttpConfig
from entrypoints.http.cookies import access_cookie, refresh_cookie, session_cookies
from entrypoints.http.idempotency import Keyed, read_key
from entrypoints.http.limits import (
    BYPASS_HEADER,
    ask,
    bypassed,
)
from entrypoints.http.policy import OPT, RoutePolicy
from entrypoints.http.problems import Refusal, translated
from instainstru_core.accounts.errors import AccountSuspended, InvalidToken, PermissionDenied
from instainstru_core.accounts.model import AccountStatus, Principal
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.accounts.rate_limits import RatePolicy, bucket
from instainstru_core.accounts.use_cases.refresh_session import RefreshSession, refresh_session
from instainstru_core.kernel.errors import Forbidden, Unauthenticated, Unavailable
from instainstru_core.ports import Ports

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
EDGE: Final = bucket("edge")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_log = structlog.get_logger("http")


@frozen
class Credentials:
    """What a request presented; a bearer token makes its cookies ignored. Source: SE-15."""

    token: str | None
    bearer: bool


def credentials(headers: dict[bytes, bytes], cookies: dict[str, str], cookie: str) -> Credentials:
    """The access token of a request, from its header or its cookie."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer" and token:
        return Credentials(token.strip(), bearer=True)
    return Credentials(cookies.get(cookie), bearer=False)


def origin_key(text: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin, default ports folded; None when it is none."""
    try:
        parts = urlsplit(text)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    return parts.scheme, parts.hostname, port


def passes_csrf(headers: dict[bytes, bytes], *, bearer: bool, origins: frozenset[Any]) -> bool:
    """Whether an unsafe request was meant by its sender; the first rule that matches wins.

    Source: SE-15.
    """
    if bearer:
        return True
    if headers.get(b"sec-fetch-site") == b"cross-site":
        return False
    for name in (b"origin", b"referer"):
        if name in headers:
            return origin_key(headers[name].decode("latin-1")) in origins
    return bool(headers.get(b"x-client", b"").strip())


@define(eq=False)
class LateDoor:
    """A door at which the handler knocks itself, in its own visit to a thread.

    `knock` verifies the token and asks both rate limits; `admit` lets in whom the first look found.
    """

    _greet: Callable[[], AccessClaims | None]
    _let_in: Callable[[Principal | None], Principal]
    knocked: bool = False

    def knock(self) -> AccessClaims:
        """What the token claims, before anything is looked at.

        Raises:
            Refusal: Too often.
            InvalidToken: It is none of ours, or over.
        """
        self.knocked = True
        claims = self._greet()
        if claims is None:
            raise InvalidToken
        return claims

    def admit(self, found: Principal | None) -> Principal:
        """Whoever was *found*, if they may enter.

        Raises:
            Refusal: They may not.
            InvalidToken: The session is over.
        """
        return self._let_in(found)


class Gate:
    """Stands between the router and every handler."""

    def __init__(self, app: ASGIApp, *, ports: Ports, config: HttpConfig) -> None:
        self._app = app
        self._ports = ports
        self._config = config
        self._cookie = access_cookie(config)
        self._renewal = refresh_cookie(config)
        self._origins = frozenset(origin_key(origin) for origin in config.origins) - {None}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != ScopeType.HTTP or OPT not in scope["route_handler"].opt:
            await self._app(scope, receive, send)
            return
        declared: RoutePolicy = scope["route_handler"].opt[OPT]
        state: dict[str, Any] = scope["state"]
        state["template"] = scope["path_template"]
        headers = state["headers"]
        cookies = Request(scope).cookies if b"cookie" in headers else {}
        shown = credentials(headers, cookies, self._cookie)
        self._refuse_forgery(scope, declared, headers, shown)
        if declared.late_door:
            await self._serve_late(scope, receive, send, declared, shown)
            return
        loop = asyncio.get_running_loop()
        renewal = cookies.get(self._renewal) if declared.page else None
        try:
            await loop.run_in_executor(None, self._admit, scope, declared, shown, renewal)
        except (Refusal, Unavailable) as refusal:
            passes = isinstance(refusal, Unavailable) or refusal.status in {401, 429, 503}
            if passes and declared.page and scope["method"] not in SAFE_METHODS:
                # What was typed goes along to the sign-in, or the wait, and comes back from there.
                with suppress(HTTPException):
                    state["typed"] = await Request(scope, receive=receive).form()
            raise
        if state["idempotency_key"] is None:
            await self._app(scope, receive, send)
        else:
            await _settling(self._app, scope, receive, send)

    async def _serve_late(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        declared: RoutePolicy,
        shown: Credentials,
    ) -> None:
        """Serve a request whose handler knocks; one that never gets there is judged here."""
        state: dict[str, Any] = scope["state"]
        door = LateDoor(
            partial(self._greeted, scope, declared, shown), partial(self._let_in, scope, declared)
        )
        state["door"] = door

        async def judged(message: Message) -> None:
            if message["type"] == "http.response.start" and not door.knocked:
                # The body was refused first; who may not ask at all hears that, and pays for it.
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, self._admit, scope, declared, shown, None)
            await send(message)

        await self._app(scope, receive, judged)

    def _refuse_forgery(
        self,
        scope: Scope,
        declared: RoutePolicy,
        headers: dict[bytes, bytes],
        shown: Credentials,
    ) -> None:
        if scope["method"] in SAFE_METHODS or declared.machine:  # type: ignore[typeddict-item]
            return
        if not passes_csrf(headers, bearer=shown.bearer, origins=self._origins):
            _log.warning("csrf_refused", route=scope["path_template"])
            detail = "the request comes from another site: send an Origin we know, or X-Client"
            raise Refusal(403, "csrf_origin_mismatch", detail)

    def _admit(
        self, scope: Scope, declared: RoutePolicy, shown: Credentials, renewal: str | None
    ) -> None:
        """Everything that asks the outside, in one visit to a thread."""
        state: dict[str, Any] = scope["state"]
        claims = self._greeted(scope, declared, shown)
        now = self._ports.clock.now()
        principal = None
        if claims is not None:
            with self._ports.read() as reads:
                principal = reads.doors.principal(
                    claims.session_id, claims.account_id, epoch=claims.epoch, now=now
                )
        if principal is None and renewal is not None:
            principal = self._renewed(state, renewal, now)
        state["principal"] = principal
        self._authorise(scope, declared, principal)

    def _greeted(
        self, scope: Scope, declared: RoutePolicy, shown: Credentials
    ) -> AccessClaims | None:
        """What the token claims, once the limits let it pass; None where there is none of ours.

        Raises:
            Refusal: Too often, or a key that is none.
        """
        state: dict[str, Any] = scope["state"]
        headers, now = state["headers"], self._ports.clock.now()
        claims = None
        if shown.token is not None:
            try:
                claims = self._ports.tokens.read(shown.token, now=now)
            except InvalidToken:
                claims = None
        whose = f"user:{claims.account_id}" if claims else state["address"]
        grant = headers.get(BYPASS_HEADER)
        bypass = (
            bypassed(self._config.bypass_secret, grant, now)
            if grant and self._config.bypass_secret
            else frozenset()
        )
        state["bypass"] = bypass
        key = read_key(headers, declared)
        asked: list[tuple[RatePolicy, str]] = []
        if EDGE.name not in bypass and not declared.asset:
            asked.append((EDGE, f"{EDGE.name}:{state['address']}"))
        specific = declared.bucket
        # Compared by value: Litestar copies what a route declares, deeply, with every router.
        if key is None and specific != EDGE and specific.name not in bypass:
            who = whose if specific.keyed_by.value == "principal" else state["address"]
            asked.append((specific, f"{specific.name}:{who}"))
        if asked:
            verdict = ask(self._ports.rates, asked)
            state["verdict"] = verdict
            if not verdict.decision.allowed:
                raise verdict.refusal
        state["claims"] = claims
        state["idempotency_key"] = key
        return claims

    def _let_in(self, scope: Scope, declared: RoutePolicy, found: Principal | None) -> Principal:
        """Whoever the handler found at a late door, if they may enter."""
        self._authorise(scope, declared, found)
        if found is None:
            raise InvalidToken
        scope["state"]["principal"] = found
        return found

    def _renewed(self, state: dict[str, Any], secret: str, now: datetime) -> Principal | None:
        """Whoever shows a live refresh cookie to a page goes on, with new cookies.

        Source: AC-26.
        """
        ports = self._ports
        try:
            tokens = refresh_session(
                RefreshSession(secret=secret),
                begin=ports.begin,
                secrets=ports.secrets,
                tokens=ports.tokens,
                clock=ports.clock,
            )
        except (Unauthenticated, Forbidden):
            return None
        claims = ports.tokens.read(tokens.access, now=now)
        state["cookies"] = session_cookies(tokens, self._config)
        with ports.read() as reads:
            return reads.doors.principal(
                claims.session_id, claims.account_id, epoch=claims.epoch, now=now
            )

    def _authorise(self, scope: Scope, declared: RoutePolicy, principal: Principal | None) -> None:
        if declared.access.admits(principal):
            unsafe = scope["method"] not in SAFE_METHODS  # type: ignore[typeddict-item]
            suspended = principal is not None and principal.status is AccountStatus.SUSPENDED
            if suspended and unsafe and declared.access.signed_in:
                raise translated(AccountSuspended())
            return
        if principal is None:
            raise translated(InvalidToken())
        # Every denial is logged: AC-42.
        _log.warning(
            "permission_denied",
            principal=str(principal),
            missing=sorted(declared.access.permissions - principal.permissions),
            route=scope["state"]["template"],
        )
        raise translated(PermissionDenied())


async def _settling(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a keyed request: how it ended is kept before the client hears of it."""
    messages: list[Message] = []

    async def hold(message: Message) -> None:
        messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            await _settle(scope, messages)
            for held in messages:
                await send(held)
            messages.clear()

    try:
        await app(scope, receive, hold)
    finally:
        if messages:
            await _settle(scope, [])


async def _settle(scope: Scope, messages: list[Message]) -> None:
    keyed: Keyed | None = scope["state"].pop("keyed", None)
    if keyed is None:
        return
    status = next((one["status"] for one in messages if one["type"] == "http.response.start"), 500)
    body = b"".join(one.get("body", b"") for one in messages if one["type"] == "http.response.body")
    problem = scope["state"].get("problem")

    def finish() -> None:
        try:
            keyed.settle(status, body, problem)
        except Exception as error:  # noqa: BLE001 - the request is answered all the same: 30 s free its key.
            _log.error("answer_not_kept", exc_info=error)
        finally:
            keyed.unlock()

    await asyncio.get_running_loop().run_in_executor(None, finish)


async def provide_principal(
    request: Request[Any, Any, Any],
    config: NamedDependency[HttpConfig],  # noqa: ARG001 - one after the other: see `create_app`
) -> Principal:
    """Whoever is signed in.

    Raises:
        InvalidToken: Nobody is.
    """
    principal: Principal | None = request.scope["state"]["principal"]
    if principal is None:
        raise InvalidToken
    return principal


async def provide_door(
    request: Request[Any, Any, Any],
    config: NamedDependency[HttpConfig],  # noqa: ARG001 - one after the other: see `create_app`
) -> LateDoor:
    """The late door of this request; the gate lets nobody through to it without claims."""
    door: LateDoor = request.scope["state"]["door"]
    return door


async def provide_viewer(
    request: Request[Any, Any, Any],
    config: NamedDependency[HttpConfig],  # noqa: ARG001 - one after the other: see `create_app`
) -> Principal | None:
    """Whoever is signed in, if anybody is."""
    viewer: Principal | None = request.scope["state"]["principal"]
    return viewer
