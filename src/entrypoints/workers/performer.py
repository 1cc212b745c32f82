"""One try of one item, logged and counted."""

import time
from collections.abc import Callable, Mapping

import structlog
from attrs import field, frozen

from entrypoints.workers.metrics import DURATION, PERFORMED
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import Periodic
from instainstru_core.due_work.ports import DueWork
from instainstru_core.due_work.use_cases.perform_work import Outcome, Performed
from instainstru_core.due_work.use_cases.record_failure import record_failure
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

Perform = Callable[[WorkId], Performed]


@frozen(kw_only=True)
class Performer:
    """Performs work by id: what the actor does, and the pump when the broker is down."""

    perform: Perform
    """`perform_work`, bound to the handlers and the world."""

    periodic: Mapping[str, Periodic]
    begin: Begin[DueWork]
    clock: Clock
    _log: structlog.stdlib.BoundLogger = field(factory=structlog.get_logger)

    def __call__(self, work_id: WorkId) -> Performed:
        """Perform the item; raises only what keeps even a failure from being recorded."""
        started = time.perf_counter()
        performed = self.perform(work_id)
        if performed.outcome is Outcome.GONE:
            PERFORMED.labels(handler="", outcome=performed.outcome).inc()
            return performed
        seconds = time.perf_counter() - started
        DURATION.labels(handler=performed.handler).observe(seconds)
        PERFORMED.labels(handler=performed.handler, outcome=performed.outcome).inc()
        facts = {"work_id": str(work_id), "handler": performed.handler}
        if performed.error is None:
            self._log.info("work_performed", **facts, seconds=round(seconds, 4))
        else:
            self._log.error(
                "work_failed", **facts, outcome=performed.outcome, exc_info=performed.error
            )
        return performed

    def give_up(self, work_id: WorkId, error: BaseException) -> None:
        """Record that the try was cut short: it ran out of time. Source: OP-13."""
        record_failure(work_id, error, periodic=self.periodic, begin=self.begin, clock=self.clock)
        PERFORMED.labels(handler="", outcome=Outcome.FAILED).inc()
        self._log.error("work_cut_short", work_id=str(work_id), error=type(error).__name__)
