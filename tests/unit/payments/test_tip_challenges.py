"""Tips that wait for their cardholder. Source: PY-51."""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.use_cases.read_challenge import Challenge
from instainstru_core.payments.use_cases.tips.find_tip_challenge import find_tip_challenge
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, TipGiven, give_tip
from instainstru_core.testing.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World()


def found(world: World, viewer: Principal, lesson: Booking) -> Challenge | None:
    return find_tip_challenge(
        lesson.booking_id,
        viewer=viewer.account_id,
        read=world.ports.read,
        gateway=world.ports.gateway,
    )


def tip(world: World, anna: Principal, lesson: Booking, card: CardId | None = None) -> TipGiven:
    return give_tip(
        GiveTip(
            student_id=StudentId(anna.account_id.value),
            booking_id=lesson.booking_id,
            amount_cents=1000,
            card_id=card,
        ),
        begin=world.ports.begin,
        gateway=world.ports.gateway,
        ids=world.ports.ids,
        clock=world.clock,
        config=world.ports.pricing,
    )


def taught(world: World, anna: Principal) -> Booking:
    lesson = world.book(anna, world.instructor())
    world.advance(73 * HOUR)
    world.advance(26 * HOUR)
    return lesson


def test_a_waiting_tip_is_told_with_its_secret(world: World) -> None:
    anna = world.student()
    lesson = taught(world, anna)
    card = world.add_card(anna, "pm_card_three_d_secure")
    given = tip(world, anna, lesson, card.card_id)
    challenge = found(world, anna, lesson)
    assert challenge is not None
    assert (challenge.amount, challenge.intent) == (Money(1000), given.tip.intent)
    assert challenge.client_secret == given.client_secret is not None


def test_once_confirmed_there_is_no_secret_any_more(world: World) -> None:
    anna = world.student()
    lesson = taught(world, anna)
    card = world.add_card(anna, "pm_card_three_d_secure")
    given = tip(world, anna, lesson, card.card_id)
    assert given.tip.intent is not None
    assert given.client_secret is not None
    world.processor.confirm(given.tip.intent, given.client_secret)
    challenge = found(world, anna, lesson)
    assert challenge is not None
    assert challenge.client_secret is None
    assert tip(world, anna, lesson).tip.succeeded
    assert found(world, anna, lesson) is None


def test_without_a_tip_nothing_waits(world: World) -> None:
    anna = world.student()
    assert found(world, anna, world.book(anna, world.instructor())) is None


def test_strangers_find_nothing(world: World) -> None:
    anna, bob = world.student(), world.student("Bob")
    lesson = world.book(anna, world.instructor())
    with pytest.raises(PaymentNotFound):
        found(world, bob, lesson)
