"""What is running: read from /proc, so that a test can prove that nothing was left."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody waited for does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def mentioning(text: str) -> set[int]:
    """The processes whose command line has the text in it, this one excepted."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in command and is_alive(int(entry.name)):
            found.add(int(entry.name))
    return found


def becomes_true(claim: Callable[[], bool], *, seconds: float = 20.0) -> bool:
    """Whether the claim holds before the time is up."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
