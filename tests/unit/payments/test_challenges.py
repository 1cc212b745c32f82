"""What waits for its cardholder to confirm it. Source: PY-9, PY-26."""

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.use_cases.debts.pay_debt import PayDebt, pay_debt
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from instainstru_core.payments.use_cases.read_challenge import (
    Challenge,
    find_challenge,
    find_debt_challenge,
)
from instainstru_core.testing.world import HOUR, World


def of_booking(world: World, who: Principal, booking: Booking) -> Challenge | None:
    return find_challenge(
        booking.booking_id,
        viewer=who.account_id,
        read=world.ports.read,
        gateway=world.processor,
    )


def test_py_9_a_hold_waits_until_its_cardholder_confirms() -> None:
    world = World()
    jane, anna = world.instructor(), world.student(card="pm_card_three_d_secure")
    held = world.hold(anna, jane, starts_in=6 * HOUR)
    assert of_booking(world, anna, held) is None
    asked = world.pay(held)
    found = of_booking(world, anna, held)
    assert found is not None
    assert found.amount == asked.payment.breakdown.card_amount
    assert found.client_secret == asked.client_secret
    assert found.client_secret is not None
    assert found.client_secret not in repr(found)
    assert of_booking(world, jane, held) is None
    assert of_booking(world, world.student("Bob"), held) is None
    world.processor.confirm(found.intent, found.client_secret)
    answered = of_booking(world, anna, held)
    assert answered is not None
    assert answered.client_secret is None
    world.pay(held)
    assert of_booking(world, anna, held) is None


def test_py_26_a_part_of_a_debt_waits_likewise() -> None:
    world = World()
    jane, anna = world.instructor(), world.student()
    card = world.add_card(anna, "pm_card_three_d_secure")
    student = StudentId(anna.account_id.value)
    payment = world.payment(world.book(anna, jane))
    assert payment is not None
    with world.ports.begin() as work:
        debt = recognise_debt(
            work,
            world.ports.ids,
            work.payments.get_for_update(payment.payment_id),
            Money(5000),
            cause=DebtCause.ESCALATED,
            standing=Standing.LOCKED,
            at=world.clock.now(),
        )
    assert debt is not None

    def waiting(whose: StudentId, debt_id: DebtId) -> Challenge | None:
        return find_debt_challenge(
            debt_id, student_id=whose, read=world.ports.read, gateway=world.processor
        )

    assert waiting(student, debt.debt_id) is None
    pay_debt(
        PayDebt(student_id=student, debt_id=debt.debt_id, card_id=card.card_id),
        begin=world.ports.begin,
        gateway=world.processor,
        ids=world.ports.ids,
        clock=world.clock,
    )
    found = waiting(student, debt.debt_id)
    assert found is not None
    assert found.amount == Money(5000)
    assert found.client_secret is not None
    assert waiting(StudentId(jane.account_id.value), debt.debt_id) is None
    world.processor.confirm(found.intent, found.client_secret)
    answered = waiting(student, debt.debt_id)
    assert answered is not None
    assert answered.client_secret is None
