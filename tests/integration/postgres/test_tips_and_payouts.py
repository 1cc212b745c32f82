"""Tips, payouts to banks and holds of transfers, on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.testing.contracts.payout_accounts import (
    AccountsContract,
    HoldsContract,
    SchedulesContract,
)
from instainstru_core.testing.contracts.payouts import BankPayoutsContract, InstantPayoutsContract
from instainstru_core.testing.contracts.tip_refunds import TipRefundsContract, TipTroublesContract
from instainstru_core.testing.contracts.tips import (
    GivingTipsContract,
    TipStoreContract,
    TipTransfersContract,
    UnluckyTipsContract,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestGivingTips(GivingTipsContract):
    """On PostgreSQL."""


class TestUnluckyTips(UnluckyTipsContract):
    """On PostgreSQL."""


class TestTipTransfers(TipTransfersContract):
    """On PostgreSQL."""


class TestTipStore(TipStoreContract):
    """On PostgreSQL."""


class TestTipRefunds(TipRefundsContract):
    """On PostgreSQL."""


class TestTipTroubles(TipTroublesContract):
    """On PostgreSQL."""


class TestAccounts(AccountsContract):
    """On PostgreSQL."""


class TestSchedules(SchedulesContract):
    """On PostgreSQL."""


class TestBankPayouts(BankPayoutsContract):
    """On PostgreSQL."""


class TestInstantPayouts(InstantPayoutsContract):
    """On PostgreSQL."""


class TestHolds(HoldsContract):
    """On PostgreSQL."""
