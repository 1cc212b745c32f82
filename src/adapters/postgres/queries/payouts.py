"""What screens read of tips and payouts, in PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from attrs import define
from sqlalchemy import Connection, bindparam, select, text, tuple_

from adapters.postgres.payouts import hold_of, instant_of, payout_of
from adapters.postgres.tables.payouts import bank_payouts, instant_payouts, payout_holds
from adapters.postgres.tables.tips import tips
from adapters.postgres.tips import tip_of
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import TipId
from instainstru_core.payments.payouts.model import InstantPayout, KnownPayout, PayoutHold
from instainstru_core.payments.payouts.ports import PaidOut, cursor_after, place_of
from instainstru_core.payments.tips.model import Tip

_B, _I, _H = bank_payouts.c, instant_payouts.c, payout_holds.c
_STUCK_TIPS: Final = select(tips).where(tips.c.stuck).order_by(tips.c.tip_id)
_TIPS: Final = (
    select(tips)
    .where(tips.c.booking_id == bindparam("booking", type_=tips.c.booking_id.type))
    .order_by(tips.c.tip_id)
)
_PAYOUTS: Final = (
    select(bank_payouts)
    .where(_B.instructor_id == bindparam("instructor", type_=_B.instructor_id.type))
    .order_by(_B.created_at.desc(), _B.payout.desc())
    .limit(bindparam("rows"))
)
_PAYOUTS_BEFORE: Final = _PAYOUTS.where(
    tuple_(_B.created_at, _B.payout)
    < tuple_(bindparam("created", type_=_B.created_at.type), bindparam("name"))
)
_TOTALS: Final = text(
    """
    SELECT coalesce(sum(amount_cents) FILTER (WHERE status = 'paid'), 0) AS paid,
           coalesce(sum(amount_cents) FILTER (WHERE status IN ('pending', 'in_transit')), 0)
               AS pending
    FROM bank_payouts WHERE instructor_id = :instructor
    """
)
_INSTANT: Final = (
    select(instant_payouts)
    .where(_I.instructor_id == bindparam("instructor", type_=_I.instructor_id.type))
    .order_by(_I.instant_payout_id.desc())
    .limit(bindparam("rows"))
)
_HOLDS: Final = select(payout_holds).order_by(_H.placed_at, _H.instructor_id, _H.cause)


@define
class PostgresTipQueries:
    """The `TipQueries` query."""

    _connection: Connection

    def of_booking(self, booking_id: BookingId) -> Sequence[Tip]:
        return [tip_of(row) for row in self._connection.execute(_TIPS, {"booking": booking_id})]

    def stuck(self, page: PageRequest) -> Page[Tip]:
        statement = _STUCK_TIPS.limit(page.limit + 1)
        if page.cursor is not None:
            statement = statement.where(tips.c.tip_id > TipId.parse(str(page.cursor.key[0])))
        found = [tip_of(row) for row in self._connection.execute(statement)]
        shown = found[: page.limit]
        more = len(found) > len(shown)
        return Page(items=shown, next_cursor=Cursor((str(shown[-1].tip_id),)) if more else None)


@define
class PostgresPayoutQueries:
    """The `PayoutQueries` query."""

    _connection: Connection

    def of_instructor(self, instructor_id: InstructorId, page: PageRequest) -> Page[KnownPayout]:
        values: dict[str, object] = {"instructor": instructor_id, "rows": page.limit + 1}
        statement = _PAYOUTS
        if page.cursor is not None:
            statement = _PAYOUTS_BEFORE
            values["created"], values["name"] = place_of(page.cursor)
        rows = self._connection.execute(statement, values).all()
        shown = [payout_of(row) for row in rows[: page.limit]]
        more = len(rows) > len(shown)
        return Page(items=shown, next_cursor=cursor_after(shown[-1]) if more else None)

    def totals(self, instructor_id: InstructorId) -> PaidOut:
        row = self._connection.execute(_TOTALS, {"instructor": instructor_id.value}).one()
        return PaidOut(paid=Money(int(row.paid)), pending=Money(int(row.pending)))

    def instant(self, instructor_id: InstructorId, *, limit: int) -> Sequence[InstantPayout]:
        values = {"instructor": instructor_id, "rows": limit}
        return [instant_of(row) for row in self._connection.execute(_INSTANT, values)]

    def holds(self) -> Sequence[PayoutHold]:
        return [hold_of(row) for row in self._connection.execute(_HOLDS)]
