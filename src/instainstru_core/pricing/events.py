"""What happened to what the platform keeps. Source: spec 02 §7."""

from typing import ClassVar

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class CommissionTierChanged(Event):
    """The instructor pays another commission from now on.

    *previous_bps* and *completed*, the lessons of the activity window, are what it came from: the
    record of it is the log PR-12 asks for.
    """

    name: ClassVar[str] = "commission.tier_changed"
    instructor_id: InstructorId
    tier: str
    commission_bps: int
    previous_bps: int
    completed: int


@frozen(kw_only=True)
class FloorRaised(Event):
    """Some rates of the instructor can't be booked at any more, since a floor rose.

    Told once for each version of the document. Source: PR-8.
    """

    name: ClassVar[str] = "pricing.floor_raised"
    instructor_id: InstructorId
    config_version: int
    offerings: int
