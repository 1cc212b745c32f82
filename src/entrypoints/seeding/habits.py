"""How sample calendars differ: days off, longer breaks, longer notice."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from attrs import evolve

from entrypoints.seeding.people import WEEKS, SampleTeacher, stable_id
from instainstru_core.availability.ids import BlackoutId
from instainstru_core.availability.model.facts import Blackout
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.ports import AvailabilityWork

_REASONS: Final = ("A concert", "On tour", "A wedding", None)
_DAYS_OFF_EVERY: Final = 4
_OWN_SETTINGS_EVERY: Final = 3
_LONGEST_ABSENCE: Final = 5
_SOONEST: Final = 2


def live_differently(
    teachers: Sequence[SampleTeacher], work: AvailabilityWork, *, today: date, at: datetime
) -> None:
    """Give some of *teachers* days off and settings of their own; the first stays as they are."""
    for number, teacher in enumerate(teachers):
        chance = Random(f"habits:{number}")
        instructor_id = teacher.instructor.instructor_id
        away, own = number % _DAYS_OFF_EVERY == 1, number % _OWN_SETTINGS_EVERY == 1
        if not away and not own:
            continue
        settings = work.calendars.lock(instructor_id)
        if away:
            work.calendars.block_all(_absence(teacher, chance, today=today, at=at))
        if own:
            work.calendars.configure(instructor_id, _own(settings, chance))


def _absence(
    teacher: SampleTeacher, chance: Random, *, today: date, at: datetime
) -> Sequence[Blackout]:
    first = today + timedelta(days=chance.randint(_SOONEST, WEEKS * 7 - _LONGEST_ABSENCE))
    reason = chance.choice(_REASONS)
    days = [first + timedelta(days=n) for n in range(chance.randint(1, _LONGEST_ABSENCE))]
    instructor_id = teacher.instructor.instructor_id
    return [
        Blackout(
            blackout_id=stable_id(BlackoutId, f"{instructor_id}:{day}", at),
            instructor_id=instructor_id,
            day=day,
            reason=reason,
            created_at=at,
        )
        for day in days
    ]


def _own(settings: CalendarSettings, chance: Random) -> CalendarSettings:
    buffer = chance.choice((0, 10, 15, 30))
    return evolve(
        settings,
        non_travel_buffer_minutes=buffer,
        travel_buffer_minutes=max(buffer, chance.choice((30, 45, 60, 90))),
        min_advance_minutes=chance.choice((0, 120, 240, 720)),
        overnight_protection_enabled=chance.random() < 0.7,
    )
