"""What somebody chose of a lesson so far, and what is still to choose. Source: BK-1, BK-5.

All of it stands in the address, so that the back button goes back, and a link can be shared; where
exactly the student lives does not: that is typed on the last step, and sent with the booking.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from urllib.parse import urlencode

from attrs import evolve, frozen

from entrypoints.web.ways_to_meet import USUAL_LOCATION
from instainstru_core.booking.policies.facts import FIRST_YEAR, LAST_YEAR
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.time import Interval, instant_text, utc
from instainstru_core.places.model.gazetteer import Gazetteer, Region

USUAL_MINUTES: Final = 60
_MEETINGS: Final = (LocationType.STUDENT_LOCATION, LocationType.NEUTRAL_LOCATION)
_MAX_START: Final = 40
_YEARS: Final = range(FIRST_YEAR, LAST_YEAR + 1)


class Step(StrEnum):
    """What is chosen, one after the other."""

    HOW = "how"
    TIME = "time"
    PLACE = "place"
    REVIEW = "review"


@frozen(kw_only=True)
class Choices:
    """One lesson with *instructor*, as far as it is chosen; what is not on offer is not chosen."""

    instructor: Instructor
    offering: Offering
    format: Format | None
    minutes: int
    start: datetime | None = None
    location: LocationType = LocationType.STUDENT_LOCATION
    region: Region | None = None

    @classmethod
    def of(
        cls,
        instructor: Instructor,
        offering: Offering,
        given: Callable[[str], str],
        city: Gazetteer,
    ) -> Self:
        """What *given* says by the names of the fields; of one format there is no choice."""
        formats = list(offering.rates)
        asked = next((each for each in formats if each == given("format")), None)
        chosen = formats[0] if len(formats) == 1 else asked
        location = next((each for each in _MEETINGS if each == given("at")), _MEETINGS[0])
        served = city.served(instructor.service_area)
        where = given("where") if given("where") in served else ""
        return cls(
            instructor=instructor,
            offering=offering,
            format=chosen,
            minutes=_minutes(given("minutes"), offering.durations),
            start=_start(given("start")),
            location=location if chosen in (None, Format.TRAVEL) else USUAL_LOCATION[chosen],
            region=city.region(where) if where else None,
        )

    @property
    def path(self) -> str:
        """Where this lesson is put together."""
        return f"/book/{self.instructor.instructor_id}/{self.offering.service_slug}"

    @property
    def steps(self) -> tuple[Step, ...]:
        """What there is to choose, in order."""
        needed = {
            Step.HOW: len(self.offering.rates) > 1,
            Step.TIME: True,
            Step.PLACE: self.format is Format.TRAVEL,
            Step.REVIEW: True,
        }
        return tuple(step for step, is_needed in needed.items() if is_needed)

    @property
    def next_step(self) -> Step:
        """The first that is still open."""
        open_steps = {
            Step.HOW: self.format is None,
            Step.TIME: self.start is None,
            Step.PLACE: self.format is Format.TRAVEL and self.region is None,
        }
        return next((step for step, is_open in open_steps.items() if is_open), Step.REVIEW)

    @property
    def lesson(self) -> Interval:
        """When it is, once that is chosen."""
        if self.start is None:
            raise Malformed("no start is chosen")
        return Interval.lasting(self.start, timedelta(minutes=self.minutes))

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """What a form sends along, which asks for the ones it goes *without*."""
        return [(name, value) for name, value in self._pairs() if name not in without]

    def way(self, *, change: str = "", **other: str) -> str:
        """The address with *other* choices, "" for none; at the step to *change*, or the next."""
        asked = {**dict(self._pairs()), **other, "change": change}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def review_way(self, **other: str) -> str:
        """The address of the review."""
        return f"{self.path}/review?{urlencode({**dict(self._pairs()), **other})}"

    def starting(self, start: datetime) -> Self:
        """The same lesson at another time."""
        return evolve(self, start=start)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.format is not None:
            yield "format", self.format.value
            yield "minutes", str(self.minutes)
        if self.start is not None:
            yield "start", instant_text(self.start)
        if self.format is Format.TRAVEL and self.region is not None:
            yield "at", self.location.value
            yield "where", self.region.slug


def _minutes(text: str, lengths: tuple[int, ...]) -> int:
    usual = USUAL_MINUTES if USUAL_MINUTES in lengths else lengths[0]
    return next((each for each in lengths if str(each) == text), usual)


def _start(text: str) -> datetime | None:
    """The instant; None where nobody could mean one."""
    try:
        found = utc(datetime.fromisoformat(text)) if len(text) <= _MAX_START else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and found.year in _YEARS else None
