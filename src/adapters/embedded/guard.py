"""A watchman: runs one command, and ends it when whoever asked for it is gone.

Started as a script of its own (`python -I -S guard.py …`), with nothing but the standard library,
in a session of its own, so that Ctrl-C in the terminal does not reach the command directly. Its
standard input is a pipe from the asker: when that closes, because the asker said so or died in
whatever way, the command gets its stop signal, a grace, and then a kill. Should the watchman be
killed first, the kernel hands the stop signal to the command (Linux). It tells the command's
process id on its standard output, and sends the command's output to its standard error.

As root it can step down to `nobody` for servers that refuse to run as root. The command keeps the
right to read its own files where only root could go: a checkout in a private directory.
"""

import argparse
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_NOBODY = 65534
_CHILD, _INPUT, _TOLD = b"c", b"i", b"t"
"""Why the watch ends: the command did, the asker is gone, or a signal says so."""


def nobody() -> tuple[int, int]:
    """The user and group ids that a server steps down to."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return _NOBODY, _NOBODY
    return entry.pw_uid, entry.pw_gid


def main(arguments: Sequence[str]) -> int:
    """Run the command until it ends or nobody wants it any more; return its exit status."""
    options = _parser().parse_args(arguments)
    stop_signal = signal.Signals(options.stop_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reader, writer = os.pipe()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: os.write(writer, _TOLD))
    child = subprocess.Popen(  # noqa: S603
        options.command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        start_new_session=True,
        # Sound here: the watchman has no other thread yet.
        preexec_fn=_before_command(stop_signal, os.getpid(), steps_down=options.step_down),  # noqa: PLW1509
    )
    os.write(1, f"{child.pid}\n".encode())
    os.close(1)
    threading.Thread(target=_watch_input, args=(writer,), daemon=True).start()
    threading.Thread(target=_watch_child, args=(child, writer), daemon=True).start()
    ended_by_itself = os.read(reader, 1) == _CHILD
    status = _end(child, stop_signal, options.grace_seconds)
    # What a failed command has left, such as its log, the asker still wants to read.
    for path in [] if ended_by_itself else options.remove:
        shutil.rmtree(path, ignore_errors=True)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guard")
    parser.add_argument("--stop-signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("--grace-seconds", type=float, default=10.0)
    parser.add_argument("--step-down", action="store_true", help="run the command as nobody")
    parser.add_argument("--remove", action="append", default=[], help="a directory to remove after")
    parser.add_argument("command", nargs="+")
    return parser


def _watch_input(writer: int) -> None:
    while os.read(0, 1024):
        pass
    os.write(writer, _INPUT)


def _watch_child(child: "subprocess.Popen[bytes]", writer: int) -> None:
    child.wait()
    os.write(writer, _CHILD)


def _end(child: "subprocess.Popen[bytes]", stop_signal: signal.Signals, grace: float) -> int:
    if child.poll() is None:
        child.send_signal(stop_signal)
    try:
        status = child.wait(grace)
    except subprocess.TimeoutExpired:
        child.kill()
        status = child.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # whatever the command started and did not end
    return status if status >= 0 else 128 - status


def _before_command(
    stop_signal: signal.Signals, watchman: int, *, steps_down: bool
) -> Callable[[], None]:
    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if steps_down and os.geteuid() == 0:
            _step_down()
        if sys.platform == "linux":
            # After stepping down: a change of user takes this promise back.
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(stop_signal))
            if os.getppid() != watchman:
                os._exit(1)

    return prepare


def _step_down() -> None:
    user, group = nobody()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc is not None:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # access(2) asks what the real user may do, and forgets the capabilities of everybody but
        # root unless this bit is set; initdb and postgres look at their own programs with it.
        libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    if libc is not None:
        _ = _keep(libc, _CAP_DAC_READ_SEARCH) or _keep(libc, _CAP_DAC_OVERRIDE)


def _keep(libc: ctypes.CDLL, capability: int) -> bool:
    """Keep one capability across the change of user and the exec; say whether it was there."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable
    if libc.capset(header, sets) != 0:
        return False
    raised: int = libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)
    return raised == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
