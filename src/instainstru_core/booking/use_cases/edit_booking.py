"""Write down what belongs to a lesson: a note for oneself, and how to meet. Source: BK-45."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from attrs import field, frozen

from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import MAX_NOTE_LENGTH
from instainstru_core.booking.model.states import MAX_REASON_LENGTH
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.terms import Party
from instainstru_core.kernel.errors import Forbidden, Malformed
from instainstru_core.kernel.texts import stripped_or_none
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=BookingWork)


class Note(StrEnum):
    """What an instructor can write on a lesson: one text is private, the other for both."""

    INSTRUCTOR_NOTE = "instructor_note"
    MEETING_DETAILS = "meeting_details"


MOST: Final = {Note.INSTRUCTOR_NOTE: MAX_NOTE_LENGTH, Note.MEETING_DETAILS: MAX_REASON_LENGTH}
"""How many characters each may have, after trimming."""


def _trimmed(texts: Mapping[Note, str | None]) -> Mapping[Note, str | None]:
    return {note: stripped_or_none(text) for note, text in texts.items()}


def _short(_: object, __: object, texts: Mapping[Note, str | None]) -> None:
    for note, text in texts.items():
        if text is not None and len(text) > MOST[note]:
            raise Malformed(f"{note} has at most {MOST[note]} characters, not {len(text)}")


@frozen(kw_only=True)
class EditBooking:
    """The instructor of a lesson writes *texts*: a blank one, or None, takes the old one away.

    Raises:
        Malformed: One is too long.
    """

    principal: Principal
    booking_id: BookingId
    texts: Mapping[Note, str | None] = field(converter=_trimmed, validator=_short)


def edit_booking(request: EditBooking, *, begin: Begin[WorkT]) -> Booking:
    """Keep the texts and return the booking; the others stay as they are.

    Raises:
        BookingNotFound: None, or not one the caller has part in.
        Forbidden: The caller is its student, or may not see incoming bookings.
        WrongState: It was cancelled.
    """
    with begin() as work:
        booking = work.bookings.get_for_update(request.booking_id)
        by = booking.party_of(request.principal.account_id)
        if by is None:
            raise BookingNotFound(request.booking_id)
        may = request.principal.may(Permission.VIEW_INCOMING_BOOKINGS)
        if by is not Party.INSTRUCTOR or not may:
            raise Forbidden("only the instructor of a lesson can write on it")
        annotated = booking.annotate(
            instructor_note=request.texts.get(Note.INSTRUCTOR_NOTE, booking.instructor_note),
            meeting_details=request.texts.get(Note.MEETING_DETAILS, booking.meeting_details),
        )
        return booking if annotated == booking else work.bookings.save(annotated)
