"""Why a chosen time can't be had, in words, and what to do instead. Source: BK-11, BK-12."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from entrypoints.web.marks import N_


@frozen
class Lost:
    """What is said of a time that can't be had."""

    title: str
    text: str


_TAKEN: Final = Lost(
    N_("Somebody was a moment faster"),
    N_("That time was taken just now. Nothing was booked, and nothing was paid."),
)
_CLOSED: Final = Lost(
    N_("That time is not open anymore"),
    N_("The calendar changed in the meantime. Nothing was booked, and nothing was paid."),
)
_NO_START: Final = Lost(
    N_("No lesson can start then"),
    N_("Lessons start on the quarter hour, and end on the day on which they start."),
)
LOST: Final[Mapping[str, Lost]] = {
    "instructor_conflict": _TAKEN,
    "buffer_conflict": _TAKEN,
    "time_not_open": _CLOSED,
    "format_not_open": _CLOSED,
    "blackout_date": _CLOSED,
    "invalid_start_time": _NO_START,
    "crosses_midnight": _NO_START,
    "in_past": Lost(
        N_("That time has gone by"), N_("Nothing was booked. Choose one that is still to come.")
    ),
    "insufficient_notice": Lost(
        N_("That is a little too soon"),
        N_("There must be some time to get ready, and to get there. Nothing was booked."),
    ),
    "overnight_protection": Lost(
        N_("That is too early in the morning"),
        N_("At night, nobody is woken up by a lesson early the next morning. Choose a later one."),
    ),
    "beyond_horizon": Lost(
        N_("That is too far ahead"), N_("The calendar does not reach that far yet.")
    ),
    "student_conflict": Lost(
        N_("You have a lesson then"),
        N_("Nobody can be in two lessons at once. Choose another time, or move the other lesson."),
    ),
}
"""By the code of the refusal: what another time would mend."""
