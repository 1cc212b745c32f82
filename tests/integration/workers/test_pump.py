"""The pump, one batch at a time."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

import pytest
from dramatiq.middleware import TimeLimitExceeded
from redis.exceptions import ConnectionError as RedisConnectionError

from entrypoints.workers.actors import work_actor, work_broker
from entrypoints.workers.process import performer
from entrypoints.workers.pump import CLAIM_LIMIT, CLAIM_LIMIT_ALONE, QUEUED_LIMIT, Pump
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import CallsOut, Periodic, WorkItem
from instainstru_core.due_work.use_cases.claim_due_work import claim_due_work
from tests.integration.workers.conftest import World

IDS = [WorkId.parse(f"0000000000000000000000000{n}") for n in range(9)]


class Floor:
    """Where the pump works: what it claimed, sent and did, and whether the broker is there."""

    def __init__(self) -> None:
        self.limits: list[int] = []
        self.sent: list[WorkId] = []
        self.done: list[WorkId] = []
        self.queued_now = 0
        self.takes = 99
        self.answers = True

    def claim(self, limit: int) -> Sequence[WorkId]:
        self.limits.append(limit)
        return IDS[:limit]

    def send(self, work_id: WorkId, /) -> None:
        if len(self.sent) >= self.takes:
            self.answers = False
            raise RedisConnectionError
        self.sent.append(work_id)

    def queued(self) -> int:
        if not self.answers:
            raise RedisConnectionError
        return self.queued_now

    def pump(self) -> Pump:
        return Pump(claim=self.claim, send=self.send, perform=self.done.append, queued=self.queued)


def test_sends_everything_while_the_broker_takes_it() -> None:
    floor = Floor()
    assert floor.pump().once() == len(IDS)
    assert (floor.sent, floor.done, floor.limits) == (IDS, [], [CLAIM_LIMIT])


def test_does_itself_what_the_broker_does_not_take() -> None:
    floor = Floor()
    floor.takes = 4
    pump = floor.pump()
    pump.once()
    assert (floor.sent, floor.done) == (IDS[:4], IDS[4:])
    pump.once()
    assert floor.limits == [CLAIM_LIMIT, CLAIM_LIMIT_ALONE]
    floor.answers, floor.takes = True, 99
    pump.once()
    assert floor.limits[-1] == CLAIM_LIMIT
    assert floor.sent[4:] == IDS


def test_claims_nothing_while_too_many_wait() -> None:
    floor = Floor()
    floor.queued_now = QUEUED_LIMIT
    assert floor.pump().once() == 0
    assert floor.limits == []


def test_leaves_the_rest_when_told_to_stop() -> None:
    floor = Floor()
    floor.answers = False
    pump = floor.pump()
    pump.stop()
    pump.once()
    assert floor.done == []


def test_outlives_a_database_in_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.workers.pump.TROUBLE_SECONDS", 0.01)
    floor, tries = Floor(), threading.Event()
    failures = iter(range(3))

    def claim(limit: int) -> Sequence[WorkId]:
        if next(failures, None) is not None:
            raise OSError
        tries.set()
        return ()

    pump = Pump(claim=claim, send=floor.send, perform=floor.done.append, queued=floor.queued)
    thread = threading.Thread(target=pump.run)
    thread.start()
    assert tries.wait(10)
    pump.stop()
    thread.join(10)
    assert not thread.is_alive()


def too_long(item: WorkItem, world: World) -> NoReturn:
    raise TimeLimitExceeded


@pytest.mark.parametrize("is_periodic", [False, True])
def test_a_try_that_runs_out_of_time_is_a_failure(
    world: World, valkey_url: str, is_periodic: bool
) -> None:
    """Source: OP-13."""
    jobs = {"slow": Periodic(handler="slow", every=timedelta(hours=1))} if is_periodic else {}
    broker = work_broker(valkey_url)
    performs = performer(world, handlers={"slow": CallsOut(too_long)}, periodic=jobs)
    actor = work_actor(broker, performs)
    world.file("slow", "x")
    (work_id,) = claim_due_work(begin=world.begin, clock=world.clock)
    for _ in range(5):
        actor.fn(str(work_id))
    with world.begin() as work:
        item = work.work_items.find(work_id)
    assert item is not None
    assert item.attempts == 5
    assert item.dead is not is_periodic
    assert item.last_error is not None
    assert "TimeLimitExceeded" in item.last_error
    broker.close()
