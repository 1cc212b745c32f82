"""When a lesson's card says no: another card, or the same one again. Source: PY-12…PY-15, PY-23."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.paying import (
    BRANDS,
    chosen_card,
    decline_reason,
    refuse_payment,
    student_of,
    wallet_of,
)
from entrypoints.web.ways import see
from entrypoints.web.ways_to_meet import LOCATIONS, SIGNS
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.errors import PaymentNotFound, PaymentNotRetryable
from instainstru_core.payments.model.next_actions import NextAction, next_actions
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.read_payment import read_payment
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)


@get(
    "/lessons/{booking_id:str}/payment",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="read", page=True),
)
def show_payment(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """How the payment stands, and what helps it on; that of a moved lesson where it is now."""
    found = read_payment(booking_id, viewer=principal.account_id, read=ports.read).payment
    if found.booking_id != booking_id:
        return see(f"/lessons/{found.booking_id}/payment")
    return _page(frame, Form(), booking_id, principal, ports)


@post(
    "/lessons/{booking_id:str}/payment",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="financial", operation=Operation.CHANGE_CARD, page=True),
)
def do_change_card(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Let the chosen card pay; it is asked at once where the hold is due."""
    ports = desk.ports

    def change(answer: Keep) -> Payment:
        asked = ChangeCard(
            student_id=student_of(desk.principal),
            booking_id=booking_id,
            card_id=chosen_card(desk.frame, desk.form, desk.principal, ports),
        )
        with alone_with(booking_id, ports.mutexes):
            return change_card(
                asked,
                begin=ports.begin,
                gateway=ports.gateway,
                ids=ports.ids,
                clock=ports.clock,
                answer=answer,
            )

    def again(status: int) -> Response[Any]:
        return _page(desk.frame, desk.form, booking_id, desk.principal, ports, status=status)

    return desk.act(
        change,
        again=again,
        leads_to=lambda payment: f"/lessons/{payment.booking_id}",
        said="card_changed",
        refuse=_refuse,
    )


def _refuse(desk: Desk, error: DomainError) -> None:
    if isinstance(error, PaymentNotRetryable):
        desk.form.refuse("", N_("This payment needs no other card any more."))
    else:
        refuse_payment(desk, error)


def _page(
    frame: Frame,
    form: Form,
    booking_id: BookingId,
    principal: Principal,
    ports: Ports,
    *,
    status: int = 200,
) -> Response[Any]:
    found = read_payment(booking_id, viewer=principal.account_id, read=ports.read)
    payment = found.payment
    if payment.student_id != student_of(principal):
        raise PaymentNotFound("the booking has no payment")
    actions = next_actions(payment)
    return frame.page(
        "payment",
        status=status,
        form=form,
        card=get_booking(booking_id, viewer=principal.account_id, read=ports.read),
        payment=payment,
        paying=found.card,
        why=None if payment.failure is None else decline_reason(payment.failure.category),
        can_change=NextAction.CHANGE_CARD in actions,
        owes=NextAction.PAY_DEBT in actions,
        wallet=wallet_of(frame, form, ports, payment.student_id, usual=payment.card_id),
        brands=BRANDS,
        locations=LOCATIONS,
        signs=SIGNS,
    )


PAGES: Final = [show_payment, do_change_card]
