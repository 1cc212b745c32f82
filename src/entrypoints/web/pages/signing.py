"""Sign in, go on where you were, sign out. Source: spec 03 §6, AC-5, AC-26."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from entrypoints.http.config import HttpConfig
from entrypoints.http.cookies import ended_cookies, session_cookies
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, policy
from entrypoints.http.problems import status_of
from entrypoints.web.forms import NEXT_FIELD, Form
from entrypoints.web.frame import Frame
from entrypoints.web.sayings import ODD_ADDRESS
from entrypoints.web.ways import safe_way, see
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.accounts.use_cases.sign_out import sign_out
from instainstru_core.kernel.errors import Unauthenticated
from instainstru_core.ports import Ports

_CARRIED: Final = "carried:"
"""Before the names of fields that wait for a sign-in."""


@get("/sign-in", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="edge", page=True))
def show_sign_in(frame: NamedDependency[Frame], next: FromQuery[str] = "/") -> Response[Any]:  # noqa: A002
    """The form; whoever is signed in already is led on."""
    way = safe_way(next)
    if frame.viewer is not None:
        return see(way)
    return frame.page("sign_in", form=Form(), way=way, carried=[])


@post("/sign-in", sync_to_thread=True, opt=policy(access=PUBLIC, bucket="auth_attempt", page=True))
def do_sign_in(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Open a session, and go on with what was begun."""
    way = safe_way(form[NEXT_FIELD])
    carried = [
        (name.removeprefix(_CARRIED), value)
        for name, value in form.carried()
        if name.startswith(_CARRIED)
    ]
    email = form.parsed("email", Email.parse, otherwise=ODD_ADDRESS)
    form.text("password", most=1024)
    if form.refused or email is None:
        return frame.page("sign_in", status=422, form=form, way=way, carried=carried)
    try:
        signed_in = sign_in(
            SignIn(email=email, password=form["password"]),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        )
    except Unauthenticated as error:
        form.refused_by(error)
        status = status_of(error)
        return frame.page("sign_in", status=status, form=form, way=way, carried=carried)
    cookies = session_cookies(signed_in.tokens, config)
    if not carried:
        return see(way, said="signed_in", cookies=cookies)
    response = frame.page("sign_in_go_on", way=way, carried=carried)
    for cookie in cookies:
        response.set_cookie(cookie)
    return response


@post("/sign-out", sync_to_thread=True, opt=policy(access=AUTHENTICATED, bucket="write", page=True))
def do_sign_out(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Redirect:
    """End this session. Source: AC-26."""
    sign_out(principal.session_id, begin=ports.begin, clock=ports.clock)
    gone = see("/", said="signed_out", cookies=ended_cookies(config))
    gone.headers["Clear-Site-Data"] = '"cache", "storage"'
    return gone


PAGES: Final = [show_sign_in, do_sign_in, do_sign_out]
