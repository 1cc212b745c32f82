"""How journals are written: balanced by the pair, about one payment, at one instant."""

from datetime import datetime

from attrs import frozen

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import CreditLotId, JournalId, TipId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.model.payment import Payment


@frozen
class Writer:
    """Writes the journals of one payment at one instant; what moves nothing is not written."""

    _payment: Payment
    _ids: Ids
    _at: datetime

    def journal(self, kind: JournalType, source: str, lines: list[Line]) -> list[Journal]:
        """The journal of *lines*, told apart by its kind and *source* (PY-81); none without any."""
        if not lines:
            return []
        return [
            Journal(
                journal_id=self._ids.new(JournalId),
                journal_type=kind,
                source_id=source,
                occurred_at=self._at,
                lines=tuple(lines),
            )
        ]

    def pair(
        self,
        debit: Account,
        credit: Account,
        amount: Money,
        reference: str | None = None,
        *,
        tip_id: TipId | None = None,
        lot_id: CreditLotId | None = None,
    ) -> list[Line]:
        """A debit and a credit of *amount*; nothing for no amount."""
        if not amount:
            return []
        return [
            Line(
                account=account,
                cents=cents,
                payment_id=self._payment.payment_id,
                instructor_id=self._payment.instructor_id,
                student_id=self._payment.student_id,
                tip_id=tip_id,
                lot_id=lot_id,
                processor_ref=reference,
            )
            for account, cents in ((debit, amount.cents), (credit, -amount.cents))
        ]
