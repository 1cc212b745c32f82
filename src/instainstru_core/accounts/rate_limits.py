"""How much of what anybody may ask for: GCRA, in whole milliseconds. Source: SE-1…SE-4."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, gt

from instainstru_core.kernel.errors import DomainError

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


class KeyedBy(StrEnum):
    """Whose requests count together. Source: SE-4, SE-5."""

    IP = "ip"
    PRINCIPAL = "principal"


@frozen
class RatePolicy:
    """*rate* requests per *window_ms*, and *burst* more at once. Source: SE-1."""

    name: str
    rate: int = field(validator=ge(0))
    window_ms: int = field(validator=gt(0))
    burst: int = field(validator=ge(0))
    keyed_by: KeyedBy = KeyedBy.PRINCIPAL

    @property
    def interval_ms(self) -> int:
        """T, the emission interval: how long one request takes to be forgotten."""
        return -(-self.window_ms // self.rate) if self.rate else self.window_ms

    @property
    def limit(self) -> int:
        """L, how many pass at once when nothing came before."""
        return self.burst + 1 if self.rate else 0


@frozen(kw_only=True)
class Decision:
    """What a policy says to one request, and what it leaves behind.

    *tat* is the state to keep (None: none), *keep_ms* for how long. *retry_after_ms* is None when
    waiting would never help.
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after_ms: int | None
    reset_after_ms: int
    tat: int | None = None
    keep_ms: int = 0


def decide(policy: RatePolicy, tat: int | None, *, now_ms: int, cost: int = 1) -> Decision:
    """Whether a request of *cost* passes now, given the stored arrival time. Source: SE-2."""
    if policy.rate == 0:
        wait = policy.window_ms
        return Decision(
            allowed=False, limit=0, remaining=0, retry_after_ms=wait, reset_after_ms=wait, tat=tat
        )
    interval, limit = policy.interval_ms, policy.limit
    span = limit * interval
    base = now_ms if tat is None else max(now_ms, min(tat, now_ms + span))
    candidate = base + cost * interval
    allow_at = candidate - span
    allowed = cost <= limit and allow_at <= now_ms
    backlog = (candidate if allowed else base) - now_ms
    if allowed:
        kept: int | None = candidate
    else:
        kept = None if tat is None else min(tat, now_ms + span)
    retry = 0 if allowed else (None if cost > limit else allow_at - now_ms)
    return Decision(
        allowed=allowed,
        limit=limit,
        remaining=max(0, (span - backlog) // interval),
        retry_after_ms=retry,
        reset_after_ms=backlog,
        tat=kept,
        keep_ms=backlog,
    )


def _bucket(
    name: str, rate: int, window_ms: int, burst: int, keyed_by: KeyedBy = KeyedBy.PRINCIPAL
) -> tuple[str, RatePolicy]:
    return name, RatePolicy(name, rate, window_ms, burst, keyed_by)


BUCKETS: Final[Mapping[str, RatePolicy]] = dict(
    (
        _bucket("edge", 150, MINUTE_MS, 49, KeyedBy.IP),
        _bucket("auth_bootstrap", 100, MINUTE_MS, 20),
        _bucket("auth_attempt", 20, MINUTE_MS, 9, KeyedBy.IP),
        _bucket("auth_refresh", 10, MINUTE_MS, 2),
        _bucket("register", 10, HOUR_MS, 4, KeyedBy.IP),
        _bucket("email_challenge", 3, 10 * MINUTE_MS, 2),
        _bucket("email_challenge_ip", 20, HOUR_MS, 9, KeyedBy.IP),
        _bucket("password_reset", 5, HOUR_MS, 2),
        _bucket("password_reset_ip", 10, HOUR_MS, 4, KeyedBy.IP),
        _bucket("code_confirm", 10, MINUTE_MS, 4, KeyedBy.IP),
        _bucket("phone_code", 3, 10 * MINUTE_MS, 2),
        _bucket("read", 120, MINUTE_MS, 20),
        _bucket("search", 120, MINUTE_MS, 20),
        _bucket("write", 30, MINUTE_MS, 10),
        _bucket("conv_msg", 60, MINUTE_MS, 10),
        _bucket("booking", 20, MINUTE_MS, 4),
        _bucket("lookup", 30, MINUTE_MS, 10),
        _bucket("financial", 5, MINUTE_MS, 0),
        _bucket("expensive", 10, MINUTE_MS, 2),
        _bucket("upload", 1, MINUTE_MS, 0),
        _bucket("public_invite", 5, HOUR_MS, 4),
        _bucket("bgc_invite", 10, HOUR_MS, 4, KeyedBy.IP),
        _bucket("admin_mcp", 60, MINUTE_MS, 10),
        _bucket("admin_mcp_invite", 10, MINUTE_MS, 2),
        _bucket("metrics", 6, MINUTE_MS, 2, KeyedBy.IP),
        _bucket("stream_connect", 5, MINUTE_MS, 4),
        _bucket("message_edit", 10, MINUTE_MS, 4),
    )
)
"""Every bucket by name. Source: SE-4."""


class UnknownBucket(DomainError):
    """A route names a bucket that isn't in the table: the process must not start. Source: SE-4."""

    code = "unknown_bucket"


def bucket(name: str) -> RatePolicy:
    """The policy called *name*.

    Raises:
        UnknownBucket: There is none; no silent default.
    """
    try:
        return BUCKETS[name]
    except KeyError:
        raise UnknownBucket(f"{name!r} is no rate bucket") from None
