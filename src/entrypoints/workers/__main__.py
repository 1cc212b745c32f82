"""`python -m entrypoints.workers`: do what is due until told to stop."""

import os
import signal
import sys
from threading import Event

import structlog

from entrypoints.bootstrap import ports
from entrypoints.database import check_tier
from entrypoints.logs import start_logs
from entrypoints.settings import read_settings
from entrypoints.tiers import Refused
from entrypoints.workers.process import CONNECTIONS_BESIDE_THREADS, working
from instainstru_core.reactions import HANDLERS, PERIODIC

_LEAST_THREADS = 1


def main() -> int:
    """Work until SIGTERM or SIGINT; then finish what is begun."""
    try:
        settings = read_settings(os.environ)
        wired = ports(settings)
        check_tier(settings)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    start_logs(level=settings.log_level, site_mode=settings.mode, release=settings.release)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    # The pump works on a connection of its own.
    threads = max(_LEAST_THREADS, settings.threads - CONNECTIONS_BESIDE_THREADS)
    log = structlog.get_logger()
    with working(
        wired,
        settings.valkey_url,
        threads=threads,
        handlers=HANDLERS,
        periodic=PERIODIC,
    ):
        log.info("worker_started", threads=threads)
        stopped.wait()
        log.info("worker_stopping")
    return 0


if __name__ == "__main__":
    sys.exit(main())
