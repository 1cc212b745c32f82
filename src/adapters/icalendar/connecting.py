"""Connections that only ever lead to the public internet, and end when their time is over.

A name is looked up once. Each of its addresses is vetted, and the connection goes to the very
address that was: a name that answers otherwise the next time changes nothing. TLS and the `Host`
header still speak of the name.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from socket import IPPROTO_TCP, SOCK_STREAM, gaierror, getaddrinfo
from typing import Any, Final, TypeAlias

import httpcore
from attrs import define, frozen
from httpcore import NetworkBackend, NetworkStream

from adapters.icalendar.parser import FeedUnreadable
from instainstru_core.availability.external.model.addresses import IPAddress, is_public
from instainstru_core.availability.external.model.feed import FeedProblem

Resolve: TypeAlias = Callable[[str], Sequence[str]]

LOOKUPS_AT_ONCE: Final = 4
LOOKUP_SECONDS: Final = 5.0
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 5.0

# A lookup can't be broken off: it is left behind, and only so many can be.
_LOOKUPS: Final = ThreadPoolExecutor(LOOKUPS_AT_ONCE, thread_name_prefix="feed-lookup")


def system_addresses(host: str) -> Sequence[str]:
    """Every address that the system knows for *host*."""
    found = getaddrinfo(host, None, type=SOCK_STREAM, proto=IPPROTO_TCP)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@define
class Deadline:
    """When everything has to be over."""

    at: float

    @classmethod
    def within(cls, seconds: float) -> "Deadline":
        """So long from now."""
        return cls(time.monotonic() + seconds)

    def left(self, at_most: float) -> float:
        """How long something may still take.

        Raises:
            FeedUnreadable: The time is over.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise FeedUnreadable(FeedProblem.TOO_SLOW)
        return min(left, at_most)


@frozen
class Reach:
    """Where connections may lead: to the public internet, by https, on its port.

    Another one is for tests alone, whose servers are on this machine. Addresses are always vetted;
    *vets_names* also refuses names that can't be public before they are looked up.
    """

    is_allowed: Callable[[IPAddress, int], bool]
    schemes: frozenset[str] = frozenset({"https"})
    vets_names: bool = True

    def allows(self, address: str, port: int) -> bool:
        """Whether *address* may be connected to."""
        # A scope, as in fe80::1%eth0, belongs to this machine's own networks.
        return "%" not in address and self.is_allowed(ip_address(address), port)


HTTPS_PORT: Final = 443


def _is_public_https(address: IPAddress, port: int) -> bool:
    return port == HTTPS_PORT and is_public(address)


PUBLIC_INTERNET: Final = Reach(_is_public_https)


class GuardedNetwork(NetworkBackend):
    """Looks names up, vets what they mean, and connects to nothing else."""

    def __init__(self, reach: Reach, resolve: Resolve, deadline: Deadline) -> None:
        self._reach = reach
        self._resolve = resolve
        self._deadline = deadline
        self._below = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline says
        local_address: str | None = None,  # noqa: ARG002 - there is no choice
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - nor here
    ) -> NetworkStream:
        """A connection to the first vetted address that answers."""
        addresses = self._addresses(host)
        if not addresses:
            raise FeedUnreadable(FeedProblem.UNREACHABLE)
        if not all(self._reach.allows(each, port) for each in addresses):
            raise FeedUnreadable(FeedProblem.ADDRESS_FORBIDDEN)
        for address in addresses:
            patience = self._deadline.left(CONNECT_SECONDS)
            try:
                stream = self._below.connect_tcp(address, port, timeout=patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _TimedStream(stream, self._deadline)
        raise FeedUnreadable(FeedProblem.UNREACHABLE)

    def _addresses(self, host: str) -> Sequence[str]:
        try:
            return [str(ip_address(host.strip("[]")))]
        except ValueError:
            pass
        try:
            found = _LOOKUPS.submit(self._resolve, host)
            return found.result(timeout=self._deadline.left(LOOKUP_SECONDS))
        except TimeoutError:
            raise FeedUnreadable(FeedProblem.TOO_SLOW) from None
        except (gaierror, UnicodeError):
            raise FeedUnreadable(FeedProblem.UNREACHABLE) from None


class _TimedStream(NetworkStream):
    """A stream on which nothing waits longer than the whole has left."""

    def __init__(self, below: NetworkStream, deadline: Deadline) -> None:
        self._below = below
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - as above
        """What has come."""
        return self._below.read(max_bytes, self._deadline.left(READ_SECONDS))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        """Send something."""
        self._below.write(buffer, self._deadline.left(READ_SECONDS))

    def close(self) -> None:
        """Hang up."""
        self._below.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> NetworkStream:
        """Go on in secret, with whoever proves to be *server_hostname*."""
        patience = self._deadline.left(CONNECT_SECONDS)
        return _TimedStream(
            self._below.start_tls(ssl_context, server_hostname, patience), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection."""
        return self._below.get_extra_info(info)
