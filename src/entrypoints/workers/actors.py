"""The broker, and the one actor: messages carry an id and nothing else. Source: OP-13."""

from typing import Final

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import TimeLimit, TimeLimitExceeded
from redis.backoff import NoBackoff
from redis.retry import Retry

from entrypoints.workers.performer import Performer
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import TIME_LIMIT

QUEUE: Final = "work"
ACTOR: Final = "perform"
SOCKET_TIMEOUT_SECONDS: Final = 5.0
CONNECT_TIMEOUT_SECONDS: Final = 2.0
_TIME_LIMIT_MS: Final = int(TIME_LIMIT.total_seconds() * 1000)


def work_broker(valkey_url: str) -> RedisBroker:
    """A broker that retries nothing and keeps no results: PostgreSQL knows what is to be done.

    Its client fails at once where the server is gone, for the pump then does the work itself.
    """
    client = redis.Redis.from_url(
        valkey_url,
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    limit = TimeLimit(time_limit=_TIME_LIMIT_MS)
    return RedisBroker(client=client, middleware=[limit])  # type: ignore[no-untyped-call]


def work_actor(broker: RedisBroker, performer: Performer) -> "dramatiq.Actor[[str], None]":
    """Declare the actor on *broker*."""

    @dramatiq.actor(
        broker=broker,
        actor_name=ACTOR,
        queue_name=QUEUE,
        time_limit=_TIME_LIMIT_MS,
    )
    def perform(work_id: str) -> None:
        """Do one due thing. PostgreSQL says whether it is still to be done."""
        parsed = WorkId.parse(work_id)
        try:
            performer(parsed)
        except TimeLimitExceeded as error:
            performer.give_up(parsed, error)

    return perform
