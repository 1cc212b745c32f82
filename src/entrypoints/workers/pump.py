"""The pump: claims what is due and hands it out, or does it itself when nobody can take it."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Final, Protocol

import structlog
from attrs import define, field
from dramatiq.errors import BrokerError
from redis.exceptions import RedisError

from entrypoints.workers.metrics import BROKER_UP, CLAIMED
from instainstru_core.due_work.ids import WorkId

IDLE_SECONDS: Final = 0.2
TROUBLE_SECONDS: Final = 1.0
CLAIM_LIMIT: Final = 50
CLAIM_LIMIT_ALONE: Final = 5
"""How many the pump takes when it must do them itself: few, so that their leases last."""

QUEUED_LIMIT: Final = 500
"""How many messages may wait at the broker: more would outlast their leases and be sent twice."""


class Sends(Protocol):
    """Hands one id to whoever performs."""

    def __call__(self, work_id: WorkId, /) -> None:
        """Raises: BrokerError or RedisError or OSError, when nobody takes it."""
        ...


@define
class Pump:
    """Claims due work until it is told to stop."""

    _claim: Callable[[int], Sequence[WorkId]]
    _send: Sends
    _perform: Callable[[WorkId], object]
    _queued: Callable[[], int]
    _stop: Event = field(factory=Event)
    _broker_up: bool = field(default=True, init=False)
    _log: structlog.stdlib.BoundLogger = field(factory=structlog.get_logger, init=False)

    def run(self) -> None:
        """Pump until stopped; no trouble with the database or the broker ends it."""
        BROKER_UP.set(1)
        while not self._stop.is_set():
            try:
                found = self.once()
            except Exception:  # noqa: BLE001 (the next try may go well)
                # The database may be away for a while; what is due stays on file.
                self._log.exception("pump_in_trouble")
                self._stop.wait(TROUBLE_SECONDS)
            else:
                if not found:
                    self._stop.wait(IDLE_SECONDS)

    def once(self) -> int:
        """Claim one batch and see to it; return how many were found."""
        if self._broker_is_full():
            return 0
        work_ids = self._claim(CLAIM_LIMIT if self._broker_up else CLAIM_LIMIT_ALONE)
        CLAIMED.inc(len(work_ids))
        for position, work_id in enumerate(work_ids):
            if not self._sent(work_id):
                self._perform_all(work_ids[position:])
                break
        return len(work_ids)

    def stop(self) -> None:
        """Ask it to end after what it is doing."""
        self._stop.set()

    def _broker_is_full(self) -> bool:
        try:
            full = self._queued() >= QUEUED_LIMIT
        except (BrokerError, RedisError, OSError):
            self._mark_broker(up=False)
            return False
        self._mark_broker(up=True)
        return full

    def _sent(self, work_id: WorkId) -> bool:
        if self._broker_up:
            try:
                self._send(work_id)
            except (BrokerError, RedisError, OSError):
                self._mark_broker(up=False)
        return self._broker_up

    def _perform_all(self, work_ids: Sequence[WorkId]) -> None:
        """Do them here. What is left when told to stop comes back as its lease ends."""
        for work_id in work_ids:
            if self._stop.is_set():
                return
            self._perform(work_id)

    def _mark_broker(self, *, up: bool) -> None:
        if up is not self._broker_up:
            self._broker_up = up
            BROKER_UP.set(up)
            self._log.warning("broker_is_back" if up else "broker_is_gone")
