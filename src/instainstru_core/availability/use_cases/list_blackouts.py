"""List the dates on which an instructor takes no lessons, from today on. Source: AV-27."""

from collections.abc import Sequence
from typing import TypeVar

from instainstru_core.availability.model.facts import Blackout
from instainstru_core.availability.queries import AvailabilityReads
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

ReadsT = TypeVar("ReadsT", bound=AvailabilityReads)


def list_blackouts(
    instructor_id: InstructorId, *, read: Begin[ReadsT], clock: Clock
) -> Sequence[Blackout]:
    """Today's and later ones, in order.

    Raises:
        CalendarNotFound: Nobody of this id teaches here.
    """
    with read() as reads:
        zone = reads.calendars.glance(instructor_id).zone
        return reads.calendars.blackouts_from(instructor_id, zone.today(clock.now()))
