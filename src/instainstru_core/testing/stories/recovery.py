"""Lost answers and late ones, as stories of money tell them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import define

from instainstru_core.booking.model.booking import Booking
from instainstru_core.payments.model.operation import OperationKind, OperationState
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.testing.strategies.payments import Till

FORGOTTEN = timedelta(hours=23)
PRICE = 10_080
PAYOUT = 7650


@define
class Interrupted:
    """The processor; just before its first call of *kind* something else happens."""

    processor: Any
    kind: str
    meanwhile: Callable[[], object] | None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.processor, name)
        if name != self.kind or self.meanwhile is None:
            return call
        happen, self.meanwhile = self.meanwhile, None
        happen()
        return call


def hear(till: Till) -> None:
    """Act on all the news the processor has ever sent."""
    for event in till.processor.news:
        process_processor_event(
            event, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )


def swap_card(till: Till, booking: Booking, token: str) -> None:
    """The student lets another card pay."""
    change = ChangeCard(
        student_id=till.student,
        booking_id=booking.booking_id,
        card_id=till.add_card(token).card_id,
    )
    change_card(change, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)


def taught(till: Till) -> Booking:
    """A lesson that is paid for, and was given."""
    booking = till.hold(hours_ahead=20)
    till.pay(booking)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.work_off()
    return booking


def states(till: Till, booking: Booking, kind: OperationKind) -> list[OperationState]:
    """How the payment's operations of *kind* ended, oldest first."""
    with till.begin() as work:
        operations = work.payment_operations.of(till.payment(booking).payment_id)
    return [each.state for each in operations if each.kind is kind]
