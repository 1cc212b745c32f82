"""PostgreSQL keeps the contracts of accounts."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.idempotency import PostgresIdempotencyRecords
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.accounts.ports import AccountsReads, AccountsWork
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.accounts import (
    AccountsContract,
    ChallengesContract,
    SessionsContract,
)
from instainstru_core.testing.contracts.idempotency import IdempotencyContract


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[AccountsWork]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[AccountsReads]:
    return units.read


class TestPostgresAccounts(AccountsContract):
    pass


class TestPostgresSessions(SessionsContract):
    pass


class TestPostgresChallenges(ChallengesContract):
    pass


class TestPostgresIdempotency(IdempotencyContract):
    @pytest.fixture
    def records(self, engine: Engine) -> PostgresIdempotencyRecords:
        return PostgresIdempotencyRecords(engine)
