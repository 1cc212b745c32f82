"""Access tokens, random secrets, and the pepper. Source: AC-21, SE-26…SE-29."""

import base64
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any, Final, Self
from uuid import uuid4

import jwt
from attrs import define, field, frozen
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from instainstru_core.accounts.errors import InvalidToken
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.kernel.errors import Malformed

LEEWAY: Final = timedelta(seconds=5)
KEY_BYTES: Final = 32
_ALGORITHM: Final = "EdDSA"
_TYPE: Final = "at+jwt"
_REMEMBERED: Final = 4096
_LONGEST: Final = 2048
_REQUIRED: Final = ("iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "auth_time", "epo")


@frozen
class SigningKey:
    """One key by its id; the first of a ring signs, all verify."""

    kid: str
    seed: bytes = field(repr=False)

    @classmethod
    def of(cls, seed: bytes) -> Self:
        """The key of *seed* (32 bytes), its id taken from its public half."""
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(kid=sha256(public).hexdigest()[:16], seed=seed)

    @property
    def private(self) -> Ed25519PrivateKey:
        """The key itself."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@define
class Ed25519Tokens:
    """The `AccessTokens` port: JWTs that only one algorithm may sign.

    Signatures that were verified are remembered, up to a bound; times are judged anew each time.
    """

    _keys: Sequence[SigningKey]
    _issuer: str
    _audience: str
    _public: dict[str, Ed25519PublicKey] = field(init=False)
    _signing: Ed25519PrivateKey = field(init=False, repr=False)
    _seen: "OrderedDict[str, dict[str, Any]]" = field(factory=OrderedDict, init=False, repr=False)
    _lock: Lock = field(factory=Lock, init=False)

    def __attrs_post_init__(self) -> None:
        self._signing = self._keys[0].private
        self._public = {key.kid: key.private.public_key() for key in self._keys}

    def issue(self, claims: AccessClaims, *, now: datetime, life: timedelta) -> str:
        """A signed token."""
        issued = int(now.timestamp())
        content = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(claims.account_id),
            "sid": str(claims.session_id),
            "jti": str(uuid4()),
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(life.total_seconds()),
            "auth_time": int(claims.auth_time.timestamp()),
            "amr": ["pwd"],
            "epo": claims.epoch,
        }
        headers = {"typ": _TYPE, "kid": self._keys[0].kid}
        return jwt.encode(content, self._signing, algorithm=_ALGORITHM, headers=headers)

    def read(self, token: str, *, now: datetime) -> AccessClaims:
        """What a token of ours says, if it is still good."""
        if len(token) > _LONGEST:
            raise InvalidToken
        content = self._seen.get(token)
        if content is None:
            content = self._verified(token)
            with self._lock:
                self._seen[token] = content
                if len(self._seen) > _REMEMBERED:
                    self._seen.popitem(last=False)
        moment = now.timestamp()
        soon = moment + LEEWAY.total_seconds()
        if moment >= content["exp"] or content["nbf"] > soon or content["iat"] > soon:
            raise InvalidToken
        claims: AccessClaims = content["claims"]
        return claims

    def public_keys(self) -> Sequence[dict[str, str]]:
        """The members of the JWK set."""
        return [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": _ALGORITHM,
                "kid": kid,
                "x": base64.urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode(),
            }
            for kid, key in self._public.items()
        ]

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != _TYPE or header.get("alg") != _ALGORITHM:
                raise InvalidToken
            content: dict[str, Any] = jwt.decode(
                token,
                self._public[header["kid"]],
                algorithms=[_ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                # Times are judged by the injected clock, not by PyJWT's.
                options={
                    "require": list(_REQUIRED),
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            claims = AccessClaims(
                account_id=AccountId.parse(content["sub"]),
                session_id=SessionId.parse(content["sid"]),
                epoch=int(content["epo"]),
                auth_time=datetime.fromtimestamp(content["auth_time"], UTC),
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, Malformed) as error:
            raise InvalidToken from error
        return {**content, "claims": claims}


@frozen
class SystemSecrets:
    """The `Secrets` port: the operating system's randomness, and one pepper for all purposes."""

    _pepper: bytes = field(repr=False)

    def token(self) -> str:
        """256 bits."""
        return secrets.token_urlsafe(32)

    def six_digits(self) -> str:
        """Uniform over a million codes."""
        return f"{secrets.randbelow(1_000_000):06}"

    def mac(self, purpose: str, text: str) -> bytes:
        """The HMAC of *text*, by a key derived for *purpose*."""
        key = hmac.digest(self._pepper, purpose.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256")
