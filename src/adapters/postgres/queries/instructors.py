"""Profiles as they are read: kept in memory as long as nothing changed."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from attrs import Factory, define
from sqlalchemy import Connection

from adapters.postgres.hot import HotRow
from adapters.postgres.instructors import (
    OFFERINGS_OF,
    ONE_INSTRUCTOR,
    instructor_of,
    offering_of,
)
from instainstru_core.instructors.errors import InstructorNotFound
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.queries import InstructorPage

REMEMBERED: Final = 2_048

# Whatever writes a row gives it another xmin, so any change makes another text; areas are written
# with their instructor only.
_VERSION: Final = HotRow(
    """
    SELECT concat(instructor.xmin, ' ', (
        SELECT string_agg(concat(offered.xmin, ' ', service.xmin), ',' ORDER BY offering_id)
        FROM offerings AS offered JOIN services AS service USING (service_id)
        WHERE offered.instructor_id = instructor.instructor_id
    )) AS version
    FROM instructors AS instructor WHERE instructor_id = :instructor_id
    """
)


@define
class RememberedPages:
    """The profiles that were read lately, each with its version, for all threads of this process.

    As long as nothing changes the same object is given again.
    """

    _pages: "OrderedDict[InstructorId, tuple[str, InstructorPage]]" = Factory(OrderedDict)
    _lock: Lock = Factory(Lock)

    def get(self, instructor_id: InstructorId, version: str) -> InstructorPage | None:
        """The profile, if it is of that *version*."""
        with self._lock:
            found = self._pages.get(instructor_id)
            if found is None or found[0] != version:
                return None
            self._pages.move_to_end(instructor_id)
            return found[1]

    def keep(self, instructor_id: InstructorId, version: str, page: InstructorPage) -> None:
        """Remember *page*, and forget what was not asked for longest."""
        with self._lock:
            self._pages[instructor_id] = version, page
            self._pages.move_to_end(instructor_id)
            if len(self._pages) > REMEMBERED:
                self._pages.popitem(last=False)


@define
class PostgresInstructorPages:
    """The `InstructorPages` query: one small statement, and two more of what changed."""

    _connection: Connection
    _remembered: RememberedPages = Factory(RememberedPages)

    def page(self, instructor_id: InstructorId) -> InstructorPage:
        row = _VERSION.of(self._connection, {"instructor_id": instructor_id.value})
        if row is None:
            raise InstructorNotFound(instructor_id)
        if (kept := self._remembered.get(instructor_id, row.version)) is not None:
            return kept
        # Read after its version: if something changes between, the next reader finds out.
        page = self._read(instructor_id)
        self._remembered.keep(instructor_id, row.version, page)
        return page

    def _read(self, instructor_id: InstructorId) -> InstructorPage:
        key = {"instructor_id": instructor_id}
        row = self._connection.execute(ONE_INSTRUCTOR, key).one_or_none()
        if row is None:
            raise InstructorNotFound(instructor_id)
        offered = self._connection.execute(OFFERINGS_OF, key)
        return InstructorPage(
            instructor=instructor_of(row),
            offerings=tuple(offering_of(each) for each in offered),
        )
