"""Lessons that sample people have had: taught, and called off now and then."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from attrs import evolve

from entrypoints.seeding.people import SampleTeacher, stable_id
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Account
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import AUTO_COMPLETE_AFTER, Place, hold_expiry
from instainstru_core.booking.model.states import Confirmed, Pending
from instainstru_core.booking.ports import BookingWork
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK

EARLIEST_DAYS: Final = 60
LATEST_DAYS: Final = 3
"""Two days after a lesson its money is settled; the third keeps clear of the clock."""

_BOOKED_BEFORE: Final = timedelta(days=5)
_PAID_AFTER: Final = timedelta(minutes=4)
_FIRST_HOUR: Final = 10
_HOURS: Final = 8
_LOCATIONS: Final = {
    Format.ONLINE: LocationType.ONLINE,
    Format.STUDIO: LocationType.INSTRUCTOR_LOCATION,
    Format.TRAVEL: LocationType.STUDENT_LOCATION,
}


def past_lessons(
    teachers: Sequence[SampleTeacher], students: Sequence[Account], *, today: date, each: int
) -> Iterator[Booking]:
    """At most *each* completed lessons of every one of *teachers*, none at the same time.

    The demonstration's student is the first of *students*, and learns the most.
    """
    taken: set[tuple[StudentId, date, int]] = set()
    for number, teacher in enumerate(teachers):
        chance = Random(f"history:{number}")
        days = chance.sample(range(LATEST_DAYS, EARLIEST_DAYS), each)
        for back in days:
            day, hour = today - timedelta(days=back), _FIRST_HOUR + chance.randrange(_HOURS)
            student = students[0 if chance.random() < 0.1 else chance.randrange(len(students))]
            key = (StudentId(student.account_id.value), day, hour)
            near = {(key[0], day, hour + step) for step in (-1, 0, 1)}
            if taken.isdisjoint(near):
                taken.add(key)
                yield _taught(teacher, student, day, hour, chance)


def agreed(
    teacher: SampleTeacher, student: Account, *, starts_at: datetime, chance: Random
) -> Booking:
    """A lesson of an hour or so, agreed on five days before."""
    offering = chance.choice(teacher.offerings)
    wanted = chance.choice(offering.formats)
    minutes = min(offering.durations, key=lambda length: abs(length - 60))
    booked_at = starts_at - _BOOKED_BEFORE
    booking = Booking.hold(
        stable_id(
            BookingId, f"{teacher.instructor.instructor_id}:{starts_at.isoformat()}", booked_at
        ),
        at=booked_at,
        lesson=Interval.lasting(starts_at, timedelta(minutes=minutes)),
        student=StudentId(student.account_id.value),
        instructor=teacher.instructor.instructor_id,
        service_id=offering.service_id,
        zone=NEW_YORK,
        student_zone=student.zone,
        location_type=_LOCATIONS[wanted],
        place=_place(teacher, wanted),
        service_name=offering.service_name,
        hourly_rate=offering.rates[wanted],
        price=offering.session_price(wanted, minutes),
        note=_note(offering, chance),
    )
    return evolve(booking.confirm(at=booked_at + _PAID_AFTER), events=())


def completed(lesson: Booking) -> Booking:
    """The lesson was taught, and counts as such a day later, as the platform does it."""
    done = lesson.complete_by_itself(at=lesson.lesson.ends_at + AUTO_COMPLETE_AFTER)
    return evolve(done, events=())


def keep(lesson: Booking, work: BookingWork) -> Booking:
    """Write *lesson* down as it went: held, agreed on, over. Its log has a line for each."""
    held = evolve(
        lesson,
        state=Pending(hold_expiry(start=lesson.lesson.starts_at, created_at=lesson.created_at)),
        version=0,
    )
    kept = work.bookings.add(held)
    if lesson.confirmed_at is not None:
        kept = work.bookings.save(evolve(kept, state=Confirmed(lesson.confirmed_at)))
    if isinstance(lesson.state, Confirmed):
        return kept
    return work.bookings.save(evolve(lesson, version=kept.version))


def _taught(
    teacher: SampleTeacher, student: Account, day: date, hour: int, chance: Random
) -> Booking:
    starts_at = NEW_YORK.instant(day, time(hour))
    return completed(agreed(teacher, student, starts_at=starts_at, chance=chance))


def _place(teacher: SampleTeacher, wanted: Format) -> Place | None:
    studio = teacher.instructor.teaching_place
    if wanted is Format.ONLINE:
        return None
    if wanted is Format.STUDIO and studio is not None:
        return Place(address=studio.address, lat=studio.lat, lng=studio.lng)
    return Place(address="200 Eastern Parkway, Brooklyn, New York", lat=40.6712, lng=-73.9636)


def _note(offering: Offering, chance: Random) -> str | None:
    if chance.random() < 0.5:
        return None
    return f"I would like to learn {offering.service_name} from the beginning."
