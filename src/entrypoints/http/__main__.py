"""`python -m entrypoints.http`: serve the API until told to stop."""

import gc
import os
import sys
from threading import Event
from typing import Final

import structlog
from granian.constants import Interfaces, Loops
from granian.server.mp import MPServer
from litestar import Litestar

from entrypoints.bootstrap import ports
from entrypoints.database import check_tier
from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.http.warm_up import MorningWarmUp
from entrypoints.logs import start_logs
from entrypoints.settings import Settings, read_settings
from entrypoints.tiers import Refused
from entrypoints.web.app import website
from instainstru_core.ports import Ports

BACKLOG: Final = 1024
STOP_WITHIN_SECONDS: Final = 20
# The perimeter answers 503 itself; the server must not hold requests back before it can.
_SPARE_ROOM: Final = 256


def app() -> Litestar:
    """What each server process runs."""
    settings = read_settings(os.environ)
    start_logs(level=settings.log_level, site_mode=settings.mode, release=settings.release)
    world = ports(settings)
    application = _wired(settings, world)
    # The market is read before the first search needs it, and then kept out of the collector's
    # rounds: walking some hundred thousand lasting objects would stop every request for a while.
    with world.market.look():
        pass
    gc.collect()
    gc.freeze()
    MorningWarmUp(world.roster, world.clock).start(Event())
    return application


def _wired(settings: Settings, world: Ports) -> Litestar:
    """The API and the pages, in one process."""
    config = HttpConfig.of(settings)
    pages = website(world, config)
    return create_app(
        world,
        config,
        more=pages.routes,
        lost=pages.lost,
        on_error=pages.on_error,
        refused=pages.refused,
    )


def server(settings: Settings) -> MPServer:
    """The server; SIGTERM and SIGINT let the requests at hand finish."""
    return MPServer(
        "entrypoints.http.__main__:app",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.http_workers,
        loop=Loops.auto,
        backlog=BACKLOG,
        backpressure=settings.threads + settings.queue + _SPARE_ROOM,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_SECONDS,
    )


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    try:
        settings = read_settings(os.environ)
        # Wired once here, so that a refusal is said once, and not by each process.
        _wired(settings, ports(settings))
        check_tier(settings)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    start_logs(level=settings.log_level, site_mode=settings.mode, release=settings.release)
    log = structlog.get_logger()
    log.info("api_started", host=settings.host, port=settings.port, workers=settings.http_workers)
    server(settings).serve()
    log.info("api_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
