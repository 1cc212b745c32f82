"""Advisory locks keep the contract of locks. Source: SE-12."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.engine import postgres_engine
from adapters.postgres.mutex import AdvisoryMutexes
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.testing.contracts.rate_store import RIVALS, MutexesContract

_KILL = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
_HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


@pytest.fixture
def lanes(postgres_url: str) -> Iterator[Engine]:
    engine = postgres_engine(postgres_url, connections=RIVALS, wait_seconds=5)
    yield engine
    engine.dispose()


class TestAdvisoryMutexes(MutexesContract):
    @pytest.fixture
    def mutexes(self, lanes: Engine) -> AdvisoryMutexes:
        return AdvisoryMutexes(lanes)

    def test_a_lost_connection_leaves_no_lock(
        self, mutexes: AdvisoryMutexes, lanes: Engine
    ) -> None:
        """SE-12: the block goes on; its lock is gone, and the next one gets it."""
        with mutexes.hold("operation:1"), lanes.connect() as other:
            assert other.scalar(text(_HELD)) == 1
            other.execute(text(_KILL))
        with mutexes.hold("operation:1"):
            pass
        with lanes.connect() as other:
            assert other.scalar(text(_HELD)) == 0

    def test_without_a_connection_nothing_is_granted(self, postgres_url: str) -> None:
        """SE-12: never run unlocked."""
        engine = postgres_engine(postgres_url, connections=1, wait_seconds=0.05)
        mutexes = AdvisoryMutexes(engine)
        with mutexes.hold("operation:1"), pytest.raises(Unavailable):
            mutexes.hold("operation:2").__enter__()
        engine.dispose()
