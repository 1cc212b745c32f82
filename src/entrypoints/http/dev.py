"""The demonstration for programs: the mails that were sent, and the clock that can be moved.

People have pages of it: `entrypoints/web/pages/demo.py`. Where there is no demonstration there is
nothing here: every address answers 404.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal, on_failure
from entrypoints.http.wire import StrictBody
from instainstru_core.kernel.time_machine import TimeMachine
from instainstru_core.notifications.ports import Mailbox, SentMail
from instainstru_core.ports import Ports

MAX_STEP_SECONDS: Final = 366 * 86_400
MAX_MAILS: Final = 200
MAX_ADDRESS: Final = 254
_LOOKING: Final = policy(access=PUBLIC, bucket="edge")
_MOVING: Final = policy(access=PUBLIC, bucket="edge", machine=True)


class AdvanceClockBody(Struct, forbid_unknown_fields=True):
    """How far the clock is pushed; it never goes back."""

    advance_seconds: Annotated[int, Meta(ge=0, le=MAX_STEP_SECONDS)]


class ClockView(Struct, frozen=True):
    """The platform's time, and how far it is ahead of the world's."""

    now: datetime
    ahead_seconds: int

    @classmethod
    def of(cls, machine: TimeMachine) -> "ClockView":
        """As it stands."""
        return cls(machine.now(), int(machine.offset.total_seconds()))


class OutboxMailView(Struct, frozen=True):
    """One mail that was sent."""

    to: str
    template: str
    subject: str
    text: str
    html: str
    sent_at: datetime

    @classmethod
    def of(cls, sent: SentMail) -> "OutboxMailView":
        """The mail as it was sent."""
        mail = sent.mail
        return cls(mail.to, mail.template, mail.subject, mail.text, mail.html, sent.sent_at)


class OutboxView(Struct, frozen=True):
    """The last mails, newest first."""

    items: Sequence[OutboxMailView]


def mailbox_of(ports: Ports) -> Mailbox:
    """What was sent; Raises: Refusal."""
    if ports.mailbox is None:
        raise Refusal(404, "not_found", "there is nothing at this address")
    return ports.mailbox


def machine_of(ports: Ports) -> TimeMachine:
    """What moves the clock; Raises: Refusal."""
    if ports.time_machine is None:
        raise Refusal(404, "not_found", "there is nothing at this address")
    return ports.time_machine


@get("/dev/outbox.json", sync_to_thread=True, include_in_schema=False, opt=_LOOKING)
def read_outbox(
    ports: NamedDependency[Ports],
    to: Annotated[str | None, QueryParameter(max_length=MAX_ADDRESS)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_MAILS)] = 50,
) -> Response[OutboxView]:
    """The mails for programs."""
    sent = mailbox_of(ports).latest(to=to, limit=limit)
    view = OutboxView([OutboxMailView.of(each) for each in sent])
    return Response(view, headers={"Cache-Control": "no-store"})


@post("/dev/clock", status_code=200, sync_to_thread=True, include_in_schema=False, opt=_MOVING)
def advance_clock(data: JSONBody[AdvanceClockBody], ports: NamedDependency[Ports]) -> ClockView:
    """Push the clock forward."""
    return advanced(machine_of(ports), data.advance_seconds)


def advanced(machine: TimeMachine, seconds: int) -> ClockView:
    """Push it, and say where it stands; Raises: Refusal."""
    try:
        machine.move(timedelta(seconds=seconds))
    except ValueError as error:
        raise Refusal(422, "clock_refused", str(error)) from error
    return ClockView.of(machine)


ROUTER: Final = Router(
    "/",
    route_handlers=[read_outbox, advance_clock],
    before_request=refuse_bad_addresses,
    exception_handlers={Exception: on_failure},
    dto=StrictBody,
)
"""Stands among the pages, with which it shares an address, and is as strict as the API is."""
