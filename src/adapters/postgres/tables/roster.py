"""What the rosters of all processes are told besides the calendars. Source: AV-42."""

from sqlalchemy import DDL, Column, Index, Table, event, text

from adapters.postgres.tables.availability import TransactionId
from adapters.postgres.tables.instructors import instructors
from adapters.postgres.tables.metadata import metadata
from adapters.postgres.types import IdOf
from instainstru_core.instructors.ids import InstructorId

# A calendar says by its own row that it changed; one that is gone can't.
departed_instructors = Table(
    "departed_instructors",
    metadata,
    Column("instructor_id", IdOf(InstructorId), primary_key=True),
    Column(
        "changed_xid",
        TransactionId,
        nullable=False,
        server_default=text("pg_current_xact_id()"),
    ),
    Index("departed_instructors_changed_xid_idx", "changed_xid"),
)

_NOTE = """
CREATE OR REPLACE FUNCTION note_departed_instructor() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO departed_instructors (instructor_id) VALUES (OLD.instructor_id)
    ON CONFLICT (instructor_id) DO UPDATE SET changed_xid = pg_current_xact_id();
    RETURN NULL;
END
$body$
"""
_TRIGGER = """
CREATE TRIGGER instructor_departed AFTER DELETE ON instructors
FOR EACH ROW EXECUTE FUNCTION note_departed_instructor()
"""
DEPARTURES = (_NOTE, _TRIGGER)
"""What the database is told besides the table."""

for _statement in DEPARTURES:
    event.listen(instructors, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
