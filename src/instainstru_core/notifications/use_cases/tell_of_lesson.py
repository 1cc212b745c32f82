"""Tell the parties of a lesson what happened to it, or to its money."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import Party
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.notifications.model import Kind
from instainstru_core.notifications.ports import TellingWork
from instainstru_core.notifications.use_cases.tell import Tell, tell


@frozen(kw_only=True)
class TellOfLesson:
    """What *audience* shall know of a lesson: for each party, what kind of news it is.

    *more* are words only this kind of news needs, such as an amount.
    """

    booking_id: BookingId
    audience: Mapping[Party, Kind]
    occurrence: str
    more: Mapping[str, str]


def tell_of_lesson(request: TellOfLesson, *, work: TellingWork, ids: Ids, clock: Clock) -> None:
    """Tell each party, who sees the other as first name and last initial. Source: NT-1, AC-56.

    Raises:
        BookingNotFound: There is no such lesson.
    """
    booking = work.bookings.get(request.booking_id)
    people = {
        Party.STUDENT: AccountId(booking.student.value),
        Party.INSTRUCTOR: AccountId(booking.instructor.value),
    }
    names = {party: work.accounts.get(person).display_name for party, person in people.items()}
    others = {Party.STUDENT: Party.INSTRUCTOR, Party.INSTRUCTOR: Party.STUDENT}
    for party, kind in request.audience.items():
        other = names[others[party]]
        tell(
            Tell(
                recipient=people[party],
                kind=kind,
                subject=str(booking.booking_id),
                occurrence=request.occurrence,
                words={**lesson_words(booking), "other_party": other, **request.more},
                data={"booking_id": str(booking.booking_id)},
            ),
            work=work,
            ids=ids,
            now=clock.now(),
        )


def lesson_words(booking: Booking) -> dict[str, str]:
    """What letters say about a lesson; its time on the clocks of its own zone. Source: NT-13."""
    return {
        "service": booking.service_name,
        "when": written_out(booking.zone.local(booking.lesson.starts_at)),
        "minutes": str(booking.lesson.minutes),
    }


def reminder_words(booking: Booking, *, now: datetime) -> dict[str, str]:
    """When the lesson is, as one says it at *now*: tomorrow on its own clocks, else a weekday.

    Source: NT-13.
    """
    start = booking.zone.local(booking.lesson.starts_at)
    is_tomorrow = start.date() - booking.zone.today(now) == timedelta(days=1)
    return {
        "day": "tomorrow" if is_tomorrow else f"on {_WEEKDAYS[start.weekday()]}",
        "time": _time(start),
    }


def written_out(local: datetime) -> str:
    """A local time as people write it: `Tuesday, March 2, 2027 at 3:05 PM EST`."""
    day = f"{_WEEKDAYS[local.weekday()]}, {_MONTHS[local.month - 1]} {local.day}, {local.year}"
    return f"{day} at {_time(local)}"


def _time(local: datetime) -> str:
    hour = local.hour % 12 or 12
    half = "AM" if local.hour < 12 else "PM"
    return f"{hour}:{local.minute:02} {half} {local.tzname()}"


# By hand: `strftime` would ask the process's locale.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
