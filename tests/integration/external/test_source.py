"""Fetching calendars: bounded, and never from a private network. Source: spec 01 §11."""

import gzip
import ssl
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import gaierror
from threading import Event
from time import monotonic

import pytest
from attrs import define, evolve
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.icalendar.connecting import PUBLIC_INTERNET, Reach
from adapters.icalendar.fetching import MAX_BYTES
from adapters.icalendar.source import HttpFeeds
from instainstru_core.availability.external.model.addresses import FeedAddress, IPAddress
from instainstru_core.availability.external.model.feed import FeedProblem, Validators
from instainstru_core.availability.external.ports import (
    FeedAnswer,
    FeedSource,
    NotModified,
    ReadFeed,
    Unreadable,
)
from instainstru_core.testing.contracts.feed_sources import FeedSourceContract, request_of
from tests.integration.external.calendars import (
    CALENDAR_TYPE,
    GOOD,
    CalendarServer,
    Reply,
    calendar,
    calendar_server,
    event,
)

LONG_AGO = event("DTSTART:20200108T140000Z", "DTEND:20200108T150000Z", uid="old")
LESSON = event("DTSTART:20300108T140000Z", "DTEND:20300108T150000Z")
HOST = "calendar.example.com"


def here(server: CalendarServer) -> Reach:
    """This server, and nothing else on this machine."""

    def is_allowed(address: IPAddress, port: int) -> bool:
        return address == ip_address("127.0.0.1") and port == server.port

    return Reach(is_allowed, frozenset({"http", "https"}), vets_names=False)


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    with calendar_server() as server:
        yield server


@pytest.fixture
def source(server: CalendarServer) -> FeedSource:
    return HttpFeeds.within(here(server), total_seconds=2)


def ask(source: FeedSource, url: str, known: Validators | None = None) -> FeedAnswer:
    request = request_of(FeedAddress(url, HOST))
    return source.fetch(request if known is None else evolve(request, known=known))


def problem(answer: FeedAnswer) -> FeedProblem:
    assert isinstance(answer, Unreadable), answer
    return answer.problem


@define
class _Publisher:
    """Publishes on a server of this machine."""

    source: FeedSource
    _server: CalendarServer

    def publish(self, *, etag: str | None = None) -> FeedAddress:
        body = calendar(LONG_AGO, LESSON)
        headers = CALENDAR_TYPE if etag is None else {**CALENDAR_TYPE, "ETag": etag}
        self._server.replies["/feed.ics"] = Reply(body=body, headers=headers)
        return FeedAddress(self._server.url(), HOST)

    def publish_rubbish(self) -> FeedAddress:
        self._server.replies["/feed.ics"] = Reply(body=b"BEGIN:RUBBISH")
        return FeedAddress(self._server.url(), HOST)

    def nothing(self) -> FeedAddress:
        return FeedAddress(self._server.url("/nothing"), HOST)


class TestHttpFeeds(FeedSourceContract):
    """The suite on a real server."""

    @pytest.fixture
    def publisher(self, server: CalendarServer, source: FeedSource) -> _Publisher:
        return _Publisher(source, server)


def test_says_nothing_of_us(server: CalendarServer, source: FeedSource) -> None:
    """No cookie of an earlier answer, no credentials, no referrer."""
    cookies = {**CALENDAR_TYPE, "Set-Cookie": "a=b"}
    server.replies["/feed.ics"] = Reply(headers=cookies)
    for _ in range(2):
        assert isinstance(ask(source, server.url()), ReadFeed)
    for _, headers in server.asked:
        assert set(headers) == {"host", "accept", "accept-encoding", "user-agent"}


def test_a_proxy_of_the_environment_is_not_asked(
    server: CalendarServer, source: FeedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.replies["/feed.ics"] = Reply()
    assert isinstance(ask(source, server.url()), ReadFeed)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, FeedProblem.REFUSED),
        (403, FeedProblem.REFUSED),
        (404, FeedProblem.NOT_FOUND),
        (410, FeedProblem.NOT_FOUND),
        (429, FeedProblem.SERVER_ERROR),
        (500, FeedProblem.SERVER_ERROR),
        (503, FeedProblem.SERVER_ERROR),
        (204, FeedProblem.NOT_A_CALENDAR),
        (302, FeedProblem.NOT_A_CALENDAR),
        (304, FeedProblem.NOT_A_CALENDAR),
    ],
)
def test_each_status_has_its_meaning(
    server: CalendarServer, source: FeedSource, status: int, expected: FeedProblem
) -> None:
    """A 302 that leads nowhere and a 304 that nobody asked for are no calendars."""
    server.replies["/feed.ics"] = Reply(status=status, body=b"")
    assert problem(ask(source, server.url())) is expected


