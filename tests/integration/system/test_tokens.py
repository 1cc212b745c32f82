"""Access tokens and secrets. Source: AC-21, SE-26…SE-29."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.system.tokens import Ed25519Tokens, SigningKey, SystemSecrets
from instainstru_core.accounts.errors import InvalidToken
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.ports import AccessClaims

NOW = datetime(2030, 1, 7, 12, tzinfo=UTC)
LIFE = timedelta(seconds=900)
KEY = SigningKey.of(b"k" * 32)
CLAIMS = AccessClaims(
    account_id=AccountId(UUID(int=1)), session_id=SessionId(UUID(int=2)), epoch=3, auth_time=NOW
)


def ring(*keys: SigningKey, issuer: str = "us", audience: str = "api") -> Ed25519Tokens:
    return Ed25519Tokens(keys or [KEY], issuer=issuer, audience=audience)


def test_a_token_says_what_was_put_in() -> None:
    tokens = ring()
    token = tokens.issue(CLAIMS, now=NOW, life=LIFE)
    for _ in range(2):
        assert tokens.read(token, now=NOW) == CLAIMS


def test_times_go_by_the_injected_clock() -> None:
    """AC-21: valid iff now < exp, without leeway; 5 s on the other end."""
    tokens = ring()
    token = tokens.issue(CLAIMS, now=NOW, life=LIFE)
    assert tokens.read(token, now=NOW + LIFE - timedelta(milliseconds=1)) == CLAIMS
    assert tokens.read(token, now=NOW - timedelta(seconds=5)) == CLAIMS
    for moment in (NOW + LIFE, NOW - timedelta(seconds=6)):
        with pytest.raises(InvalidToken):
            tokens.read(token, now=moment)


def test_two_keys_may_live_at_once() -> None:
    """AC-21: rotation; the first signs, both verify, and both are published."""
    old, new = KEY, SigningKey.of(b"n" * 32)
    token = ring(old).issue(CLAIMS, now=NOW, life=LIFE)
    both = ring(new, old)
    assert both.read(token, now=NOW) == CLAIMS
    assert jwt.get_unverified_header(both.issue(CLAIMS, now=NOW, life=LIFE))["kid"] == new.kid
    assert [key["kid"] for key in both.public_keys()] == [new.kid, old.kid]
    with pytest.raises(InvalidToken):
        ring(new).read(token, now=NOW)


def test_tokens_never_cross_environments() -> None:
    """AC-21."""
    token = ring(issuer="int").issue(CLAIMS, now=NOW, life=LIFE)
    with pytest.raises(InvalidToken):
        ring(issuer="prod").read(token, now=NOW)
    token = ring(audience="int").issue(CLAIMS, now=NOW, life=LIFE)
    with pytest.raises(InvalidToken):
        ring(audience="prod").read(token, now=NOW)


def forged(
    headers: dict[str, Any], key: Any = None, algorithm: str = "EdDSA", **changes: Any
) -> str:
    content = jwt.decode(
        ring().issue(CLAIMS, now=NOW, life=LIFE), options={"verify_signature": False}
    )
    signing: Any = None if algorithm == "none" else key or KEY.private
    return jwt.encode(
        {**content, **changes},
        signing,
        algorithm=algorithm,
        headers=headers,
    )


GOOD = {"typ": "at+jwt", "kid": KEY.kid}
FORGERIES: dict[str, Callable[[], str]] = {
    "type": lambda: forged({**GOOD, "typ": "JWT"}),
    "key": lambda: forged({**GOOD, "kid": "another"}),
    "no key": lambda: forged({"typ": "at+jwt"}),
    "stranger": lambda: forged(GOOD, Ed25519PrivateKey.generate()),
    "algorithm": lambda: forged(GOOD, "x" * 64, "HS256"),
    "none": lambda: forged(GOOD, "", "none"),
    "subject": lambda: forged(GOOD, sub="nobody"),
    "session": lambda: forged(GOOD, sid="nothing"),
    "text": lambda: "not.a.token",
    "length": lambda: "x" * 5000,
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_no_token_of_ours(forgery: str) -> None:
    """AC-21: one refusal for all."""
    with pytest.raises(InvalidToken):
        ring().read(FORGERIES[forgery](), now=NOW)


def test_secrets_are_long_and_codes_uniform_enough() -> None:
    """AC-4, SE-29."""
    secrets = SystemSecrets(b"pepper" * 8)
    assert len({secrets.token() for _ in range(100)}) == 100
    assert all(len(secrets.token()) == 43 for _ in range(10))
    codes = [secrets.six_digits() for _ in range(2000)]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert {code[0] for code in codes} == set("0123456789")


def test_each_purpose_has_its_own_key() -> None:
    """SE-26."""
    secrets = SystemSecrets(b"pepper" * 8)
    assert secrets.mac("challenge", "1") == secrets.mac("challenge", "1")
    assert secrets.mac("challenge", "1") != secrets.mac("rate", "1")
    assert secrets.mac("challenge", "1") != SystemSecrets(b"other!" * 8).mac("challenge", "1")
    assert b"pepper" not in repr(secrets).encode()
