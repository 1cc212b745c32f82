"""What moved a student's spendable credit, line by line. Source: spec 02 §6."""

from datetime import datetime

from attrs import frozen

from instainstru_core.payments.ids import CreditLotId, PaymentId


@frozen(kw_only=True)
class StatementLine:
    """One movement: *cents* more to spend, or less; all lines sum to what is available.

    *kind* is the journal that tells of it. *line_id* names the line, later ones sort higher.
    """

    line_id: str
    occurred_at: datetime
    kind: str
    cents: int
    lot_id: CreditLotId | None
    payment_id: PaymentId | None
