"""Checkout and the payment of a lesson. Source: spec 02 §5, §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from entrypoints.http.pricing import LineItemView, QuoteView
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.payments.ids import CardId, PaymentId
from instainstru_core.payments.model.next_actions import NextAction, next_actions
from instainstru_core.payments.model.operation import PaymentOperation
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.queries import PaymentView
from instainstru_core.payments.use_cases.change_card import ChangeCard, change_card
from instainstru_core.payments.use_cases.check_out import CheckedOut, CheckOut, check_out
from instainstru_core.payments.use_cases.read_payment import price_booking, read_payment
from instainstru_core.ports import Ports
from instainstru_core.pricing.model.quotes import instructor_lines, student_lines

_READERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)
_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)


class ConfirmBookingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Pay for a lesson that is held: which card, and at which quote.

    Cards are kept before they pay, so `save` changes nothing: it is read for clients that send it.
    """

    payment_method_id: CardId | None = None
    fingerprint: Annotated[
        str,
        Meta(pattern="^[0-9a-f]{64}$", description="The quote's.", examples=["5f1c6a0b" * 8]),
    ]
    credit_cents: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000)] = 0
    save: bool = True


class ChangeCardBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which card pays from now on."""

    payment_method_id: CardId


class RetryPaymentBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Ask the same card again: nothing more to say."""


class CheckoutView(Struct, kw_only=True, frozen=True):
    """How a checkout stands; with a client secret the cardholder must confirm first."""

    payment_id: PaymentId
    booking_id: BookingId
    state: Annotated[str, Meta(examples=["scheduled"])]
    booking_status: Annotated[str, Meta(examples=["CONFIRMED"])]
    card_amount_cents: Annotated[int, Meta(examples=[13440])]
    auth_due_at: datetime
    requires_action: bool
    client_secret: str | None

    @classmethod
    def of(cls, result: CheckedOut) -> "CheckoutView":
        """The view of *result*."""
        payment = result.payment
        return cls(
            payment_id=payment.payment_id,
            booking_id=payment.booking_id,
            state=payment.state.value,
            booking_status="CONFIRMED" if result.booking_confirmed else "PENDING",
            card_amount_cents=payment.breakdown.card_amount.cents,
            auth_due_at=payment.auth_due_at,
            requires_action=result.client_secret is not None,
            client_secret=result.client_secret,
        )


class OperationView(Struct, kw_only=True, frozen=True):
    """One thing the processor was asked for."""

    kind: Annotated[str, Meta(examples=["capture"])]
    state: Annotated[str, Meta(examples=["succeeded"])]
    amount_cents: int
    planned_at: datetime

    @classmethod
    def of(cls, operation: PaymentOperation) -> "OperationView":
        """The view of *operation*."""
        return cls(
            kind=operation.kind.value,
            state=operation.state.value,
            amount_cents=operation.amount.cents,
            planned_at=operation.planned_at,
        )


class PayingCardView(Struct, kw_only=True, frozen=True):
    """The card that pays."""

    brand: str
    last4: str


class BookingPaymentView(Struct, kw_only=True, frozen=True):
    """A lesson's money, as one of its parties sees it: neither sees the other's fee (PR-15)."""

    payment_id: PaymentId
    booking_id: BookingId
    state: Annotated[str, Meta(examples=["authorized"])]
    outcome: Annotated[str | None, Meta(examples=["lesson_completed_full_payout"])]
    lesson_price_cents: int
    line_items: list[LineItemView]
    card_amount_cents: int | None
    payout_cents: Annotated[
        int | None,
        Meta(description="What the instructor gets, without tips; once it ended, has or is owed."),
    ]
    card: PayingCardView | None
    auth_due_at: datetime
    capture_due_at: datetime
    settled_at: datetime | None
    failure: Annotated[str | None, Meta(examples=["insufficient_funds"])]
    timeline: list[OperationView]
    next_actions: Annotated[list[NextAction], Meta(description="What its student can do now.")]

    @classmethod
    def of(cls, found: PaymentView, viewer: AccountId) -> "BookingPaymentView":
        """The view that *viewer* has of *found*."""
        payment, card = found.payment, found.card
        pays = viewer.value == payment.student_id.value
        price = payment.breakdown
        lines = student_lines(price) if pays else instructor_lines(price)
        hidden = "authorise capture refund void charge" if not pays else "transfer reverse"
        return cls(
            payment_id=payment.payment_id,
            booking_id=payment.booking_id,
            state=payment.state.value,
            outcome=None if payment.outcome is None else payment.outcome.value,
            lesson_price_cents=price.lesson_price.cents,
            line_items=[LineItemView.of(line) for line in lines],
            card_amount_cents=price.card_amount.cents if pays else None,
            payout_cents=None if pays else found.payout.cents,
            card=PayingCardView(brand=card.brand, last4=card.last4) if card and pays else None,
            auth_due_at=payment.auth_due_at,
            capture_due_at=payment.capture_due_at,
            settled_at=payment.settled_at,
            failure=_failure(payment) if pays else None,
            timeline=[
                OperationView.of(each)
                for each in found.operations
                if each.kind.value not in hidden.split()
            ],
            next_actions=list(next_actions(payment)) if pays else [],
        )


