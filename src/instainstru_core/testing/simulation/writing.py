"""Writes scripts: the same seed, the same script, to the second."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.simulation.cast import ACTORS, WEATHER
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import (
    AGAIN,
    ALONE,
    WORK,
    Cue,
    Fate,
    Lesson,
    Script,
    Step,
)
from instainstru_core.testing.simulation.town import DURATIONS
from instainstru_core.testing.world import NOON

BOOKINGS_A_DAY: Final = 6
BOOKINGS_A_STUDENT: Final = 8
BOOKINGS_AN_INSTRUCTOR: Final = 40
REFUSED: Final = 1.2
"""Some times are taken, and some are asked for too late: so many more lessons are wanted."""

SPARE: Final = 0.6
"""So many more are there for stories in which more is refused than usual."""

FAULTS: Final = 0.06
CRASHES: Final = 0.06
RACES: Final = 0.10
MISCHIEF: Final = 0.05
HOUR: Final = timedelta(hours=1)
_MINUTES: Final = (*DURATIONS, 60, 60)
LEADS: Final = ((1.1, 11.9), (12, 23.9), (24, 30), (30, 72), (72, 400))
"""How many hours ahead lessons are booked: some for tonight, some for the week after next."""

_CARDS: Final = (
    ("pm_card_visa", 55),
    ("pm_card_mastercard", 8),
    ("pm_card_three_d_secure", 12),
    ("pm_card_declines_off_session", 6),
    ("pm_card_fails_capture", 4),
    ("pm_card_timeout_once", 4),
    ("pm_card_timeout_before", 3),
    ("pm_card_declined", 3),
    ("pm_card_insufficient_funds", 2),
    ("pm_card_expired", 2),
    ("pm_card_lost", 1),
    ("pm_card_refund_fails", 3),
    ("pm_card_dispute", 1),
    ("pm_card_inquiry", 1),
)
_FATES: Final = (
    (Fate.TAUGHT, 50),
    (Fate.STUDENT_CANCELS, 20),
    (Fate.INSTRUCTOR_CANCELS, 6),
    (Fate.OPERATOR_CANCELS, 6),
    (Fate.MISSED, 10),
    (Fate.OBJECTED, 8),
)


def write_script(seed: int, *, bookings: int = 500, faults: float = FAULTS) -> Script:
    """The story of *seed*, of at least so many bookings, over so many days as they need."""
    chance = Dice("script", seed)
    days = max(21, -(-bookings // BOOKINGS_A_DAY))
    students = max(4, bookings // BOOKINGS_A_STUDENT)
    instructors = max(2, bookings // BOOKINGS_AN_INSTRUCTOR)
    wanted, spare = int(bookings * REFUSED) + 1, int(bookings * SPARE) + 4
    lessons = tuple(
        _lesson(
            number,
            chance,
            days=days,
            students=students,
            instructors=instructors,
            spare=number >= wanted,
        )
        for number in range(wanted + spare)
    )
    cues = sorted(_cues(seed, lessons, days), key=lambda each: (each[1].at, each[0], str(each[2])))
    steps = tuple(
        _step(number, act, cue, lesson, Dice("step", seed, act, lesson, number))
        for number, (act, cue, lesson) in enumerate(cues)
    )
    return Script(
        seed=seed,
        bookings=bookings,
        begins_at=NOON,
        days=days,
        students=students,
        instructors=instructors,
        faults=faults,
        lessons=lessons,
        steps=steps,
    )


def _lesson(
    number: int, chance: Dice, *, days: int, students: int, instructors: int, spare: bool
) -> Lesson:
    day = NEW_YORK.today(NOON) + timedelta(days=1 + chance.below(days))
    minutes = chance.choice(_MINUTES)
    starts_at = NEW_YORK.midnight(day) + chance.between(8 * 4, 20 * 4 - 1) * timedelta(minutes=15)
    soonest, latest = chance.choice(LEADS)
    lead = timedelta(minutes=chance.between(int(soonest * 60), int(latest * 60)))
    return Lesson(
        number=number,
        student=chance.below(students),
        instructor=chance.below(instructors),
        card=chance.weighted(_CARDS),
        booked_at=max(NOON, starts_at - lead),
        starts_at=starts_at,
        minutes=minutes,
        credit_cents=chance.choice((0, 0, 10_00, 60_00, 500_00)),
        fate=chance.weighted(_FATES),
        mischief=chance.random() < MISCHIEF,
        spare=spare,
    )


def _cues(
    seed: int, lessons: tuple[Lesson, ...], days: int
) -> Iterator[tuple[str, Cue, int | None]]:
    for lesson in lessons:
        for name, actor in ACTORS.items():
            for cue in actor.plan(lesson, Dice(name, seed, lesson.number)):
                yield name, cue, lesson.number
    for name, weather in WEATHER.items():
        for day, cue in weather.forecast(days, Dice(name, seed)):
            moment = NOON + timedelta(seconds=int(day * 86_400))
            yield name, _at(cue, moment), None


def _at(cue: Cue, moment: datetime) -> Cue:
    return Cue(at=moment, choice=cue.choice, amount=cue.amount)


def _step(number: int, act: str, cue: Cue, lesson: int | None, chance: Dice) -> Step:
    crash = chance.between(1, 12) if lesson is not None and chance.random() < CRASHES else 0
    beside = ALONE
    if lesson is not None and chance.random() < RACES:
        beside = chance.choice((AGAIN, WORK, WORK, "cancel", "complete", "switch card"))
    return Step(
        number=number,
        at=cue.at,
        act=act,
        lesson=lesson,
        choice=cue.choice,
        amount=cue.amount,
        crash=crash,
        beside=beside,
    )
