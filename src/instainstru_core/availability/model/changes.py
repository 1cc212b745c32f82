"""What is told of dates that are free at other times now. Source: AV-19, AV-38, spec 01 §7."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Protocol

from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.model.planes import DayPlanes
from instainstru_core.availability.model.weeks import DAYS_PER_WEEK, Week, monday_of
from instainstru_core.instructors.ids import InstructorId

_SIX = timedelta(days=DAYS_PER_WEEK - 1)


class StoredDays(Protocol):
    """Reads the days that are open from one date to another."""

    def __call__(
        self, instructor_id: InstructorId, first: date, last: date, /
    ) -> Mapping[date, DayPlanes]:
        """The days."""
        ...


def changed_dates(
    instructor_id: InstructorId,
    dates: Collection[date],
    *,
    stored: StoredDays,
    cause: str,
    at: datetime,
) -> tuple[AvailabilityChanged, ...]:
    """One event a week of *dates*, none of them past, with the content that the week has."""
    days = stored(instructor_id, monday_of(min(dates)), monday_of(max(dates)) + _SIX)
    return tuple(
        AvailabilityChanged(
            instructor_id=instructor_id,
            dates=tuple(each),
            monday=monday,
            etag=Week.of(monday, days).etag,
            cause=cause,
            occurred_at=at,
        )
        for monday, each in groupby(sorted(dates), monday_of)
    )
