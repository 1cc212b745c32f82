"""Credit as its student sees it, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import define
from sqlalchemy import Connection, bindparam, select, text

from adapters.postgres.credits import ORDER, lot_of, spendable
from adapters.postgres.tables.credits import credit_lots
from adapters.postgres.types import IdOf
from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.credits.model import CreditBalance, CreditLot, CreditPart
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId

_lot = credit_lots.c
_MINE = select(credit_lots).where(
    _lot.student_id == bindparam("student", type_=_lot.student_id.type)
)
_LOTS_OF = (
    _MINE.where(_lot.available_cents > NOTHING)
    .where(
        _lot.expires_at.is_(None) | (_lot.expires_at > bindparam("now", type_=_lot.expires_at.type))
    )
    .order_by(*ORDER)
)
_STANDING = _MINE.where(
    (_lot.available_cents > NOTHING)
    | (_lot.reserved_cents > NOTHING)
    | (_lot.pending_cents > NOTHING)
)
_SUMS = ", ".join(f"CAST(coalesce(sum({part.value}_cents), 0) AS bigint)" for part in CreditPart)
_PARTS: Final = text(
    f"SELECT {_SUMS} FROM credit_lots WHERE student_id = :student"  # noqa: S608 - our own names
).bindparams(bindparam("student", type_=IdOf(StudentId)))
_STATEMENT: Final = text(
    """
    SELECT journal_id, position, journals.occurred_at, journals.journal_type,
           -line.cents AS cents, line.lot_id, line.payment_id
    FROM journal_lines AS line JOIN journals USING (journal_id)
    WHERE line.student_id = :student AND line.account = 'credit_available'
      AND (CAST(:before AS uuid) IS NULL
           OR (journal_id, position) < (CAST(:before AS uuid), CAST(:place AS integer)))
    ORDER BY journal_id DESC, position DESC
    LIMIT :rows
    """
).bindparams(bindparam("student", type_=IdOf(StudentId)))


@define
class PostgresCreditQueries:
    """The `CreditQueries` query."""

    _connection: Connection

    def lots_of(self, student_id: StudentId, *, now: datetime) -> Sequence[CreditLot]:
        """The student's lots that can be spent."""
        rows = self._connection.execute(_LOTS_OF, {"student": student_id, "now": now})
        return [lot_of(row) for row in rows]

    def balance_of(self, student_id: StudentId, *, now: datetime) -> CreditBalance:
        """What the student can spend, has set aside, and will have."""
        rows = self._connection.execute(_STANDING, {"student": student_id})
        return CreditBalance.of((lot_of(row) for row in rows), now=now)

    def statement(self, student_id: StudentId, page: PageRequest) -> Page[StatementLine]:
        """Every movement of the student's credit, newest first."""
        before, place = None, 0
        if page.cursor is not None:
            name, _, position = str(page.cursor.key[0]).partition(":")
            before = JournalId.parse(name).value
            place = int(position) if position.isdecimal() and len(position) < 5 else 0
        values = {"student": student_id, "before": before, "place": place, "rows": page.limit + 1}
        lines = [
            StatementLine(
                line_id=f"{JournalId(row.journal_id)}:{row.position:02}",
                occurred_at=row.occurred_at,
                kind=row.journal_type,
                cents=row.cents,
                lot_id=row.lot_id and CreditLotId(row.lot_id),
                payment_id=row.payment_id and PaymentId(row.payment_id),
            )
            for row in self._connection.execute(_STATEMENT, values)
        ]
        shown = lines[: page.limit]
        more = len(lines) > len(shown)
        return Page(items=shown, next_cursor=Cursor((shown[-1].line_id,)) if more else None)

    def spendable(self, student_id: StudentId, *, lesson_price: Money, now: datetime) -> Money:
        """What the student could pay of a lesson of that price."""
        return spendable(self._connection, student_id, lesson_price, now)

    def parts_of(self, student_id: StudentId) -> Mapping[CreditPart, Money]:
        """The sum of each part over all of the student's lots."""
        row = self._connection.execute(_PARTS, {"student": student_id}).one()
        return {part: Money(cents) for part, cents in zip(CreditPart, row, strict=True)}
