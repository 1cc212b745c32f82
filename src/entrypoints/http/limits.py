"""Who is asking, by address; what is left to them; who may pass freely.

Source: SE-5, SE-8, SE-11.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

from attrs import frozen

from entrypoints.http.problems import Refusal, translated
from instainstru_core.accounts.errors import RateLimited
from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import RateStore
from instainstru_core.accounts.rate_limits import Decision, KeyedBy, RatePolicy

BYPASS_HEADER: Final = b"x-ratelimit-bypass"
LONGEST_BYPASS: Final = timedelta(hours=24)
_LONGEST_HOPS: Final = 32
Network: TypeAlias = IPv4Network | IPv6Network


@lru_cache(maxsize=16)
def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks that *texts* write."""
    return tuple(ip_network(text) for text in texts)


def client_address(
    peer: str | None, forwarded: str, trusted: Sequence[Network]
) -> IPv4Address | IPv6Address | None:
    """The client's address: the first hop from the right that no proxy of ours speaks for.

    Entries left of it are whatever the client wrote, and never looked at. Source: SE-5.
    """
    hop = _address(peer or "")
    if hop is None or not within(hop, trusted):
        return hop
    for token in reversed(forwarded.split(",")[-_LONGEST_HOPS:]):
        step = _address(token.strip())
        if step is None:
            return hop
        hop = step
        if not within(hop, trusted):
            return hop
    return hop


def is_trusted(peer: tuple[str, int] | None, trusted: Sequence[Network]) -> bool:
    """Whether the peer is a proxy of ours."""
    address = _address(peer[0]) if peer else None
    return address is not None and within(address, trusted)


def address_key(address: IPv4Address | IPv6Address | None) -> str:
    """The address as a counter's key; IPv6 counts by /64. Source: SE-5."""
    if address is None:
        return "ip:unknown"
    if isinstance(address, IPv6Address):
        return f"ip:{IPv6Network((address, 64), strict=False)}"
    return f"ip:{address}"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def within(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    """Whether *address* belongs to one of the networks."""
    return any(address in network for network in trusted if network.version == address.version)


def counter_key(policy: RatePolicy, principal: Principal | None, address: str) -> str:
    """Whose counter of *policy* a request falls on."""
    if policy.keyed_by is KeyedBy.PRINCIPAL and principal is not None:
        return f"{policy.name}:{principal}"
    return f"{policy.name}:{address}"


@frozen
class Verdict:
    """What the limiter said about one request: the policy and decision that its headers show."""

    policy: RatePolicy
    decision: Decision

    @property
    def refusal(self) -> Refusal:
        """The 429 of a denial."""
        wait = self.decision.retry_after_ms
        seconds = max(1, -(-(wait if wait is not None else self.policy.window_ms) // 1000))
        return translated(RateLimited(self.policy.name, seconds))

    def headers(self, now: datetime) -> list[tuple[bytes, bytes]]:
        """The five headers of a limited response. Source: SE-8."""
        reset = -(-(int(now.timestamp() * 1000) + self.decision.reset_after_ms) // 1000)
        return [
            (b"x-ratelimit-limit", b"%d" % self.decision.limit),
            (b"x-ratelimit-remaining", b"%d" % self.decision.remaining),
            (b"x-ratelimit-reset", b"%d" % reset),
            (b"x-ratelimit-policy", self.policy.name.encode()),
            (b"x-ratelimit-shadow", b"false"),
        ]


def ask(store: RateStore, asked: Sequence[tuple[RatePolicy, str]]) -> Verdict:
    """Spend from every bucket; the first denial answers, else the one that is emptiest."""
    decisions = store.decide(asked)
    verdicts = [
        Verdict(policy, found) for (policy, _), found in zip(asked, decisions, strict=False)
    ]
    for verdict in verdicts:
        if not verdict.decision.allowed:
            return verdict
    return emptiest(verdicts)


def emptiest(verdicts: Sequence[Verdict]) -> Verdict:
    """The one with the smallest share left. Source: SE-8."""
    return min(verdicts, key=lambda one: one.decision.remaining / max(1, one.decision.limit))


def sign_bypass(secret: bytes, buckets: Sequence[str], expires: datetime) -> str:
    """A grant that lets a load test pass *buckets* until *expires*. Source: SE-11."""
    content = f"{int(expires.timestamp())}:{','.join(sorted(buckets))}".encode()
    signature = hmac.new(secret, content, hashlib.sha256).digest()
    return f"{_encoded(content)}.{_encoded(signature)}"


def bypassed(secret: bytes, grant: bytes, now: datetime) -> frozenset[str]:
    """The buckets that a grant opens now: none, when it isn't ours, is over, or runs too long."""
    content, _, signature = grant.partition(b".")
    try:
        text, given = _decoded(content), _decoded(signature)
    except (ValueError, binascii.Error):
        return frozenset()
    expected = hmac.new(secret, text, hashlib.sha256).digest()
    if not secret or not hmac.compare_digest(expected, given):
        return frozenset()
    expires, _, buckets = text.decode().partition(":")
    seconds = int(expires) - now.timestamp()
    if not 0 < seconds <= LONGEST_BYPASS.total_seconds():
        return frozenset()
    return frozenset(buckets.split(","))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def header_map(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by lower-case name; of a repeated one, all values joined with commas."""
    found: dict[bytes, bytes] = {}
    for name, value in raw:
        found[name] = found[name] + b"," + value if name in found else value
    return found
