"""Credit in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.credits.model import CreditLot
from instainstru_core.payments.ids import CreditLotId

if TYPE_CHECKING:
    from instainstru_core.testing.memory.store import InMemoryOutbox, Tables


def _lots(tables: "Tables") -> dict[CreditLotId, CreditLot]:
    return tables.of("credit_lots", CreditLotId, CreditLot)


@define
class InMemoryCreditLots:
    """The `CreditLots` port."""

    _tables: "Tables"
    _outbox: "InMemoryOutbox"

    def add(self, lot: CreditLot) -> None:
        """Keep a new lot."""
        granted = {(each.payment_id, each.source) for each in _lots(self._tables).values()}
        if (lot.payment_id, lot.source) in granted:
            return
        self._outbox.record(lot.events)
        _lots(self._tables)[lot.lot_id] = evolve(lot, events=())


@define
class InMemoryCreditQueries:
    """The `CreditQueries` query."""

    _tables: "Tables"

    def lots_of(self, student_id: StudentId, *, now: datetime) -> Sequence[CreditLot]:
        """The student's lots that can be spent."""
        mine = [
            lot
            for lot in _lots(self._tables).values()
            if lot.student_id == student_id and lot.available(now)
        ]
        return sorted(mine, key=lambda lot: (lot.expires_at, lot.granted_at, lot.lot_id))
