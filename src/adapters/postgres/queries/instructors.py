"""Profiles as they are read: two statements each."""

from attrs import define
from sqlalchemy import Connection

from adapters.postgres.instructors import (
    OFFERINGS_OF,
    ONE_INSTRUCTOR,
    instructor_of,
    offering_of,
)
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.queries import InstructorPage


@define
class PostgresInstructorPages:
    """The `InstructorPages` query."""

    _connection: Connection

    def page(self, instructor_id: InstructorId) -> InstructorPage:
        key = {"instructor_id": instructor_id}
        row = self._connection.execute(ONE_INSTRUCTOR, key).one_or_none()
        if row is None:
            raise InstructorNotFound(instructor_id)
        offered = self._connection.execute(OFFERINGS_OF, key)
        return InstructorPage(
            instructor=instructor_of(row),
            offerings=tuple(offering_of(each) for each in offered),
        )
