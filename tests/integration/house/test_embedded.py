"""Embedded servers: no leftovers, whatever ends; and a restart over whatever was left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from adapters.embedded import places
from adapters.embedded.guarded import GuardedProcess, ServerDidNotStart, end_of
from adapters.embedded.places import DataInUse, socket_directory, sole_use
from adapters.embedded.postgres import postgres_server
from adapters.embedded.valkey import valkey_server
from tests.integration.house.processes import becomes_true, is_alive, mentioning

PARENT = """
import sys, time
from pathlib import Path
from adapters.embedded.postgres import postgres_server
from adapters.embedded.valkey import valkey_server
root = Path(sys.argv[1])
with postgres_server(root / "pg") as pg, valkey_server(root / "vk") as vk:
    print(pg.process.pid, vk.process.pid, pg.ensure_database("left_int"), flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data directory for the module: making a cluster takes a second."""
    return tmp_path_factory.mktemp("embedded")


def start_parent(directory: Path) -> tuple["subprocess.Popen[str]", int, int, str]:
    """A process with servers: itself, their process ids, and a database's URL."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(directory)],
        env={**os.environ, "PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    postgres, valkey, url = parent.stdout.readline().split()
    parent.stdout.close()
    return parent, int(postgres), int(valkey), url


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_servers_go_with_their_parent(directory: Path, number: signal.Signals) -> None:
    parent, postgres, valkey, _ = start_parent(directory)
    assert is_alive(postgres)
    assert is_alive(valkey)
    # As a terminal does on Ctrl-C: to the whole group.
    os.killpg(parent.pid, number)
    parent.wait(120)
    assert becomes_true(lambda: not mentioning(str(directory)))
    assert not is_alive(postgres)
    assert not is_alive(valkey)
    assert not (directory / "pg" / "data" / "postmaster.pid").exists()


def test_server_goes_when_its_watchman_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = GuardedProcess.start(["sleep", "600"], name="sleeper", log=log)
    (watchman,) = mentioning(f"--\0sleep\0{600}") - {process.pid}
    os.kill(watchman, signal.SIGKILL)
    assert becomes_true(lambda: not is_alive(process.pid))
    assert process.stop() != 0


def test_restart_over_a_crash_keeps_what_was_committed(directory: Path) -> None:
    parent, postgres, _, url = start_parent(directory)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    os.kill(postgres, signal.SIGKILL)
    parent.kill()
    parent.wait()
    assert (directory / "pg" / "data" / "postmaster.pid").exists()
    with (
        postgres_server(directory / "pg") as server,
        psycopg.connect(server.url("left_int")) as connection,
    ):
        assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]


def test_pid_file_of_a_stranger_does_not_keep_it_from_starting(directory: Path) -> None:
    with postgres_server(directory / "pg", durable=False) as server:
        url = server.url("postgres")
    pid_file = directory / "pg" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{directory / 'pg' / 'data'}\n0\n5432\n\n\n")
    with (
        postgres_server(directory / "pg", durable=False) as server,
        psycopg.connect(url) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert is_alive(server.process.pid)


def test_stopping_is_clean_and_repeatable(directory: Path) -> None:
    with postgres_server(directory / "pg", durable=False) as server:
        process = server.process
    assert process.poll() == 0
    assert process.stop() == 0
    assert end_of(directory / "pg" / "postgres.log").endswith("database system is shut down")


def test_two_runs_do_not_share_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LAST_RUN_SECONDS", 0.2)
    with sole_use(tmp_path), pytest.raises(DataInUse, match="in use"), sole_use(tmp_path):
        raise AssertionError
    with sole_use(tmp_path):
        assert (tmp_path / ".lock").exists()


def test_directory_goes_with_its_server(tmp_path: Path) -> None:
    with valkey_server(tmp_path / "vk", remove_after=True) as server:
        assert server.socket.is_socket()
    assert not (tmp_path / "vk").exists()


def test_long_paths_get_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 25)
    with valkey_server(deep) as server:
        assert not server.socket.is_relative_to(deep)
        with redis.Redis.from_url(server.url) as client:
            assert client.ping() is True
        place = server.socket.parent
        assert place.stat().st_mode & 0o777 == 0o700
    assert not place.exists()
    assert socket_directory(tmp_path) == (tmp_path, False)


def test_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("7\n")
    with (
        pytest.raises(ServerDidNotStart, match="could not access the server configuration"),
        postgres_server(tmp_path),
    ):
        raise AssertionError


def test_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServerDidNotStart, match="/nowhere/server"):
        GuardedProcess.start(["/nowhere/server"], name="nothing", log=tmp_path / "log")
    assert "FileNotFoundError" in (tmp_path / "log").read_text()


def test_command_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    deaf = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"
    log = tmp_path / "log"
    process = GuardedProcess.start(["sh", "-c", deaf], name="deaf", log=log, grace_seconds=0.3)
    assert becomes_true(lambda: "deaf" in log.read_text())
    assert process.stop() == 128 + signal.SIGKILL
    assert not is_alive(process.pid)
