"""A lesson was given: its instructor says so, or a day passes. Source: BK-21…BK-24."""

from datetime import datetime
from typing import TypeVar

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.claims.errors import NoShowOpen
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import AUTO_COMPLETE_AFTER, MAX_NOTE_LENGTH
from instainstru_core.booking.model.states import Completed, Confirmed
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import Party
from instainstru_core.booking.timers import completion_timer
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.texts import stripped_or_none
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class CompleteLesson:
    """The instructor says that the lesson was given, with a note for themself."""

    principal: Principal
    booking_id: BookingId
    note: str | None = field(
        default=None, converter=stripped_or_none, validator=optional(max_len(MAX_NOTE_LENGTH))
    )


def complete_lesson(
    request: CompleteLesson,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, Booking] = unanswered,
) -> Booking:
    """Complete the booking and return it; completing it again changes nothing. Source: BK-21.

    Raises:
        BookingNotFound: None, or not one the caller has part in.
        Forbidden: The caller is its student, or lacks `complete_bookings`.
        WrongState: It is not confirmed.
        LessonNotEnded: It may still be going on.
        NoShowOpen: Somebody says that somebody did not come.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        by = booking.party_of(request.principal.account_id)
        if by is None:
            raise BookingNotFound(request.booking_id)
        if by is not Party.INSTRUCTOR or not request.principal.may(Permission.COMPLETE_BOOKINGS):
            raise Forbidden("only the instructor of a lesson can complete it")
        if not isinstance(booking.state, Completed):
            completed = booking.complete(at=clock.now(), note=request.note)
            report = work.claims.report_on(booking.booking_id)
            if report is not None and report.is_open:
                raise NoShowOpen(booking.booking_id)
            booking = work.bookings.save(completed)
        answer(work, booking)
        return booking


def complete_by_itself(booking_id: BookingId, *, work: BookingWork, now: datetime) -> None:
    """Count the lesson as given, a day after its end, once its money is there. Source: BK-22.

    Without the money it is left for a person to look at, and so it is while a report or an issue
    is open: `complete_overdue` comes back to it every hour.
    """
    booking = work.bookings.get_for_update(booking_id)
    if not isinstance(booking.state, Confirmed):
        return
    due_at = booking.lesson.ends_at + AUTO_COMPLETE_AFTER
    if now < due_at:
        work.work_items.file(completion_timer(booking, due_at=due_at))
    elif not work.claims.open_on(booking_id) and work.payment_readiness.is_ready(booking_id):
        work.bookings.save(booking.complete_by_itself(at=now))
