"""Due work in PostgreSQL: who claims, takes and fails what, one statement each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define
from sqlalchemy import Connection, Row, text

from adapters.postgres.outbox import Outbox
from adapters.postgres.tables.due_work import work_items
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import (
    FIRST_DELAY,
    LEASE,
    LONGEST_DELAY,
    MAX_ATTEMPTS,
    MAX_CLAIMS,
    NewWork,
    WorkItem,
)

_CRASHED = f"claimed more than {MAX_CLAIMS} times without an outcome"

_COLUMNS = (
    work_items.c.work_id,
    work_items.c.handler,
    work_items.c.payload,
    work_items.c.due_at,
    work_items.c.attempts,
    work_items.c.claims,
    work_items.c.dead,
    work_items.c.last_error,
)
_NAMES = ", ".join(column.name for column in _COLUMNS)

_CLAIM = text(
    """
    WITH due AS (
        SELECT work_id, due_at FROM work_items
        WHERE NOT dead AND due_at <= :now
        ORDER BY due_at, work_id
        LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE work_items AS item
        SET due_at = :lease_ends,
            claims = item.claims + 1,
            dead = item.claims >= :max_claims,
            last_error = CASE WHEN item.claims >= :max_claims
                              THEN :crashed ELSE item.last_error END
        FROM due
        WHERE item.work_id = due.work_id
        RETURNING item.work_id, item.dead, due.due_at AS was_due_at
    )
    SELECT work_id FROM leased WHERE NOT dead ORDER BY was_due_at, work_id
    """
).columns(work_items.c.work_id)

_TAKE = text(
    f"SELECT {_NAMES} FROM work_items WHERE work_id = :work_id AND NOT dead FOR UPDATE SKIP LOCKED"  # noqa: S608
).columns(*_COLUMNS)

_FIND = text(f"SELECT {_NAMES} FROM work_items WHERE work_id = :work_id").columns(*_COLUMNS)  # noqa: S608

_FINISH = text("DELETE FROM work_items WHERE work_id = :work_id")

_PUT_OFF = text(
    """
    UPDATE work_items
    SET due_at = :until, attempts = 0, claims = 0, dead = false, last_error = NULL
    WHERE work_id = :work_id
    """
)

# What is dead already stays as it died: a straggler's failure adds nothing.
_FAIL = text(
    f"""
    UPDATE work_items
    SET attempts = CASE WHEN dead THEN attempts ELSE attempts + 1 END,
        claims = CASE WHEN dead THEN claims ELSE 0 END,
        due_at = CASE WHEN dead THEN due_at ELSE
            CAST(:now AS timestamptz)
            + least(:longest, :first * power(2, least(attempts, 10))) * interval '1 second' END,
        dead = dead OR (:mortal AND attempts + 1 >= :max_attempts),
        last_error = CASE WHEN dead THEN last_error ELSE :error END
    WHERE work_id = :work_id
    RETURNING {_NAMES}
    """  # noqa: S608
).columns(*_COLUMNS)

# Skipping what is locked: whoever holds it may be waiting for a row that this unit holds.
_WITHDRAW = text(
    """
    DELETE FROM work_items WHERE work_id IN (
        SELECT work_id FROM work_items WHERE dedupe_key = :dedupe_key FOR UPDATE SKIP LOCKED
    )
    """
)


@define
class PostgresWorkItems:
    """The `WorkItems` port, one statement per call."""

    _connection: Connection
    _outbox: Outbox

    def file(self, work: NewWork) -> None:
        self._outbox.file(work)

    def claim(self, *, now: datetime, limit: int) -> Sequence[WorkId]:
        values = {
            "now": now,
            "limit": limit,
            "lease_ends": now + LEASE,
            "max_claims": MAX_CLAIMS,
            "crashed": _CRASHED,
        }
        return self._connection.scalars(_CLAIM, values).all()

    def take(self, work_id: WorkId) -> WorkItem | None:
        row = self._connection.execute(_TAKE, {"work_id": work_id.value}).one_or_none()
        return None if row is None else work_item(row)

    def find(self, work_id: WorkId) -> WorkItem | None:
        row = self._connection.execute(_FIND, {"work_id": work_id.value}).one_or_none()
        return None if row is None else work_item(row)

    def finish(self, work_id: WorkId) -> None:
        self._connection.execute(_FINISH, {"work_id": work_id.value})

    def put_off(self, work_id: WorkId, *, until: datetime) -> None:
        self._connection.execute(_PUT_OFF, {"work_id": work_id.value, "until": until})

    def fail(
        self, work_id: WorkId, *, error: str, now: datetime, mortal: bool = True
    ) -> WorkItem | None:
        values = {
            "work_id": work_id.value,
            "error": error,
            "now": now,
            "mortal": mortal,
            "first": int(FIRST_DELAY.total_seconds()),
            "longest": int(LONGEST_DELAY.total_seconds()),
            "max_attempts": MAX_ATTEMPTS,
        }
        row = self._connection.execute(_FAIL, values).one_or_none()
        return None if row is None else work_item(row)

    def withdraw(self, dedupe_key: str) -> None:
        self._outbox.withdraw(dedupe_key)
        self._connection.execute(_WITHDRAW, {"dedupe_key": dedupe_key})


def work_item(row: Row[Any]) -> WorkItem:
    """The item that a row of all its columns holds."""
    return WorkItem(
        work_id=row.work_id,
        handler=row.handler,
        payload=row.payload,
        due_at=row.due_at,
        attempts=row.attempts,
        claims=row.claims,
        dead=row.dead,
        last_error=row.last_error,
    )
