"""Tips, payouts to banks and holds of transfers, on the twins."""

import pytest

from instainstru_core.kernel.errors import Malformed
from instainstru_core.payments.model.processor import PayoutInterval
from instainstru_core.payments.payouts.model import DEFAULT_SCHEDULE, schedule_of
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
from instainstru_core.testing.strategies.payments import Till

DAILY, WEEKLY, MONTHLY = PayoutInterval


@pytest.fixture
def till() -> Till:
    return Till.opened()


class TestGivingTips(GivingTipsContract):
    """In memory."""


class TestUnluckyTips(UnluckyTipsContract):
    """In memory."""


class TestTipTransfers(TipTransfersContract):
    """In memory."""


class TestTipStore(TipStoreContract):
    """In memory."""


class TestTipRefunds(TipRefundsContract):
    """In memory."""


class TestTipTroubles(TipTroublesContract):
    """In memory."""


class TestAccounts(AccountsContract):
    """In memory."""


class TestSchedules(SchedulesContract):
    """In memory."""


class TestBankPayouts(BankPayoutsContract):
    """In memory."""


class TestInstantPayouts(InstantPayoutsContract):
    """In memory."""


class TestHolds(HoldsContract):
    """In memory."""


@pytest.mark.parametrize(
    ("interval", "weekday", "month_day", "right"),
    [
        (DAILY, None, None, True),
        (DAILY, 1, None, False),
        (DAILY, None, 1, False),
        (WEEKLY, 0, None, True),
        (WEEKLY, 4, None, True),
        (WEEKLY, 5, None, False),
        (WEEKLY, 6, None, False),
        (WEEKLY, -1, None, False),
        (WEEKLY, None, None, False),
        (WEEKLY, 1, 1, False),
        (MONTHLY, None, 1, True),
        (MONTHLY, None, 28, True),
        (MONTHLY, None, 29, False),
        (MONTHLY, None, 0, False),
        (MONTHLY, None, None, False),
        (MONTHLY, 1, 1, False),
    ],
)
def test_py_48_schedules(
    interval: PayoutInterval, weekday: int | None, month_day: int | None, right: bool
) -> None:
    """Daily, weekly + weekday, or monthly + day 1-28."""
    if right:
        made = schedule_of(interval, weekday=weekday, month_day=month_day)
        assert (made.interval, made.weekday, made.month_day) == (interval, weekday, month_day)
    else:
        with pytest.raises(Malformed):
            schedule_of(interval, weekday=weekday, month_day=month_day)


def test_py_48_tuesday_unless_chosen_otherwise() -> None:
    assert (DEFAULT_SCHEDULE.interval, DEFAULT_SCHEDULE.weekday) == (WEEKLY, 1)
