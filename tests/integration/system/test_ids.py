"""Identifiers from the machine. Source: SE-22."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from adapters.system.ids import Ulids
from instainstru_core.due_work.ids import WorkId
from instainstru_core.testing.fakes.clock import HandMovedClock

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)


def test_begin_with_the_time() -> None:
    made = Ulids(HandMovedClock(NOON)).new(WorkId)
    assert made.value.int >> 80 == int(NOON.timestamp() * 1000)


def test_grow_within_a_millisecond_and_when_the_clock_goes_back() -> None:
    clock = HandMovedClock(NOON)
    ids = Ulids(clock)
    made = [ids.new(WorkId) for _ in range(1000)]
    clock.move(timedelta(seconds=-5))
    made += [ids.new(WorkId) for _ in range(1000)]
    clock.move(timedelta(seconds=10))
    made.append(ids.new(WorkId))
    assert made == sorted(set(made))


def test_threads_never_share_one() -> None:
    ids = Ulids(HandMovedClock(NOON))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new(WorkId), range(4000)))
    assert len(set(made)) == 4000


def test_two_processes_differ_at_the_same_time() -> None:
    clock = HandMovedClock(NOON)
    assert Ulids(clock).new(WorkId) != Ulids(clock).new(WorkId)


def test_a_forked_process_has_randomness_of_its_own() -> None:
    """Both made one before, at the same time: what was fetched for many is not shared."""
    clock = HandMovedClock(NOON)
    ids = Ulids(clock)
    before = ids.new(WorkId)
    clock.move(timedelta(milliseconds=1))
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, str(ids.new(WorkId)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 26).decode()
    os.close(reading)
    os.close(writing)
    mine = ids.new(WorkId)
    assert len({str(before), theirs, str(mine)}) == 3
