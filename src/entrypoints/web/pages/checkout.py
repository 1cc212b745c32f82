"""Checkout: price agreed to, card named, the lesson is booked. Source: PY-7…PY-11, BK-17."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen
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
    cents_typed,
    challenge_page,
    chosen_card,
    refuse_payment,
    student_of,
    wallet_of,
)
from entrypoints.web.ways import see
from entrypoints.web.ways_to_meet import LOCATIONS, SIGNS
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Confirmed, Pending
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.errors import QuoteChanged
from instainstru_core.payments.model.payment import AUTHORISE_BEFORE, Payment
from instainstru_core.payments.use_cases.check_out import CheckedOut, CheckOut, check_out
from instainstru_core.payments.use_cases.read_challenge import find_challenge
from instainstru_core.payments.use_cases.read_payment import find_payment, price_booking
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.quotes import PriceBreakdown

PAYERS: Final = requires(Permission.CREATE_BOOKINGS)
ALL_CREDIT: Final = 1_000_000_000
"""More than anybody has: as much of it as this lesson takes."""

_HALF_BACK: Final = timedelta(hours=12)


@frozen(kw_only=True)
class Bill:
    """What the lesson costs with the credit that was chosen; *most* is what it would take."""

    price: PriceBreakdown
    most: int
    is_fixed: bool
    """An earlier try has set the credit aside. Source: CR-4."""


@frozen(kw_only=True)
class CancellingRule:
    """Until when cancelling costs nothing, and until when all of the price comes back as credit."""

    free_until: datetime | None
    credit_until: datetime | None

    @classmethod
    def of(cls, starts_at: datetime, now: datetime) -> "CancellingRule":
        """What is left of it at *now*. Source: BK-26, PY-31…PY-33."""
        free, credit = starts_at - AUTHORISE_BEFORE, starts_at - _HALF_BACK
        return cls(
            free_until=free if now < free else None, credit_until=credit if now < credit else None
        )


@get(
    "/checkout/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=PAYERS, bucket="read", page=True),
)
def show_checkout(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What is held, what it costs, and which card pays."""
    card = _mine(booking_id, principal, ports)
    credit = cents_typed(frame.request.query_params.get("credit", "")) or 0
    return _counter(frame, Form(), card, principal, ports, credit=credit)


