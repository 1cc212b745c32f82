"""Processes under a watchman, so that none outlives the process that asked for it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

from attrs import define, field

from adapters.embedded import guard

_MARGIN_SECONDS = 5.0
"""What the watchman itself needs beside the grace of its command."""


class ServerDidNotStart(RuntimeError):
    """A server ended, or kept silent, before it was ready; its log's end says why."""


@define
class GuardedProcess:
    """One command and its watchman. Use as a context manager, or call `stop`."""

    name: str
    pid: int
    """The command's own process id, not the watchman's."""

    _guard: "subprocess.Popen[bytes]" = field(repr=False)
    _grace_seconds: float = field(repr=False)
    _remove: Sequence[Path] = field(repr=False)

    @classmethod
    def start(
        cls,
        command: Sequence[str | Path],
        *,
        name: str,
        log: Path | IO[bytes],
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace_seconds: float = 10.0,
        steps_down: bool = False,
        remove: Sequence[Path] = (),
        holds: Sequence[int] = (),
    ) -> Self:
        """Start the command, its output appended to the log.

        With `steps_down`, root runs it as `nobody`. The directories in `remove` go when it has
        ended, however it ended. The watchman keeps the descriptors in `holds`, such as that of a
        lock, as long as the command lives.
        """
        arguments = [sys.executable, "-I", "-S", guard.__file__]
        arguments += ["--stop-signal", str(int(stop_signal)), "--grace-seconds", str(grace_seconds)]
        arguments += ["--step-down"] if steps_down else []
        for path in remove:
            arguments += ["--remove", str(path)]
        output = log.open("ab") if isinstance(log, Path) else log
        try:
            # The pid comes back on a pipe of its own, since stdout is the command's.
            process = subprocess.Popen(  # noqa: S603
                [*arguments, "--", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                env=None if env is None else dict(env),
                start_new_session=True,
                pass_fds=tuple(holds),
            )
        finally:
            if isinstance(log, Path):
                output.close()
        stdout = process.stdout
        line = stdout.readline() if stdout is not None else b""
        if stdout is not None:
            stdout.close()
        if not line.strip().isdigit():
            process.communicate()
            message = f"{name} could not be started: {command[0]}"
            raise ServerDidNotStart(message)
        return cls(
            name=name, pid=int(line), guard=process, grace_seconds=grace_seconds, remove=remove
        )

    def poll(self) -> int | None:
        """The exit status, or None while it runs; a signal counts as 128 and its number."""
        return self._guard.poll()

    def stop(self) -> int:
        """Ask it to end, wait, and return its exit status. Once ended, it does nothing."""
        self.ask_to_stop()
        try:
            status = self._guard.wait(self._grace_seconds + _MARGIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._guard.kill()
            status = self._guard.wait()
        for path in self._remove:
            shutil.rmtree(path, ignore_errors=True)
        return status

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting."""
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()

    def kill(self) -> None:
        """Kill the command at once, as a crash would."""
        if self.poll() is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def end_of(log: Path, *, lines: int = 15) -> str:
    """The last lines of a log, for an error that says why."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
