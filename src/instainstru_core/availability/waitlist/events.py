"""What happens to waitlists."""

from datetime import date, datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.lessons import LocationType


@frozen(kw_only=True)
class WaitlistMatched(Event):
    """A time that a student waits for is free; it is held for nobody. Source: spec 01 §11.

    *starts_at* is the first such start of *day*, in *zone*, the instructor's.
    """

    name: ClassVar[str] = "waitlist.matched"

    subscription_id: SubscriptionId
    student: StudentId
    instructor: InstructorId
    location_type: LocationType
    minutes: int
    day: date
    starts_at: datetime
    zone: str
