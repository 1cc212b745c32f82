"""What happens to external calendars."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.availability.external.ids import FeedId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class ExternalCalendarFailed(Event):
    """A feed can't be read, and its instructor should hear of it: once in a row of failures.

    *host* is all of its address that may be told. Source: spec 01 §11.
    """

    name: ClassVar[str] = "availability.external_calendar_failed"

    feed_id: FeedId
    instructor_id: InstructorId
    host: str
    problem: str
