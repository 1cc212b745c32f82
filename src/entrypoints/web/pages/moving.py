"""Moving a lesson: pick a start, see what that does, move. Source: BK-29…BK-35, BK-56."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.lesson_money import refuse_money
from entrypoints.web.paying import challenge_page
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission
from instainstru_core.availability.model.open_times import OpenTimes
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Party
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.use_cases.preview_move import AskedPreview, preview_move
from instainstru_core.payments.use_cases.read_challenge import find_challenge
from instainstru_core.payments.use_cases.read_payment import find_payment
from instainstru_core.payments.use_cases.reschedule_booking import Rescheduled, reschedule_booking
from instainstru_core.ports import Ports

MOVERS: Final = requires(Permission.CREATE_BOOKINGS)
_DECLINED: Final = 402
WEEK: Final = timedelta(days=7)
WEEKS_AHEAD: Final = 12


@get(
    "/lessons/{booking_id:str}/move",
    sync_to_thread=True,
    opt=policy(access=MOVERS, bucket="read", page=True),
)
def show_move(
    booking_id: FromPath[BookingId], desk: NamedDependency[Desk], start: FromQuery[str] = ""
) -> Response[Any]:
    """A week of free starts; with a *start*, what moving there does, and the button."""
    return _page(booking_id, desk, start=instant_of(start))


@post(
    "/lessons/{booking_id:str}/move",
    sync_to_thread=True,
    opt=policy(access=MOVERS, bucket="booking", operation=Operation.MOVE, page=True),
)
def do_move(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Move it; where the card or the calendar refuses, nothing changes."""
    ports = desk.ports
    start = instant_of(desk.form["start"])
    get_booking(booking_id, viewer=desk.principal.account_id, read=ports.read)
    if start is None:
        return see(f"/lessons/{booking_id}/move")

    def move(answer: Keep) -> Rescheduled:
        return reschedule_booking(
            AskedMove(principal=desk.principal, booking_id=booking_id, start=start),
            begin=ports.begin,
            gateway=ports.gateway,
            places=ports.places,
            ids=ports.ids,
            clock=ports.clock,
            config=ports.pricing,
            answer=answer,
        )

    def where(result: Rescheduled) -> str:
        if result.client_secret is None:
            return f"/lessons/{result.booking.booking_id}"
        return f"/lessons/{booking_id}/move/verify"

    def again(status: int) -> Response[Any]:
        return _page(booking_id, desk, start=start, status=status)

    return desk.act(
        move,
        again=again,
        leads_to=where,
        said=lambda result: "lesson_moved" if result.client_secret is None else None,
        refuse=refuse_money,
        lesson=booking_id,
    )


@get(
    "/lessons/{booking_id:str}/move/verify",
    sync_to_thread=True,
    opt=policy(access=MOVERS, bucket="read", page=True),
)
def show_move_verify(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """The cardholder confirms the move with their bank, and finishes here. Source: PY-18."""
    viewer, read = desk.principal.account_id, desk.ports.read
    get_booking(booking_id, viewer=viewer, read=read)
    found = find_challenge(booking_id, viewer=viewer, read=read, gateway=desk.ports.gateway)
    view = find_payment(booking_id, viewer=viewer, read=read)
    if found is None or view is None or view.payment.move is None:
        return see(f"/lessons/{booking_id}")
    successor = get_booking(view.payment.move.successor_id, viewer=viewer, read=read)
    return challenge_page(
        desk.frame,
        found,
        finish=f"/lessons/{booking_id}/move",
        back=f"/lessons/{booking_id}",
        fields={"start": instant_text(successor.booking.lesson.starts_at)},
    )


def instant_of(text: str) -> datetime | None:
    """The instant that *text* writes, as the calendar of starts does; None: it doesn't."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found.astimezone(UTC)


def _page(
    booking_id: BookingId, desk: Desk, *, start: datetime | None = None, status: int = 200
) -> Response[Any]:
    frame, principal, ports = desk.frame, desk.principal, desk.ports
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    if card.viewer is not Party.STUDENT:
        return see(f"/teach/lessons/{booking_id}")
    move = None
    if start is not None:
        move = AskedMove(principal=principal, booking_id=booking_id, start=start)
    preview = preview_move(
        AskedPreview(principal=principal, booking_id=booking_id, move=move),
        begin=ports.begin,
        places=ports.places,
        ids=ports.ids,
        clock=ports.clock,
        config=ports.pricing,
    )
    booking = card.booking
    today = booking.zone.today(frame.now)
    first = _first(frame.request.query_params.get("from", ""), booking, today)
    # A refusal with a start may be about that start alone: others may do.
    closed = preview.refusal is not None and move is None
    return frame.page(
        "lesson_move",
        status=status,
        form=desk.form,
        card=card,
        booking=booking,
        start=start,
        preview=preview,
        closed=closed,
        declined=status == _DECLINED,
        times=None if closed else _times(booking, first, ports),
        first=first,
        earlier=max(today, first - WEEK) if first > today else None,
        later=first + WEEK if first < today + WEEK * WEEKS_AHEAD else None,
    )


def _first(text: str, booking: Booking, today: date) -> date:
    """The first day that is shown: as asked for, else the lesson's own; never one that is past."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = booking.zone.local(booking.lesson.starts_at).date() - timedelta(days=1)
    return min(max(asked, today), today + WEEK * WEEKS_AHEAD)


def _times(booking: Booking, first: date, ports: Ports) -> OpenTimes | None:
    asked = FindOpenTimes(
        instructor_id=booking.instructor,
        first=first,
        last=first + WEEK - timedelta(days=1),
        location_type=booking.location_type,
        minutes=booking.lesson.minutes,
    )
    try:
        return find_open_times(asked, read=ports.read, clock=ports.clock, rules=ports.rules)
    except DomainError:  # Nobody new can book them now, or not then.
        return None


PAGES: Final = [show_move, do_move, show_move_verify]
