"""Accounts over HTTP: prove a mailbox, register, sign in and out. Source: spec 03 §6."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.auth import access_cookie, refresh_cookie
from entrypoints.http.config import HttpConfig
from entrypoints.http.limits import ask
from entrypoints.http.openapi import documented
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, policy, requires
from entrypoints.http.problems import read_at
from instainstru_core.accounts.challenges import CODE_LIFE, PROOF_LIFE
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import InvalidToken
from instainstru_core.accounts.ids import AccountId, ChallengeId, SessionId
from instainstru_core.accounts.model import Account, Permission, Principal, Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.rate_limits import bucket
from instainstru_core.accounts.sessions import ACCESS_LIFE, Tokens
from instainstru_core.accounts.use_cases.change_account import ChangeAccount, change_account
from instainstru_core.accounts.use_cases.confirm_email_challenge import (
    ConfirmEmailChallenge,
    confirm_email_challenge,
)
from instainstru_core.accounts.use_cases.open_session import SignedIn
from instainstru_core.accounts.use_cases.refresh_session import RefreshSession, refresh_session
from instainstru_core.accounts.use_cases.register import Register, register
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.accounts.use_cases.sign_out import sign_out
from instainstru_core.accounts.use_cases.start_email_challenge import (
    StartEmailChallenge,
    start_email_challenge,
)
from instainstru_core.kernel.zones import Zone
from instainstru_core.ports import Ports

EmailText = Annotated[
    str, Meta(max_length=254, description="An e-mail address.", examples=["sarah@example.com"])
]
PasswordText = Annotated[
    str, Meta(max_length=1024, description="At least 12 characters.", examples=["nine tall oaks"])
]
NameText = Annotated[str, Meta(min_length=1, max_length=64, examples=["Sarah"])]
ZipText = Annotated[str, Meta(pattern="^[0-9]{5}$", examples=["11215"])]
ZoneText = Annotated[
    str,
    Meta(
        max_length=64,
        description="The name of an IANA time zone.",
        examples=["America/New_York"],
    ),
]
CodeText = Annotated[str, Meta(pattern="^[0-9]{6}$", examples=["123456"])]
TokenText = Annotated[str, Meta(min_length=1, max_length=256)]


class Transport(StrEnum):
    """How a client keeps its tokens: browsers as cookies, programs in the body. Source: AC-20."""

    COOKIE = "cookie"
    BEARER = "bearer"


class SignUpRole(StrEnum):
    """What somebody may register as. Source: AC-3."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"


class EmailChallengePurpose(StrEnum):
    """Why a mailbox is proved."""

    SIGN_UP = "sign_up"


class EmailChallengeBody(Struct, forbid_unknown_fields=True):
    """A mailbox to be proved."""

    email: EmailText
    purpose: EmailChallengePurpose = EmailChallengePurpose.SIGN_UP


class EmailChallengeView(Struct):
    """A code was sent, if it may be."""

    id: ChallengeId
    expires_in: Annotated[int, Meta(examples=[300])]


class EmailConfirmationBody(Struct, forbid_unknown_fields=True):
    """The code from the mailbox."""

    code: CodeText


class EmailProofView(Struct):
    """Proof of the mailbox, for one registration."""

    email_proof: str
    expires_in: Annotated[int, Meta(examples=[900])]


class RegistrationMetadata(Struct, forbid_unknown_fields=True):
    """How somebody came here. Source: AC-2."""

    invite_code: Annotated[str, Meta(max_length=64)] | None = None
    referral_code: Annotated[str, Meta(max_length=64)] | None = None
    referral_source: Annotated[str, Meta(max_length=64)] | None = None
    marketing_tag: Annotated[str, Meta(max_length=64)] | None = None
    campaign: Annotated[str, Meta(max_length=64)] | None = None


class RegistrationBody(Struct, forbid_unknown_fields=True):
    """Somebody new. Source: AC-2."""

    email_proof: TokenText
    password: PasswordText
    first_name: NameText
    last_name: NameText
    zip_code: ZipText
    accepted_terms_version: Annotated[str, Meta(min_length=1, max_length=32, examples=["2026-01"])]
    role: SignUpRole = SignUpRole.STUDENT
    timezone: ZoneText | None = None
    metadata: RegistrationMetadata | None = None
    transport: Transport = Transport.COOKIE


class SignInBody(Struct, forbid_unknown_fields=True):
    """Who somebody says they are."""

    email: EmailText
    password: PasswordText
    transport: Transport = Transport.COOKIE


class RefreshBody(Struct, forbid_unknown_fields=True):
    """The refresh token, unless it is in the cookie."""

    refresh_token: TokenText | None = None


class AccountView(Struct):
    """One's own account. Source: AC-56."""

    id: AccountId
    email: str
    first_name: str
    last_name: str
    display_name: Annotated[str, Meta(examples=["Sarah C."])]
    zip_code: str
    timezone: ZoneText
    role: Role
    status: str
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        """What the owner sees."""
        return cls(
            id=account.account_id,
            email=account.email,
            first_name=account.first_name,
            last_name=account.last_name,
            display_name=account.display_name,
            zip_code=account.zip_code,
            timezone=account.zone.name,
            role=account.role,
            status=str(account.status),
            created_at=account.created_at,
        )


