"""Calendars as they come, good and bad, and a server that sends them."""

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from attrs import Factory, define, evolve, frozen

DRIP_SECONDS: Final = 0.02
CALENDAR_TYPE: Final = {"Content-Type": "text/calendar; charset=utf-8"}


def calendar(*components: str, zones: str = "") -> bytes:
    """A calendar of some components."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//tests//EN"]
    content = "\n".join([*lines, *filter(None, [zones]), *components, "END:VCALENDAR", ""])
    return content.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def event(*lines: str, uid: str = "1@elsewhere.example") -> str:
    """An event of some lines."""
    return "\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20300101T000000Z", *lines, "END:VEVENT"]
    )


NINE_TO_TEN: Final = event("DTSTART:20300108T140000Z", "DTEND:20300108T150000Z", "SUMMARY:Secret")
GOOD: Final = calendar(NINE_TO_TEN)

MALFORMED: Final[Mapping[str, bytes]] = {
    "nothing at all": b"",
    "no calendar": b"<!doctype html><title>Sign in</title>",
    "not text": bytes(range(256)) * 8,
    "cut off": GOOD[: len(GOOD) // 2],
    "never closed": GOOD.replace(b"END:VCALENDAR\r\n", b""),
    "closed twice": GOOD + b"END:VCALENDAR\r\n",
    "a date that is none": calendar(event("DTSTART:20309907T090000Z", "DTEND:20300107T100000Z")),
    "an event without a start": calendar(event("SUMMARY:When?")),
    "a rule without a frequency": calendar(event("DTSTART:20300108T140000Z", "RRULE:COUNT=3")),
    "a rule of no known frequency": calendar(event("DTSTART:20300108T140000Z", "RRULE:FREQ=NEVER")),
    "a rule that never advances": calendar(
        event("DTSTART:20300108T140000Z", "RRULE:FREQ=DAILY;INTERVAL=0")
    ),
    "a line that is none": calendar(event("DTSTART:20300108T140000Z", "@@@@")),
}

ENDLESS: Final[Mapping[str, bytes]] = {
    "each second": calendar(
        event("DTSTART:20300108T140000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")
    ),
    "each minute": calendar(
        event("DTSTART:20300108T140000Z", "DURATION:PT1S", "RRULE:FREQ=MINUTELY")
    ),
    "each hour, for ever": calendar(
        event("DTSTART:20300108T140000Z", "DURATION:PT1S", "RRULE:FREQ=HOURLY")
    ),
    "each second in disguise": calendar(
        event(
            "DTSTART:20300108T140000Z",
            "DURATION:PT1S",
            f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};"
            f"BYMINUTE={','.join(map(str, range(60)))};BYSECOND={','.join(map(str, range(60)))}",
        )
    ),
    "sixty thousand events": calendar(
        *(event("DTSTART:20300108T140000Z", "DURATION:PT1H", uid=f"{n}@x") for n in range(16_000))
    ),
}

UNKNOWN_ZONES: Final[Mapping[str, bytes]] = {
    "of the start": calendar(event("DTSTART;TZID=Mars/Olympus:20300108T090000", "DURATION:PT1H")),
    "of the end": calendar(
        event("DTSTART:20300108T140000Z", "DTEND;TZID=Mars/Olympus:20300108T160000")
    ),
    "of an exception": calendar(
        event(
            "DTSTART;TZID=America/New_York:20300108T090000",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=3",
            "EXDATE;TZID=Mars/Olympus:20300109T090000",
        )
    ),
}


@frozen(kw_only=True)
class Reply:
    """What the server answers. *pause_seconds* between every two bytes of the body."""

    body: bytes = GOOD
    status: int = 200
    headers: Mapping[str, str] = CALENDAR_TYPE
    pause_seconds: float = 0.0
    dripping_headers: bool = False


@define
class CalendarServer:
    """A server on this machine; what it was asked is in *asked*."""

    port: int
    replies: dict[str, Reply] = Factory(dict)
    asked: list[tuple[str, dict[str, str]]] = Factory(list)

    def url(self, path: str = "/feed.ics", host: str = "127.0.0.1") -> str:
        """An address here."""
        return f"http://{host}:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    """Answers with the replies of its server."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        told = self.server.told
        told.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        reply = told.replies.get(self.path, Reply(body=b"", status=404))
        if reply.dripping_headers:
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000, DRIP_SECONDS)
            return
        known = self.headers.get("If-None-Match")
        if known is not None and known == reply.headers.get("ETag"):
            reply = evolve(reply, status=304, body=b"")
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.pause_seconds:
            self._drip(reply.body, reply.pause_seconds)
        else:
            self._send(reply.body)

    def _drip(self, content: bytes, pause_seconds: float) -> None:
        self.close_connection = True
        for byte in content:
            if not self._send(bytes([byte])):
                return
            time.sleep(pause_seconds)

    def _send(self, content: bytes) -> bool:
        try:
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            self.close_connection = True
            return False
        return True

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    """Serves until it is shut down, whoever is still being answered."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = CalendarServer(int(self.server_address[1]))
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_arguments: object) -> None:
        """Who hangs up early is what the tests are about."""


@contextmanager
def calendar_server(tls: ssl.SSLContext | None = None) -> Iterator[CalendarServer]:
    """A server that answers with its `replies`, and 404 elsewhere."""
    server = _Server(tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
