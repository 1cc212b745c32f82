"""A lesson that moves, on PostgreSQL, alone and against rivals. Source: BK-33, BK-56, §10.10…12."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.accounts.model import Role
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.expire_hold import expire_hold
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.testing.contracts.rescheduling import ReschedulingContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.stories.moves import late, move
from instainstru_core.testing.strategies.booking import NOON, signed_in
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till

HOUR = timedelta(hours=1)
RIVALS = 6
_CHAIN = text("SELECT * FROM bookings WHERE chain_id = :chain ORDER BY booking_id")
_OPEN_PAYMENTS = text("SELECT booking_id FROM payments WHERE state <> 'settled'")


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestRescheduling(ReschedulingContract):
    """On PostgreSQL."""


class Crowd:
    """A student who wants to be everywhere, and an instructor who calls it off."""

    def __init__(self, till: Till, booking: Booking) -> None:
        self.till = till
        self.booking = booking
        self.outcomes: Counter[str] = Counter()

    def run(self, number: int) -> None:
        """One rival's step; a refusal is an outcome, anything else ends the test."""
        steps = (self.move_a_day, self.move_two_days, self.cancel, self.expire)
        step = steps[number % len(steps)]
        try:
            step()
        except DomainError as refusal:
            self.outcomes[f"{step.__name__}: {refusal.code}"] += 1
        else:
            self.outcomes[step.__name__] += 1

    def move_a_day(self) -> None:
        move(self.till, self.booking, 24 * HOUR)

    def move_two_days(self) -> None:
        move(self.till, self.booking, 48 * HOUR)

    def cancel(self) -> None:
        who = signed_in(self.booking.instructor, Role.INSTRUCTOR)
        cancel_lesson(
            CancelBooking(principal=who, booking_id=self.booking.booking_id, reason="ill"),
            begin=self.till.begin,
            ids=self.till.ids,
            clock=self.till.clock,
        )

    def expire(self) -> None:
        with self.till.begin() as work:
            payment = work.payments.find_for_update(self.booking.booking_id)
        if payment is None or payment.move is None:
            return
        with self.till.begin() as work:
            now = self.till.clock.now() + HOUR
            expire_hold(payment.move.successor_id, work=work, now=now)


@pytest.mark.parametrize("hours_ahead", [20, 72])
@pytest.mark.parametrize("seed", range(4))
def test_prop11_whoever_comes_first_the_chain_is_whole(
    till: Till, engine: Engine, hours_ahead: int, seed: int
) -> None:
    """Spec 01 §10.11: one live booking and one open payment at most, and they belong together."""
    booking = till.hold(hours_ahead=hours_ahead)
    till.pay(booking)
    order = random.Random(seed).sample(range(RIVALS), RIVALS)
    crowd = Crowd(till, booking)
    all_at_once(RIVALS, lambda number: crowd.run(order[number]))
    assert sum(crowd.outcomes.values()) == RIVALS
    till.after(minutes=2)
    till.after(minutes=2)
    with engine.connect() as connection:
        chain = connection.execute(_CHAIN, {"chain": booking.booking_id.value}).all()
        open_payments = connection.scalars(_OPEN_PAYMENTS).all()
    live = [each for each in chain if each.status != "CANCELLED"]
    assert len(live) <= 1, crowd.outcomes
    assert [each.status for each in live] in ([], ["CONFIRMED"])
    assert open_payments == [each.booking_id for each in live]
    assert {each.reschedule_count for each in chain} <= {0, 1, 2}
    assert till.books().balanced
    for each in live:
        assert each.predecessor_id is None or not each.late_reschedule or each.lock_funded


def test_bk_33_two_moves_at_once_make_one(till: Till) -> None:
    booking = late(till)
    refusals: list[str] = []

    def ask(number: int) -> None:
        try:
            move(till, booking, (24 + 24 * number) * HOUR)
        except DomainError as refusal:
            refusals.append(refusal.code)

    all_at_once(2, ask)
    assert len(refusals) == 1
    assert refusals[0] in {"operation_in_progress", "invalid_state"}
    left = till.booking(booking)
    assert isinstance(left.state, Cancelled)
    assert left.chain.successor_id is not None
    with till.begin() as work:
        assert isinstance(work.bookings.get(left.chain.successor_id).state, Confirmed)
    assert [each.kind for each in till.processor.effects].count("capture") == 1
