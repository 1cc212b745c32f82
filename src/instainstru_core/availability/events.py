"""What happens to calendars. Source: spec README, events."""

from datetime import date
from typing import ClassVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class AvailabilityChanged(Event):
    """These local dates of one week, none of them past, are open at other times now.

    *etag* is the week's content as it is now, *cause* what was done to it. Source: AV-19, AV-21.
    """

    name: ClassVar[str] = "availability.changed"

    instructor_id: InstructorId
    monday: date
    dates: tuple[date, ...]
    etag: str
    cause: str
