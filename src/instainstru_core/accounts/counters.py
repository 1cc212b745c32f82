"""The limiter's counters in one process: the twin of the shared ones, and their stand-in.

Source: SE-9: never unlimited.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Final

from attrs import define, field

from instainstru_core.accounts.rate_limits import Decision, RatePolicy, decide
from instainstru_core.kernel.time import Clock

MAX_COUNTERS: Final = 100_000


@define
class LocalCounters:
    """The `RateStore` port, by an injected clock; it holds at most `MAX_COUNTERS` counters."""

    _clock: Clock
    _tats: dict[str, int] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def decide(self, asked: Sequence[tuple[RatePolicy, str]]) -> Sequence[Decision]:
        """Ask each policy in order; the first denial is the last answer."""
        now_ms = int(self._clock.now().timestamp() * 1000)
        decisions = []
        with self._lock:
            for policy, key in asked:
                decision = decide(policy, self._tats.get(key), now_ms=now_ms)
                self._keep(key, decision, now_ms)
                decisions.append(decision)
                if not decision.allowed:
                    break
        return decisions

    def check(self) -> None:
        """Always there."""

    def _keep(self, key: str, decision: Decision, now_ms: int) -> None:
        if decision.tat is None:
            return
        if len(self._tats) >= MAX_COUNTERS:
            self._tats = {name: tat for name, tat in self._tats.items() if tat > now_ms}
        if len(self._tats) < MAX_COUNTERS or key in self._tats:
            self._tats[key] = decision.tat
