"""Sign up in three pages: an address, the code that was sent there, and who it is.

Nothing of it is kept on the way but in the browser: the address that the code went to, to be
shown, and then the proof of the mailbox, where no script and no page reads it.

Source: spec 03 §6, AC-2…AC-7.
"""

from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

from attrs import frozen
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.config import HttpConfig
from entrypoints.http.cookies import session_cookies
from entrypoints.http.limits import ask
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal, status_of
from entrypoints.web.forms import NEXT_FIELD, Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.sayings import ODD_ADDRESS, PASSWORD_REASONS
from entrypoints.web.ways import safe_way, see
from instainstru_core.accounts.challenges import PROOF_LIFE
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import (
    ChallengeInvalid,
    ChallengeLocked,
    EmailAlreadyRegistered,
    PasswordRejected,
    ProofInvalid,
    RateLimited,
)
from instainstru_core.accounts.ids import ChallengeId
from instainstru_core.accounts.model import Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.rate_limits import bucket
from instainstru_core.accounts.use_cases.confirm_email_challenge import (
    ConfirmEmailChallenge,
    confirm_email_challenge,
)
from instainstru_core.accounts.use_cases.register import Register, register
from instainstru_core.accounts.use_cases.start_email_challenge import (
    StartEmailChallenge,
    start_email_challenge,
)
from instainstru_core.accounts.zips import zip_code
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports

HERE: Final = "/sign-up"
ADDRESS_COOKIE: Final = "sign_up_address"
PROOF_COOKIE: Final = "sign_up_proof"
CODE_DIGITS: Final = 6
STEPS: Final = (N_("Your e-mail"), N_("The code"), N_("About you"))
ROLES: Final = {"student": Role.STUDENT, "instructor": Role.INSTRUCTOR}
_FIRST_PAGES: Final = {Role.STUDENT: "/", Role.INSTRUCTOR: "/teach/profile"}
_MAX_PASSWORD: Final = 1024


@frozen(kw_only=True)
class Wish:
    """What somebody signs up for, and where they were when they began."""

    role: str
    way: str

    @classmethod
    def of(cls, role: str, way: str) -> "Wish":
        """What the address or a form says; without a word they want to learn."""
        return cls(role=role if role in ROLES else "student", way=safe_way(way))

    def to(self, path: str) -> str:
        """The address of another step, with the wish in it."""
        return f"{path}?{urlencode({'role': self.role, NEXT_FIELD: self.way})}"

    @property
    def landing(self) -> str:
        """Where they go on: where they were, else where people of their role begin."""
        return _FIRST_PAGES[ROLES[self.role]] if self.way == "/" else self.way


@get(HERE, sync_to_thread=False, opt=policy(access=PUBLIC, bucket="edge", page=True))
def show_sign_up(frame: NamedDependency[Frame]) -> Response[Any]:
    """The first step; whoever is signed in already is led on."""
    wish = _wish(frame)
    if frame.viewer is not None:
        return see(wish.landing)
    return _step(frame, 1, Form(), wish)


@post(HERE, sync_to_thread=True, opt=policy(access=PUBLIC, bucket="email_challenge_ip", page=True))
def send_code(
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Send a code; what is said is the same whether or not the address has an account. AC-7."""
    wish = Wish.of(form["role"], form[NEXT_FIELD])
    email = form.parsed("email", Email.parse, otherwise=ODD_ADDRESS)
    if email is None:
        return _step(frame, 1, form, wish, status=422)
    try:
        _spend(ports, email)
        challenge_id = start_email_challenge(
            StartEmailChallenge(email=email, sender=request.scope["state"]["address"]),
            begin=ports.begin,
            ids=ports.ids,
            secrets=ports.secrets,
            clock=ports.clock,
        )
    except RateLimited as error:
        form.refused_by(error)
        return _step(frame, 1, form, wish, status=429, wait=error.retry_after_seconds)
    except Refusal as refusal:
        form.refuse("", refusal.code)
        wait = int(refusal.headers.get("Retry-After", "60"))
        return _step(frame, 1, form, wish, status=refusal.status, wait=wait)
    kept = _cookie(ADDRESS_COOKIE, quote(email.typed), config)
    return see(wish.to(f"{HERE}/code/{challenge_id}"), cookies=[kept])


@get(
    f"{HERE}/code/{{challenge_id:str}}",
    sync_to_thread=False,
    opt=policy(access=PUBLIC, bucket="edge", page=True),
)
def show_code(challenge_id: FromPath[ChallengeId], frame: NamedDependency[Frame]) -> Response[Any]:
    """Where the code is typed."""
    return _step(frame, 2, Form(), _wish(frame), challenge_id=challenge_id)


@post(
    f"{HERE}/code/{{challenge_id:str}}",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="code_confirm", page=True),
)
def confirm_code(
    challenge_id: FromPath[ChallengeId],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Trade the code for the proof of the mailbox."""
    wish = Wish.of(form["role"], form[NEXT_FIELD])
    code = "".join(form["code"].split())
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdecimal()):
        form.refuse("code", N_("The code has six digits."))
        return _step(frame, 2, form, wish, status=422, challenge_id=challenge_id)
    try:
        proof = confirm_email_challenge(
            ConfirmEmailChallenge(challenge_id=challenge_id, code=code),
            begin=ports.begin,
            secrets=ports.secrets,
            clock=ports.clock,
        )
    except ChallengeInvalid as error:
        if PROOF_COOKIE in frame.request.cookies:  # Sent twice, or gone back to: it is proved.
            return see(wish.to(f"{HERE}/details"))
        form.refused_by(error, "code")
        left = error.remaining_attempts
        return _step(frame, 2, form, wish, status=422, challenge_id=challenge_id, left=left)
    except ChallengeLocked as error:
        form.refused_by(error)
        wait = error.retry_after_seconds
        return _step(frame, 2, form, wish, status=429, challenge_id=challenge_id, wait=wait)
    return see(wish.to(f"{HERE}/details"), cookies=[_cookie(PROOF_COOKIE, proof, config)])


