"""`python -m entrypoints.processor`: the simulated processor, for demonstrations and tests alone.

It reads `HOST`, `PROCESSOR_PORT`, `PUBLIC_URL`, `DATA_DIR`, and the keys like everybody else.
"""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import field, frozen
from granian.constants import Interfaces
from granian.server.embed import Server

from entrypoints.bootstrap import platform_clock
from entrypoints.keys import read_keys
from entrypoints.processor.app import create_app
from entrypoints.processor.counter import Counter
from entrypoints.processor.courier import Courier
from entrypoints.processor.log import CommandLog
from entrypoints.processor.teller import Teller
from entrypoints.tiers import Refused, Tier, select_tier

WEBHOOK_PATH: Final = "/api/v1/webhooks/simulator"
HANG_SECONDS: Final = 3.0
"""How long a lost answer keeps its caller waiting."""


@frozen(kw_only=True)
class ProcessorSettings:
    """Where it listens, where it keeps its log, and how it and the platform trust each other."""

    host: str
    port: int
    platform_url: str
    data_dir: Path
    api_key: str = field(repr=False)
    webhook_secret: bytes = field(repr=False)


def read_settings(environment: dict[str, str]) -> ProcessorSettings:
    """The settings.

    Raises:
        Refused: This is no INT tier, where money is real or strangers come.
    """
    selection = select_tier(environment)
    if selection.tier is not Tier.INT:
        message = f"the simulated processor is for the INT tier, and this is {selection.tier}"
        raise Refused("int_only", message)
    data_dir = Path(environment.get("DATA_DIR") or ".demo")
    keys = read_keys(environment, samples=data_dir / "keys")
    return ProcessorSettings(
        host=environment.get("HOST") or "127.0.0.1",
        port=int(environment.get("PROCESSOR_PORT") or 8001),
        platform_url=environment.get("PUBLIC_URL") or "http://127.0.0.1:8000",
        data_dir=data_dir,
        api_key=keys.processor.hex(),
        webhook_secret=keys.webhook,
    )


async def serve(settings: ProcessorSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    log = CommandLog.at(settings.data_dir / "processor.sqlite")
    teller = Teller.of(log, platform_clock(settings.data_dir))
    courier = Courier(
        log,
        teller.books,
        settings.platform_url.rstrip("/") + WEBHOOK_PATH,
        settings.webhook_secret,
    )
    counter = Counter(
        teller=teller, courier=courier, hang_seconds=HANG_SECONDS, api_key=settings.api_key
    )
    server = Server(
        create_app(counter),
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, server.stop)
    with suppress(asyncio.CancelledError):
        await server.serve()
    log.close()


if __name__ == "__main__":
    asyncio.run(serve(read_settings(dict(os.environ))))
