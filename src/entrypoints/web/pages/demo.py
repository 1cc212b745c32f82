"""The demonstration for people: a tour, who one can be, the mails that were sent, and the clock.

Where there is no demonstration there is nothing here. Source: OP-2, NT-15.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from entrypoints.http.config import HttpConfig
from entrypoints.http.cookies import session_cookies
from entrypoints.http.dev import (
    MAX_ADDRESS,
    MAX_STEP_SECONDS,
    ClockView,
    advanced,
    machine_of,
    mailbox_of,
)
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal
from entrypoints.web.forms import NEXT_FIELD, Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.personas import DOINGS, LANDINGS, NAMES, account_of, personas
from entrypoints.web.tour import look_at_tour
from entrypoints.web.ways import safe_way, see
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Role
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.ports import Ports

TOUR_COOKIE: Final = "tour"
_TOUR_LIFE: Final = 30 * 86_400
_MAILS: Final = 50
_STEPS: Final = (
    (3600, N_("An hour on")),
    (43_200, N_("Twelve hours on")),
    (86_400, N_("A day on")),
    (604_800, N_("A week on")),
)
_LOOKING: Final = policy(access=PUBLIC, bucket="edge", page=True)


@get("/dev/outbox", sync_to_thread=True, opt=_LOOKING)
def show_outbox(frame: NamedDependency[Frame], ports: NamedDependency[Ports]) -> Response[Any]:
    """The last mails, newest first; what people wrote in them is text."""
    return _outbox(frame, ports, back=str(frame.request.query_params.get(NEXT_FIELD, "")))


@post("/dev/outbox", sync_to_thread=True, opt=_LOOKING)
def look_for_mails(
    frame: NamedDependency[Frame], form: NamedDependency[Form], ports: NamedDependency[Ports]
) -> Response[Any]:
    """Those to one address, which stands in no address of ours: logs and histories keep those."""
    return _outbox(frame, ports, to=form["to"].strip()[:MAX_ADDRESS], back=form[NEXT_FIELD])


def _outbox(frame: Frame, ports: Ports, *, back: str, to: str = "") -> Response[Any]:
    mails = mailbox_of(ports).latest(to=to or None, limit=_MAILS)
    return frame.page("outbox", mails=mails, to=to, back=safe_way(back, otherwise=""))


@get("/dev/clock", sync_to_thread=True, opt=_LOOKING)
def show_clock(frame: NamedDependency[Frame], ports: NamedDependency[Ports]) -> Response[Any]:
    """The time: a page for people, JSON for everybody else."""
    view = ClockView.of(machine_of(ports))
    if "text/html" not in frame.request.headers.get("Accept", ""):
        return Response(view, headers={"Cache-Control": "no-store"})
    ahead = timedelta(seconds=view.ahead_seconds)
    return frame.page("clock", view=view, ahead=ahead, steps=_STEPS)


@post("/dev/clock/advance", sync_to_thread=True, opt=_LOOKING)
def push_clock(form: NamedDependency[Form], ports: NamedDependency[Ports]) -> Response[Any]:
    """Push the clock forward, and go on where it was pushed."""
    machine = machine_of(ports)
    seconds = form.whole("seconds", least=0, most=MAX_STEP_SECONDS)
    if form.refused:
        raise Refusal(422, "validation_failed", "the clock is pushed by a number of seconds")
    advanced(machine, seconds)
    return see(safe_way(form[NEXT_FIELD], otherwise="/dev/clock"), said="clock_pushed")


@get("/demo/accounts", sync_to_thread=True, opt=_LOOKING)
def show_accounts(
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Who one can be."""
    mailbox_of(ports)
    return frame.page(
        "demo_accounts", personas=personas(config).values(), names=NAMES, doings=DOINGS
    )


@post(
    "/demo/accounts",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="auth_attempt", page=True),
)
def become(
    form: NamedDependency[Form],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Be one of the sample people from now on."""
    mailbox_of(ports)
    persona = next((each for each in personas(config).values() if each.role == form["role"]), None)
    if persona is None:
        raise Refusal(404, "not_found", "there is no such sample account")
    signed_in = sign_in(
        SignIn(email=Email.parse(persona.email), password=persona.password),
        begin=ports.begin,
        read=ports.read,
        passwords=ports.passwords,
        secrets=ports.secrets,
        tokens=ports.tokens,
        ids=ports.ids,
        clock=ports.clock,
    )
    way = safe_way(form[NEXT_FIELD], otherwise=LANDINGS[persona.role])
    cookies = session_cookies(signed_in.tokens, config)
    return see(way, said=f"became_{persona.role}", cookies=cookies)


@get("/demo/tour", sync_to_thread=True, opt=_LOOKING)
def show_tour(
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """The main job in five steps; which are done is seen by what has happened since it began."""
    mailbox_of(ports)
    begun = _begun(frame)
    sample = personas(config)
    student = account_of(sample[Role.STUDENT], ports) if Role.STUDENT in sample else None
    teacher = account_of(sample[Role.INSTRUCTOR], ports) if Role.INSTRUCTOR in sample else None
    people = {each.account_id for each in (student, frame.viewer) if each is not None}
    since = frame.now if begun is None else begun
    tour = look_at_tour(people, begun=since, ports=ports, now=frame.now)
    lesson = tour.lesson
    response = frame.page(
        "tour",
        tour=tour,
        teacher=teacher,
        personas=sample,
        is_mine=lesson is not None
        and frame.viewer is not None
        and lesson.student.value == frame.viewer.account_id.value,
        can_teach=lesson is not None
        and teacher is not None
        and lesson.instructor.value == teacher.account_id.value,
    )
    if begun is None:
        response.set_cookie(_begin(frame.now, config))
    return response


@post("/demo/tour", sync_to_thread=False, opt=_LOOKING)
def begin_tour(
    frame: NamedDependency[Frame],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Begin the tour anew."""
    mailbox_of(ports)
    return see("/demo/tour", cookies=[_begin(frame.now, config)])


def _begun(frame: Frame) -> datetime | None:
    try:
        seconds = int(frame.request.cookies.get(TOUR_COOKIE, ""))
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _begin(now: datetime, config: HttpConfig) -> Cookie:
    return Cookie(
        key=TOUR_COOKIE,
        value=str(int(now.timestamp())),
        max_age=_TOUR_LIFE,
        path="/demo",
        httponly=True,
        samesite="lax",
        secure=config.hosted,
    )


PAGES: Final = [
    show_outbox,
    look_for_mails,
    show_clock,
    push_clock,
    show_accounts,
    become,
    show_tour,
    begin_tour,
]
