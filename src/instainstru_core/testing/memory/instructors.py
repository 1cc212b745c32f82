"""Those who teach, in memory."""

from collections.abc import Sequence

from attrs import define, evolve

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.errors import (
    InstructorNotFound,
    OfferingNotFound,
    ProfileExists,
    ServiceAlreadyOffered,
)
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


@define
class InMemoryInstructors:
    """The `Instructors` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def get(self, instructor_id: InstructorId) -> Instructor:
        if (found := self._rows().get(instructor_id)) is None:
            raise InstructorNotFound(instructor_id)
        return found

    def get_for_update(self, instructor_id: InstructorId) -> Instructor:
        return self.get(instructor_id)

    def add(self, instructor: Instructor) -> Instructor:
        if instructor.instructor_id in self._rows():
            raise ProfileExists(instructor.instructor_id)
        return self._kept(instructor)

    def save(self, instructor: Instructor) -> Instructor:
        before = self._rows().get(instructor.instructor_id)
        if before is None or before.version != instructor.version:
            raise StaleAggregate(str(instructor.instructor_id))
        return self._kept(instructor)

    def _kept(self, instructor: Instructor) -> Instructor:
        self._outbox.record(instructor.events)
        kept = evolve(instructor, version=instructor.version + 1, events=())
        self._rows()[instructor.instructor_id] = kept
        return kept

    def _rows(self) -> dict[InstructorId, Instructor]:
        return self._tables.of("instructors", InstructorId, Instructor)


@define
class InMemoryOfferings:
    """The `Offerings` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def of(self, instructor_id: InstructorId) -> Sequence[Offering]:
        return offerings_of(self._tables, instructor_id)

    def get(self, instructor_id: InstructorId, offering_id: OfferingId) -> Offering:
        found = self._rows().get(offering_id)
        if found is None or found.instructor_id != instructor_id:
            raise OfferingNotFound(offering_id)
        return found

    def for_service(self, instructor_id: InstructorId, service_id: ServiceId) -> Offering | None:
        offered = self.of(instructor_id)
        return next((each for each in offered if each.service_id == service_id), None)

    def add(self, offering: Offering) -> Offering:
        if self.for_service(offering.instructor_id, offering.service_id) is not None:
            raise ServiceAlreadyOffered(offering.service_id)
        return self._kept(offering)

    def save(self, offering: Offering) -> Offering:
        before = self._rows().get(offering.offering_id)
        if before is None or before.version != offering.version:
            raise StaleAggregate(str(offering.offering_id))
        return self._kept(offering)

    def _kept(self, offering: Offering) -> Offering:
        self._outbox.record(offering.events)
        kept = evolve(offering, version=offering.version + 1, events=())
        self._rows()[offering.offering_id] = kept
        return kept

    def _rows(self) -> dict[OfferingId, Offering]:
        return self._tables.of("offerings", OfferingId, Offering)


def offerings_of(tables: Tables, instructor_id: InstructorId) -> tuple[Offering, ...]:
    """Everything one instructor offers or offered, by service name."""
    rows = tables.of("offerings", OfferingId, Offering).values()
    own = [each for each in rows if each.instructor_id == instructor_id]
    return tuple(sorted(own, key=lambda each: (each.service_name, each.offering_id)))


@define
class InMemoryInstructorPages:
    """The `InstructorPages` query."""

    _tables: Tables

    def page(self, instructor_id: InstructorId) -> InstructorPage:
        found = self._tables.of("instructors", InstructorId, Instructor).get(instructor_id)
        if found is None:
            raise InstructorNotFound(instructor_id)
        return InstructorPage(instructor=found, offerings=offerings_of(self._tables, instructor_id))

    def everyone(self) -> tuple[InstructorPage, ...]:
        """Every profile, by id."""
        ids = sorted(self._tables.of("instructors", InstructorId, Instructor))
        return tuple(self.page(each) for each in ids)
