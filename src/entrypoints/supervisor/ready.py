"""Ports that are free, and servers that answer."""

import http.client
import socket
import time
from collections.abc import Callable
from typing import Final

_POLL_SECONDS: Final = 0.25
_ANSWER_SECONDS: Final = 3.0
HOST: Final = "127.0.0.1"


class NotReady(RuntimeError):
    """A server that should answer by now does not."""


def free_port(preferred: int | None = None) -> int:
    """The preferred port if nobody listens there, else one that the system chooses."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    message = f"no port is free on {HOST}"
    raise NotReady(message)


def answers(port: int, path: str) -> bool:
    """Whether a server on this machine answers the path with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(is_ready: Callable[[], bool], *, what: str, seconds: float) -> None:
    """Wait for it.

    Raises:
        NotReady: It took longer.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > deadline:
            message = f"{what} was not ready after {seconds:.0f} s"
            raise NotReady(message)
        time.sleep(_POLL_SECONDS)
