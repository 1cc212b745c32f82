"""The whole platform under one process, which takes all of it along when it goes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

from attrs import field, frozen

from adapters.embedded.guarded import GuardedProcess, end_of
from adapters.embedded.postgres import postgres_server
from adapters.embedded.valkey import valkey_server
from entrypoints.supervisor.ready import HOST, NotReady, answers, free_port, wait_until
from entrypoints.supervisor.services import Process, Service

_API: Final = "API"
_WORKER: Final = "worker"
_DATABASE: Final = "instainstru_int"
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.25
_OWN_VARIABLES: Final = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TERM", "TMPDIR"})
_PASSED_PREFIXES: Final = ("INSTAINSTRU_", "COVERAGE_", "PYTHON", "SSL_", "NO_COLOR")


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


@frozen(kw_only=True)
class Demo:
    """What to run, where its data are, and on which port."""

    data_dir: Path
    port: int | None = None
    """The API's port, or None for 8000 if it is free, else any."""
    extra: Mapping[str, str] = field(factory=dict)
    """More of the environment for every process."""
    prepare: Sequence[Sequence[str]] = (
        _module("entrypoints.cli", "migrate"),
        _module("entrypoints.cli", "seed"),
    )
    processor: Sequence[str] = _module("entrypoints.processor")
    api: Sequence[str] = _module("entrypoints.http")
    worker: Sequence[str] = _module("entrypoints.workers")


class Stopped(BaseException):
    """Somebody wants the demo to end: Ctrl-C, a signal, a closed terminal."""


def run(demo: Demo, *, say: Callable[[str], None], greet: Callable[[str, Path], None]) -> None:
    """Run the platform until somebody stops it; then stop all of it and return.

    *greet* gets the API's URL once `/ready` answers.

    Raises:
        NotReady: Something did not start; the message says where its log is.
        ServerDidNotStart: PostgreSQL or Valkey did not.
        DataInUse: Another demo runs on these data.
    """
    services: list[Service] = []
    with _signals(), ExitStack() as stack:
        try:
            url = _start(demo, stack, services, say)
            greet(url, demo.data_dir)
            while True:
                time.sleep(_LOOK_SECONDS)
                for service in services:
                    if news := service.look():
                        say(news)
        except Stopped:
            say("Stopping")
        finally:
            # A second Ctrl-C must not disturb the leaving. It goes last in, first out, but these
            # don't need each other, and each may take a while to finish what it has begun.
            _ignore_signals()
            for service in services:
                if service.name in {_API, _WORKER}:
                    service.ask_to_stop()


def _start(
    demo: Demo, stack: ExitStack, services: list[Service], say: Callable[[str], None]
) -> str:
    data, logs = demo.data_dir.resolve(), demo.data_dir.resolve() / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    def serve(name: str, starts: Callable[[], AbstractContextManager[Process]]) -> None:
        service = Service(name, starts)
        stack.enter_context(service)
        services.append(service)

    port, processor_port = free_port(demo.port or 8000), free_port()
    environment = _environment(demo, port=port, processor_port=processor_port)
    if "DATABASE_URL" not in environment:
        say("Starting PostgreSQL")
        serve("PostgreSQL", partial(_postgres, data / "postgres", environment))
    if "VALKEY_URL" not in environment:
        say("Starting Valkey")
        serve("Valkey", partial(_valkey, data / "valkey", environment))
    program = partial(_program, logs=logs, environment=environment)
    serve("processor", partial(program, demo.processor, name="processor"))
    for command in demo.prepare:
        _prepare(command, environment)
    say("Starting the API and the worker")
    serve(_API, partial(program, demo.api, name="api"))
    serve(_WORKER, partial(program, demo.worker, name="worker"))

    def is_ready() -> bool:
        for service in services:
            if news := service.look():
                say(news)
        return answers(port, "/ready")

    try:
        wait_until(is_ready, what="the API", seconds=_READY_SECONDS)
    except NotReady as error:
        message = f"{error}; its log, {logs / 'api.log'}, ends so:\n{end_of(logs / 'api.log')}"
        raise NotReady(message) from error
    return f"http://{HOST}:{port}"


def _environment(demo: Demo, *, port: int, processor_port: int) -> dict[str, str]:
    """What the processes get: nothing of the caller's by chance, a hosted mode least of all."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in _OWN_VARIABLES or name.startswith(_PASSED_PREFIXES)
    }
    given = {name: os.environ[name] for name in _SERVERS if os.environ.get(name)}
    return {
        **passed,
        **given,
        "SITE_MODE": "int",
        # Everybody here calls from one address; the processor may say that it is somebody else.
        "TRUSTED_PROXIES": f"{HOST}/32",
        "INSTAINSTRU_DEMO": "1",
        "DATA_DIR": str(demo.data_dir.resolve()),
        "HOST": HOST,
        "PORT": str(port),
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "PROCESSOR_URL": f"http://{HOST}:{processor_port}",
        "PROCESSOR_PORT": str(processor_port),
        **demo.extra,
    }


_SERVERS: Final = ("DATABASE_URL", "VALKEY_URL")


@contextmanager
def _postgres(directory: Path, environment: dict[str, str]) -> Iterator[Process]:
    with postgres_server(directory) as server:
        environment["DATABASE_URL"] = server.ensure_database(_DATABASE)
        yield server.process


@contextmanager
def _valkey(directory: Path, environment: dict[str, str]) -> Iterator[Process]:
    with valkey_server(directory) as server:
        environment["VALKEY_URL"] = server.url
        yield server.process


def _program(
    command: Sequence[str], *, name: str, logs: Path, environment: Mapping[str, str]
) -> GuardedProcess:
    return GuardedProcess.start(
        command,
        name=name,
        log=logs / f"{name}.log",
        env=environment,
        grace_seconds=_STOP_SECONDS,
    )


def _prepare(command: Sequence[str], environment: Mapping[str, str]) -> None:
    status = subprocess.run(command, env=dict(environment), check=False).returncode  # noqa: S603
    if status != 0:
        message = f"`{' '.join(command[1:])}` failed ({status}); what it wrote above says why"
        raise NotReady(message)


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _signals() -> Iterator[None]:
    """Turn the signals into `Stopped`, even those that a shell told its children to ignore."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