class RetriedPaymentView(Struct, kw_only=True, frozen=True):
    """How a payment stands after another card, or another try."""

    payment_id: PaymentId
    state: Annotated[str, Meta(examples=["authorized"])]
    payment_method_id: CardId

    @classmethod
    def of(cls, payment: Payment) -> "RetriedPaymentView":
        """The view of *payment*."""
        return cls(
            payment_id=payment.payment_id,
            state=payment.state.value,
            payment_method_id=payment.card_id,
        )


class BookingPriceView(Struct, kw_only=True, frozen=True):
    """What a booking costs, as one of its parties sees it."""

    lesson_price_cents: int
    line_items: list[LineItemView]
    quote: QuoteView | None


def _failure(payment: Payment) -> str | None:
    return None if payment.failure is None else payment.failure.category


def _student(principal: Principal) -> StudentId:
    return StudentId(principal.account_id.value)


@post(
    "/{booking_id:str}/confirm",
    sync_to_thread=True,
    status_code=200,
    opt=policy(
        access=_PAYERS, bucket="financial", idempotency=REQUIRED, operation=Operation.CONFIRM
    ),
    **documented("Confirm a booking", refusals=(402, 404, 409)),
)
def confirm(
    booking_id: FromPath[BookingId],
    data: JSONBody[ConfirmBookingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CheckoutView:
    """Pay: 24 hours ahead it is confirmed at once, later than that once the card says yes.

    Repeat it, with a new key, after 3-D Secure to finish, or with another card after a refusal.
    """
    request = CheckOut(
        student_id=_student(principal),
        booking_id=booking_id,
        fingerprint=data.fingerprint,
        card_id=data.payment_method_id,
        credit_cents=data.credit_cents,
    )
    with alone_with(booking_id, ports.mutexes):
        result = check_out(
            request,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            config=ports.pricing,
            rules=ports.rules,
            answer=keyed.answer(CheckoutView.of),
        )
    return CheckoutView.of(result)


@put(
    "/{booking_id:str}/payment-method",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="financial"),
    **documented("Let another card pay", refusals=(402, 404, 409)),
)
def replace_card(
    booking_id: FromPath[BookingId],
    data: JSONBody[ChangeCardBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> RetriedPaymentView:
    """Another card pays; where the hold is overdue it is asked at once."""
    request = ChangeCard(
        student_id=_student(principal), booking_id=booking_id, card_id=data.payment_method_id
    )
    with alone_with(booking_id, ports.mutexes):
        payment = change_card(
            request, begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock
        )
    return RetriedPaymentView.of(payment)


@post(
    "/{booking_id:str}/payment-retries",
    sync_to_thread=True,
    status_code=200,
    opt=policy(
        access=_PAYERS, bucket="financial", idempotency=REQUIRED, operation=Operation.CHANGE_CARD
    ),
    **documented("Ask the card again", refusals=(402, 404, 409)),
)
def retry(
    booking_id: FromPath[BookingId],
    data: JSONBody[RetryPaymentBody],  # noqa: ARG001 - an empty object, and nothing else
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> RetriedPaymentView:
    """The same card is asked again now."""
    with alone_with(booking_id, ports.mutexes):
        payment = change_card(
            ChangeCard(student_id=_student(principal), booking_id=booking_id),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            answer=keyed.answer(RetriedPaymentView.of),
        )
    return RetriedPaymentView.of(payment)


@get(
    "/{booking_id:str}/payment",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show the payment of a booking", refusals=(404,)),
)
def show_payment(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> BookingPaymentView:
    """Its state, its price, and what the processor was asked for."""
    found = read_payment(booking_id, viewer=principal.account_id, read=ports.read)
    return BookingPaymentView.of(found, principal.account_id)


@get(
    "/{booking_id:str}/pricing",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show the price of a booking", refusals=(404,)),
)
def show_price(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    credit_cents: Annotated[int, QueryParameter(ge=-1_000_000_000, le=1_000_000_000)] = 0,
) -> BookingPriceView:
    """What it costs; for the student with the quote that checkout wants."""
    price = price_booking(
        booking_id,
        viewer=principal.account_id,
        credit_cents=credit_cents,
        begin=ports.begin,
        clock=ports.clock,
        config=ports.pricing,
    )
    pays = Permission.CREATE_BOOKINGS in principal.permissions
    lines = student_lines(price) if pays else instructor_lines(price)
    return BookingPriceView(
        lesson_price_cents=price.lesson_price.cents,
        line_items=[LineItemView.of(line) for line in lines],
        quote=QuoteView.of(price) if pays else None,
    )


ROUTER = Router(
    "/bookings",
    route_handlers=[confirm, replace_card, retry, show_payment, show_price],
    tags=["Payments"],
)
