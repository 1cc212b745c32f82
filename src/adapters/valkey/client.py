"""Connections to Valkey, with short waits: it is never worth waiting for."""

from threading import Lock
from time import monotonic
from typing import Final

from attrs import define, field
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

WAIT_SECONDS: Final = 0.25
REST_SECONDS: Final = 1.0


def valkey_client(url: str, *, connections: int) -> "Redis":
    """A client with at most *connections* connections."""
    return Redis.from_url(
        url,
        max_connections=connections,
        socket_timeout=WAIT_SECONDS,
        socket_connect_timeout=WAIT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


@define
class Breaker:
    """Remembers that a server is down, so that only one caller a second waits to find out."""

    rest_seconds: float = REST_SECONDS
    failures: int = 0
    _closed_until: float = field(default=0.0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def lets_through(self) -> bool:
        """Whether this caller should try."""
        if not self._closed_until:
            return True
        with self._lock:
            now = monotonic()
            if now < self._closed_until:
                return False
            # This caller tries; the others go on without for another rest.
            self._closed_until = now + self.rest_seconds
            return True

    def failed(self) -> None:
        """The server didn't answer."""
        with self._lock:
            self.failures += 1
            self._closed_until = monotonic() + self.rest_seconds

    def answered(self) -> None:
        """The server answers."""
        if self._closed_until:
            self._closed_until = 0.0
