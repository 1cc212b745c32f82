"""`Idempotency-Key`: claimed before, answered with the effect, said again after.

Source: SE-12, SE-13.
"""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

import rfc8785
from attrs import define, field
from litestar import Request, Response
from litestar.di import NamedDependency

from entrypoints.http.limits import Verdict, ask, counter_key, emptiest
from entrypoints.http.policy import OPT, Idempotency, RoutePolicy
from entrypoints.http.problems import Refusal
from entrypoints.http.wire import encode
from instainstru_core.accounts.idempotency import (
    KEY_PATTERN,
    KeptAnswer,
    KeyedRequest,
    fingerprint,
)
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Answers
from instainstru_core.kernel.unit_of_work import Answer, unanswered
from instainstru_core.ports import Ports

ResultT = TypeVar("ResultT")
OPERATION_LOCK: Final = timedelta(seconds=30)
_UNSETTLED: Final = frozenset({401, 403, 429})
_PASSING: Final = frozenset({"operation_in_progress", "second_person_required"})
"""Refusals that another moment, or somebody else's word, turns into an answer."""


class KeepsAnswers(Protocol):
    """A unit of work that can keep an answer."""

    @property
    def answers(self) -> Answers:
        """Answers kept with their effects."""
        ...


class Replay(Exception):
    """The request was answered before: say it again."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__("answered before")
        self.kept = kept


def on_replay(_: Request[Any, Any, Any], replay: Replay) -> Response[bytes]:
    """The kept answer, marked. Source: SE-13."""
    problem = replay.kept.status >= 400
    return Response(
        replay.kept.body,
        status_code=replay.kept.status,
        media_type="application/problem+json" if problem else "application/json",
        headers={"Idempotency-Replayed": "true"},
    )


@define
class Keyed:
    """One request with its key, or without one; `answer` keeps its result with the effect."""

    ports: Ports
    request: KeyedRequest | None
    status: int
    kept: bool = False
    _locks: ExitStack = field(factory=ExitStack)

    def answer(
        self, view: Callable[[ResultT], object], *, status: int | None = None
    ) -> Answer[KeepsAnswers, ResultT]:
        """What a use case calls last: keeps `view(result)` in the transaction of the effect."""
        request = self.request
        if request is None:
            return unanswered

        def keep(work: KeepsAnswers, result: ResultT, /) -> None:
            kept = KeptAnswer(status or self.status, encode(view(result)))
            work.answers.complete(request, kept)
            self.kept = True

        return keep

    def settle(self, status: int, body: bytes, problem: str | None) -> None:
        """Keep how the request ended, if the use case didn't.

        A refusal that will always be the same is an answer; anything that may pass later frees
        the key.
        """
        request = self.request
        if request is None or (self.kept and status < 400):
            return
        if status >= 500 or status in _UNSETTLED or problem in _PASSING:
            self.ports.idempotency.release(request)
        else:
            self.ports.idempotency.complete(request, KeptAnswer(status, body))

    def unlock(self) -> None:
        """Free the lock of the operation."""
        self._locks.close()

    def lock(self, name: str) -> None:
        """One operation of this kind at a time, for one person. Source: SE-12."""
        self._locks.enter_context(self.ports.operation_locks.hold(name, life=OPERATION_LOCK))


def read_key(headers: dict[bytes, bytes], declared: RoutePolicy) -> str | None:
    """The request's key, as the route wants it.

    Raises:
        Refusal: It is missing where it is required, or is no key.
    """
    if declared.idempotency is Idempotency.NONE:
        return None
    raw = headers.get(b"idempotency-key")
    if raw is None:
        if declared.idempotency is Idempotency.REQUIRED:
            detail = (
                "this request needs an Idempotency-Key header: 16 to 64 letters, digits, - or _"
            )
            raise Refusal(400, "idempotency_key_required", detail)
        return None
    key = raw.decode("latin-1")
    if not KEY_PATTERN.fullmatch(key):
        detail = "an Idempotency-Key is 16 to 64 letters, digits, - or _"
        raise Refusal(400, "idempotency_key_invalid", detail)
    return key


async def provide_keyed(
    request: Request[Any, Any, Any],
    ports: NamedDependency[Ports],
    principal: NamedDependency[Principal],
) -> Keyed:
    """The request's key, claimed; or its earlier answer, said again.

    Runs after the body was validated, and before the route's bucket is asked, so that a replay
    costs no rate. Source: SE-12.
    """
    state = request.scope["state"]
    declared: RoutePolicy = request.route_handler.opt[OPT]
    status = request.route_handler.status_code
    key = state.get("idempotency_key")
    if key is None:
        return Keyed(ports, None, status)
    method, path = request.method, state["path"]
    body = b"" if "body" not in state else rfc8785.dumps(state["body"])
    asked = KeyedRequest(
        principal=str(principal),
        method=method,
        path=path,
        key=key,
        fingerprint=fingerprint(method, path, str(principal), body),
        owner=state["request_id"],
    )
    keyed = Keyed(ports, asked, status)
    loop = asyncio.get_running_loop()
    verdict = await loop.run_in_executor(None, _claim, keyed, declared, state)
    state["verdict"] = emptiest([state["verdict"], verdict]) if "verdict" in state else verdict
    state["keyed"] = keyed
    return keyed


def _claim(keyed: Keyed, declared: RoutePolicy, state: dict[str, Any]) -> Verdict:
    request, ports = keyed.request, keyed.ports
    if request is None:
        raise AssertionError("a claim needs a key")
    if (kept := ports.idempotency.claim(request, now=ports.clock.now())) is not None:
        raise Replay(kept)
    try:
        counter = counter_key(declared.bucket, state["principal"], state["address"])
        asked = [] if declared.bucket.name in state["bypass"] else [(declared.bucket, counter)]
        verdict = ask(ports.rates, asked) if asked else state["verdict"]
        if not verdict.decision.allowed:
            state["verdict"] = verdict
            raise verdict.refusal
        if declared.money:
            keyed.lock(declared.lock(request.principal, request.method, state["template"]))
    except BaseException:
        ports.idempotency.release(request)
        raise
    return verdict
