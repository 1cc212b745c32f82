"""A worker process at work, with its broker and without. Source: OP-12, OP-13."""

import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from adapters.embedded.valkey import valkey_server
from entrypoints.workers.process import working
from instainstru_core.due_work.model import (
    LEASE,
    MAX_ATTEMPTS,
    CallsOut,
    InTransaction,
    Periodic,
    WorkItem,
)
from instainstru_core.kernel.errors import Conflict
from instainstru_core.ports import Work
from tests.integration.workers.conftest import MINUTES_2, World, eventually

THREADS = 3


def note(item: WorkItem, world: World) -> None:
    world.diary.note(item.text("line"))


def note_within(item: WorkItem, work: Work, world: World) -> None:
    world.diary.note(item.text("line"))


def note_slowly(item: WorkItem, world: World) -> None:
    time.sleep(0.3)
    world.diary.note(item.text("line"))


def refuse(item: WorkItem, world: World) -> None:
    raise Conflict("never")


def sweep(item: WorkItem, world: World) -> None:
    world.diary.note("swept")


HANDLERS: dict[str, InTransaction[Work, World] | CallsOut[World]] = {
    "note": CallsOut(note),
    "note_within": InTransaction(note_within),
    "note_slowly": CallsOut(note_slowly),
    "refuse": CallsOut(refuse),
    "sweep": CallsOut(sweep),
}
SWEEP = {"sweep": Periodic(handler="sweep", every=timedelta(minutes=10))}


def test_performs_what_is_due_once(world: World, valkey_url: str) -> None:
    lines = [str(n) for n in range(60)]
    world.file("note", *lines[:30])
    with working(world, valkey_url, threads=THREADS, handlers=HANDLERS, periodic={}):
        world.file("note_within", *lines[30:])
        eventually(lambda: world.waiting() == 0)
    assert sorted(world.diary.lines) == sorted(lines)


def test_two_processes_share_the_work(world: World, valkey_url: str) -> None:
    lines = [str(n) for n in range(60)]
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(
                working(world, valkey_url, threads=THREADS, handlers=HANDLERS, periodic=SWEEP)
            )
        world.file("note", *lines)
        eventually(lambda: len(world.diary.lines) >= 61 and world.waiting() == 1)
    assert sorted(world.diary.lines) == sorted([*lines, "swept"])


def test_a_periodic_job_comes_back(world: World, valkey_url: str) -> None:
    with working(world, valkey_url, threads=THREADS, handlers=HANDLERS, periodic=SWEEP):
        eventually(lambda: world.diary.lines == ["swept"] and world.waiting() == 1)
        world.clock.move(timedelta(minutes=10))
        eventually(lambda: world.diary.lines == ["swept", "swept"])


def test_poison_dies_visibly_and_blocks_nobody(world: World, valkey_url: str) -> None:
    world.file("refuse", "poison")
    with working(world, valkey_url, threads=THREADS, handlers=HANDLERS, periodic={}):
        world.file("note", "wholesome")
        eventually(lambda: world.diary.lines == ["wholesome"])

        def dead() -> int:
            with world.read() as reads:
                return reads.due_work.backlog(world.clock.now()).dead

        eventually(lambda: dead() == 1, tick=lambda: world.clock.move(timedelta(minutes=10)))
    with world.read() as reads:
        (item,) = reads.due_work.dead_work()
    assert (item.attempts, item.last_error) == (MAX_ATTEMPTS, "invalid_state: never")


def test_works_without_a_broker_from_the_start(world: World, tmp_path: Path) -> None:
    """The pump does the work itself: slower, nothing lost."""
    world.file("note", "a", "b", "c")
    nowhere = f"unix://{tmp_path / 'nobody.sock'}"
    with working(world, nowhere, threads=THREADS, handlers=HANDLERS, periodic={}):
        eventually(lambda: world.waiting() == 0)
    assert sorted(world.diary.lines) == ["a", "b", "c"]


def test_works_with_no_broker_at_all(world: World) -> None:
    world.file("note", "a", "b", "c")
    with working(world, None, threads=THREADS, handlers=HANDLERS, periodic={}):
        eventually(lambda: world.waiting() == 0)
    assert sorted(world.diary.lines) == ["a", "b", "c"]


def test_survives_the_broker_being_killed_and_coming_back(world: World) -> None:
    """What the broker takes with it comes back as its lease ends."""
    directory = Path(tempfile.mkdtemp(prefix="ii-vk-"))
    first, second, third = ([f"{name}{n}" for n in range(20)] for name in "abc")
    with ExitStack() as stack:
        with valkey_server(directory) as server:
            stack.enter_context(
                working(world, server.url, threads=THREADS, handlers=HANDLERS, periodic={})
            )
            world.file("note_slowly", *first)
            eventually(lambda: len(world.diary.lines) >= 2)
            server.process.kill()
            world.file("note", *second)
            eventually(lambda: set(second) <= set(world.diary.lines))
        with valkey_server(directory, remove_after=True):
            world.file("note", *third)
            eventually(lambda: set(third) <= set(world.diary.lines))
            eventually(lambda: world.waiting() == 0, tick=lambda: world.clock.move(LEASE / 30))
            stack.close()
    assert set(world.diary.lines) == {*first, *second, *third}


def test_finishes_what_is_begun_when_told_to_stop(world: World, valkey_url: str) -> None:
    world.file("note_slowly", *(str(n) for n in range(THREADS)))
    with working(world, valkey_url, threads=THREADS, handlers=HANDLERS, periodic={}):
        eventually(lambda: world.waiting() < THREADS or bool(world.diary.lines))
    done = world.diary.lines
    assert len(done) + world.waiting() == THREADS
    world.clock.move(MINUTES_2)
    with working(world, valkey_url, threads=THREADS, handlers=HANDLERS, periodic={}):
        eventually(lambda: world.waiting() == 0)
    assert sorted(world.diary.lines) == [str(n) for n in range(THREADS)]
