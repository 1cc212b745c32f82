"""Where those who teach are kept, and what they need from outside."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.ports import CatalogWork
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor


class Instructors(Protocol):
    """Everyone who teaches. Each change marks the instructor's calendar as changed."""

    def get(self, instructor_id: InstructorId) -> Instructor:
        """One instructor; Raises: InstructorNotFound."""
        ...

    def get_for_update(self, instructor_id: InstructorId) -> Instructor:
        """One instructor, locked until the unit ends; Raises: InstructorNotFound."""
        ...

    def add(self, instructor: Instructor) -> Instructor:
        """Keep a new profile; Raises: ProfileExists."""
        ...

    def save(self, instructor: Instructor) -> Instructor:
        """Keep a change; Raises: StaleAggregate."""
        ...


class Offerings(Protocol):
    """What is taught by whom. Each change marks the instructor's calendar as changed."""

    def of(self, instructor_id: InstructorId) -> Sequence[Offering]:
        """Everything one instructor offers or offered, by service name."""
        ...

    def get(self, instructor_id: InstructorId, offering_id: OfferingId) -> Offering:
        """One offering of one instructor; Raises: OfferingNotFound."""
        ...

    def for_service(self, instructor_id: InstructorId, service_id: ServiceId) -> Offering | None:
        """The instructor's offering of a service, active or not; None when there never was one."""
        ...

    def add(self, offering: Offering) -> Offering:
        """Keep a new offering; Raises: ServiceAlreadyOffered."""
        ...

    def save(self, offering: Offering) -> Offering:
        """Keep a change; Raises: StaleAggregate."""
        ...


class InstructorWork(CatalogWork, Protocol):
    """What one unit of work in instructors can reach."""

    @property
    def instructors(self) -> Instructors:
        """Everyone who teaches."""
        ...

    @property
    def offerings(self) -> Offerings:
        """What is taught by whom."""
        ...


class Chance(Protocol):
    """The only source of chance; secure, as points are hidden with it. Source: PL-28."""

    def draw(self) -> float:
        """A number from 0 up to, not including, 1."""
        ...
