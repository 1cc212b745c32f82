"""The pages behind a real server, in this process: so that tests move its clock and its people."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Final

import httpx
from attrs import frozen
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar

from instainstru_core.testing.fakes.clock import HandMovedClock

_WITHIN_SECONDS: Final = 10


@frozen
class HandDrivenTime:
    """A town's clock as a demonstration has it, to be moved from its page."""

    clock: HandMovedClock
    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """This instant."""
        return self.clock.now()

    def move(self, by: timedelta) -> datetime:
        """Push it forward."""
        return self.clock.move(by)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(app: Litestar, port: int) -> Iterator[str]:
    """The address of *app*, while the block lasts."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
    )
    asyncio.set_event_loop(None)

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = Thread(target=run, name="pages", daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(_WITHIN_SECONDS)


def _wait(address: str) -> None:
    end = monotonic() + _WITHIN_SECONDS
    while True:
        try:
            httpx.get(f"{address}/health-lite", timeout=1)
        except httpx.TransportError:
            if monotonic() > end:
                raise
            sleep(0.02)
        else:
            return
