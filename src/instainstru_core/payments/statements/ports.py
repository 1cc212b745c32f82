"""Where statements are read from."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.statements.facts import LessonMoney
from instainstru_core.payments.statements.periods import WHOLE, Period

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR: Final = 10**17


def cursor_after(lesson: LessonMoney) -> Cursor:
    """Where the list goes on after *lesson*."""
    since = (lesson.starts_at - _EPOCH) // timedelta(microseconds=1)
    return Cursor((since, str(lesson.payment_id)))


def place_of(cursor: Cursor) -> tuple[datetime, PaymentId]:
    """The start and the payment of the lesson that *cursor* goes on after.

    Raises:
        Malformed: It belongs to another list.
    """
    match cursor.key:
        case (int(since), str(payment_id)) if 0 <= since < _FAR:
            return _EPOCH + timedelta(microseconds=since), PaymentId.parse(payment_id)
        case _:
            raise Malformed("expected a cursor that an earlier page returned")


class StatementQueries(Protocol):
    """Lessons with their money, for those whose money it is."""

    def taught(
        self, instructor_id: InstructorId, page: PageRequest, period: Period = WHOLE
    ) -> Page[LessonMoney]:
        """The instructor's lessons that were taught, missed or called off, the latest first.

        Without those that were never confirmed; with the postings that earnings are read from.
        """
        ...

    def every_taught(self, instructor_id: InstructorId, period: Period) -> list[LessonMoney]:
        """All of them at once."""
        ...

    def paid(self, student_id: StudentId, page: PageRequest) -> Page[LessonMoney]:
        """The student's lessons that were checked out and confirmed, the latest first.

        With the postings that receipts are read from, as below.
        """
        ...

    def of_booking(self, booking_id: BookingId) -> tuple[StudentId, LessonMoney] | None:
        """The booking's lesson and whose it is; None: it was never checked out.

        Of a booking that was moved, the lesson that it became: its money went along. PY-1.
        """
        ...
