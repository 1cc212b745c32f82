"""Valkey keeps the contracts of counters and locks, and costs nothing when it is down."""

from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter

import pytest
from redis import Redis

from adapters.postgres.engine import postgres_engine
from adapters.postgres.mutex import AdvisoryMutexes
from adapters.system.clock import SystemClock
from adapters.valkey.client import Breaker, valkey_client
from adapters.valkey.mutex import ValkeyMutexes
from adapters.valkey.rate_store import ValkeyRateStore
from instainstru_core.accounts.counters import LocalCounters
from instainstru_core.accounts.rate_limits import decide
from instainstru_core.kernel.errors import OperationInProgress, Unavailable
from instainstru_core.testing.contracts.rate_store import (
    FINANCIAL,
    WRITE,
    MutexesContract,
    RateStoreContract,
)
from instainstru_core.testing.fakes.clock import HandMovedClock

DOWN = "redis://127.0.0.1:1/0"


@pytest.fixture
def client(valkey_url: str) -> Iterator["Redis"]:
    client = valkey_client(valkey_url, connections=20)
    client.flushall()
    yield client
    client.close()


class TestValkeyRateStore(RateStoreContract):
    @pytest.fixture
    def rates(self, client: "Redis", clock: HandMovedClock) -> ValkeyRateStore:
        return ValkeyRateStore(client, LocalCounters(clock), clock)


class TestValkeyMutexes(MutexesContract):
    @pytest.fixture
    def mutexes(self, client: "Redis") -> ValkeyMutexes:
        return ValkeyMutexes(client)

    def test_a_lock_ends_by_itself_and_is_released_by_its_owner_only(
        self, client: "Redis", mutexes: ValkeyMutexes
    ) -> None:
        """SE-14: the second owner's lock survives the first one's release."""
        with mutexes.hold("booking:1", life=timedelta(milliseconds=20)):
            while client.exists("mutex:booking:1"):
                pass
            second = mutexes.hold("booking:1")
            second.__enter__()
        with pytest.raises(OperationInProgress), mutexes.hold("booking:1"):
            pass
        second.__exit__(None, None, None)
        assert not client.exists("mutex:booking:1")


def test_goes_by_the_servers_own_clock(client: "Redis") -> None:
    """SE-2: nodes can't disagree."""
    rates = ValkeyRateStore(client, LocalCounters(SystemClock()))
    assert rates.decide([(FINANCIAL, "sarah")])[0].allowed
    denied = rates.decide([(FINANCIAL, "sarah")])[0]
    assert denied.retry_after_ms is not None
    assert 11_000 < denied.retry_after_ms <= 12_000
    assert 11_000 < client.pttl("rate:sarah") <= 12_000


def test_the_script_decides_as_the_pure_function_does(
    client: "Redis", clock: HandMovedClock
) -> None:
    """SE-2: one run of both, decision by decision."""
    rates = ValkeyRateStore(client, LocalCounters(clock), clock)
    tat: int | None = None
    for step in range(120):
        clock.move(timedelta(milliseconds=(step * 37) % 2100))
        expected = decide(WRITE, tat, now_ms=int(clock.now().timestamp() * 1000))
        tat = expected.tat
        found = rates.decide([(WRITE, "sarah")])[0]
        assert (found.allowed, found.remaining, found.retry_after_ms, found.reset_after_ms) == (
            expected.allowed,
            expected.remaining,
            expected.retry_after_ms,
            expected.reset_after_ms,
        )


def test_when_valkey_is_down_this_process_counts(clock: HandMovedClock) -> None:
    """SE-9: never unlimited, and the breaker keeps it quick."""
    rates = ValkeyRateStore(valkey_client(DOWN, connections=2), LocalCounters(clock), clock)
    assert rates.decide([(FINANCIAL, "sarah")])[0].allowed
    started = perf_counter()
    for _ in range(200):
        assert not rates.decide([(FINANCIAL, "sarah")])[0].allowed
    assert perf_counter() - started < 1
    assert rates.breaker.failures == 1
    with pytest.raises(Unavailable):
        rates.check()


def test_when_valkey_is_down_locks_are_granted() -> None:
    """PY-61: the row lock alone decides then."""
    mutexes = ValkeyMutexes(valkey_client(DOWN, connections=2))
    with mutexes.hold("booking:1"), mutexes.hold("booking:1"):
        assert mutexes.breaker.failures == 1


def test_when_valkey_is_down_another_may_lock(postgres_url: str) -> None:
    """SE-12: a database lock instead, and no lock at all is a refusal."""
    engine = postgres_engine(postgres_url, connections=2)
    away = valkey_client(DOWN, connections=2)
    mutexes = ValkeyMutexes(away, AdvisoryMutexes(engine))
    with mutexes.hold("operation:1"), pytest.raises(OperationInProgress):
        mutexes.hold("operation:1").__enter__()
    with mutexes.hold("operation:1"):
        pass
    engine.dispose()
    nowhere = postgres_engine("postgresql://nobody@127.0.0.1:1/test", connections=1)
    with pytest.raises(Unavailable):
        ValkeyMutexes(away, AdvisoryMutexes(nowhere)).hold("operation:1").__enter__()


def test_the_breaker_lets_one_caller_try_after_a_rest() -> None:
    breaker = Breaker(rest_seconds=0.0)
    assert breaker.lets_through()
    breaker.failed()
    assert breaker.lets_through()
    breaker = Breaker(rest_seconds=60)
    breaker.failed()
    assert not breaker.lets_through()
    breaker.answered()
    assert breaker.lets_through()
