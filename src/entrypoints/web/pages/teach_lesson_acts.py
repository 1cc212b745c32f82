"""What an instructor does about one lesson besides calling it off. Source: BK-21, BK-36…BK-45."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.pages.teach_lessons import lesson_of, lesson_page
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission
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

_HOME: Final = "/teach/lessons"
_VIEWERS: Final = requires(Permission.VIEW_INCOMING_BOOKINGS)
_COMPLETERS: Final = requires(Permission.COMPLETE_BOOKINGS)
_LEAST_REASON: Final = 10


@post(
    _HOME + "/{booking_id:str}/notes",
    sync_to_thread=True,
    opt=policy(access=_VIEWERS, bucket="write", page=True),
)
def do_write(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Keep a private note, and how to meet: to say the same twice changes nothing."""
    lesson_of(booking_id, desk.principal, desk.ports)
    texts = {
        Note.INSTRUCTOR_NOTE: desk.form.text("instructor_note", most=MAX_NOTE_LENGTH, least=0),
        Note.MEETING_DETAILS: desk.form.text("meeting_details", most=MAX_REASON_LENGTH, least=0),
    }
    if desk.form.refused:
        return _again(booking_id, desk, 422)
    asked = EditBooking(principal=desk.principal, booking_id=booking_id, texts=texts)
    try:
        with alone_with(booking_id, desk.ports.mutexes):
            edit_booking(asked, begin=desk.ports.begin)
    except NotFound:
        raise
    except DomainError as refusal:
        desk.form.refused_by(refusal)
        return _again(booking_id, desk, status_of(refusal))
    return see(f"{_HOME}/{booking_id}", said="saved")


@post(
    _HOME + "/{booking_id:str}/complete",
    sync_to_thread=True,
    opt=policy(access=_COMPLETERS, bucket="booking", page=True),
)
def do_complete(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Say that the lesson was given."""

    def complete(answer: Keep) -> None:
        asked = CompleteLesson(principal=desk.principal, booking_id=booking_id)
        complete_lesson(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, complete, said="lesson_completed")


@post(
    _HOME + "/{booking_id:str}/no-show",
    sync_to_thread=True,
    opt=policy(access=_COMPLETERS, bucket="booking", page=True),
)
def do_report(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Say that the student did not come."""
    reason = desk.form.text("report_reason", most=MAX_REASON_LENGTH, least=0) or None

    def report(answer: Keep) -> None:
        asked = ReportNoShow(
            principal=desk.principal, booking_id=booking_id, type=NoShowType.STUDENT, reason=reason
        )
        report_no_show(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, report, said="report_sent")


@post(
    _HOME + "/{booking_id:str}/no-show/withdraw",
    sync_to_thread=True,
    opt=policy(access=_COMPLETERS, bucket="booking", page=True),
)
def do_withdraw(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Take the report back."""

    def withdraw(answer: Keep) -> None:
        asked = WithdrawNoShow(principal=desk.principal, booking_id=booking_id)
        withdraw_no_show(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, withdraw, said="report_withdrawn")


@post(
    _HOME + "/{booking_id:str}/no-show/dispute",
    sync_to_thread=True,
    opt=policy(access=_VIEWERS, bucket="booking", page=True),
)
def do_dispute(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Object to a report: somebody of ours looks at it then."""
    reason = desk.form.text("dispute_reason", most=MAX_REASON_LENGTH, least=_LEAST_REASON)

    def dispute(answer: Keep) -> None:
        asked = DisputeNoShow(principal=desk.principal, booking_id=booking_id, reason=reason)
        dispute_no_show(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, dispute, said="report_disputed")


def _act(
    booking_id: BookingId, desk: Desk, do: Callable[[Keep], None], *, said: str
) -> Response[Any]:
    """Do it, and look at the lesson; what is refused is shown on it."""
    lesson_of(booking_id, desk.principal, desk.ports)

    def again(status: int) -> Response[Any]:
        return _again(booking_id, desk, status)

    return desk.act(do, again=again, leads_to=f"{_HOME}/{booking_id}", said=said, lesson=booking_id)


def _again(booking_id: BookingId, desk: Desk, status: int) -> Response[Any]:
    return lesson_page(
        desk.frame, booking_id, desk.principal, desk.ports, form=desk.form, status=status
    )


PAGES: Final = [do_write, do_complete, do_report, do_withdraw, do_dispute]
