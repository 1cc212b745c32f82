"""What an instructor does about one lesson besides calling it off. Source: BK-21, BK-36…BK-45."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.once import Once, once
from entrypoints.web.pages.teach_lessons import lesson_of, lesson_page
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import MAX_NOTE_LENGTH
from instainstru_core.booking.model.states import MAX_REASON_LENGTH
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.complete_lesson import CompleteLesson, complete_lesson
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.edit_booking import EditBooking, Note, edit_booking
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.ports import Ports

_HOME: Final = "/teach/lessons"
_VIEWERS: Final = requires(Permission.VIEW_INCOMING_BOOKINGS)
_COMPLETERS: Final = requires(Permission.COMPLETE_BOOKINGS)
_LEAST_REASON: Final = 10


def _act(
    request: Request[Any, Any, Any],
    frame: Frame,
    form: Form,
    booking_id: BookingId,
    principal: Principal,
    ports: Ports,
    act: Callable[[Once], object],
    *,
    said: str,
    field: str = "",
) -> Response[Any]:
    """Do *act* once, and look at the lesson; what is refused is shown on it, at *field*."""
    lesson_of(booking_id, principal, ports)
    if not form.refused:
        try:
            with (
                once(request, form, principal=principal, ports=ports) as sent,
                alone_with(booking_id, ports.mutexes),
            ):
                act(sent)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refused_by(refusal, field)
            status = status_of(refusal)
        else:
            return see(f"{_HOME}/{booking_id}", said=said)
    else:
        status = 422
    return lesson_page(frame, booking_id, principal, ports, form=form, status=status)


def _led(booking_id: BookingId) -> Callable[[object], str]:
    def way(_: object) -> str:
        return f"{_HOME}/{booking_id}"

    return way


@post(
    _HOME + "/{booking_id:str}/notes",
    sync_to_thread=True,
    opt=policy(access=_VIEWERS, bucket="write", page=True),
)
def do_write(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Keep a private note, and how to meet."""
    lesson_of(booking_id, principal, ports)
    note = form.text("instructor_note", most=MAX_NOTE_LENGTH, least=0)
    meeting = form.text("meeting_details", most=MAX_REASON_LENGTH, least=0)
    status = 422
    if not form.refused:
        texts = {Note.INSTRUCTOR_NOTE: note, Note.MEETING_DETAILS: meeting}
        asked = EditBooking(principal=principal, booking_id=booking_id, texts=texts)
        try:
            with alone_with(booking_id, ports.mutexes):
                edit_booking(asked, begin=ports.begin)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refused_by(refusal)
            status = status_of(refusal)
        else:
            return see(f"{_HOME}/{booking_id}", said="saved")
    return lesson_page(frame, booking_id, principal, ports, form=form, status=status)


@post(
    _HOME + "/{booking_id:str}/complete",
    sync_to_thread=True,
    opt=policy(access=_COMPLETERS, bucket="booking", page=True),
)
def do_complete(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Say that the lesson was given."""

    def act(sent: Once) -> object:
        return complete_lesson(
            CompleteLesson(principal=principal, booking_id=booking_id),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(_led(booking_id)),
        )

    return _act(request, frame, form, booking_id, principal, ports, act, said="lesson_completed")


@post(
    _HOME + "/{booking_id:str}/no-show",
    sync_to_thread=True,
    opt=policy(access=_COMPLETERS, bucket="booking", page=True),
)
def do_report(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Say that the student did not come."""
    reason = form.text("report_reason", most=MAX_REASON_LENGTH, least=0) or None

    def act(sent: Once) -> object:
        return report_no_show(
            ReportNoShow(
                principal=principal, booking_id=booking_id, type=NoShowType.STUDENT, reason=reason
            ),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(_led(booking_id)),
        )

    return _act(request, frame, form, booking_id, principal, ports, act, said="report_sent")


@post(
    _HOME + "/{booking_id:str}/no-show/withdraw",
    sync_to_thread=True,
    opt=policy(access=_COMPLETERS, bucket="booking", page=True),
)
def do_withdraw(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Take the report back."""

    def act(sent: Once) -> object:
        return withdraw_no_show(
            WithdrawNoShow(principal=principal, booking_id=booking_id),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(_led(booking_id)),
        )

    return _act(request, frame, form, booking_id, principal, ports, act, said="report_withdrawn")


@post(
    _HOME + "/{booking_id:str}/no-show/dispute",
    sync_to_thread=True,
    opt=policy(access=_VIEWERS, bucket="booking", page=True),
)
def do_dispute(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Object to a report: somebody of ours looks at it then."""
    reason = form.text("dispute_reason", most=MAX_REASON_LENGTH, least=_LEAST_REASON)

    def act(sent: Once) -> object:
        return dispute_no_show(
            DisputeNoShow(principal=principal, booking_id=booking_id, reason=reason),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(_led(booking_id)),
        )

    return _act(request, frame, form, booking_id, principal, ports, act, said="report_disputed")


PAGES: Final = [do_write, do_complete, do_report, do_withdraw, do_dispute]