@get(f"{HERE}/details", sync_to_thread=False, opt=policy(access=PUBLIC, bucket="edge", page=True))
def show_details(frame: NamedDependency[Frame]) -> Response[Any]:
    """Who it is; without a proved mailbox the first step comes first."""
    wish = _wish(frame)
    if frame.viewer is not None:
        return see(wish.landing)
    if PROOF_COOKIE not in frame.request.cookies:
        return see(wish.to(HERE))
    return _step(frame, 3, Form(), wish)


@post(
    f"{HERE}/details",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="register", page=True),
)
def make_account(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """Make the account, sign in, and go on where it began."""
    wish = Wish.of(form["role"], form[NEXT_FIELD])
    if frame.viewer is not None:  # Sent twice: the account is there.
        return see(wish.landing)
    asked = _read(form, frame, wish, config)
    if asked is None:
        return _step(frame, 3, form, wish, status=422)
    try:
        signed_in = register(
            asked,
            begin=ports.begin,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        )
    except PasswordRejected as error:
        reasons = (frame.words(PASSWORD_REASONS[each]) for each in error.reasons)
        form.refuse("password", " ".join(reasons))
        return _step(frame, 3, form, wish, status=422)
    except (ProofInvalid, EmailAlreadyRegistered) as error:
        return _anew(frame, error, wish, config)
    cookies = [*session_cookies(signed_in.tokens, config), *_forgotten(config)]
    return see(wish.landing, said="registered", cookies=cookies)


def _read(form: Form, frame: Frame, wish: Wish, config: HttpConfig) -> Register | None:
    """The account that the form asks for; None, and its mistakes, where something is wrong."""
    first_name = form.parsed("first_name", person_name)
    last_name = form.parsed("last_name", person_name)
    area = form.parsed(
        "zip_code", zip_code, otherwise=N_("A ZIP code of the city has five digits, like 10012.")
    )
    password = form["password"]
    if not password:
        form.refuse("password", N_("Please choose a password."))
    elif len(password) > _MAX_PASSWORD:
        form.refuse("password", N_("This is too long."))
    if not form.ticked("terms"):
        form.refuse("terms", N_("Please accept the terms: without them there is no account."))
    if form.refused or first_name is None or last_name is None or area is None:
        return None
    return Register(
        proof=frame.request.cookies.get(PROOF_COOKIE, ""),
        password=password,
        first_name=first_name,
        last_name=last_name,
        zip_code=area,
        role=ROLES[wish.role],
        accepted_terms=config.terms_version,
    )


def _anew(frame: Frame, error: DomainError, wish: Wish, config: HttpConfig) -> Response[Any]:
    """The proof is gone, or the address has an account by now: from the beginning."""
    form = Form(fields={"email": (_address(frame),)})
    form.refused_by(error)
    response = _step(frame, 1, form, wish, status=status_of(error))
    for cookie in _forgotten(config):
        response.set_cookie(cookie)
    return response


def _step(
    frame: Frame, number: int, form: Form, wish: Wish, *, status: int = 200, **facts: Any
) -> Response[Any]:
    known = {"challenge_id": None, "wait": None, "left": None, **facts}
    wait = known["wait"]
    return frame.page(
        "sign_up",
        status=status,
        headers=None if wait is None else {"Retry-After": str(wait)},
        number=number,
        steps=STEPS,
        form=form,
        wish=wish,
        address=_address(frame),
        **known,
    )


def _wish(frame: Frame) -> Wish:
    asked = frame.request.query_params
    return Wish.of(str(asked.get("role", "")), str(asked.get(NEXT_FIELD, "")))


def _address(frame: Frame) -> str:
    """The address that the code went to, as the browser keeps it."""
    return unquote(frame.request.cookies.get(ADDRESS_COOKIE, ""))[:254]


def _spend(ports: Ports, email: Email) -> None:
    """Each address is asked for only so often, whoever asks. Source: AC-4."""
    limit = bucket("email_challenge")
    counter = ports.secrets.mac("rate", email.key).hex()
    verdict = ask(ports.rates, [(limit, f"{limit.name}:{counter}")])
    if not verdict.decision.allowed:
        raise verdict.refusal


def _cookie(name: str, value: str, config: HttpConfig) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=int(PROOF_LIFE.total_seconds()),
        path=HERE,
        httponly=True,
        samesite="lax",
        secure=config.hosted,
    )


def _forgotten(config: HttpConfig) -> list[Cookie]:
    return [
        Cookie(key=name, value="", max_age=0, path=HERE, httponly=True, secure=config.hosted)
        for name in (ADDRESS_COOKIE, PROOF_COOKIE)
    ]


PAGES: Final = [show_sign_up, send_code, show_code, confirm_code, show_details, make_account]
