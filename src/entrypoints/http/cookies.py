"""The cookies that a session lives in. Source: AC-20, AC-26."""

from litestar.datastructures import Cookie

from entrypoints.http.config import HttpConfig
from instainstru_core.accounts.sessions import ACCESS_LIFE, Tokens


def access_cookie(config: HttpConfig) -> str:
    """The name of the cookie with the access token. Source: AC-26."""
    return "__Host-sid" if config.hosted else "sid"


def refresh_cookie(config: HttpConfig) -> str:
    """The name of the cookie with the refresh token. Source: AC-26."""
    return "__Host-rid" if config.hosted else "rid"


def session_cookies(tokens: Tokens, config: HttpConfig) -> list[Cookie]:
    """The cookies of a session; without a refresh token the one that is there goes on."""
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


def ended_cookies(config: HttpConfig) -> list[Cookie]:
    """What takes the cookies of a session away."""
    return [
        Cookie(key=name, path="/", max_age=0, value="", httponly=True, secure=config.hosted)
        for name in (access_cookie(config), refresh_cookie(config))
    ]
