"""The limiter's counters in Valkey: one script decides for a whole request. Source: SE-2."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import define, field
from redis import Redis
from redis.exceptions import RedisError

from adapters.valkey.client import Breaker
from instainstru_core.accounts.counters import LocalCounters
from instainstru_core.accounts.rate_limits import Decision, RatePolicy
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.time import Clock

_PREFIX: Final = "rate:"
_NEVER: Final = -1

# KEYS: the counters. ARGV: now in ms, or -1 for the server's clock; then rate, window in ms and
# burst for each counter. The integers stay below 2^53, so Lua's numbers hold them exactly.
_SCRIPT: Final = """
local now = tonumber(ARGV[1])
if now < 0 then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local answers = {}
for index, key in ipairs(KEYS) do
  local rate = tonumber(ARGV[index * 3 - 1])
  local window = tonumber(ARGV[index * 3])
  local burst = tonumber(ARGV[index * 3 + 1])
  local stored = redis.call('GET', key)
  local tat = stored and tonumber(stored)
  local allowed, limit, remaining, retry, reset
  if rate == 0 then
    allowed, limit, remaining, retry, reset = 0, 0, 0, window, window
  else
    local interval = math.ceil(window / rate)
    limit = burst + 1
    local span = limit * interval
    local base = now
    if tat then base = math.max(now, math.min(tat, now + span)) end
    local candidate = base + interval
    local allow_at = candidate - span
    if allow_at <= now then
      allowed, retry, reset = 1, 0, candidate - now
      redis.call('SET', key, string.format('%.0f', candidate), 'PX', reset)
    else
      allowed, retry, reset = 0, allow_at - now, base - now
      if tat and tat > now + span then
        redis.call('SET', key, string.format('%.0f', now + span), 'PX', span)
      end
    end
    remaining = math.max(0, math.floor((span - reset) / interval))
  end
  answers[#answers + 1] = allowed
  answers[#answers + 1] = limit
  answers[#answers + 1] = remaining
  answers[#answers + 1] = retry
  answers[#answers + 1] = reset
  if allowed == 0 then break end
end
return answers
"""


@define
class ValkeyRateStore:
    """The `RateStore` port. *clock* is for tests: Valkey's own decides otherwise.

    When Valkey is down, this process counts by itself; a breaker keeps that from costing time.
    """

    _client: "Redis"
    _local: LocalCounters
    _clock: Clock | None = None
    breaker: Breaker = field(factory=Breaker)
    _script: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._script = self._client.register_script(_SCRIPT)

    def decide(self, asked: Sequence[tuple[RatePolicy, str]]) -> Sequence[Decision]:
        """Ask each policy in order, in one round trip."""
        if not self.breaker.lets_through():
            return self._local.decide(asked)
        now = _NEVER if self._clock is None else int(self._clock.now().timestamp() * 1000)
        arguments = [now]
        for policy, _ in asked:
            arguments += (policy.rate, policy.window_ms, policy.burst)
        try:
            found = self._script(keys=[_PREFIX + key for _, key in asked], args=arguments)
        except RedisError:
            self.breaker.failed()
            return self._local.decide(asked)
        self.breaker.answered()
        return [_decision(found[start : start + 5]) for start in range(0, len(found), 5)]

    def check(self) -> None:
        """Ask whether Valkey answers."""
        try:
            self._client.ping()
        except RedisError as error:
            raise Unavailable("the cache does not answer") from error


def _decision(found: list[int]) -> Decision:
    allowed, limit, remaining, retry, reset = found
    return Decision(
        allowed=bool(allowed),
        limit=limit,
        remaining=remaining,
        retry_after_ms=retry,
        reset_after_ms=reset,
    )
