"""A whole platform of real processes, each of which can be killed and started again alone."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from attrs import define, field

from adapters.embedded.guarded import GuardedProcess, end_of
from adapters.embedded.postgres import PostgresServer, postgres_server
from adapters.embedded.valkey import ValkeyServer, valkey_server
from entrypoints.database import migrate
from entrypoints.settings import Settings, read_settings
from entrypoints.supervisor.ready import HOST, answers, free_port, wait_until

READY_SECONDS: Final = 40.0
KILLED: Final = 128 + 9
"""How the watchman reports SIGKILL."""

_PASSED: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
_SOURCES: Final = str(Path(__file__).parents[3] / "src")


@define
class Program:
    """One `python -m …` of the platform, which may be killed, armed and started again."""

    module: str
    log: Path
    environment: Mapping[str, str]
    port: int | None = None
    _process: GuardedProcess | None = field(default=None, init=False)
    _log_starts_at: int = field(default=0, init=False)
    _armed: bool = field(default=False, init=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def start(self, crash_at: str | None = None) -> None:
        """Start it, armed to die at a point if one is given; `wait` until it answers."""
        self._log_starts_at = self.log.stat().st_size if self.log.exists() else 0
        self._armed = crash_at is not None
        armed = {} if crash_at is None else {"INSTAINSTRU_CRASH_AT": crash_at}
        self._process = GuardedProcess.start(
            [sys.executable, "-m", self.module],
            name=self.module,
            log=self.log,
            env={**self.environment, **armed},
        )

    def wait(self) -> None:
        """Wait until it answers, where it has a port."""
        if self.port is not None:
            port = self.port
            what = f"{self.module}, whose log ends so:\n{end_of(self.log)}\n"
            wait_until(lambda: answers(port, "/health"), what=what, seconds=READY_SECONDS)

    def mend(self) -> None:
        """See that it runs and is not armed, whatever was done to it before."""
        if self._armed or self._process is None or self._process.poll() is not None:
            self.kill()
            self.start()
            self.wait()

    def burnt(self, point: str) -> bool:
        """Whether, since its start, one of its processes killed itself at *point*."""
        return self.said(f"crash point {point}\n")

    def said(self, words: str) -> bool:
        """Whether its log, since its start, has the words."""
        return words.encode() in self.log.read_bytes()[self._log_starts_at :]

    def status(self) -> int | None:
        """How it ended, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """`kill -9`, and whatever it had started goes too."""
        if self._process is not None:
            self._process.kill()
            self._process.stop()
            self._process = None

    def stop(self) -> None:
        """Let it end in order."""
        if self._process is not None:
            self._process.stop()
            self._process = None


@define
class Valkey:
    """A Valkey server that may go and come back."""

    directory: Path
    _stack: ExitStack = field(factory=ExitStack, init=False)
    _server: ValkeyServer | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Where it listens, also while it is gone."""
        if self._server is None:
            raise AssertionError("it never ran")
        return self._server.url

    def start(self) -> None:
        """Start it, empty."""
        self._server = self._stack.enter_context(valkey_server(self.directory))

    def kill(self) -> None:
        """`kill -9`: everything in it is lost."""
        if self._server is not None:
            self._server.process.kill()
        self._stack.close()


@define
class Stack:
    """PostgreSQL, Valkey, processor, API, worker: as `make demo` runs them, without supervision."""

    directory: Path
    postgres: PostgresServer
    valkey: Valkey
    settings: Settings
    processor: Program
    api: Program
    worker: Program


@contextmanager
def running() -> Iterator[Stack]:
    """A migrated platform without people; all of it is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="ii-chaos-"))
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server(directory, durable=False, remove_after=True))
        valkey = Valkey(directory / "valkey")
        valkey.start()
        stack.callback(valkey.kill)
        url = server.ensure_database("instainstru_int_chaos")
        ports = {name: free_port() for name in ("api", "processor")}
        environment = {name: os.environ[name] for name in _PASSED if name in os.environ} | {
            "PYTHONPATH": _SOURCES,
            "SITE_MODE": "int",
            "INSTAINSTRU_DEMO": "1",
            "TRUSTED_PROXIES": f"{HOST}/32",
            "DATA_DIR": str(directory / "platform"),
            "DATABASE_URL": url,
            "VALKEY_URL": valkey.url,
            "THREADS": "8",
            # A client that repeats itself at once would meet the limits, which are shown elsewhere.
            "RATE_LIMIT_BYPASS_SECRET": "a secret of the tests",
            "HOST": HOST,
            "PORT": str(ports["api"]),
            "PUBLIC_URL": f"http://{HOST}:{ports['api']}",
            "PROCESSOR_URL": f"http://{HOST}:{ports['processor']}",
            "PROCESSOR_PORT": str(ports["processor"]),
        }

        def program(name: str, module: str, port: int | None) -> Program:
            made = Program(module, directory / f"{name}.log", environment, port)
            stack.callback(made.kill)
            return made

        settings = read_settings(environment)
        migrate(settings)
        yield Stack(
            directory=directory,
            postgres=server,
            valkey=valkey,
            settings=settings,
            processor=program("processor", "entrypoints.processor", ports["processor"]),
            api=program("api", "entrypoints.http", ports["api"]),
            worker=program("worker", "entrypoints.workers", None),
        )
