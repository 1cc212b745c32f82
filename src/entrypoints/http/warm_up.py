"""The roster is read anew every morning, before anybody asks. Source: AV-42, spec 01 §7.

Each process that answers has a roster of its own, so each does this by itself: a worker could not.
"""

from datetime import UTC, datetime, time, timedelta
from threading import Event, Thread
from typing import Final, Protocol

import structlog
from attrs import define, field

from instainstru_core.kernel.time import Clock

WARM_UP_AT: Final = time(5, 5, tzinfo=UTC)
LOOK_EVERY_SECONDS: Final = 30.0

_log = structlog.get_logger()


def last_due(now: datetime) -> datetime:
    """The last moment at which the roster was to be read anew."""
    today = datetime.combine(now.astimezone(UTC).date(), WARM_UP_AT)
    return today if today <= now else today - timedelta(days=1)


class KeptWarm(Protocol):
    """What is better read before somebody asks."""

    def warm_up(self) -> None:
        """Read it again."""
        ...


@define
class MorningWarmUp:
    """Reads the roster anew once after each morning's moment, by the platform's clock."""

    _roster: KeptWarm
    _clock: Clock
    _done: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        # Built as the process starts.
        self._done = self._clock.now()

    def look(self) -> bool:
        """Read it anew if that is due; whether it was done."""
        if self._done >= last_due(now := self._clock.now()):
            return False
        try:
            self._roster.warm_up()
        except Exception as failure:  # noqa: BLE001
            # The next question catches up by itself; reading anew is tried again.
            _log.warning("roster_not_warmed_up", error=type(failure).__name__)
            return False
        self._done = now
        return True

    def start(self, stop: Event) -> Thread:
        """Look now and then, in a thread of its own, until told to stop."""

        def run() -> None:
            while not stop.wait(LOOK_EVERY_SECONDS):
                self.look()

        thread = Thread(target=run, name="roster-warm-up", daemon=True)
        thread.start()
        return thread
