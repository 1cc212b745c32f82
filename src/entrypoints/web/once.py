"""A form that is sent twice acts once: double clicks, reloads and the back button. Source: SE-13.

Every form that does something carries a key of its own, given when it was shown; what it led to is
kept with its effect, as the API keeps its answers, and a second sending is led to the same place.
A form that was refused did nothing, so it may be changed and sent again; one that was done and then
changed is asked about, as nobody but its sender knows which of the two is meant.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from typing import Any, Final, TypeVar

import rfc8785
from attrs import define, field
from litestar import Request
from litestar.response import Redirect
from msgspec import Struct, json

from entrypoints.http.idempotency import OPERATION_LOCK, KeepsAnswers, Replay
from entrypoints.http.policy import OPT, RoutePolicy
from entrypoints.http.problems import Refusal, translated
from entrypoints.web.forms import KEY_FIELD, Form
from instainstru_core.accounts.idempotency import (
    KEY_PATTERN,
    KeptAnswer,
    KeyedRequest,
    fingerprint,
)
from instainstru_core.accounts.model import Principal
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.unit_of_work import Answer
from instainstru_core.ports import Ports

ResultT = TypeVar("ResultT")
_SEE_OTHER: Final = 303


class Led(Struct, frozen=True):
    """Where a form led, and the digest of what it said."""

    location: str
    said: str = ""


class ChangedSince(Exception):
    """The form was done before, and says something else now."""

    def __init__(self, location: str, carried: list[tuple[str, str]]) -> None:
        super().__init__("the form was done before with something else in it")
        self.location = location
        self.carried = carried


@define
class Once:
    """One sending of a form; *said* is the digest of what it says."""

    request: KeyedRequest
    said: str
    location: str | None = field(default=None)

    def answer(self, location: Callable[[ResultT], str]) -> Answer[KeepsAnswers, ResultT]:
        """What a use case calls last: keeps where its result is shown, in the same unit."""

        def keep(work: KeepsAnswers, result: ResultT, /) -> None:
            led = location(result)
            kept = KeptAnswer(_SEE_OTHER, json.encode(Led(led, self.said)))
            work.answers.complete(self.request, kept)
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
    """Claim the form's key while it is acted on; what was refused may be changed and sent again.

    Raises:
        Refusal: The form has no key, or it is being acted on.
        Replay: It was acted on before.
        ChangedSince: It was acted on before, with something else in it.
    """
    key = form[KEY_FIELD]
    if not KEY_PATTERN.fullmatch(key):
        raise Refusal(422, "validation_failed", "the form has no key: open it anew")
    declared: RoutePolicy = request.route_handler.opt[OPT]
    path, who = request.scope["state"]["path"], str(principal)
    # The key is claimed whatever the form says: what it says may change until it is done.
    asked = KeyedRequest(
        principal=who,
        method="POST",
        path=path,
        key=key,
        fingerprint=fingerprint("POST", path, who, key.encode()),
        owner=request.scope["state"]["request_id"],
    )
    said = _digest(form)
    with _told_to_wait():
        kept = ports.idempotency.claim(asked, now=ports.clock.now())
    if kept is not None:
        led = json.decode(kept.body, type=Led)
        if led.said in {"", said}:
            raise Replay(kept)
        raise ChangedSince(led.location, [each for each in form.carried() if each[0] != KEY_FIELD])
    sent, done = Once(asked, said), False
    try:
        with ExitStack() as locks:
            if declared.money:
                name = declared.lock(who, "POST", request.scope["state"]["template"])
                with _told_to_wait():
                    locks.enter_context(ports.operation_locks.hold(name, life=OPERATION_LOCK))
            yield sent
        done = sent.location is not None
    finally:
        # What was kept in a unit that failed is gone with it; what was committed stays done.
        if not done:
            ports.idempotency.release(asked)


@contextmanager
def _told_to_wait() -> Iterator[None]:
    """What is being done right now is told of on a page of its own, and sent again from there."""
    try:
        yield
    except OperationInProgress as error:
        raise translated(error) from error


def _digest(form: Form) -> str:
    content: Any = {
        name: list(values) for name, values in sorted(form.fields.items()) if name != KEY_FIELD
    }
    return sha256(rfc8785.dumps(content)).hexdigest()


def on_replay(_: Request[Any, Any, Any], replay: Replay) -> Redirect:
    """To where it led the first time."""
    led = json.decode(replay.kept.body, type=Led)
    return Redirect(led.location, status_code=_SEE_OTHER)
