"""What is shown of those who teach."""

from typing import Protocol

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor


@frozen(kw_only=True)
class InstructorPage:
    """An instructor with everything offered, by service name."""

    instructor: Instructor
    offerings: tuple[Offering, ...]

    @property
    def active_offerings(self) -> tuple[Offering, ...]:
        """What can be asked for now."""
        return tuple(each for each in self.offerings if each.active)

    @property
    def missing(self) -> tuple[str, ...]:
        """What still stands between this profile and the public. Source: IN-11."""
        return self.instructor.missing(has_skills=bool(self.active_offerings))


class InstructorPages(Protocol):
    """Profiles as they are read."""

    def page(self, instructor_id: InstructorId) -> InstructorPage:
        """One profile, visible or not; Raises: InstructorNotFound."""
        ...


class InstructorReads(Protocol):
    """What can be read of instructors."""

    @property
    def instructor_pages(self) -> InstructorPages:
        """Profiles as they are read."""
        ...
