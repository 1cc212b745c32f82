"""Calling a lesson off, having seen what that does. Source: BK-25…BK-29, PY-27."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.lesson_words import clock_picture, consequences, cost_of, stage_said
from entrypoints.web.marks import N_
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import MAX_REASON_LENGTH, Cancelled
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.kernel.errors import Conflict
from instainstru_core.payments.use_cases.cancel_lesson import cancel_lesson
from instainstru_core.payments.use_cases.preview_cancellation import (
    CancellationPreview,
    Stage,
    preview_cancellation,
)
from instainstru_core.payments.use_cases.read_payment import find_payment

CANCELLERS: Final = requires(Permission.CANCEL_OWN_BOOKINGS)
CHANGED: Final = N_(
    "What cancelling does has changed while you read. Look again before you decide."
)


@get(
    "/lessons/{booking_id:str}/cancel",
    sync_to_thread=True,
    opt=policy(access=CANCELLERS, bucket="read", page=True),
)
def show_cancel(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """What cancelling does now, when that changes, and the button."""
    return _page(booking_id, desk)


@post(
    "/lessons/{booking_id:str}/cancel",
    sync_to_thread=True,
    opt=policy(access=CANCELLERS, bucket="booking", operation=Operation.CANCEL, page=True),
)
def do_cancel(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Cancel it, if that still does what was shown."""
    form, ports = desk.form, desk.ports
    reason = form.text("reason", most=MAX_REASON_LENGTH)

    def cancel(answer: Keep) -> None:
        if not _is_over(booking_id, desk) and form["seen"] != seen_as(
            _preview(booking_id, desk).now
        ):
            form.refuse("", CHANGED)
            raise Conflict("cancelling does something else by now")
        cancel_lesson(
            CancelBooking(principal=desk.principal, booking_id=booking_id, reason=reason),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            answer=answer,
        )

    def again(status: int) -> Response[Any]:
        return _page(booking_id, desk, status=status)

    return desk.act(
        cancel,
        again=again,
        leads_to=f"/lessons/{booking_id}",
        said="lesson_cancelled",
        lesson=booking_id,
    )


def seen_as(stage: Stage) -> str:
    """What a stage does, in a word that a form carries: the same as long as it does the same."""
    cost = 0 if stage.plan is None else cost_of(stage.plan)
    return f"{stage.policy_case}:{cost}"


def _is_over(booking_id: BookingId, desk: Desk) -> bool:
    """Whether it was cancelled before: then saying so again does nothing. Source: BK-28."""
    card = get_booking(booking_id, viewer=desk.principal.account_id, read=desk.ports.read)
    return isinstance(card.booking.state, Cancelled)


def _preview(booking_id: BookingId, desk: Desk) -> CancellationPreview:
    return preview_cancellation(
        booking_id, principal=desk.principal, begin=desk.ports.begin, clock=desk.ports.clock
    )


def _page(booking_id: BookingId, desk: Desk, *, status: int = 200) -> Response[Any]:
    card = get_booking(booking_id, viewer=desk.principal.account_id, read=desk.ports.read)
    if card.viewer is not Party.STUDENT:
        return see(f"/teach/lessons/{booking_id}")
    try:
        preview = _preview(booking_id, desk)
    except Conflict:  # It is over, or has begun: its own page says how it stands.
        return see(f"/lessons/{booking_id}")
    return desk.frame.page(
        "lesson_cancel",
        status=status,
        form=desk.form,
        card=card,
        booking=card.booking,
        preview=preview,
        seen=seen_as(preview.now),
        clock=_clock(desk, preview, card.booking),
        consequences=consequences,
        stage_said=stage_said,
        cost_of=cost_of,
    )


def _clock(desk: Desk, preview: CancellationPreview, booking: Booking) -> str:
    found = find_payment(booking.booking_id, viewer=desk.principal.account_id, read=desk.ports.read)
    if found is None:
        return ""
    price = found.payment.breakdown
    return clock_picture(desk.frame, preview, booking, price.lesson_price + price.student_fee)


PAGES: Final = [show_cancel, do_cancel]
