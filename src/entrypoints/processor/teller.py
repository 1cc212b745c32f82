"""Executes commands one at a time, each written down before it is done."""

from datetime import datetime
from threading import Lock
from typing import Self

from attrs import define, field

from entrypoints.processor.log import CommandLog
from instainstru_core.kernel.time import Clock
from instainstru_core.testing.fakes.processor.bank_commands import Tick
from instainstru_core.testing.fakes.processor.books import Books
from instainstru_core.testing.fakes.processor.commands import Command
from instainstru_core.testing.fakes.processor.engine import Outcome, Processor


@define
class Teller:
    """The engine behind its log.

    A crash between the writing and the answer leaves the effect and loses the answer: exactly what
    a processor does to its callers, and what idempotency keys are for.
    """

    _log: CommandLog
    _processor: Processor
    _clock: Clock
    begun_at: datetime
    """What was before can be told; what was since has happened as it is written."""
    _one_at_a_time: Lock = field(factory=Lock, init=False)

    @classmethod
    def of(cls, log: CommandLog, clock: Clock) -> Self:
        """A teller with the books as the log tells them."""
        processor = Processor(Books(log.seed))
        for command, at in log.commands():
            processor.execute(command, at)
        return cls(log, processor, clock, log.begun_at(clock.now()))

    @property
    def books(self) -> Books:
        """What the processor remembers; read it while nobody writes."""
        return self._processor.books

    def execute(self, command: Command, *, as_of: datetime | None = None) -> Outcome:
        """Write *command* down, and do it now, or as of a moment before the log began.

        Raises:
            ValueError: The moment is none of these.
        """
        if as_of is not None and as_of >= self.begun_at:
            raise ValueError(f"the past ended at {self.begun_at.isoformat()}")
        with self._one_at_a_time:
            at = as_of or self._clock.now()
            if self._processor.is_worth_keeping(command, at):
                self._log.append(command, at)
            return self._processor.execute(command, at)

    def tick(self) -> None:
        """Let happen what is due by the clock."""
        if self._processor.is_due(self._clock.now()):
            self.execute(Tick())

    def now(self) -> datetime:
        """What the platform's clock shows."""
        return self._clock.now()
