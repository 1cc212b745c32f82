"""Fetches a calendar: bounded in time, size and redirects, and without a word about us."""

import ssl
import zlib
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpcore
from attrs import frozen

from adapters.icalendar.connecting import Deadline, GuardedNetwork, Reach, Resolve
from adapters.icalendar.parser import FeedUnreadable
from instainstru_core.availability.external.errors import FeedAddressForbidden, FeedAddressInvalid
from instainstru_core.availability.external.model.addresses import MAX_ADDRESS_LENGTH, check_host
from instainstru_core.availability.external.model.feed import FeedProblem, Validators

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_REDIRECTS: Final = 3
TOTAL_SECONDS: Final = 10.0
MAX_VALIDATOR_LENGTH: Final = 512

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CALENDAR_TYPES: Final = frozenset(
    {
        "",
        "text/calendar",
        "text/plain",
        "text/x-vcalendar",
        "application/ics",
        "application/calendar",
        "application/octet-stream",
        "binary/octet-stream",
    }
)
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_PROBLEMS: Final = {
    401: FeedProblem.REFUSED,
    403: FeedProblem.REFUSED,
    404: FeedProblem.NOT_FOUND,
    410: FeedProblem.NOT_FOUND,
    429: FeedProblem.SERVER_ERROR,
}


@frozen
class Body:
    """A calendar as it came, and what its server said about this version."""

    content: bytes
    validators: Validators


@frozen
class Fetcher:
    """Fetches one calendar at a time, each over connections that nobody uses again."""

    reach: Reach
    resolve: Resolve
    tls: ssl.SSLContext
    total_seconds: float = TOTAL_SECONDS

    def fetch(self, url: str, known: Validators) -> Body | None:
        """The calendar at *url*; None when its server still has the known version.

        Raises:
            FeedUnreadable: It can't be had, or is not one.
        """
        deadline = Deadline.within(self.total_seconds)
        for _ in range(MAX_REDIRECTS + 1):
            self._vet(url)
            network = GuardedNetwork(self.reach, self.resolve, deadline)
            # A pool for each: no cookie, no connection and no proxy is shared with anything.
            with httpcore.ConnectionPool(
                ssl_context=self.tls, network_backend=network, max_connections=1
            ) as pool:
                try:
                    found = _ask(pool, url, known)
                except httpcore.TimeoutException:
                    raise FeedUnreadable(FeedProblem.TOO_SLOW) from None
                except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
                    raise FeedUnreadable(FeedProblem.UNREACHABLE) from None
            if not isinstance(found, str):
                return found
            url = found
        raise FeedUnreadable(FeedProblem.TOO_MANY_REDIRECTS)

    def _vet(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, names_somebody = parts.hostname or "", "@" in parts.netloc
            sound = url.isascii() and parts.port != 0 and len(url) <= MAX_ADDRESS_LENGTH
        except ValueError:
            raise FeedUnreadable(FeedProblem.ADDRESS_FORBIDDEN) from None
        if parts.scheme not in self.reach.schemes or names_somebody or not sound:
            raise FeedUnreadable(FeedProblem.ADDRESS_FORBIDDEN)
        if not self.reach.vets_names:
            return
        try:
            check_host(host)
        except (FeedAddressForbidden, FeedAddressInvalid):
            raise FeedUnreadable(FeedProblem.ADDRESS_FORBIDDEN) from None


def _ask(pool: httpcore.ConnectionPool, url: str, known: Validators) -> Body | str | None:
    """The calendar, or where to ask instead, or nothing new."""
    headers = {
        "Host": urlsplit(url).netloc,
        "Accept": "text/calendar, text/plain;q=0.5",
        "Accept-Encoding": "gzip",
        "User-Agent": "InstaInstru-Calendar/1",
    }
    if known.etag is not None:
        headers["If-None-Match"] = known.etag
    if known.last_modified is not None:
        headers["If-Modified-Since"] = known.last_modified
    asked = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    with pool.stream("GET", url, headers=asked) as response:
        told = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        if response.status == 304 and known != Validators():
            return None
        if response.status in _REDIRECTS and "location" in told:
            return _joined(url, told["location"])
        if response.status != 200:
            raise FeedUnreadable(_problem(response.status))
        _check_type(told)
        content = b"".join(_bounded(_plain(response.iter_stream(), told)))
    return Body(
        content, Validators(etag=_kept(told, "etag"), last_modified=_kept(told, "last-modified"))
    )


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location).partition("#")[0]
    except ValueError:
        raise FeedUnreadable(FeedProblem.ADDRESS_FORBIDDEN) from None


def _problem(status: int) -> FeedProblem:
    if status in _PROBLEMS:
        return _PROBLEMS[status]
    return FeedProblem.SERVER_ERROR if status >= 500 else FeedProblem.NOT_A_CALENDAR


def _check_type(told: Mapping[str, str]) -> None:
    if told.get("content-type", "").partition(";")[0].strip().lower() not in _CALENDAR_TYPES:
        raise FeedUnreadable(FeedProblem.NOT_A_CALENDAR)


def _kept(told: Mapping[str, str], name: str) -> str | None:
    """What is worth saying again: a server's own short, plain text."""
    value = told.get(name, "")
    sound = value.isascii() and value.isprintable() and len(value) <= MAX_VALIDATOR_LENGTH
    return value if value and sound else None


def _plain(chunks: Iterator[bytes], told: Mapping[str, str]) -> Iterator[bytes]:
    """The content as it was before it was packed, never more than a little at once."""
    packing = told.get("content-encoding", "identity").strip().lower()
    if packing in {"identity", ""}:
        yield from chunks
        return
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise FeedUnreadable(FeedProblem.NOT_A_CALENDAR)
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for chunk in chunks:
            yield unpacker.decompress(chunk, MAX_BYTES + 1)
        if not unpacker.eof:
            raise FeedUnreadable(FeedProblem.MALFORMED)
    except zlib.error:
        raise FeedUnreadable(FeedProblem.MALFORMED) from None


def _bounded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            raise FeedUnreadable(FeedProblem.TOO_LARGE)
        yield chunk
