"""Credit that pays for lessons: set aside, given back, spent, forfeited. Source: CR-4…CR-8, PY-28.

Rows 5 to 8 of Appendix A. Who calls it holds the payment.
"""

from collections.abc import Sequence

from attrs import define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.events import CreditSpent
from instainstru_core.payments.credits.model import (
    CreditAllocation,
    CreditLot,
    CreditPart,
    CreditUse,
    ReleaseFault,
    spending_order,
)
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.use_cases.credits.lots import (
    CreditLotMoves,
    expired_news,
    less,
    revoked_news,
    total_of,
)


@define
class CreditSpending(CreditLotMoves):
    """What payments do to lots."""

    def available(self, student_id: StudentId, lesson_price: Money) -> Money:
        """What the student can pay of a lesson of that price; it stays so in this unit."""
        lots = self._open_of(student_id)
        return total_of(lot.eligible(lesson_price, self._at) for lot in lots)

    def held(self, payment_id: PaymentId) -> Money:
        """What is set aside for the payment now."""
        return total_of(
            use.allocation.reserved for use in self._work.credit_lots.used_by(payment_id)
        )

    def reserve(
        self,
        payment_id: PaymentId,
        student_id: StudentId,
        *,
        lesson_price: Money,
        requested: Money,
    ) -> Money:
        """Set credit aside for a kept payment; what was set aside before stands. Source: CR-4."""
        uses = self._work.credit_lots.used_by(payment_id)
        if held := total_of(use.allocation.reserved for use in uses):
            return held
        return self._set_aside(
            payment_id, student_id, lesson_price=lesson_price, requested=requested, uses=uses
        )

    def reserve_first(
        self,
        payment_id: PaymentId,
        student_id: StudentId,
        *,
        lesson_price: Money,
        requested: Money,
    ) -> Money:
        """As `reserve`, for a payment made in this very unit, which has nothing set aside."""
        return self._set_aside(
            payment_id, student_id, lesson_price=lesson_price, requested=requested, uses=()
        )

    def add(
        self, payment_id: PaymentId, student_id: StudentId, *, lesson_price: Money, more: Money
    ) -> Money:
        """Set *more* aside than there is; how much more it was. Source: CR-4, RF-23."""
        return self._set_aside(
            payment_id,
            student_id,
            lesson_price=lesson_price,
            requested=more,
            uses=self._work.credit_lots.used_by(payment_id),
        )

    def release(self, payment: Payment, *, fault: ReleaseFault, keep: Money = NOTHING) -> Money:
        """Give back all that is set aside but *keep*, the last to expire first; how much it was.

        What expired meanwhile is lost by the student's own doing, and lives on for a while by
        anybody else's. Source: CR-6, CR-7.
        """
        uses = self._work.credit_lots.used_by(payment.payment_id)
        rest = less(total_of(use.allocation.reserved for use in uses), keep)
        released = rest
        changed: list[CreditUse] = []
        journals: list[Journal] = []
        for use in sorted(uses, key=lambda use: spending_order(use.lot), reverse=True):
            part = min(rest, use.allocation.reserved)
            if not part:
                continue
            rest = rest - part
            allocation = evolve(
                use.allocation,
                reserved=use.allocation.reserved - part,
                released=use.allocation.released + part,
            )
            lot = self._give_back(use.lot, part, fault, payment.payment_id, journals)
            changed.append(CreditUse(lot=lot, allocation=allocation))
        self._keep(changed, journals)
        return released

    def apply(self, payment: Payment) -> Money:
        """The lesson was taught: what is set aside paid for it. Source: CR-8, row 7."""
        return self._use_up(payment, CreditPart.APPLIED)

    def forfeit(self, payment: Payment) -> Money:
        """What is still set aside is lost to the student. Source: PY-28, row 8."""
        return self._use_up(payment, CreditPart.FORFEITED)

    def _set_aside(
        self,
        payment_id: PaymentId,
        student_id: StudentId,
        *,
        lesson_price: Money,
        requested: Money,
        uses: Sequence[CreditUse],
    ) -> Money:
        known = {use.lot.lot_id: use.allocation for use in uses}
        rest = min(requested, lesson_price)
        total = NOTHING
        changed: list[CreditUse] = []
        journals: list[Journal] = []
        for lot in sorted(self._open_of(student_id), key=spending_order):
            part = min(rest, lot.eligible(lesson_price, self._at))
            if not part:
                continue
            rest, total = rest - part, total + part
            moved = lot.shift(part, CreditPart.AVAILABLE, CreditPart.RESERVED)
            before = known.get(lot.lot_id) or CreditAllocation(
                lot_id=lot.lot_id, payment_id=payment_id
            )
            allocation = evolve(before, reserved=before.reserved + part)
            changed.append(CreditUse(lot=moved, allocation=allocation))
            journals.append(
                self._books.moved(
                    moved, part, CreditPart.AVAILABLE, CreditPart.RESERVED, payment_id
                )
            )
        self._keep(changed, journals)
        return total

    def _use_up(self, payment: Payment, target: CreditPart) -> Money:
        total = NOTHING
        changed: list[CreditUse] = []
        journals: list[Journal] = []
        for use in self._work.credit_lots.used_by(payment.payment_id):
            part = use.allocation.reserved
            if not part:
                continue
            total = total + part
            lot = use.lot.shift(part, CreditPart.RESERVED, target)
            allocation = evolve(use.allocation, reserved=NOTHING)
            if target is CreditPart.APPLIED:
                allocation = evolve(allocation, applied=allocation.applied + part)
                news = CreditSpent(
                    occurred_at=self._at,
                    lot_id=lot.lot_id,
                    student_id=lot.student_id,
                    payment_id=payment.payment_id,
                    amount=part,
                )
                lot = lot.recording(news)
            else:
                allocation = evolve(allocation, forfeited=allocation.forfeited + part)
            changed.append(CreditUse(lot=lot, allocation=allocation))
            journals.append(
                self._books.moved(lot, part, CreditPart.RESERVED, target, payment.payment_id)
            )
        self._keep(changed, journals)
        return total

    def _give_back(
        self,
        lot: CreditLot,
        amount: Money,
        fault: ReleaseFault,
        payment_id: PaymentId,
        journals: list[Journal],
    ) -> CreditLot:
        """What becomes of credit that is released. Source: CR-6, CR-12."""
        books = self._books
        if not lot.live(self._at) and fault is ReleaseFault.STUDENT and not lot.withdrawn:
            lot = lot.shift(amount, CreditPart.RESERVED, CreditPart.EXPIRED)
            journals.append(
                books.moved(lot, amount, CreditPart.RESERVED, CreditPart.EXPIRED, payment_id)
            )
            return lot.recording(expired_news(lot, amount, self._at))
        if not lot.live(self._at):
            # Only what comes back gets more time: what lay unspent beside it expired.
            lot = self._expire_unsaved(lot, journals)
            lot = evolve(lot, expires_at=self._grace, noticed=None)
        lot = lot.shift(amount, CreditPart.RESERVED, CreditPart.AVAILABLE)
        journals.append(
            books.moved(lot, amount, CreditPart.RESERVED, CreditPart.AVAILABLE, payment_id)
        )
        if not lot.withdrawn:
            return lot
        lot = lot.shift(amount, CreditPart.AVAILABLE, CreditPart.REVOKED)
        journals.append(books.moved(lot, amount, CreditPart.AVAILABLE, CreditPart.REVOKED))
        return lot.recording(revoked_news(lot, amount, self._at))

    def _expire_unsaved(self, lot: CreditLot, journals: list[Journal]) -> CreditLot:
        amount = lot.available
        if not amount:
            return lot
        lot = lot.shift(amount, CreditPart.AVAILABLE, CreditPart.EXPIRED)
        journals.append(self._books.moved(lot, amount, CreditPart.AVAILABLE, CreditPart.EXPIRED))
        return lot.recording(expired_news(lot, amount, self._at))
