"""Where an embedded server keeps its data and its socket, and that nobody else uses them."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.embedded.guard import nobody

LAST_RUN_SECONDS = 25.0
"""How long the last run's server may take to end, once nobody wants it any more."""
_POLL_SECONDS = 0.05
_SOCKET_PATH_BYTES = 90
"""A socket's path has to fit into 104 bytes on macOS, 108 on Linux, with its name."""


class DataInUse(RuntimeError):
    """Another process runs a server on this data directory."""


@contextmanager
def sole_use(directory: Path) -> Iterator[int]:
    """Hold the directory for this process, and for whom it hands the descriptor it gets.

    The last run's server may still be on its way out, so this waits a while.

    Raises:
        DataInUse: Another process holds it, and goes on doing so.
    """
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, directory)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, directory: Path) -> None:
    deadline = time.monotonic() + LAST_RUN_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                message = f"{directory} is in use: stop the other run, or choose another directory"
                raise DataInUse(message) from error
            time.sleep(_POLL_SECONDS)
        else:
            return


def socket_directory(data: Path) -> tuple[Path, bool]:
    """A directory whose path a socket's address can hold, and whether it is outside the data."""
    if len(os.fsencode(data)) <= _SOCKET_PATH_BYTES:
        return data, False
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"instainstru-{digest}"
    private(short)
    return short, True


def private(directory: Path) -> None:
    """Make the directory if need be, for its owner alone."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)


def give_to_server(directory: Path) -> None:
    """Where we are root, let the server own its directory: it steps down, and insists."""
    if os.geteuid() == 0:
        os.chown(directory, *nobody())
