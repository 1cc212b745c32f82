"""A form that is sent twice acts once: double clicks, reloads and the back button. Source: SE-13.

Every form that does something carries a key of its own, given when it was shown; what it led to is
kept with its effect, as the API keeps its answers, and a second sending is led to the same place.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, TypeVar

import rfc8785
from attrs import define, field
from litestar import Request
from litestar.response import Redirect
from msgspec import Struct, json

from entrypoints.http.idempotency import OPERATION_LOCK, KeepsAnswers, Replay
from entrypoints.http.policy import OPT, RoutePolicy
from entrypoints.http.problems import Refusal
from entrypoints.web.forms import KEY_FIELD, Form
from instainstru_core.accounts.idempotency import (
    KEY_PATTERN,
    KeptAnswer,
    KeyedRequest,
    fingerprint,
)
from instainstru_core.accounts.model import Principal
from instainstru_core.kernel.unit_of_work import Answer
from instainstru_core.ports import Ports

ResultT = TypeVar("ResultT")
_SEE_OTHER: Final = 303


class Led(Struct, frozen=True):
    """Where a form led."""

    location: str


@define
class Once:
    """One sending of a form."""

    request: KeyedRequest
    location: str | None = field(default=None)

    def answer(self, location: Callable[[ResultT], str]) -> Answer[KeepsAnswers, ResultT]:
        """What a use case calls last: keeps where its result is shown, in the same unit."""

        def keep(work: KeepsAnswers, result: ResultT, /) -> None:
            led = location(result)
            work.answers.complete(self.request, KeptAnswer(_SEE_OTHER, json.encode(Led(led))))
            self.location = led

        return keep


@contextmanager
def once(
    request: Request[Any, Any, Any],
    form: Form,
    *,
    principal: Principal,
    ports: Ports,
) -> Iterator[Once]:
    """Claim the form's key while it is acted on; what was refused may be sent again.

    Raises:
        Refusal: The form has no key.
        Replay: It was acted on before.
        KeyMismatch: Something else was sent with this key.
        OperationInProgress: It is being acted on.
    """
    key = form[KEY_FIELD]
    if not KEY_PATTERN.fullmatch(key):
        raise Refusal(422, "validation_failed", "the form has no key: open it anew")
    declared: RoutePolicy = request.route_handler.opt[OPT]
    path, who = request.scope["state"]["path"], str(principal)
    content: Any = {name: list(values) for name, values in sorted(form.fields.items())}
    asked = KeyedRequest(
        principal=who,
        method="POST",
        path=path,
        key=key,
        fingerprint=fingerprint("POST", path, who, rfc8785.dumps(content)),
        owner=request.scope["state"]["request_id"],
    )
    if (kept := ports.idempotency.claim(asked, now=ports.clock.now())) is not None:
        raise Replay(kept)
    sent = Once(asked)
    try:
        with ExitStack() as held:
            if declared.money:
                lock = declared.lock(who, "POST", request.scope["state"]["template"])
                held.enter_context(ports.operation_locks.hold(lock, life=OPERATION_LOCK))
            yield sent
    finally:
        if sent.location is None:
            ports.idempotency.release(asked)


def on_replay(_: Request[Any, Any, Any], replay: Replay) -> Redirect:
    """To where it led the first time."""
    led = json.decode(replay.kept.body, type=Led)
    return Redirect(led.location, status_code=_SEE_OTHER)
