"""What is done to a lot of credit by itself: granted, unlocked, expired, revoked.

Whatever moves is locked, kept, and posted (rows 9 to 13 of Appendix A). Source: CR-9, CR-11…CR-15.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import define, evolve, field

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.events import CreditExpired, CreditRevoked, CreditUnlocked
from instainstru_core.payments.credits.model import CreditLot, CreditPart, CreditUse
from instainstru_core.payments.ledger.credit_postings import CreditBooks
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.ports import PaymentWork

_WITHDRAWABLE: Final = (CreditPart.PENDING, CreditPart.AVAILABLE)


@define
class CreditLotMoves:
    """Moves parts of lots that no payment uses: one unit, one instant."""

    _work: PaymentWork
    _ids: Ids
    _at: datetime
    _open: dict[StudentId, list[CreditLot]] = field(factory=dict, init=False)

    @property
    def lasts_until(self) -> datetime:
        """When credit that is issued now runs out. Source: CR-9, spec 02 §8."""
        return self._at + timedelta(days=self._work.figures.credit_expiry_days)

    @property
    def _grace(self) -> datetime:
        """How long credit that comes back now can be spent at least. Source: CR-6, CR-13."""
        return self._at + timedelta(days=self._work.figures.release_grace_days)

    def grant(self, lot: CreditLot) -> bool:
        """Keep a new lot, and post row 9 or 10; False: the same was granted before."""
        if not self._work.credit_lots.add(lot):
            return False
        self._work.ledger.post([self._books.granted(lot)])
        self._open.pop(lot.student_id, None)
        return True

    def unlock(self, lot: CreditLot, *, expires_at: datetime | None = None) -> CreditLot:
        """Pending credit can be spent from now on, until *expires_at*. Source: CR-9, CR-11.

        Unless said, until newly issued credit would run out.
        """
        amount = lot.pending
        if not amount:
            return lot
        until = expires_at or lot.expires_at or self.lasts_until
        news = CreditUnlocked(
            occurred_at=self._at,
            lot_id=lot.lot_id,
            student_id=lot.student_id,
            amount=amount,
            expires_at=until,
        )
        opened = evolve(lot, expires_at=until).recording(news)
        return self._move(opened, amount, CreditPart.PENDING, CreditPart.AVAILABLE)

    def expire(self, lot: CreditLot) -> CreditLot:
        """What is available of a lot whose time is over runs out. Source: CR-14, row 12."""
        amount = lot.available
        if lot.live(self._at) or not amount:
            return lot
        told = lot.recording(expired_news(lot, amount, self._at))
        return self._move(told, amount, CreditPart.AVAILABLE, CreditPart.EXPIRED)

    def revoke(self, lot: CreditLot, amount: Money) -> Money:
        """Take back at most *amount* of what is pending or available. Source: CR-15, row 13."""
        lot = self.expire(lot)
        taken = NOTHING
        for part in _WITHDRAWABLE:
            step = min(less(amount, taken), lot.part(part))
            if step:
                lot = lot.recording(revoked_news(lot, step, self._at))
                lot = self._move(lot, step, part, CreditPart.REVOKED)
                taken = taken + step
        return taken

    def _move(
        self, lot: CreditLot, amount: Money, source: CreditPart, target: CreditPart
    ) -> CreditLot:
        """Move a part of a lot that no payment uses, and keep it."""
        moved = lot.shift(amount, source, target)
        self._work.credit_lots.save([moved])
        self._work.ledger.post([self._books.moved(moved, amount, source, target)])
        self._open.pop(lot.student_id, None)
        return evolve(moved, events=())

    def _keep(self, uses: Sequence[CreditUse], journals: Sequence[Journal]) -> None:
        if uses:
            self._work.credit_lots.save([use.lot for use in uses], [use.allocation for use in uses])
            self._work.ledger.post(journals)
            self._open.clear()

    def _open_of(self, student_id: StudentId) -> list[CreditLot]:
        if student_id not in self._open:
            self._open[student_id] = list(self._work.credit_lots.open_of(student_id))
        return self._open[student_id]

    @property
    def _books(self) -> CreditBooks:
        return CreditBooks(self._ids, self._at)


def total_of(amounts: Iterable[Money]) -> Money:
    """All of *amounts*."""
    return sum(amounts, NOTHING)


def less(amount: Money, taken: Money) -> Money:
    """What is left of *amount*, never less than nothing."""
    return amount - min(amount, taken)


def expired_news(lot: CreditLot, amount: Money, at: datetime) -> CreditExpired:
    """That so much of a lot ran out."""
    return CreditExpired(
        occurred_at=at, lot_id=lot.lot_id, student_id=lot.student_id, amount=amount
    )


def revoked_news(lot: CreditLot, amount: Money, at: datetime) -> CreditRevoked:
    """That so much of a lot was taken back."""
    return CreditRevoked(
        occurred_at=at, lot_id=lot.lot_id, student_id=lot.student_id, amount=amount
    )
