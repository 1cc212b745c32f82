"""The demo's supervisor: all of it comes, stays, and goes together."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from attrs import define

from entrypoints.supervisor.ready import HOST, NotReady, answers, free_port, wait_until
from entrypoints.supervisor.services import (
    LONGEST_PAUSE_SECONDS,
    SETTLED_SECONDS,
    Process,
    Service,
)
from tests.integration.house.processes import becomes_true, is_alive, mentioning

STAND_IN = str(Path(__file__).with_name("stand_in.py"))
PROGRAM = """
import sys
from pathlib import Path
from entrypoints.supervisor.demo import Demo, run
data, stand_in = Path(sys.argv[1]), sys.argv[2]
def command(name):
    return (sys.executable, stand_in, name)
prepare = [(sys.executable, "-c", "import sys; sys.exit(int(sys.argv[1]))", sys.argv[3])]
demo = Demo(data_dir=data, prepare=prepare, processor=command("processor"), api=command("api"),
            worker=command("worker"))
run(demo, say=lambda news: print(news, flush=True),
    greet=lambda url, _: print("ready", url, flush=True))
print("bye", flush=True)
"""


@define
class Running:
    """A demo of stand-ins."""

    process: "subprocess.Popen[str]"
    data: Path

    def line(self, start: str) -> str:
        """The next line that starts so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(start):
                return line.strip()
        message = f"no line started with {start!r}"
        raise AssertionError(message)

    def starts(self, name: str) -> list[str]:
        """What each start of this program noted, in this run."""
        file = self.data / "starts"
        notes = file.read_text().splitlines() if file.exists() else []
        return [note for note in notes if note.startswith(f"{name} ")]

    def pid(self, name: str) -> int:
        """The process id of the program's last start; a busy machine may take a while over it."""
        assert becomes_true(lambda: bool(self.starts(name)))
        return int(self.starts(name)[-1].split("|", 1)[0].split()[1])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data directory for the module: making a cluster takes a second."""
    return tmp_path_factory.mktemp("demo")


@contextmanager
def demo(data: Path, *, prepared: int = 0) -> Iterator[Running]:
    """Start a demo, with the signals ignored as a script's background jobs have them."""
    (data / "starts").unlink(missing_ok=True)
    with subprocess.Popen(
        [
            *("sh", "-c", 'trap "" INT; exec "$@"', "sh"),
            *(sys.executable, "-c", PROGRAM, str(data), STAND_IN, str(prepared)),
        ],
        env={**os.environ, "PYTHONPATH": "src", "SITE_MODE": "prod", "PROD_DATABASE_URL": "x"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Running(process, data)
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_all_of_it_goes_on_a_signal(data: Path, number: signal.Signals) -> None:
    with demo(data) as running:
        url = running.line("ready").removeprefix("ready ")
        with urllib.request.urlopen(f"{url}/ready") as answer:
            assert answer.status == 200
        os.killpg(running.process.pid, number)
        assert running.line("bye") == "bye"
        assert running.process.wait(30) == 0
    assert mentioning(str(data)) == set()


def test_nothing_is_left_when_the_supervisor_is_killed(data: Path) -> None:
    with demo(data) as running:
        running.line("ready")
        pids = {running.pid(name) for name in ("processor", "api", "worker")}
        running.process.kill()
        running.process.wait()
        assert becomes_true(lambda: not mentioning(str(data)))
        assert becomes_true(lambda: not any(is_alive(pid) for pid in pids))


def test_programs_get_the_servers_and_nothing_of_the_callers_tier(data: Path) -> None:
    """A hosted mode in the caller's shell does not reach the demo. Source: SE-38."""
    with demo(data) as running:
        running.line("ready")
        for name in ("processor", "api", "worker"):
            assert running.pid(name)
            note = running.starts(name)[-1]
            assert "|SITE_MODE=int|INSTAINSTRU_DEMO=1|PROD_DATABASE_URL=None" in note
            assert "DATABASE_URL=postgresql://" in note or name == "processor"
            assert "VALKEY_URL=unix://" in note


def test_crashed_programs_and_servers_start_again(data: Path) -> None:
    with demo(data) as running:
        running.line("ready")
        worker = running.pid("worker")
        (valkey,) = {
            pid
            for pid in mentioning(str(data / "valkey"))
            if b"guard.py" not in (Path("/proc") / str(pid) / "cmdline").read_bytes()
        }
        os.kill(worker, signal.SIGKILL)
        assert running.line("worker ended") == "worker ended (137); it starts again in 0.5 s"
        assert running.line("worker runs") == "worker runs again"
        assert becomes_true(lambda: running.pid("worker") != worker)
        os.kill(valkey, signal.SIGKILL)
        assert running.line("Valkey runs") == "Valkey runs again"
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.process.wait(30) == 0


def test_failed_preparation_ends_it_with_a_reason(data: Path) -> None:
    with demo(data, prepared=3) as running:
        assert running.process.wait(60) == 1
    assert mentioning(str(data)) == set()


@define
class Fragile:
    """A process that ends when it is told to."""

    status: int | None = None

    def poll(self) -> int | None:
        """Its exit status."""
        return self.status

    def ask_to_stop(self) -> None:
        """End well."""
        self.status = 0


@define
class Bench:
    """A service on a bench: its clock is moved by hand, and its processes are at hand."""

    now: float = 1000.0
    refuses: bool = False
    current: Fragile | None = None
    entered: int = 0
    left: int = 0

    def service(self) -> Service:
        """The service."""
        return Service("toy", self.start, now=lambda: self.now)

    def start(self) -> AbstractContextManager[Process]:
        """Start one more process."""
        return self._process()

    @contextmanager
    def _process(self) -> Iterator[Process]:
        if self.refuses:
            raise NotReady("no port")
        self.current = Fragile()
        self.entered += 1
        yield self.current
        self.left += 1

    def crash(self) -> None:
        """End the process that runs."""
        assert self.current is not None
        self.current.status = 1


def test_pauses_double_up_to_a_bound() -> None:
    bench, pauses = Bench(), []
    with bench.service() as service:
        for _ in range(9):
            bench.crash()
            assert service.look() is not None
            pauses.append(service.pause_seconds)
            bench.now += service.pause_seconds - 0.01
            assert service.look() is None
            bench.now += 0.02
            assert service.look() == "toy runs again"
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, LONGEST_PAUSE_SECONDS]
    assert bench.entered == bench.left == 10


def test_settled_service_has_a_fresh_count() -> None:
    bench = Bench()
    with bench.service() as service:
        for _ in range(3):
            bench.crash()
            service.look()
            bench.now += service.pause_seconds
            service.look()
        bench.now += SETTLED_SECONDS + 1
        assert service.look() is None
        bench.crash()
        assert service.look() == "toy ended (1); it starts again in 0.5 s"


def test_service_is_asked_to_stop_once_it_runs() -> None:
    bench = Bench()
    service = bench.service()
    service.ask_to_stop()
    with service:
        service.ask_to_stop()
        assert bench.current is not None
        assert bench.current.poll() == 0


def test_service_that_does_not_start_is_tried_again() -> None:
    bench = Bench()
    with bench.service() as service:
        bench.crash()
        service.look()
        bench.refuses = True
        bench.now += 1
        assert service.look() == "toy does not start: no port"
        assert service.pause_seconds == 1
        bench.refuses = False
        bench.now += 1
        assert service.look() == "toy runs again"


def test_taken_port_is_not_chosen() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port


def test_silent_server_does_not_answer() -> None:
    assert not answers(free_port(), "/ready")


def test_waiting_is_bounded() -> None:
    asked = []

    def is_ready() -> bool:
        asked.append(True)
        return len(asked) > 2

    wait_until(is_ready, what="all", seconds=10)
    assert len(asked) == 3
    with pytest.raises(NotReady, match="the API was not ready after 0 s"):
        wait_until(lambda: False, what="the API", seconds=0.2)