@post(
    "/checkout/{booking_id:str}",
    sync_to_thread=True,
    opt=policy(access=PAYERS, bucket="financial", operation=Operation.CONFIRM, page=True),
)
def do_checkout(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Confirm the booking at the price that was shown; else show what changed."""
    ports = desk.ports
    _mine(booking_id, desk.principal, ports)
    credit = desk.form.whole("credit_cents", least=0, most=ALL_CREDIT, default=0)

    def confirm(answer: Keep) -> CheckedOut:
        asked = CheckOut(
            student_id=student_of(desk.principal),
            booking_id=booking_id,
            fingerprint=desk.form["fingerprint"],
            card_id=chosen_card(desk.frame, desk.form, desk.principal, ports),
            credit_cents=credit,
        )
        with alone_with(booking_id, ports.mutexes):
            return check_out(
                asked,
                begin=ports.begin,
                gateway=ports.gateway,
                ids=ports.ids,
                clock=ports.clock,
                config=ports.pricing,
                rules=ports.rules,
                answer=answer,
            )

    def again(status: int) -> Response[Any]:
        card = _mine(booking_id, desk.principal, ports)
        return _counter(
            desk.frame, desk.form, card, desk.principal, ports, credit=credit, status=status
        )

    return desk.act(
        confirm,
        again=again,
        leads_to=_leads_to,
        said=lambda done: "lesson_booked" if done.booking_confirmed else None,
        refuse=_refuse,
    )


def _refuse(desk: Desk, error: DomainError) -> None:
    if isinstance(error, QuoteChanged):
        changed = N_("The price has changed since you saw it. Is this one all right?")
        desk.form.refuse("", changed)
    else:
        refuse_payment(desk, error)


@get(
    "/checkout/{booking_id:str}/verify",
    sync_to_thread=True,
    opt=policy(access=PAYERS, bucket="read", page=True),
)
def show_verify(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The cardholder confirms with their bank, and finishes here. Source: PY-9."""
    viewer = principal.account_id
    _mine(booking_id, principal, ports)
    found = find_challenge(booking_id, viewer=viewer, read=ports.read, gateway=ports.gateway)
    view = find_payment(booking_id, viewer=viewer, read=ports.read)
    if found is None or view is None:
        return see(f"/checkout/{booking_id}")
    payment = view.payment
    return challenge_page(
        frame,
        found,
        finish=f"/checkout/{booking_id}",
        back=f"/checkout/{booking_id}",
        fields=_same_again(payment),
    )


@get(
    "/lessons/{booking_id:str}/booked",
    sync_to_thread=True,
    opt=policy(access=PAYERS, bucket="read", page=True),
)
def show_booked(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """It is booked: for the calendar, and what happens next."""
    card = _mine(booking_id, principal, ports)
    view = find_payment(booking_id, viewer=principal.account_id, read=ports.read)
    if view is None or not isinstance(card.booking.state, Confirmed):
        return see(f"/lessons/{booking_id}")
    booking = card.booking
    return frame.page(
        "booked",
        card=card,
        booking=booking,
        payment=view.payment,
        paying=view.card,
        rule=CancellingRule.of(booking.lesson.starts_at, frame.now),
        locations=LOCATIONS,
        signs=SIGNS,
        brands=BRANDS,
    )


def _mine(booking_id: BookingId, principal: Principal, ports: Ports) -> BookingCard:
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    if card.viewer is not Party.STUDENT:
        raise BookingNotFound(booking_id)
    return card


def _leads_to(done: CheckedOut) -> str:
    booking = done.payment.booking_id
    return f"/lessons/{booking}/booked" if done.booking_confirmed else f"/checkout/{booking}/verify"


def _same_again(payment: Payment) -> Mapping[str, str]:
    """The fields that ask for what was asked before."""
    return {
        "fingerprint": payment.breakdown.fingerprint,
        "card": str(payment.card_id),
        "credit_cents": str(payment.breakdown.credit.cents),
    }


def _counter(
    frame: Frame,
    form: Form,
    card: BookingCard,
    principal: Principal,
    ports: Ports,
    *,
    credit: int = 0,
    status: int = 200,
) -> Response[Any]:
    """The page to pay at; where nothing is left to pay for, what became of it."""
    booking = card.booking
    state = booking.state
    if isinstance(state, Cancelled) or _has_expired(booking, frame.now):
        return frame.page(
            "checkout_over",
            status=409 if form.fields else 200,
            booking=booking,
            again=_again(card, ports),
        )
    if not isinstance(state, Pending) or booking.chain.predecessor_id is not None:
        return see(f"/lessons/{booking.booking_id}")
    view = find_payment(booking.booking_id, viewer=principal.account_id, read=ports.read)
    payment = None if view is None else view.payment
    bill = _bill(booking, principal, ports, credit, payment)
    return frame.page(
        "checkout",
        status=status,
        form=form,
        card=card,
        booking=booking,
        ends_at=state.hold_expires_at,
        bill=bill,
        wallet=wallet_of(
            frame, form, ports, student_of(principal), usual=payment.card_id if payment else None
        ),
        waits=payment is not None and payment.hold is not None and payment.hold.open,
        held_at=max(frame.now, booking.lesson.starts_at - AUTHORISE_BEFORE),
        rule=CancellingRule.of(booking.lesson.starts_at, frame.now),
        locations=LOCATIONS,
        signs=SIGNS,
        brands=BRANDS,
    )


def _has_expired(booking: Booking, now: datetime) -> bool:
    return isinstance(booking.state, Pending) and now >= booking.state.hold_expires_at


def _bill(
    booking: Booking, principal: Principal, ports: Ports, credit: int, payment: Payment | None
) -> Bill:
    def priced(cents: int) -> PriceBreakdown:
        return price_booking(
            booking.booking_id,
            viewer=principal.account_id,
            credit_cents=cents,
            begin=ports.begin,
            clock=ports.clock,
            config=ports.pricing,
        )

    fullest = priced(ALL_CREDIT)
    fixed = payment is not None and not payment.settled and bool(payment.breakdown.credit)
    wanted = min(credit, fullest.credit.cents)
    price = fullest if fixed or wanted == fullest.credit.cents else priced(wanted)
    return Bill(price=price, most=fullest.credit.cents, is_fixed=fixed)


def _again(card: BookingCard, ports: Ports) -> str:
    """Where the same lesson can be asked for once more."""
    booking = card.booking
    with ports.read() as reads:
        catalog = reads.catalog_pages.tree()
    service = next(
        (each for each in catalog.shown_services() if each.service_id == booking.service_id), None
    )
    if service is None:
        return f"/instructors/{booking.instructor}"
    return (
        f"/book/{booking.instructor}/{service.slug}?format={booking.location_type.format}"
        f"&minutes={booking.lesson.minutes}&start={instant_text(booking.lesson.starts_at)}"
    )


PAGES: Final = [show_checkout, do_checkout, show_verify, show_booked]
