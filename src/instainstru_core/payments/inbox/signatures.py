"""Who really sent it: HMAC-SHA256 over the raw bytes. Source: SE-30, PY-63."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import field, frozen

from instainstru_core.kernel.time import Clock
from instainstru_core.payments.inbox.errors import WebhookSignatureInvalid, WebhookUnconfigured

TOLERANCE_SECONDS: Final = 300
MAX_HEADER_LENGTH: Final = 1024
MAX_SIGNATURES: Final = 8


def sign(body: bytes, *, secret: bytes, at: datetime) -> str:
    """The header `t=…,v1=…` for *body*, signed at *at*."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(body, secret, str(moment))}"


@frozen(kw_only=True)
class SignedWebhooks:
    """Believes what was signed with one of *secrets* not 300 s from *clock*'s now.

    The clock is the machine's own, not the platform's: how fresh a message is has nothing to do
    with a time machine that somebody moved between its sending and its arrival.
    """

    secrets: Sequence[bytes] = field(repr=False)
    clock: Clock

    def verify(self, signature: str | None, body: bytes) -> None:
        """Believe *body*, or not; see `WebhookVerifier`."""
        if not self.secrets:
            raise WebhookUnconfigured
        moment, digests = _parse(signature or "")
        age = abs(self.clock.now().timestamp() - int(moment))
        expected = [_digest(body, secret, moment) for secret in self.secrets]
        # Every pair is compared, so that the time taken tells nothing about which secret fitted.
        fits = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in digests]
        if age > TOLERANCE_SECONDS or not any(fits):
            raise WebhookSignatureInvalid


@frozen
class UnconfiguredWebhooks:
    """Believes nothing: there is no secret to verify with. Source: SE-30."""

    def verify(self, signature: str | None, body: bytes) -> None:  # noqa: ARG002
        """Never believe; see `WebhookVerifier`."""
        raise WebhookUnconfigured


NO_WEBHOOKS: Final = UnconfiguredWebhooks()


def _parse(header: str) -> tuple[str, list[str]]:
    if len(header) > MAX_HEADER_LENGTH or not header.isascii():
        raise WebhookSignatureInvalid
    pairs = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in pairs if name == "t"]
    digests = [value for name, _, value in pairs if name == "v1"]
    if len(moments) != 1 or not moments[0].isdecimal() or len(moments[0]) > 12:
        raise WebhookSignatureInvalid
    if not 1 <= len(digests) <= MAX_SIGNATURES:
        raise WebhookSignatureInvalid
    return moments[0], digests


def _digest(body: bytes, secret: bytes, moment: str) -> str:
    signed = moment.encode() + b"." + body
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()
