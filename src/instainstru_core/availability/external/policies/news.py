"""What is told when external calendars take other time than before. Source: AV-19, AV-38."""

from datetime import datetime
from typing import Final

from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.model.changes import StoredDays, changed_dates
from instainstru_core.availability.model.days import days_between, local_day
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.availability.model.settings import CalendarSettings
from instainstru_core.instructors.ids import InstructorId

CAUSE: Final = "external_calendars"


def news_of(
    instructor_id: InstructorId,
    before: PrivateBusy,
    after: PrivateBusy,
    *,
    settings: CalendarSettings,
    stored: StoredDays,
    at: datetime,
) -> tuple[AvailabilityChanged, ...]:
    """One event a week of bookable local dates on which other time is taken now."""
    zone = settings.zone
    dates = [
        day
        for day in days_between(zone.today(at), settings.last_date(at))
        if before.on(local_day(zone, day)) != after.on(local_day(zone, day))
    ]
    if not dates:
        return ()
    return changed_dates(instructor_id, dates, stored=stored, cause=CAUSE, at=at)
