"""Due work as operators look at it."""

from collections.abc import Sequence
from datetime import datetime

from attrs import define
from sqlalchemy import Connection, desc, func, select

from adapters.postgres.due_work import work_item
from adapters.postgres.tables.due_work import work_items
from instainstru_core.due_work.model import WorkItem
from instainstru_core.due_work.queries import Backlog

_C = work_items.c


@define
class PostgresDueWorkQueries:
    """The `DueWorkQueries` port."""

    _connection: Connection

    def backlog(self, now: datetime) -> Backlog:
        is_due = ~_C.dead & (_C.due_at <= now)
        statement = select(
            func.count().filter(~_C.dead),
            func.count().filter(is_due),
            func.count().filter(_C.dead),
            func.min(_C.due_at).filter(is_due),
        ).select_from(work_items)
        waiting, due, dead, oldest = self._connection.execute(statement).one()
        return Backlog(waiting=waiting, due=due, dead=dead, oldest_due_at=oldest)

    def dead_work(self, *, limit: int = 100) -> Sequence[WorkItem]:
        statement = (
            select(work_items)
            .where(_C.dead)
            .order_by(desc(_C.due_at), desc(_C.work_id))
            .limit(limit)
        )
        return [work_item(row) for row in self._connection.execute(statement)]
