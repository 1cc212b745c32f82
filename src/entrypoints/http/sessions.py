"""Sign in, stay signed in and sign out over HTTP. Source: spec 03 §6."""

from enum import StrEnum
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from entrypoints.http.accounts import AccountView
from entrypoints.http.config import HttpConfig
from entrypoints.http.cookies import ended_cookies, refresh_cookie, session_cookies
from entrypoints.http.openapi import documented
from entrypoints.http.policy import AUTHENTICATED, PUBLIC, policy
from entrypoints.http.problems import read_at
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import InvalidToken
from instainstru_core.accounts.ids import SessionId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.accounts.sessions import ACCESS_LIFE, Tokens
from instainstru_core.accounts.use_cases.open_session import SignedIn
from instainstru_core.accounts.use_cases.refresh_session import RefreshSession, refresh_session
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.accounts.use_cases.sign_out import sign_out
from instainstru_core.ports import Ports

EmailText = Annotated[
    str, Meta(max_length=254, description="An e-mail address.", examples=["sarah@example.com"])
]
PasswordText = Annotated[
    str, Meta(max_length=1024, description="At least 12 characters.", examples=["nine tall oaks"])
]
TokenText = Annotated[str, Meta(min_length=1, max_length=256)]
_PRIVATE: Final = {"Cache-Control": "private, no-store"}


class Transport(StrEnum):
    """How a client keeps its tokens: browsers as cookies, programs in the body. Source: AC-20."""

    COOKIE = "cookie"
    BEARER = "bearer"


class SignInBody(Struct, forbid_unknown_fields=True):
    """Who somebody says they are."""

    email: EmailText
    password: PasswordText
    transport: Transport = Transport.COOKIE


class RefreshBody(Struct, forbid_unknown_fields=True):
    """The refresh token, unless it is in the cookie."""

    refresh_token: TokenText | None = None


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


@post(
    "/sessions",
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
    return signed_in_as(signed_in, data.transport, config, status=200)


@post(
    "/sessions/refresh",
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
    "/session",
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
    "/session",
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
    headers = {"Clear-Site-Data": '"cache", "storage"'}
    return Response(None, status_code=204, cookies=ended_cookies(config), headers=headers)


@get(
    "/jwks",
    sync_to_thread=False,
    opt=policy(access=PUBLIC, bucket="read"),
    **documented("Public keys"),
)
def jwks(ports: NamedDependency[Ports]) -> Response[JsonWebKeys]:
    """The keys that our access tokens are verified with."""
    keys = [JsonWebKey(**key) for key in ports.tokens.public_keys()]
    return Response(JsonWebKeys(keys), headers={"Cache-Control": "public, max-age=300"})


def signed_in_as(
    signed_in: SignedIn, transport: Transport, config: HttpConfig, *, status: int
) -> Response[SignedInView]:
    """The answer to somebody who is signed in from now on."""
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
    return [] if transport is Transport.BEARER else session_cookies(tokens, config)


ROUTER: Final = Router(
    "/auth",
    route_handlers=[start_session, refresh, show_session, end_session, jwks],
    tags=["accounts"],
)
