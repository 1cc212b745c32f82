"""Moving a lesson, and what that would do. Source: BK-29…BK-35, BK-56, BK-57, spec 01 §6."""

from datetime import datetime
from typing import Annotated, ClassVar, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.booking_views import BookingView
from entrypoints.http.idempotency import Keyed
from entrypoints.http.lesson_bodies import StartBody
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from entrypoints.http.problems import Violation, invalid
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.payments.use_cases.preview_move import (
    AskedPreview,
    MovePreview,
    preview_move,
)
from instainstru_core.payments.use_cases.reschedule_booking import Rescheduled, reschedule_booking
from instainstru_core.ports import Ports

_PARTIES: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)


class RescheduleBody(StartBody, kw_only=True, forbid_unknown_fields=True):
    """The new start, as an instant or on the instructor's clock; the rest stays unless named."""

    OTHER_WAYS: ClassVar = frozenset({"date", "time"})
    """What says again, in another way, what the example says."""

    duration_minutes: Annotated[int, Meta(ge=1, le=1440, examples=[60])] | None = None
    service_id: ServiceId | None = None


class RescheduledView(Struct, kw_only=True, frozen=True):
    """The booking in the lesson's new place.

    With a client secret the cardholder must confirm first, and the lesson is still where it was:
    confirm it, then send the same request again with another key.
    """

    booking: BookingView
    payment_state: Annotated[str, Meta(examples=["scheduled"])]
    step: Annotated[
        str,
        Meta(
            description="What the move asked of the money; `noop` when it was done before.",
            examples=["lock"],
        ),
    ]
    requires_action: bool
    client_secret: str | None

    @classmethod
    def of(cls, result: Rescheduled, now: datetime) -> "RescheduledView":
        """The view of *result* at *now*."""
        return cls(
            booking=BookingView.of(result.booking, Party.STUDENT, now),
            payment_state=result.payment.state.value,
            step="noop" if result.step is None else result.step.value,
            requires_action=result.client_secret is not None,
            client_secret=result.client_secret,
        )


class ReschedulePreviewView(Struct, kw_only=True, frozen=True):
    """What moving would do now.

    A late move keeps the price, is the only one, and leaves credit at most where the lesson is
    called off afterwards; one that locks takes the money at once.
    """

    booking_id: BookingId
    allowed: bool
    code: Annotated[str | None, Meta(examples=["reschedule_window_closed"])]
    reason: str | None
    late: bool
    lock: bool
    credit_only_after: bool
    price_must_stay: bool
    payment_step: Annotated[str | None, Meta(examples=["scheduled"])]
    price_cents: int
    new_price_cents: int | None
    card_amount_cents: int | None
    policy_case_after: Annotated[str | None, Meta(examples=["lock_student_ge12"])]
    late_from: datetime
    closes_at: datetime

    @classmethod
    def of(cls, seen: MovePreview) -> "ReschedulePreviewView":
        """The view of *seen*."""
        case = seen.policy_case_after
        return cls(
            booking_id=seen.booking_id,
            allowed=seen.refusal is None,
            code=None if seen.refusal is None else seen.refusal.code,
            reason=None if seen.refusal is None else str(seen.refusal),
            late=seen.late,
            lock=seen.lock,
            credit_only_after=seen.late,
            price_must_stay=seen.late,
            payment_step=None if seen.step is None else seen.step.value,
            price_cents=seen.price.cents,
            new_price_cents=None if seen.new_price is None else seen.new_price.cents,
            card_amount_cents=None if seen.card_amount is None else seen.card_amount.cents,
            policy_case_after=None if case is None else case.value,
            late_from=seen.late_from,
            closes_at=seen.closes_at,
        )


@post(
    "/{booking_id:str}/reschedule",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_PARTIES, bucket="booking", idempotency=REQUIRED, operation=Operation.MOVE),
    **documented("Move a lesson", refusals=(402, 404, 409)),
)
def reschedule(
    booking_id: FromPath[BookingId],
    data: JSONBody[RescheduleBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> RescheduledView:
    """Move a confirmed lesson; where the card refuses, nothing changes.

    Free while 24 hours are left. From then to 12 hours before the start it can be moved once: the
    price stays, and the money is taken and kept for the new lesson.
    """

    def view(result: Rescheduled) -> RescheduledView:
        return RescheduledView.of(result, ports.clock.now())

    asked = AskedMove(
        principal=principal,
        booking_id=booking_id,
        start=data.starting(),
        duration_minutes=data.duration_minutes,
        service_id=data.service_id,
    )
    with alone_with(booking_id, ports.mutexes):
        result = reschedule_booking(
            asked,
            begin=ports.begin,
            gateway=ports.gateway,
            places=ports.places,
            ids=ports.ids,
            clock=ports.clock,
            config=ports.pricing,
            answer=keyed.answer(view),
        )
    return view(result)


@get(
    "/{booking_id:str}/reschedule-preview",
    sync_to_thread=True,
    opt=policy(access=_PARTIES, bucket="read"),
    **documented("See what moving a lesson would do", refusals=(404,)),
)
def preview(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    start: FromQuery[datetime | None] = None,
    duration_minutes: Annotated[int | None, QueryParameter(ge=1, le=1440)] = None,
    service_id: FromQuery[ServiceId | None] = None,
) -> ReschedulePreviewView:
    """Whether it can be moved now, and what that would mean; with a start, whether to there."""
    move = None
    if start is not None:
        if start.tzinfo is None:
            message = "an instant names its offset from UTC"
            raise invalid([Violation(pointer="/query/start", code="invalid", message=message)])
        move = AskedMove(
            principal=principal,
            booking_id=booking_id,
            start=start,
            duration_minutes=duration_minutes,
            service_id=service_id,
        )
    seen = preview_move(
        AskedPreview(principal=principal, booking_id=booking_id, move=move),
        begin=ports.begin,
        places=ports.places,
        ids=ports.ids,
        clock=ports.clock,
        config=ports.pricing,
    )
    return ReschedulePreviewView.of(seen)


ROUTER: Final = Router("/bookings", route_handlers=[reschedule, preview], tags=["bookings"])
