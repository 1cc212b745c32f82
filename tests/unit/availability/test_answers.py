"""Answers that were worked out once are kept, and never more than fit. Source: AV-38."""

from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

from attrs import define

from instainstru_core.availability.model.facts import Answers, CalendarFacts, Glance
from instainstru_core.availability.model.planes import FORMATS, WHOLE_DAY, DayPlanes
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.availability.use_cases.find_open_times import FindOpenTimes, find_open_times
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.booking import MONDAY, NOON

JANE = InstructorId.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV")
TOMORROW = MONDAY + timedelta(days=1)


def test_av38_the_answers_asked_for_last_are_kept() -> None:
    answers = Answers(max_weight=100)
    for number in range(10):
        answers.keep(number, str(number), weight=10)
    assert answers.get(0) == "0"
    answers.keep("more", "more", weight=15)
    assert [answers.get(each) for each in (1, 2, 0, 3, "more")] == [None, None, "0", "3", "more"]
    assert answers.weight == 8 * 10 + 15


def test_av38_a_newer_answer_takes_the_place_of_the_older() -> None:
    answers = Answers(max_weight=100)
    answers.keep("hour", "old", weight=90)
    answers.keep("hour", "new", weight=30)
    assert (answers.get("hour"), answers.weight) == ("new", 30)


def test_av38_an_answer_that_does_not_fit_is_not_kept() -> None:
    answers = Answers(max_weight=100)
    answers.keep("hour", "large", weight=101)
    assert (answers.get("hour"), answers.weight) == (None, 0)


@define
class OpenDayAndNight:
    """A calendar that is open all the time; every answer is kept at one place."""

    answers: Answers
    version: int = 1

    def read(self) -> AbstractContextManager[Any]:
        return nullcontext(self)

    @property
    def calendars(self) -> "OpenDayAndNight":
        return self

    def glance(self, instructor_id: InstructorId) -> Glance:
        return Glance(
            instructor_id=instructor_id,
            version=self.version,
            zone=NEW_YORK,
            visible=True,
            payable=True,
            name="Jane S.",
        )

    def facts(self, glance: Glance, first: Any, last: Any) -> CalendarFacts:
        days = (last - first).days + 1
        whole = DayPlanes(*(WHOLE_DAY,) * 3)
        return CalendarFacts(
            instructor_id=glance.instructor_id,
            version=glance.version,
            first=first,
            last=last,
            settings=CalendarSettings(),
            days={first + timedelta(days=n): whole for n in range(days)},
            formats=FORMATS,
            answers=self.answers,
        )


def test_av38_nobody_fills_the_memory_by_asking() -> None:
    """Ever other dates and lengths: what is kept stays below its bound, and is still right."""
    reads = OpenDayAndNight(Answers(max_weight=5_000))
    clock = HandMovedClock(NOON)
    seen = []
    for n in range(12):
        request = FindOpenTimes(
            instructor_id=JANE, first=TOMORROW + timedelta(days=n), minutes=30 + 5 * n
        )
        found = find_open_times(request, read=reads.read, clock=clock)
        # Each day, its one window, and a start every quarter of an hour while the lesson fits in.
        starts = [(24 * 60 - 30 - 5 * n) // 15 + 1] * 30
        assert found.weight == sum(1 + 1 + each for each in starts)
        assert reads.answers.weight <= 5_000
        again = find_open_times(request, read=reads.read, clock=clock)
        assert again is found
        seen.append(found)
    assert reads.answers.weight == seen[-1].weight


def test_av38_another_version_of_the_calendar_is_answered_anew() -> None:
    reads = OpenDayAndNight(Answers())
    clock, request = HandMovedClock(NOON), FindOpenTimes(instructor_id=JANE)
    first = find_open_times(request, read=reads.read, clock=clock)
    reads.version = 2
    assert find_open_times(request, read=reads.read, clock=clock) is not first