def test_asks_whether_there_is_a_newer_version(server: CalendarServer, source: FeedSource) -> None:
    server.replies["/feed.ics"] = Reply(status=304, body=b"")
    known = Validators(etag='"x"', last_modified="Mon, 07 Jan 2030 12:00:00 GMT")
    assert ask(source, server.url(), known) == NotModified()
    _, headers = server.asked[-1]
    assert headers["if-none-match"] == '"x"'
    assert headers["if-modified-since"] == "Mon, 07 Jan 2030 12:00:00 GMT"


@pytest.mark.parametrize("kind", ["text/html", "application/json", "image/png"])
def test_another_type_is_no_calendar(server: CalendarServer, source: FeedSource, kind: str) -> None:
    server.replies["/feed.ics"] = Reply(headers={"Content-Type": kind})
    assert problem(ask(source, server.url())) is FeedProblem.NOT_A_CALENDAR


def test_what_is_too_large_is_not_read_to_its_end(
    server: CalendarServer, source: FeedSource
) -> None:
    server.replies["/feed.ics"] = Reply(body=b"x" * (MAX_BYTES + 1))
    assert problem(ask(source, server.url())) is FeedProblem.TOO_LARGE


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_packed_calendars_are_unpacked(
    server: CalendarServer, source: FeedSource, packing: str
) -> None:
    packed = gzip.compress(GOOD) if packing == "gzip" else zlib.compress(GOOD)
    headers = {**CALENDAR_TYPE, "Content-Encoding": packing}
    server.replies["/feed.ics"] = Reply(body=packed, headers=headers)
    assert isinstance(ask(source, server.url()), ReadFeed)


@pytest.mark.parametrize(
    ("body", "packing", "expected"),
    [
        (gzip.compress(bytes(200 * MAX_BYTES)), "gzip", FeedProblem.TOO_LARGE),
        (gzip.compress(GOOD)[:-20], "gzip", FeedProblem.MALFORMED),
        (GOOD, "gzip", FeedProblem.MALFORMED),
        (GOOD, "br", FeedProblem.NOT_A_CALENDAR),
    ],
    ids=["bomb", "cut off", "not packed", "packed otherwise"],
)
def test_a_bomb_or_rubbish_is_refused(
    server: CalendarServer, source: FeedSource, body: bytes, packing: str, expected: FeedProblem
) -> None:
    headers = {**CALENDAR_TYPE, "Content-Encoding": packing}
    server.replies["/feed.ics"] = Reply(body=body, headers=headers)
    assert problem(ask(source, server.url())) is expected


@pytest.mark.parametrize(
    "reply",
    [Reply(body=GOOD * 9, pause_seconds=0.1), Reply(dripping_headers=True)],
    ids=["body", "headers"],
)
def test_who_drips_is_left_when_the_time_is_over(
    server: CalendarServer, source: FeedSource, reply: Reply
) -> None:
    """Each byte comes soon enough; all of them don't."""
    server.replies["/feed.ics"] = reply
    began = monotonic()
    assert problem(ask(source, server.url())) is FeedProblem.TOO_SLOW
    assert 1.5 < monotonic() - began < 4


def test_a_lookup_that_hangs_is_left(server: CalendarServer) -> None:
    done = Event()

    def hang(_host: str) -> Sequence[str]:
        done.wait(30)
        return ["127.0.0.1"]

    source = HttpFeeds.within(here(server), resolve=hang, total_seconds=0.3)
    try:
        assert problem(ask(source, server.url(host=HOST))) is FeedProblem.TOO_SLOW
    finally:
        done.set()


