"""Identifiers for tests."""

from threading import Lock
from uuid import UUID

from attrs import define, field

from instainstru_core.kernel.ids import IdT


@define
class CountedIds:
    """The `Ids` port: 1, 2, 3 and so on, so that a run can be told again."""

    _last: int = 0
    _lock: Lock = field(factory=Lock, init=False)

    def new(self, kind: type[IdT]) -> IdT:
        """The next id, of *kind*."""
        with self._lock:
            self._last += 1
            return kind(UUID(int=self._last))
