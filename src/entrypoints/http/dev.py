"""The demonstration's own pages: the mails that were sent, and the clock that can be moved.

Where there is no demonstration there is nothing here: every address answers 404.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Meta, Struct

from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal
from instainstru_core.kernel.time_machine import TimeMachine
from instainstru_core.notifications.ports import Mailbox, SentMail
from instainstru_core.ports import Ports

MAX_STEP_SECONDS: Final = 366 * 86_400
MAX_MAILS: Final = 200
MAX_ADDRESS: Final = 254
_CSP: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self'"
)
_HEADERS: Final = {"Content-Security-Policy": _CSP, "Cache-Control": "no-store"}
_LOOKING: Final = policy(access=PUBLIC, bucket="edge")
_MOVING: Final = policy(access=PUBLIC, bucket="edge", machine=True)
_STEPS: Final = (("1 hour", 3600), ("12 hours", 43_200), ("1 day", 86_400), ("1 week", 604_800))
_STYLE: Final = (
    "body{font-family:sans-serif;background:#f6f6f4;color:#222;margin:0;padding:32px}"
    "main{max-width:720px;margin:0 auto}nav a{margin-right:16px}"
    "article{background:#fff;border-radius:8px;padding:16px 24px;margin:16px 0}"
    "h2{font-size:16px;margin:0 0 4px}small{color:#666}time{font-size:28px;display:block}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;font-family:inherit}"
    "button{font-size:14px;padding:8px 16px;margin:0 8px 8px 0;border:0;border-radius:6px;"
    "background:#1a5fb4;color:#fff;cursor:pointer}form{display:inline}"
)


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


def _mailbox(ports: Ports) -> Mailbox:
    if ports.mailbox is None:
        raise Refusal(404, "not_found", "there is nothing at this address")
    return ports.mailbox


def _machine(ports: Ports) -> TimeMachine:
    if ports.time_machine is None:
        raise Refusal(404, "not_found", "there is nothing at this address")
    return ports.time_machine


@get("/dev/outbox", sync_to_thread=True, include_in_schema=False, opt=_LOOKING)
def see_outbox(
    ports: NamedDependency[Ports],
    to: Annotated[str | None, QueryParameter(max_length=MAX_ADDRESS)] = None,
) -> Response[str]:
    """The mails as a page."""
    sent = _mailbox(ports).latest(to=to)
    articles = "".join(_article(each) for each in sent) or "<p>No mail yet.</p>"
    return _page("Outbox", articles)


@get("/dev/outbox.json", sync_to_thread=True, include_in_schema=False, opt=_LOOKING)
def read_outbox(
    ports: NamedDependency[Ports],
    to: Annotated[str | None, QueryParameter(max_length=MAX_ADDRESS)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_MAILS)] = 50,
) -> Response[OutboxView]:
    """The mails for programs."""
    sent = _mailbox(ports).latest(to=to, limit=limit)
    view = OutboxView([OutboxMailView.of(each) for each in sent])
    return Response(view, headers={"Cache-Control": "no-store"})


@get("/dev/clock", sync_to_thread=False, include_in_schema=False, opt=_LOOKING)
def see_clock(request: Request[Any, Any, Any], ports: NamedDependency[Ports]) -> Response[Any]:
    """The time: a page for people, JSON for everybody else."""
    view = ClockView.of(_machine(ports))
    if "text/html" not in request.headers.get("Accept", ""):
        return Response(view, headers={"Cache-Control": "no-store"})
    buttons = "".join(
        f'<form method="post" action="/dev/clock/advance?seconds={seconds}">'
        f"<button>+ {label}</button></form>"
        for label, seconds in _STEPS
    )
    ahead = timedelta(seconds=view.ahead_seconds)
    return _page(
        "Clock",
        f"<article><time>{view.now:%A, %B %d, %Y, %H:%M:%S} UTC</time>"
        f"<p><small>{escape(str(ahead))} ahead of the world</small></p>{buttons}</article>",
    )


@post("/dev/clock", status_code=200, sync_to_thread=True, include_in_schema=False, opt=_MOVING)
def advance_clock(data: JSONBody[AdvanceClockBody], ports: NamedDependency[Ports]) -> ClockView:
    """Push the clock forward."""
    return _advanced(_machine(ports), data.advance_seconds)


@post("/dev/clock/advance", sync_to_thread=True, include_in_schema=False, opt=_MOVING)
def press_button(
    ports: NamedDependency[Ports],
    seconds: Annotated[int, QueryParameter(ge=0, le=MAX_STEP_SECONDS)],
) -> Redirect:
    """Push the clock forward from the page, and show it again."""
    _advanced(_machine(ports), seconds)
    return Redirect("/dev/clock", status_code=303)


def _advanced(machine: TimeMachine, seconds: int) -> ClockView:
    try:
        machine.move(timedelta(seconds=seconds))
    except ValueError as error:
        raise Refusal(422, "clock_refused", str(error)) from error
    return ClockView.of(machine)


def _article(sent: SentMail) -> str:
    mail = sent.mail
    return (
        f"<article><h2>{escape(mail.subject)}</h2><small>{escape(mail.to)} · "
        f"{sent.sent_at:%Y-%m-%d %H:%M:%S} UTC · {escape(mail.template)}</small>"
        f"<pre>{escape(mail.text)}</pre></article>"
    )


def _page(title: str, content: str) -> Response[str]:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main>"
        '<nav><a href="/dev/outbox">Outbox</a><a href="/dev/clock">Clock</a></nav>'
        f"<h1>{title}</h1>{content}</main></body></html>"
    )
    return Response(page, media_type="text/html", headers=_HEADERS)


ROUTES: Final = [see_outbox, read_outbox, see_clock, advance_clock, press_button]
"""For `create_app(…, more=…)`, in a demonstration."""