def test_three_redirects_are_followed_and_no_more(
    server: CalendarServer, source: FeedSource
) -> None:
    for number in range(5):
        server.replies[f"/{number}"] = Reply(
            status=302, headers={"Location": f"/{number + 1}"}, body=b""
        )
    server.replies["/5"] = Reply()
    assert isinstance(ask(source, server.url("/2")), ReadFeed)
    assert problem(ask(source, server.url("/1"))) is FeedProblem.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/feed.ics",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/feed.ics",
        "file:///etc/passwd",
        "http://somebody:secret@127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://[broken",
        "http://127.0.0.1:port/",
        "http://127.0.0.1/\u00e9",
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_not_followed(
    server: CalendarServer, source: FeedSource, location: str
) -> None:
    server.replies["/feed.ics"] = Reply(status=301, headers={"Location": location}, body=b"")
    assert problem(ask(source, server.url())) is FeedProblem.ADDRESS_FORBIDDEN


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/feed.ics",
        "https://10.0.0.8/feed.ics",
        "https://[::ffff:127.0.0.1]/feed.ics",
        "https://[64:ff9b::7f00:1]/feed.ics",
        "https://2130706433/feed.ics",
        "https://localhost/feed.ics",
        "https://db.internal/feed.ics",
        "http://calendar.example.com/feed.ics",
        "https://calendar.example.org:8443/feed.ics",
    ],
)
def test_in_earnest_only_the_public_internet_is_reached(url: str) -> None:
    """Nothing is even looked up for most of these; the last goes to another port than 443."""
    source = HttpFeeds.within(PUBLIC_INTERNET, resolve=lambda _host: ["93.184.215.14"])
    assert problem(ask(source, url)) is FeedProblem.ADDRESS_FORBIDDEN


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        ["100.64.0.1"],
        ["::ffff:10.0.0.1"],
        ["fe80::1%eth0"],
        ["2002:7f00:1::"],
        ["224.0.0.1"],
        ["0.0.0.0"],
    ],
)
def test_a_name_that_means_a_private_address_is_not_connected_to(addresses: list[str]) -> None:
    """All addresses of a name are vetted, not only the one that would be used."""
    source = HttpFeeds.within(PUBLIC_INTERNET, resolve=lambda _host: addresses)
    assert problem(ask(source, "https://rebind.example.net/")) is FeedProblem.ADDRESS_FORBIDDEN


def test_a_name_is_looked_up_once(server: CalendarServer) -> None:
    """A second, other answer, as of a name that is rebound, would never be used."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    source = HttpFeeds.within(here(server), resolve=lambda _host: next(answers))
    server.replies["/feed.ics"] = Reply()
    assert isinstance(ask(source, server.url(host=HOST)), ReadFeed)
    assert next(answers) == ["10.0.0.1"]
    assert server.asked[-1][1]["host"] == f"{HOST}:{server.port}"


def test_what_is_not_there_can_not_be_reached(server: CalendarServer) -> None:
    def unknown(_host: str) -> Sequence[str]:
        raise gaierror

    def nowhere(_host: str) -> Sequence[str]:
        return []

    for resolve in (unknown, nowhere):
        source = HttpFeeds.within(here(server), resolve=resolve)
        assert problem(ask(source, server.url(host=HOST))) is FeedProblem.UNREACHABLE


def certificate(directory: Path, name: str) -> tuple[Path, Path]:
    """A certificate that this machine's own authority, itself, gave to *name*."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    began = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = directory / "chain.pem", directory / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, private


@pytest.mark.parametrize(("asked", "is_theirs"), [(HOST, True), ("other.example.com", False)])
def test_tls_is_with_the_name_not_with_the_address(
    tmp_path: Path, asked: str, is_theirs: bool
) -> None:
    """The connection goes to the vetted address, and must prove to be the name that was asked."""
    chain, private = certificate(tmp_path, HOST)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(chain, private)
    with calendar_server(theirs) as server:
        server.replies["/feed.ics"] = Reply()
        source = HttpFeeds.within(
            here(server),
            resolve=lambda _host: ["127.0.0.1"],
            tls=ssl.create_default_context(cafile=str(chain)),
        )
        answer = ask(source, f"https://{asked}:{server.port}/feed.ics")
    if is_theirs:
        assert isinstance(answer, ReadFeed)
    else:
        assert problem(answer) is FeedProblem.UNREACHABLE
