"""Calling a lesson off, having seen what that does. Source: BK-25…BK-29, PY-27."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.lesson_words import clock_picture, consequences, cost_of, stage_said
from entrypoints.web.marks import N_
from entrypoints.web.once import once
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import MAX_REASON_LENGTH, Cancelled
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.kernel.errors import Conflict
from instainstru_core.payments.use_cases.cancel_lesson import CancelledLesson, cancel_lesson
from instainstru_core.payments.use_cases.preview_cancellation import (
    CancellationPreview,
    Stage,
    preview_cancellation,
)
from instainstru_core.payments.use_cases.read_payment import find_payment
from instainstru_core.ports import Ports

CANCELLERS: Final = requires(Permission.CANCEL_OWN_BOOKINGS)
CHANGED: Final = N_(
    "What cancelling does has changed while you read. Look again before you decide."
)


@get(
    "/lessons/{booking_id:str}/cancel",
    sync_to_thread=True,
    opt=policy(access=CANCELLERS, bucket="read", page=True),
)
def show_cancel(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What cancelling does now, when that changes, and the button."""
    return _page(booking_id, frame=frame, principal=principal, ports=ports)


@post(
    "/lessons/{booking_id:str}/cancel",
    sync_to_thread=True,
    opt=policy(access=CANCELLERS, bucket="booking", operation=Operation.CANCEL, page=True),
)
def do_cancel(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Cancel it, if that still does what was shown."""
    reason = form.text("reason", most=MAX_REASON_LENGTH)
    if form.refused:
        return _page(
            booking_id, frame=frame, principal=principal, ports=ports, form=form, status=422
        )

    def lesson(cancelled: CancelledLesson) -> str:
        return f"/lessons/{cancelled.booking.booking_id}"

    try:
        with (
            once(request, form, principal=principal, ports=ports) as sent,
            alone_with(booking_id, ports.mutexes),
        ):
            if not _is_over(booking_id, principal, ports):
                preview = preview_cancellation(
                    booking_id, principal=principal, begin=ports.begin, clock=ports.clock
                )
                if form["seen"] != seen_as(preview.now):
                    form.refuse("", CHANGED)
                    return _page(
                        booking_id,
                        frame=frame,
                        principal=principal,
                        ports=ports,
                        form=form,
                        status=409,
                    )
            cancel_lesson(
                CancelBooking(principal=principal, booking_id=booking_id, reason=reason),
                begin=ports.begin,
                ids=ports.ids,
                clock=ports.clock,
                answer=sent.answer(lesson),
            )
    except Conflict as error:
        form.refused_by(error)
        return _page(
            booking_id,
            frame=frame,
            principal=principal,
            ports=ports,
            form=form,
            status=status_of(error),
        )
    return see(f"/lessons/{booking_id}", said="lesson_cancelled")


def seen_as(stage: Stage) -> str:
    """What a stage does, in a word that a form carries: the same as long as it does the same."""
    cost = 0 if stage.plan is None else cost_of(stage.plan)
    return f"{stage.policy_case}:{cost}"


def _is_over(booking_id: BookingId, principal: Principal, ports: Ports) -> bool:
    """Whether it was cancelled before: then saying so again does nothing. Source: BK-28."""
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    return isinstance(card.booking.state, Cancelled)


def _page(
    booking_id: BookingId,
    *,
    frame: Frame,
    principal: Principal,
    ports: Ports,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    if card.viewer is not Party.STUDENT:
        return see(f"/teach/lessons/{booking_id}")
    try:
        preview = preview_cancellation(
            booking_id, principal=principal, begin=ports.begin, clock=ports.clock
        )
    except Conflict:  # It is over, or has begun: its own page says how it stands.
        return see(f"/lessons/{booking_id}")
    return frame.page(
        "lesson_cancel",
        status=status,
        form=form or Form(),
        card=card,
        booking=card.booking,
        preview=preview,
        seen=seen_as(preview.now),
        clock=_clock(frame, preview, card.booking, principal, ports),
        consequences=consequences,
        stage_said=stage_said,
        cost_of=cost_of,
    )


def _clock(
    frame: Frame, preview: CancellationPreview, booking: Booking, principal: Principal, ports: Ports
) -> str:
    found = find_payment(booking.booking_id, viewer=principal.account_id, read=ports.read)
    if found is None:
        return ""
    price = found.payment.breakdown
    return clock_picture(frame, preview, booking, price.lesson_price + price.student_fee)


PAGES: Final = [show_cancel, do_cancel]
