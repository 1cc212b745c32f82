"""A small closed-loop load generator: so many clients, each waiting for its answer.

It speaks to this machine only, keeps its connections alive, and is bounded in time. Server and
generator share the cores, so it is one thread over plain sockets, and says what it took itself.
"""

import json
import selectors
import socket
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen

from benchmarks.answers import Unreadable, read_answer

MAX_SECONDS: Final = 120.0
SILENT_SECONDS: Final = 30.0
"""A client that hears nothing for so long gives its request up."""
_CHUNK: Final = 65_536
_TOLD: Final = 3
"""So many surprises are told of each client."""


@frozen(kw_only=True)
class Shot:
    """One request: what to send, and which statuses are right."""

    method: str
    path: str
    headers: Mapping[str, str] = Factory(dict)
    body: object = None
    expected: frozenset[int] = frozenset({200})


@define(kw_only=True)
class Outcome:
    """What one run measured; times in milliseconds."""

    name: str
    seconds: float
    milliseconds: list[float]
    statuses: Counter[int]
    unexpected: list[str]
    generator_seconds: float
    """Processor time of the generator itself."""

    @property
    def per_second(self) -> float:
        """Requests answered each second, over all clients."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    @property
    def median(self) -> float:
        """The median time of one request."""
        return statistics.median(self.milliseconds) if self.milliseconds else 0.0

    @property
    def p95(self) -> float:
        """The time that 95 of 100 requests stayed below."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0

    @property
    def generator_microseconds(self) -> float:
        """What one request costs the generator."""
        return self.generator_seconds * 1_000_000 / max(1, len(self.milliseconds))


NextShot = Callable[[int, int], Shot | None]


def run(
    name: str, base_url: str, next_shot: NextShot, *, clients: int = 8, seconds: float = 8.0
) -> Outcome:
    """Let *clients* fire `next_shot(client, n)` until it says None or *seconds* are over.

    Raises:
        ValueError: *base_url* is not on this machine.
    """
    target = urlsplit(base_url)
    if target.hostname not in {"127.0.0.1", "localhost", "::1"}:
        message = f"load goes to this machine only, not to {target.hostname}"
        raise ValueError(message)
    address = (str(target.hostname), target.port or 80)
    spent, begun = time.thread_time(), time.perf_counter()
    deadline = begun + min(seconds, MAX_SECONDS)
    everybody = [_Client(number, address, next_shot, deadline) for number in range(clients)]
    _serve(everybody)
    return Outcome(
        name=name,
        seconds=time.perf_counter() - begun,
        milliseconds=[took for client in everybody for took in client.milliseconds],
        statuses=sum((client.statuses for client in everybody), Counter()),
        unexpected=[told for client in everybody for told in client.unexpected],
        generator_seconds=time.thread_time() - spent,
    )


def _serve(everybody: list["_Client"]) -> None:
    """Let everybody fire, and read what comes, until nobody waits any more."""
    with selectors.DefaultSelector() as selector:
        for client in everybody:
            client.fire(selector)
        while selector.get_map():
            ready = selector.select(SILENT_SECONDS)
            for key, _ in ready:
                key.data.hear(selector)
            if not ready:
                for key in list(selector.get_map().values()):
                    key.data.fail(selector, "no answer came")


@define(eq=False)
class _Client:
    """One who asks, waits for the answer, and asks again on the same connection."""

    _number: int
    _address: tuple[str, int]
    _next_shot: NextShot
    _deadline: float
    milliseconds: list[float] = field(factory=list, init=False)
    statuses: Counter[int] = field(factory=Counter, init=False)
    unexpected: list[str] = field(factory=list, init=False)
    _line: socket.socket | None = field(default=None, init=False)
    _heard: bytes = field(default=b"", init=False)
    _shot: Shot = field(default=Shot(method="", path=""), init=False)
    _sent: int = field(default=0, init=False)
    _started: float = field(default=0.0, init=False)

    def fire(self, selector: selectors.BaseSelector) -> None:
        """Send the next request; hang up when there is none, or the time is over."""
        while time.perf_counter() < self._deadline:
            shot = self._next_shot(self._number, self._sent)
            if shot is None:
                break
            request = _written(shot, self._address)
            self._shot, self._heard = shot, b""
            self._sent += 1
            self._started = time.perf_counter()
            try:
                self._connected(selector).sendall(request)
            except OSError as error:
                self._tell(0, repr(error))
                self._hang_up(selector)
                continue
            return
        self._hang_up(selector)

    def hear(self, selector: selectors.BaseSelector) -> None:
        """Take in what came; the answer is timed when all of it is there."""
        assert self._line is not None
        try:
            more = self._line.recv(_CHUNK)
            self._heard += more
            answer = read_answer(self._heard, ended=not more)
        except (OSError, Unreadable) as error:
            self.fail(selector, repr(error))
            return
        if answer is None:
            return
        self.milliseconds.append((time.perf_counter() - self._started) * 1000)
        if answer.status in self._shot.expected:
            self.statuses[answer.status] += 1
        else:
            self._tell(answer.status, repr(answer.body[:300]))
        if answer.closes:
            self._hang_up(selector)
        self.fire(selector)

    def fail(self, selector: selectors.BaseSelector, why: str) -> None:
        """Give this request up, and go on with a new connection."""
        self._tell(0, why)
        self._hang_up(selector)
        self.fire(selector)

    def _connected(self, selector: selectors.BaseSelector) -> socket.socket:
        if self._line is None:
            self._line = socket.create_connection(self._address, timeout=SILENT_SECONDS)
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(self._line, selectors.EVENT_READ, self)
        return self._line

    def _hang_up(self, selector: selectors.BaseSelector) -> None:
        if self._line is not None:
            selector.unregister(self._line)
            self._line.close()
            self._line = None

    def _tell(self, status: int, what: str) -> None:
        self.statuses[status] += 1
        if len(self.unexpected) < _TOLD:
            shot = f"{self._shot.method} {self._shot.path}"
            self.unexpected.append(f"{shot}: {status} {what}, request {self._sent}")


def _written(shot: Shot, address: tuple[str, int]) -> bytes:
    """The request as it goes over the line."""
    head = f"{shot.method} {shot.path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
    head += "".join([f"{name}: {value}\r\n" for name, value in shot.headers.items()])
    if shot.body is None:
        return f"{head}\r\n".encode()
    body = shot.body if isinstance(shot.body, bytes) else json.dumps(shot.body).encode()
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
