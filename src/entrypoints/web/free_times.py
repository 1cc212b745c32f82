"""When a chosen lesson could start: a week to choose from, and what is near a time that is gone."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from attrs import frozen

from entrypoints.web.choices import Choices
from entrypoints.web.ways_to_meet import USUAL_LOCATION
from instainstru_core.availability.errors import OutOfHorizon
from instainstru_core.availability.model.open_times import OpenTimes
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.ports import Ports

WEEK: Final = timedelta(days=7)
WEEKS_AHEAD: Final = 12
STRIPS: Final = 4
_DAY: Final = timedelta(days=1)
_SEARCHED: Final = timedelta(days=55)
_NEAR: Final = timedelta(days=10)
_APART: Final = timedelta(minutes=60)
"""Starts that are nearer to each other than this are no choice."""


@frozen(kw_only=True)
class Week:
    """Seven days of starts, and the first days of the weeks beside it."""

    times: OpenTimes
    first: date
    earlier: date | None
    later: date | None


def week_of(choices: Choices, asked: str, *, ports: Ports, now: datetime) -> Week:
    """The week from the day *asked* for on; without one, from the first day with a free start."""
    today = choices.instructor.zone.today(now)
    last = today + WEEK * WEEKS_AHEAD
    day = _day(asked)
    first = today if day is None else min(max(day, today), last)
    times = _open(choices, first, first + WEEK - _DAY, ports)
    if day is None and times.earliest_date is None:
        found = _open(choices, today, today + _SEARCHED, ports).earliest_date
        if found is not None:
            first, times = found, _open(choices, found, found + WEEK - _DAY, ports)
    return Week(
        times=times,
        first=first,
        earlier=max(today, first - WEEK) if first > today else None,
        later=first + WEEK if first < last else None,
    )


def is_free(choices: Choices, *, ports: Ports, now: datetime) -> bool:
    """Whether anybody could still book that start, as far as everybody may see."""
    zone, start = choices.instructor.zone, choices.lesson.starts_at
    day = zone.local(start).date()
    if day < zone.today(now):
        return False
    try:
        times = _open(choices, day, day, ports)
    except OutOfHorizon:
        return False
    return any(each.starts_at == start for found in times.days for each in found.starts or ())


def starts_near(choices: Choices, *, ports: Ports, now: datetime) -> Sequence[datetime]:
    """Free starts nearest to the one that was asked for, in order."""
    zone, asked = choices.instructor.zone, choices.start or now
    today = zone.today(now)
    first = max(today, zone.local(asked).date() - _DAY)
    try:
        times = _open(choices, first, first + _NEAR, ports)
    except OutOfHorizon:
        times = _open(choices, today, today + _NEAR, ports)
    free = [each.starts_at for day in times.days for each in day.starts or ()]
    near: list[datetime] = []
    for start in sorted(free, key=lambda each: abs(each - asked)):
        if start != asked and all(abs(start - each) >= _APART for each in near):
            near.append(start)
        if len(near) == STRIPS:
            break
    return sorted(near)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _open(choices: Choices, first: date, last: date, ports: Ports) -> OpenTimes:
    wanted = None if choices.format is None else USUAL_LOCATION[choices.format]
    asked = FindOpenTimes(
        instructor_id=choices.instructor.instructor_id,
        first=first,
        last=last,
        location_type=wanted,
        minutes=choices.minutes,
    )
    return find_open_times(asked, read=ports.read, clock=ports.clock, rules=ports.rules)
