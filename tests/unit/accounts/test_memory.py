"""The twins of accounts keep their contracts."""

from datetime import UTC, datetime

import pytest

from instainstru_core.accounts.counters import LocalCounters
from instainstru_core.accounts.ports import AccountsReads, AccountsWork
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.accounts import (
    AccountsContract,
    ChallengesContract,
    SessionsContract,
)
from instainstru_core.testing.contracts.idempotency import IdempotencyContract
from instainstru_core.testing.contracts.rate_store import MutexesContract, RateStoreContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import InMemoryIdempotencyRecords, InMemoryMutexes
from instainstru_core.testing.memory.store import InMemoryStore


@pytest.fixture
def clock() -> HandMovedClock:
    return HandMovedClock(datetime(2030, 1, 7, 12, tzinfo=UTC))


@pytest.fixture
def store(clock: HandMovedClock) -> InMemoryStore:
    return InMemoryStore(CountedIds(), clock)


@pytest.fixture
def begin(store: InMemoryStore) -> Begin[AccountsWork]:
    return store.begin


@pytest.fixture
def read(store: InMemoryStore) -> Begin[AccountsReads]:
    return store.read


class TestInMemoryAccounts(AccountsContract):
    pass


class TestInMemorySessions(SessionsContract):
    pass


class TestInMemoryChallenges(ChallengesContract):
    pass


class TestInMemoryIdempotency(IdempotencyContract):
    @pytest.fixture
    def records(self, store: InMemoryStore) -> InMemoryIdempotencyRecords:
        return InMemoryIdempotencyRecords(store)


class TestLocalCounters(RateStoreContract):
    @pytest.fixture
    def rates(self, clock: HandMovedClock) -> LocalCounters:
        return LocalCounters(clock)


class TestInMemoryMutexes(MutexesContract):
    @pytest.fixture
    def mutexes(self) -> InMemoryMutexes:
        return InMemoryMutexes()
