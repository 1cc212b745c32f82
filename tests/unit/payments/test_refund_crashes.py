"""The process may die at any commit and any call of a refund or a dispute. PY-6, property 8."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pytest
from attrs import define, field

from instainstru_core.booking.model.booking import Booking
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.refunds.errors import AlreadyRefunded
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.testing.stories.endings import FEE, FULL, PAYOUT, PRICE
from instainstru_core.testing.stories.refunds import give_back, moved, settled
from instainstru_core.testing.strategies.payments import Till
from tests.unit.payments.test_crashes import DyingGateway, Fuse, dying_units, survive

WITHDRAWN: Final = 1500
PAID: Final = ("transfer", PAYOUT)
TAKEN_BACK: Final = ("reversal", PAYOUT)


@define
class Story:
    """What is done to a settled lesson, and what must have come of it, however often it died."""

    till: Till
    booking: Booking
    dispute: str = field(default="", init=False)

    def refund(self) -> None:
        with suppress(AlreadyRefunded):  # What the dead process ordered stands.
            give_back(self.till, self.booking, reason=RefundReason.DISPUTE)

    def hear(self) -> None:
        till = self.till
        hear_dispute(
            self.dispute, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    def open(self) -> None:
        hold = self.till.payment(self.booking).hold
        assert hold is not None
        seen = self.till.processor.open_dispute(hold.intent)
        assert isinstance(seen, DisputeSeen)
        self.dispute = seen.dispute

    def close(self, status: DisputeStatus) -> None:
        self.till.processor.close_dispute(self.dispute, status)


Surviving = Callable[[Callable[[], object]], None]


def refunded(story: Story, through: Surviving) -> None:
    through(story.refund)
    for _ in range(3):
        through(lambda: story.till.after(minutes=2))
    assert story.till.payment(story.booking).outcome is Outcome.DISPUTE_REFUND
    assert moved(story.till) == [PAID, ("refund", PRICE), TAKEN_BACK]
    assert story.till.balances() == {
        Account.STUDENT_FEE_REVENUE: -FEE,
        Account.COMMISSION_REVENUE: -1350,
        Account.REFUNDS_CONTRA: PRICE - PAYOUT,
    }


def decided(story: Story, through: Surviving, status: DisputeStatus) -> None:
    story.open()
    through(story.hear)
    through(lambda: story.till.after(minutes=2))
    story.close(status)
    through(story.hear)
    for _ in range(3):
        through(lambda: story.till.after(minutes=2))


def lost(story: Story, through: Surviving) -> None:
    decided(story, through, DisputeStatus.LOST)
    assert story.till.payment(story.booking).outcome is Outcome.DISPUTE_LOST
    assert moved(story.till) == [PAID, TAKEN_BACK]
    assert story.till.balances() == {
        Account.PROCESSOR_BALANCE: -WITHDRAWN,
        Account.STUDENT_FEE_REVENUE: -FEE,
        Account.COMMISSION_REVENUE: -1350,
        Account.DISPUTE_LOSS_EXPENSE: PRICE + WITHDRAWN - PAYOUT,
    }


def won(story: Story, through: Surviving) -> None:
    decided(story, through, DisputeStatus.WON)
    assert story.till.payment(story.booking).outcome is Outcome.LESSON_COMPLETED
    assert story.till.payment(story.booking).settled
    assert moved(story.till) == [PAID, TAKEN_BACK, PAID]
    assert story.till.balances() == {
        **FULL,
        Account.PROCESSOR_BALANCE: PRICE - PAYOUT - WITHDRAWN,
        Account.DISPUTE_LOSS_EXPENSE: WITHDRAWN,
    }


STORIES: Final = {"refunded": refunded, "lost": lost, "won": won}
COMMITS: Final = {"refunded": 11, "lost": 13, "won": 19}
CALLS: Final = {"refunded": 2, "lost": 3, "won": 4}


@pytest.mark.parametrize(
    ("story", "at"), [(story, at + 1) for story in STORIES for at in range(2 * COMMITS[story])]
)
def test_property_8_dying_at_a_commit(story: str, at: int) -> None:
    till, fuse = Till.opened(), Fuse(at)
    booking = settled(till)
    dying = dying_units(till.begin, fuse)
    STORIES[story](Story(till, booking), lambda step: survive(till, dying, step))
    assert fuse.reached >= at, "the story has fewer commits than that"
    assert till.books().balanced


@pytest.mark.parametrize(
    ("story", "at"), [(story, at + 1) for story in STORIES for at in range(2 * CALLS[story])]
)
def test_property_8_dying_at_a_call_of_the_processor(story: str, at: int) -> None:
    till, fuse = Till.opened(), Fuse(at)
    booking = settled(till)
    till.gateway = DyingGateway(till.processor, fuse)
    STORIES[story](Story(till, booking), lambda step: survive(till, till.begin, step))
    assert fuse.reached >= at, "the story has fewer calls than that"
    assert till.books().balanced
