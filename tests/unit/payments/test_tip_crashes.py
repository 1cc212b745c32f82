"""Tips and instant payouts survive a death at any commit and any call (PY-6, property 8)."""

from contextlib import suppress
from datetime import timedelta

import pytest

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.payouts.errors import (
    InstantPayoutInProgress,
    InstantPayoutOutOfRange,
)
from instainstru_core.payments.tips.errors import AlreadyTipped
from instainstru_core.payments.use_cases.payouts.ask_for_instant_payout import (
    AskForInstantPayout,
    ask_for_instant_payout,
)
from instainstru_core.payments.use_cases.payouts.sweep_instant_payouts import sweep_instant_payouts
from instainstru_core.testing.contracts.payout_accounts import earn
from instainstru_core.testing.contracts.tips import charges, settled, tip, tips_of
from instainstru_core.testing.strategies.payments import Till, TillWork
from tests.unit.payments.test_crashes import DyingGateway, Fuse, dying_units, survive

PAID = 7650


def tipped(till: Till, dying: Begin[TillWork], booking: Booking) -> None:
    """The student tips, and tips again until it is said to be done."""

    def give() -> None:
        with suppress(AlreadyTipped):
            tip(till, booking)

    survive(till, dying, give)
    for _ in range(3):
        survive(till, dying, lambda: till.after(minutes=2))
    (done,) = tips_of(till, booking)
    assert (done.succeeded, done.transfer is not None) == (True, True)
    assert charges(till) == [1000]
    assert till.balances()[Account.CONNECT_BALANCE] == PAID + 1000
    assert till.books().balanced


@pytest.mark.parametrize("at", range(1, 15))
def test_property_8_a_tip_dying_at_a_commit(at: int) -> None:
    till = Till.opened()
    booking, fuse = settled(till), Fuse(at)
    tipped(till, dying_units(till.begin, fuse), booking)
    assert fuse.reached >= at, "the story has fewer commits than that"


@pytest.mark.parametrize("at", range(1, 5))
def test_property_8_a_tip_dying_at_a_call(at: int) -> None:
    till = Till.opened()
    booking, fuse = settled(till), Fuse(at)
    till.gateway = DyingGateway(till.processor, fuse)
    tipped(till, till.begin, booking)
    assert fuse.reached >= at, "the story has fewer calls than that"


def paid_out(till: Till, dying: Begin[TillWork]) -> None:
    """The instructor takes all there is; whatever dies, it leaves the account once."""

    def ask() -> None:
        request = AskForInstantPayout(instructor_id=till.classroom.instructor, amount_cents=PAID)
        with suppress(InstantPayoutInProgress, InstantPayoutOutOfRange):
            ask_for_instant_payout(
                request, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )

    def sweep() -> None:
        till.clock.move(timedelta(minutes=2))
        sweep_instant_payouts(
            begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    survive(till, dying, ask)
    for _ in range(3):
        survive(till, dying, sweep)
    left = [each.amount_cents for each in till.processor.effects if each.kind == "payout"]
    assert left == [PAID]
    assert Account.CONNECT_BALANCE not in till.balances()
    assert till.books().balanced


@pytest.mark.parametrize("at", range(1, 7))
def test_property_8_an_instant_payout_dying_at_a_commit(at: int) -> None:
    till = Till.opened()
    earn(till)
    fuse = Fuse(at)
    paid_out(till, dying_units(till.begin, fuse))
    assert fuse.reached >= at, "the story has fewer commits than that"


@pytest.mark.parametrize("at", range(1, 5))
def test_property_8_an_instant_payout_dying_at_a_call(at: int) -> None:
    till = Till.opened()
    earn(till)
    fuse = Fuse(at)
    till.gateway = DyingGateway(till.processor, fuse)
    paid_out(till, till.begin)
    assert fuse.reached >= at, "the story has fewer calls than that"