class TokensView(Struct):
    """Tokens, for clients that keep them themselves."""

    session_id: SessionId
    token_type: Annotated[str, Meta(examples=["Bearer"])]
    expires_in: Annotated[int, Meta(examples=[900])]
    access_token: str | None
    refresh_token: str | None


class SignedInView(Struct):
    """An account and its new session."""

    account: AccountView
    session: TokensView


class SessionView(Struct):
    """Who is signed in, and what they may do."""

    session_id: SessionId
    account: AccountView
    permissions: list[Permission]
    beta_phase: Annotated[str, Meta(examples=["disabled"])]


class JsonWebKey(Struct, omit_defaults=True):
    """One public key."""

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str


class JsonWebKeys(Struct):
    """The public keys that our access tokens are verified with."""

    keys: list[JsonWebKey]


class ProfileBody(Struct, forbid_unknown_fields=True):
    """What changes about oneself; what is left out stays."""

    first_name: NameText | UnsetType = UNSET
    last_name: NameText | UnsetType = UNSET
    zip_code: ZipText | UnsetType = UNSET
    timezone: ZoneText | UnsetType = UNSET


@post(
    "/auth/email-challenges",
    sync_to_thread=True,
    status_code=202,
    opt=policy(access=PUBLIC, bucket="email_challenge_ip"),
    **documented("Send a code to a mailbox"),
)
def challenge_email(
    data: JSONBody[EmailChallengeBody],
    request: Request[Any, Any, Any],
    ports: NamedDependency[Ports],
) -> EmailChallengeView:
    """Send a six-digit code. The answer is the same whether or not the address has an account."""
    email = read_at("/email", Email.parse, data.email)
    counter = ports.secrets.mac("rate", email.key).hex()
    policy_of_address = bucket("email_challenge")
    verdict = ask(ports.rates, [(policy_of_address, f"{policy_of_address.name}:{counter}")])
    if not verdict.decision.allowed:
        raise verdict.refusal
    challenge_id = start_email_challenge(
        StartEmailChallenge(email=email, sender=request.scope["state"]["address"]),
        begin=ports.begin,
        ids=ports.ids,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    return EmailChallengeView(challenge_id, int(CODE_LIFE.total_seconds()))


@post(
    "/auth/email-challenges/{challenge_id:str}/confirmation",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=PUBLIC, bucket="code_confirm"),
    **documented("Confirm a mailbox with its code"),
)
def confirm_email(
    challenge_id: FromPath[ChallengeId],
    data: JSONBody[EmailConfirmationBody],
    ports: NamedDependency[Ports],
) -> EmailProofView:
    """Trade the code for a proof that lets one person register."""
    proof = confirm_email_challenge(
        ConfirmEmailChallenge(challenge_id=challenge_id, code=data.code),
        begin=ports.begin,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    return EmailProofView(proof, int(PROOF_LIFE.total_seconds()))


@post(
    "/auth/registrations",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="register"),
    **documented("Register", refusals=(409,)),
)
def register_account(
    data: JSONBody[RegistrationBody],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[SignedInView]:
    """Make an account for whoever proved the mailbox, and sign them in."""
    request = Register(
        proof=data.email_proof,
        password=data.password,
        first_name=read_at("/first_name", person_name, data.first_name),
        last_name=read_at("/last_name", person_name, data.last_name),
        zip_code=data.zip_code,
        role=Role(data.role.value),
        accepted_terms=data.accepted_terms_version,
        zone=None if data.timezone is None else read_at("/timezone", Zone, data.timezone),
    )
    signed_in = register(
        request,
        begin=ports.begin,
        passwords=ports.passwords,
        secrets=ports.secrets,
        tokens=ports.tokens,
        ids=ports.ids,
        clock=ports.clock,
    )
    return _signed_in(signed_in, data.transport, config, status=201)


@post(
    "/auth/sessions",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=PUBLIC, bucket="auth_attempt"),
    **documented("Sign in", refusals=(401,)),
)
def start_session(
    data: JSONBody[SignInBody],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[SignedInView]:
    """Open a session with an address and a password."""
    signed_in = sign_in(
        SignIn(email=read_at("/email", Email.parse, data.email), password=data.password),
        begin=ports.begin,
        read=ports.read,
        passwords=ports.passwords,
        secrets=ports.secrets,
        tokens=ports.tokens,
        ids=ports.ids,
        clock=ports.clock,
    )
    return _signed_in(signed_in, data.transport, config, status=200)


@post(
    "/auth/sessions/refresh",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=PUBLIC, bucket="auth_refresh"),
    **documented("Refresh a session", refusals=(401,)),
)
def refresh(
    data: JSONBody[RefreshBody],
    request: Request[Any, Any, Any],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[TokensView]:
    """Trade the current refresh token for a new pair; a used one ends the session."""
    secret = data.refresh_token or request.cookies.get(refresh_cookie(config))
    if secret is None:
        raise InvalidToken
    tokens = refresh_session(
        RefreshSession(secret=secret),
        begin=ports.begin,
        secrets=ports.secrets,
        tokens=ports.tokens,
        clock=ports.clock,
    )
    transport = Transport.BEARER if data.refresh_token else Transport.COOKIE
    return Response(
        _tokens(tokens, transport),
        cookies=_cookies(tokens, transport, config),
        headers=_PRIVATE,
    )


@get(
    "/auth/session",
    sync_to_thread=True,
    opt=policy(access=AUTHENTICATED, bucket="auth_bootstrap"),
    **documented("Who is signed in"),
)
def show_session(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> SessionView:
    """The account of this session, its role and its permissions."""
    with ports.read() as reads:
        account = reads.doors.account(principal.account_id)
    return SessionView(
        session_id=principal.session_id,
        account=AccountView.of(account),
        permissions=[one for one in Permission if one in principal.permissions],
        beta_phase="disabled",
    )


@delete(
    "/auth/session",
    sync_to_thread=True,
    status_code=204,
    opt=policy(access=AUTHENTICATED, bucket="write"),
    **documented("Sign out"),
)
def end_session(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[None]:
    """End this session; its cookies are cleared."""
    sign_out(principal.session_id, begin=ports.begin, clock=ports.clock)
    gone = [
        Cookie(key=name, path="/", max_age=0, value="", httponly=True, secure=config.hosted)
        for name in (access_cookie(config), refresh_cookie(config))
    ]
    headers = {"Clear-Site-Data": '"cache", "storage"'}
    return Response(None, status_code=204, cookies=gone, headers=headers)


@get(
    "/me",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.MANAGE_OWN_PROFILE), bucket="read"),
    **documented("One's own account"),
)
def show_account(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> AccountView:
    """What the platform knows about its caller."""
    with ports.read() as reads:
        return AccountView.of(reads.doors.account(principal.account_id))


@patch(
    "/me",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.MANAGE_OWN_PROFILE), bucket="write"),
    **documented("Change one's own account", refusals=(409,)),
)
def edit_account(
    data: JSONBody[ProfileBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> AccountView:
    """Change name, ZIP code or time zone."""
    request = ChangeAccount(
        account_id=principal.account_id,
        first_name=_name("/first_name", data.first_name),
        last_name=_name("/last_name", data.last_name),
        zip_code=data.zip_code or None,
        zone=None if data.timezone is UNSET else read_at("/timezone", Zone, data.timezone),
    )
    return AccountView.of(change_account(request, begin=ports.begin, clock=ports.clock))


def _name(pointer: str, text: str | UnsetType) -> str | None:
    return None if text is UNSET else read_at(pointer, person_name, text)


@get(
    "/auth/jwks",
    sync_to_thread=False,
    opt=policy(access=PUBLIC, bucket="read"),
    **documented("Public keys"),
)
def jwks(ports: NamedDependency[Ports]) -> Response[JsonWebKeys]:
    """The keys that our access tokens are verified with."""
    keys = [JsonWebKey(**key) for key in ports.tokens.public_keys()]
    return Response(JsonWebKeys(keys), headers={"Cache-Control": "public, max-age=300"})


_PRIVATE: Final = {"Cache-Control": "private, no-store"}


def _signed_in(
    signed_in: SignedIn, transport: Transport, config: HttpConfig, *, status: int
) -> Response[SignedInView]:
    view = SignedInView(
        account=AccountView.of(signed_in.account), session=_tokens(signed_in.tokens, transport)
    )
    cookies = _cookies(signed_in.tokens, transport, config)
    return Response(view, status_code=status, cookies=cookies, headers=_PRIVATE)


def _tokens(tokens: Tokens, transport: Transport) -> TokensView:
    bearer = transport is Transport.BEARER
    return TokensView(
        session_id=tokens.session_id,
        token_type="Bearer" if bearer else "Cookie",
        expires_in=int(ACCESS_LIFE.total_seconds()),
        access_token=tokens.access if bearer else None,
        refresh_token=tokens.refresh if bearer else None,
    )


def _cookies(tokens: Tokens, transport: Transport, config: HttpConfig) -> list[Cookie]:
    if transport is Transport.BEARER:
        return []
    lives = [(access_cookie(config), tokens.access, int(ACCESS_LIFE.total_seconds()))]
    if tokens.refresh is not None:
        lives.append((refresh_cookie(config), tokens.refresh, int(tokens.idle.total_seconds())))
    return [
        Cookie(
            key=name,
            value=value,
            max_age=life,
            path="/",
            httponly=True,
            secure=config.hosted,
            samesite="lax",
        )
        for name, value, life in lives
    ]


ROUTER: Final = Router(
    "",
    route_handlers=[
        challenge_email,
        confirm_email,
        register_account,
        start_session,
        refresh,
        show_session,
        end_session,
        show_account,
        edit_account,
        jwks,
    ],
    tags=["accounts"],
)
