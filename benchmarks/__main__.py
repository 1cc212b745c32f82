"""`make bench`: every hot path over HTTP, with all servers and the generator on this machine."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from adapters.embedded.postgres import postgres_server
from adapters.embedded.valkey import valkey_server
from benchmarks import pages, who_is_free
from benchmarks.load import Outcome, run
from benchmarks.scenarios import Scenario, scenarios
from benchmarks.statements import count_statements
from benchmarks.world import World
from entrypoints.bootstrap import engine, ports
from entrypoints.logs import start_logs
from entrypoints.settings import Settings, read_settings
from entrypoints.supervisor.ready import free_port

READY_SECONDS: Final = 300
CATCH_UP_SECONDS: Final = 120
_EMPTY: Final = "/health/lite"


def main() -> int:
    """Measure, print, and say whether every answer was right."""
    asked = _arguments()
    start_logs(level="error", site_mode="int", release="bench")
    console = Console(width=132, highlight=False)
    surprises: list[str] = []
    if _is_asked(asked.only, who_is_free.TITLE):
        surprises += who_is_free.measure(console)
    for size in asked.instructors:
        with _platform(size, asked.workers) as (url, settings):
            world = World(
                url, ports(settings, connections=2), engine(settings, connections=2), settings
            )
            counter = count_statements(settings)
            left = _catch_up(world.engine)
            console.print(f"the worker caught up with the seed; {left} items are left")
            table = _table(f"{size} instructors, {asked.clients} clients, {asked.workers} workers")
            baseline = _baseline(url, world, asked.clients, asked.seconds)
            _add(table, baseline, baseline, None, None)
            for scenario in scenarios(world, bookings=int(400 * asked.seconds)):
                if not _is_asked(asked.only, scenario.name):
                    continue
                statements = counter.of(scenario.shots)
                outcome = _measured(scenario, url, asked.clients, asked.seconds)
                _add(table, outcome, baseline, scenario, statements)
                surprises += outcome.unexpected
            counter.close()
            console.print(table)
            if size == max(asked.instructors) and _is_asked(asked.only, pages.TITLE):
                surprises += pages.measure(console, url, world.at_the_till())
    for surprise in surprises[:10]:
        console.print(f"[red]unexpected[/] {surprise}", markup=True)
    return 1 if surprises else 0


def _is_asked(only: list[str], name: str) -> bool:
    return not only or any(part in name for part in only)


def _measured(scenario: Scenario, url: str, clients: int, seconds: float) -> Outcome:
    warm_up = min(scenario.warm_up_seconds, seconds)
    run(scenario.name, url, scenario.shots, clients=clients, seconds=warm_up)
    return run(scenario.name, url, scenario.shots, clients=clients, seconds=seconds)


def _baseline(url: str, world: World, clients: int, seconds: float) -> Outcome:
    """The least a request can cost here: no rule, no database, no limiter but the edge's."""
    from benchmarks.load import Shot

    def shot(_client: int, _number: int) -> Shot:
        return Shot(method="GET", path=_EMPTY, headers=world.headers())

    return run("baseline: an empty probe", url, shot, clients=clients, seconds=min(3.0, seconds))


def _table(title: str) -> Table:
    table = Table(title=title)
    table.add_column("path")
    for name in ("per second", "median ms", "p95 ms", "of baseline", "statements", "wanted"):
        table.add_column(name, justify="right")
    return table


def _add(
    table: Table,
    outcome: Outcome,
    baseline: Outcome,
    scenario: Scenario | None,
    statements: int | None,
) -> None:
    wanted = "" if scenario is None else _wanted(scenario, outcome)
    table.add_row(
        outcome.name,
        f"{outcome.per_second:,.0f}",
        f"{outcome.median:.1f}",
        f"{outcome.p95:.1f}",
        f"{outcome.per_second / baseline.per_second:.2f}",
        "" if statements is None else str(statements),
        wanted,
    )


def _wanted(scenario: Scenario, outcome: Outcome) -> str:
    if scenario.wanted_per_second is not None:
        mark = "✔" if outcome.per_second >= scenario.wanted_per_second else "✘"
        return f"{mark} ≥ {scenario.wanted_per_second}/s"
    if scenario.wanted_p95_ms is not None:
        mark = "✔" if outcome.p95 <= scenario.wanted_p95_ms else "✘"
        return f"{mark} p95 ≤ {scenario.wanted_p95_ms} ms"
    return ""


@contextmanager
def _platform(instructors: int, workers: int) -> Iterator[tuple[str, Settings]]:
    """The whole platform, seeded, on private servers; gone when the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="ii-bench-") as directory,
        postgres_server(Path(directory) / "postgres") as postgres,
        valkey_server(Path(directory) / "valkey") as valkey,
    ):
        data, port = Path(directory) / "data", free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": postgres.ensure_database("instainstru_int_bench"),
            "VALKEY_URL": valkey.url,
            "SITE_MODE": "int",
            "INSTAINSTRU_DEMO": "1",
            "DATA_DIR": str(data),
        }
        sizes = (str(data), str(port), str(instructors), str(workers))
        stack = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.stack", *sizes], env=environment
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, stack)
            yield url, read_settings(environment)
        finally:
            stack.terminate()
            stack.wait(60)


def _wait(url: str, stack: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and stack.poll() is None:
        try:
            if httpx.get(f"{url}/ready", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    message = "the platform did not start; what it printed above says why"
    raise SystemExit(message)


def _catch_up(database: Engine) -> int:
    """Let the worker do what the seed leaves behind: reminders, mails. What is left after that."""
    due = text("SELECT count(*) FROM work_items WHERE due_at <= now() AND NOT dead")
    deadline, quiet, left = time.monotonic() + CATCH_UP_SECONDS, 0, 0
    while time.monotonic() < deadline and quiet < 5:
        with database.connect() as connection:
            left = int(connection.scalar(due) or 0)
        quiet = quiet + 1 if left == 0 else 0
        time.sleep(1)
    return left


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--instructors", type=int, nargs="+", default=[300, 10_000])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument(
        "--only", nargs="+", default=[], help="only paths whose name has one of these in it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
