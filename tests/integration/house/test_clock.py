"""The time machine: one offset, seen by every process, forward only."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.system.clock import FURTHEST, ClockRefused, MovableClock, SystemClock

DAY = timedelta(days=1)
OTHER_PROCESS = """
import sys
from datetime import timedelta
from pathlib import Path
from adapters.system.clock import MovableClock
clock = MovableClock.at(Path(sys.argv[1]))
for line in sys.stdin:
    if line.strip() == "move":
        clock.move(timedelta(hours=1))
    print(clock.offset // timedelta(hours=1), flush=True)
"""


def test_system_clock_tells_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_new_clock_tells_the_systems_time(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    assert before <= MovableClock.at(tmp_path / "clock").now() <= datetime.now(UTC)


def test_move_is_kept_for_the_next_run(tmp_path: Path) -> None:
    told = MovableClock.at(tmp_path / "clock").move(DAY)
    again = MovableClock.at(tmp_path / "clock")
    assert again.offset == DAY
    assert again.now() >= told >= datetime.now(UTC) + DAY - timedelta(seconds=5)


def test_other_processes_see_a_move_at_once(tmp_path: Path) -> None:
    here = MovableClock.at(tmp_path / "clock")
    with subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(tmp_path / "clock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        answers: list[int] = []
        for word in ("look", "look", "move", "look"):
            if len(answers) == 1:
                here.move(2 * timedelta(hours=1))
            other.stdin.write(f"{word}\n")
            other.stdin.flush()
            answers.append(int(other.stdout.readline()))
        other.stdin.close()
    assert answers == [0, 2, 3, 3]
    assert here.offset == timedelta(hours=3)


def test_rival_moves_all_count(tmp_path: Path) -> None:
    clocks = [MovableClock.at(tmp_path / "clock") for _ in range(4)]

    def push(clock: MovableClock) -> None:
        for _ in range(50):
            clock.move(timedelta(seconds=1))

    threads = [threading.Thread(target=push, args=(clock,)) for clock in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clocks[0].offset == timedelta(seconds=200)


@pytest.mark.parametrize("by", [timedelta(microseconds=-1), FURTHEST + timedelta(microseconds=1)])
def test_refused_moves_change_nothing(tmp_path: Path, by: timedelta) -> None:
    clock = MovableClock.at(tmp_path / "clock")
    with pytest.raises(ClockRefused):
        clock.move(by)
    assert clock.offset == timedelta(0)
