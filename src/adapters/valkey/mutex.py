"""Locks in Valkey: a random owner, an end, a release by the owner. Source: BK-56, SE-12, SE-14."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import define, field
from redis import Redis
from redis.exceptions import RedisError

from adapters.valkey.client import Breaker
from instainstru_core.kernel.errors import OperationInProgress
from instainstru_core.kernel.mutex import MUTEX_LIFE, Mutexes

_PREFIX: Final = "mutex:"
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@define
class ValkeyMutexes:
    """The `Mutexes` port. While Valkey is down, *instead* locks.

    Without another every lock is granted then: the row lock decides.
    """

    _client: "Redis"
    _instead: Mutexes | None = None
    breaker: Breaker = field(factory=Breaker)
    _release: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._release = self._client.register_script(_RELEASE)

    @contextmanager
    def hold(self, name: str, *, life: timedelta = MUTEX_LIFE) -> Iterator[None]:
        """Hold the lock for the block."""
        owner = str(uuid4())
        if not self._take(_PREFIX + name, owner, life):
            with nullcontext() if self._instead is None else self._instead.hold(name, life=life):
                yield
            return
        try:
            yield
        finally:
            self._give_back(_PREFIX + name, owner)

    def _take(self, key: str, owner: str, life: timedelta) -> bool:
        if not self.breaker.lets_through():
            return False
        try:
            taken = self._client.set(key, owner, nx=True, px=life)
        except RedisError:
            self.breaker.failed()
            return False
        self.breaker.answered()
        if not taken:
            raise OperationInProgress("the same thing is being done right now; ask again soon")
        return True

    def _give_back(self, key: str, owner: str) -> None:
        try:
            self._release(keys=[key], args=[owner])
        except RedisError:
            self.breaker.failed()  # Its end comes by itself.
