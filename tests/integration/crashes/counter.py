"""The simulated processor behind a socket: it outlives whoever called it."""

import io
import pickle
import socket
import socketserver
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final

from attrs import frozen

from instainstru_core.kernel.ids import EntityId
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor

WHOLE: Final = "whole"
PARTS: Final = "parts"
REFUSAL: Final = "refusal"


class _Pickler(pickle.Pickler):
    """Writes ids, too, which nobody may set anything in."""

    def reducer_override(self, written: Any) -> Any:
        return (
            (type(written), (written.value,)) if isinstance(written, EntityId) else NotImplemented
        )


class _Visit(socketserver.BaseRequestHandler):
    server: "_Counter"

    def handle(self) -> None:
        name, arguments, named = _receive(self.request)
        try:
            found = getattr(self.server.processor, name)(*arguments, **named)
            # An iterator does not travel: what comes in parts comes whole, and is parted again.
            parted = isinstance(found, Iterator)
            answer = (PARTS if parted else WHOLE, list(found) if parted else found)
        except Exception as refusal:  # noqa: BLE001 - it goes to whoever called
            answer = (REFUSAL, refusal)
        _send(self.request, answer)


class _Counter(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    processor: SimulatedProcessor


@frozen
class Line:
    """Any `PaymentGateway`, at the other end of a socket; each call is a connection."""

    path: Path

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(self.path))
                _send(line, (name, arguments, named))
                kind, answer = _receive(line)
            if kind == REFUSAL:
                raise answer
            return iter(answer) if kind == PARTS else answer

        return call


@contextmanager
def served(processor: SimulatedProcessor, path: Path) -> Iterator[Line]:
    """*processor* serving at *path*, from this process."""
    with _Counter(str(path), _Visit) as counter:
        counter.processor = processor
        thread = Thread(target=counter.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield Line(path)
        finally:
            counter.shutdown()
            thread.join()


def _send(line: socket.socket, value: object) -> None:
    written = io.BytesIO()
    _Pickler(written).dump(value)
    text = written.getvalue()
    line.sendall(struct.pack("!I", len(text)) + text)


def _receive(line: socket.socket) -> Any:
    (size,) = struct.unpack("!I", _exactly(line, 4))
    return pickle.loads(_exactly(line, size))


def _exactly(line: socket.socket, size: int) -> bytes:
    text = b""
    while len(text) < size:
        part = line.recv(size - len(text))
        if not part:
            raise ConnectionError("the other end is gone")
        text += part
    return text
