"""One worker process: a pump and the threads it feeds."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import Final, Protocol, TypeVar, cast

from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker

from entrypoints.workers.actors import QUEUE, work_actor, work_broker
from entrypoints.workers.performer import Performer
from entrypoints.workers.pump import Pump
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import CallsOut, InTransaction, Periodic
from instainstru_core.due_work.use_cases.claim_due_work import claim_due_work
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.due_work.use_cases.perform_work import perform_work
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Work

POLL_MS: Final = 200
STOP_SECONDS: Final = 20.0
CONNECTIONS_BESIDE_THREADS: Final = 1
"""What the pump needs of the engine's pool, beside one connection a thread."""


class Wired(Protocol):
    """The part of the world that performing itself needs; handlers are given all of it."""

    @property
    def begin(self) -> Begin[Work]:
        """Opens a unit of work."""
        ...

    @property
    def clock(self) -> Clock:
        """The platform's clock, which a time machine may move."""
        ...


PortsT = TypeVar("PortsT", bound=Wired)


def performer(
    ports: PortsT,
    *,
    handlers: Mapping[str, InTransaction[Work, PortsT] | CallsOut[PortsT]],
    periodic: Mapping[str, Periodic],
) -> Performer:
    """What performs work in this process."""
    perform = partial(
        perform_work,
        handlers=handlers,
        periodic=periodic,
        ports=ports,
        begin=ports.begin,
        clock=ports.clock,
    )
    return Performer(perform=perform, periodic=periodic, begin=ports.begin, clock=ports.clock)


@contextmanager
def working(
    ports: PortsT,
    valkey_url: str | None,
    *,
    threads: int,
    handlers: Mapping[str, InTransaction[Work, PortsT] | CallsOut[PortsT]],
    periodic: Mapping[str, Periodic],
) -> Iterator[Pump]:
    """Pump and perform in threads while the block lasts; then finish what is begun, and stop.

    The broker may be down at any time, also at the start; without one the pump works alone.
    """
    performs = performer(ports, handlers=handlers, periodic=periodic)
    claim = partial(_claim, ports)
    file_periodic_work(periodic.values(), begin=ports.begin, clock=ports.clock)
    if valkey_url is None:
        alone = Pump(claim=claim, send=_nobody_takes, perform=performs, queued=_nobody_queues)
        with _pumping(alone):
            yield alone
        return
    broker = work_broker(valkey_url)
    actor = work_actor(broker, performs)

    def send(work_id: WorkId) -> None:
        actor.send(str(work_id))

    pump = Pump(claim=claim, send=send, perform=performs, queued=partial(_queued, broker))
    worker = Worker(broker, queues={QUEUE}, worker_threads=threads, worker_timeout=POLL_MS)
    broker.emit_after("process_boot")
    worker.start()
    try:
        with _pumping(pump):
            yield pump
    finally:
        worker.stop(timeout=int(STOP_SECONDS * 1000))
        broker.close()


@contextmanager
def _pumping(pump: Pump) -> Iterator[None]:
    thread = Thread(target=pump.run, name="pump")
    thread.start()
    try:
        yield
    finally:
        pump.stop()
        thread.join(STOP_SECONDS)


def _claim(ports: Wired, limit: int) -> Sequence[WorkId]:
    return claim_due_work(begin=ports.begin, clock=ports.clock, limit=limit)


def _queued(broker: RedisBroker) -> int:
    return cast("int", broker.client.llen(f"{broker.namespace}:{QUEUE}"))


def _nobody_takes(_work_id: WorkId, /) -> None:
    raise ConnectionRefusedError("no broker was given")


def _nobody_queues() -> int:
    raise ConnectionRefusedError("no broker was given")
