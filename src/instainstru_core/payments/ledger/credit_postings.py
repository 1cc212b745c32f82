"""Appendix A, rows 5 to 8 and 10 to 14: what moving credit does to the books."""

from datetime import datetime
from typing import Final

from attrs import frozen

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot, CreditPart, Funding
from instainstru_core.payments.ids import JournalId, PaymentId
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line

STANDING: Final = {
    CreditPart.PENDING: Account.CREDIT_PENDING,
    CreditPart.AVAILABLE: Account.CREDIT_AVAILABLE,
    CreditPart.RESERVED: Account.CREDIT_RESERVED,
    CreditPart.FROZEN: Account.CREDIT_FROZEN,
}
"""Where the books keep what is not gone yet. Source: PY-82, PY-84."""

_MOVES: Final = {
    (CreditPart.AVAILABLE, CreditPart.RESERVED): JournalType.CREDIT_RESERVE,
    (CreditPart.RESERVED, CreditPart.AVAILABLE): JournalType.CREDIT_RELEASE,
    (CreditPart.RESERVED, CreditPart.APPLIED): JournalType.CREDIT_APPLY,
    (CreditPart.RESERVED, CreditPart.FORFEITED): JournalType.CREDIT_FORFEIT,
    (CreditPart.PENDING, CreditPart.AVAILABLE): JournalType.CREDIT_UNLOCK,
    (CreditPart.AVAILABLE, CreditPart.EXPIRED): JournalType.CREDIT_EXPIRE,
    (CreditPart.RESERVED, CreditPart.EXPIRED): JournalType.CREDIT_EXPIRE,
    (CreditPart.AVAILABLE, CreditPart.REVOKED): JournalType.CREDIT_REVOKE,
    (CreditPart.PENDING, CreditPart.REVOKED): JournalType.CREDIT_REVOKE,
    (CreditPart.AVAILABLE, CreditPart.FROZEN): JournalType.CREDIT_FREEZE,
    (CreditPart.FROZEN, CreditPart.AVAILABLE): JournalType.CREDIT_UNFREEZE,
}


@frozen
class CreditBooks:
    """The journals of credit, at one instant."""

    _ids: Ids
    _at: datetime

    def moved(
        self,
        lot: CreditLot,
        amount: Money,
        source: CreditPart,
        target: CreditPart,
        payment_id: PaymentId | None = None,
    ) -> Journal:
        """*amount* of *lot*, which is as it is after the move, went from one part to another."""
        kind = _MOVES[source, target]
        return self._journal(
            lot,
            kind,
            f"{lot.lot_id}#{lot.changes}",
            debit=STANDING[source],
            credit=_account(target, lot.funding),
            amount=amount,
            payment_id=payment_id,
        )

    def granted(self, lot: CreditLot) -> Journal:
        """Rows 9 and 10: a new lot, out of captured money or at the platform's expense."""
        cash = lot.funding is Funding.CASH
        return self._journal(
            lot,
            JournalType.CREDIT_ISSUE if cash else JournalType.CREDIT_ISSUE_PROMO,
            str(lot.lot_id),
            debit=Account.BOOKING_ESCROW if cash else Account.PROMO_CREDIT_EXPENSE,
            credit=Account.CREDIT_PENDING if lot.pending else Account.CREDIT_AVAILABLE,
            amount=lot.amount,
            payment_id=lot.payment_id,
        )

    def _journal(
        self,
        lot: CreditLot,
        kind: JournalType,
        source_id: str,
        *,
        debit: Account,
        credit: Account,
        amount: Money,
        payment_id: PaymentId | None,
    ) -> Journal:
        lines = tuple(
            Line(
                account=account,
                cents=cents,
                payment_id=payment_id,
                student_id=lot.student_id,
                lot_id=lot.lot_id,
            )
            for account, cents in ((debit, amount.cents), (credit, -amount.cents))
        )
        return Journal(
            journal_id=self._ids.new(JournalId),
            journal_type=kind,
            source_id=source_id,
            occurred_at=self._at,
            lines=lines,
        )


def _account(part: CreditPart, funding: Funding) -> Account:
    if part in STANDING:
        return STANDING[part]
    if part in {CreditPart.APPLIED, CreditPart.FORFEITED}:
        return Account.BOOKING_ESCROW
    return Account.CREDIT_BREAKAGE if funding is Funding.CASH else Account.PROMO_CREDIT_EXPENSE
