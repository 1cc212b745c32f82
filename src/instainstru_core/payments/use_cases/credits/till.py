"""The till: every move of a student's credit, in one open unit. Source: CR-1…CR-15.

It locks the lots it touches, moves their parts, and posts rows 5 to 8 and 10 to 14 of Appendix A;
where a row of another matter has the credit in it, the docstring says so and nothing is posted.
Who calls it holds the payment, where there is one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import define, evolve, field

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.events import (
    CreditExpired,
    CreditRevoked,
    CreditSpent,
    CreditUnlocked,
)
from instainstru_core.payments.credits.model import (
    ISSUED,
    CreditAllocation,
    CreditLot,
    CreditPart,
    CreditSource,
    CreditUse,
    Funding,
    IssuedCredit,
    ReleaseFault,
    spending_order,
)
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.ledger.credit_postings import CreditBooks
from instainstru_core.payments.ledger.model import Journal
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork

_WITHDRAWABLE: Final = (CreditPart.PENDING, CreditPart.AVAILABLE)


@define
class CreditTill:
    """Moves credit: one unit, one instant."""

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

    def available(self, student_id: StudentId, lesson_price: Money) -> Money:
        """What the student can pay of a lesson of that price; it stays so in this unit."""
        lots = self._open_of(student_id)
        return _sum(lot.eligible(lesson_price, self._at) for lot in lots)

    def held(self, payment_id: PaymentId) -> Money:
        """What is set aside for the payment now."""
        return _sum(use.allocation.reserved for use in self._work.credit_lots.used_by(payment_id))

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
        if held := _sum(use.allocation.reserved for use in uses):
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
        rest = _less(_sum(use.allocation.reserved for use in uses), keep)
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
        told = lot.recording(_expired(lot, amount, self._at))
        return self._move(told, amount, CreditPart.AVAILABLE, CreditPart.EXPIRED)

    def revoke(self, lot: CreditLot, amount: Money) -> Money:
        """Take back at most *amount* of what is pending or available. Source: CR-15, row 13."""
        lot = self.expire(lot)
        taken = NOTHING
        for part in _WITHDRAWABLE:
            step = min(_less(amount, taken), lot.part(part))
            if step:
                lot = lot.recording(_revoked(lot, step, self._at))
                lot = self._move(lot, step, part, CreditPart.REVOKED)
                taken = taken + step
        return taken

    def issued(self, payment_id: PaymentId) -> IssuedCredit:
        """What became of the credit issued from the payment's money. Source: PY-53, PY-56."""
        lots = self._issued_by(payment_id)
        return IssuedCredit(
            unspent=_sum(lot.spendable(self._at) for lot in lots),
            spent=_sum(lot.spent for lot in lots),
        )

    def revoke_issued(self, payment: Payment) -> Money:
        """Take back what is unspent of the credit issued from the payment; row 23 posts it.

        Source: PY-53.
        """
        taken = NOTHING
        changed: list[CreditLot] = []
        for lot in self._issued_by(payment.payment_id):
            amount = lot.spendable(self._at)
            if amount:
                taken = taken + amount
                gone = lot.shift(amount, CreditPart.AVAILABLE, CreditPart.REVOKED)
                changed.append(gone.recording(_revoked(lot, amount, self._at)))
        self._work.credit_lots.save(changed)
        self._open.pop(payment.student_id, None)
        return taken

    def freeze_issued(self, payment: Payment, limit: Money) -> Money:
        """Keep at most *limit* of what is unspent of it from being spent. Source: PY-56, row 14."""
        taken = NOTHING
        for lot in self._issued_by(payment.payment_id):
            amount = min(_less(limit, taken), lot.spendable(self._at))
            if amount:
                taken = taken + amount
                self._move(lot, amount, CreditPart.AVAILABLE, CreditPart.FROZEN)
        return taken

    def unfreeze_issued(self, payment: Payment) -> Money:
        """What was kept can be spent again, if its time is not over. Source: PY-57, row 14."""
        given = NOTHING
        for lot in self._issued_by(payment.payment_id):
            amount = lot.frozen
            if amount:
                given = given + amount
                self.expire(self._move(lot, amount, CreditPart.FROZEN, CreditPart.AVAILABLE))
        return given

    def revoke_frozen(self, payment: Payment) -> Money:
        """What was kept is lost; row 30 posts it. Source: PY-57."""
        taken = NOTHING
        changed: list[CreditLot] = []
        for lot in self._issued_by(payment.payment_id):
            amount = lot.frozen
            if amount:
                taken = taken + amount
                gone = lot.shift(amount, CreditPart.FROZEN, CreditPart.REVOKED)
                changed.append(gone.recording(_revoked(lot, amount, self._at)))
        self._work.credit_lots.save(changed)
        return taken

    def reinstate(self, payment: Payment) -> Money:
        """Give back what the payment used of credit, once, as lots of the same funding.

        Row 23 posts it, as credit of `credit_available`. Source: CR-13, PY-53.
        """
        given = NOTHING
        for use in self._work.credit_lots.used_by(payment.payment_id):
            amount = use.allocation.used
            if not amount:
                continue
            expires_at = use.lot.expires_at
            lot = CreditLot.granted(
                self._ids.new(CreditLotId),
                student_id=payment.student_id,
                payment_id=payment.payment_id,
                source=CreditSource.REFUND_REINSTATED,
                funding=use.lot.funding,
                origin=use.lot.lot_id,
                amount=amount,
                at=self._at,
                grant_key=f"{payment.payment_id}:reinstated:{use.lot.lot_id}",
                expires_at=None if expires_at is None else max(expires_at, self._grace),
                min_lesson_price=use.lot.min_lesson_price,
            )
            if self._work.credit_lots.add(lot):
                given = given + amount
        self._open.pop(payment.student_id, None)
        return given

    def revoke_milestone(self, payment: Payment) -> Money:
        """The lesson earned nothing after all: what is unspent goes, now or as it comes back.

        Source: CR-12, row 13.
        """
        taken = NOTHING
        for lot in self._work.credit_lots.earned_by(payment.booking_id):
            if not lot.withdrawn:
                taken = taken + self.revoke(evolve(lot, withdrawn=True), lot.amount)
                self._withdraw(lot.lot_id)
        return taken

    def _withdraw(self, lot_id: CreditLotId) -> None:
        lot = self._work.credit_lots.get_for_update(lot_id)
        self._work.credit_lots.save([evolve(lot, withdrawn=True)])

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
            return lot.recording(_expired(lot, amount, self._at))
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
        return lot.recording(_revoked(lot, amount, self._at))

    def _expire_unsaved(self, lot: CreditLot, journals: list[Journal]) -> CreditLot:
        amount = lot.available
        if not amount:
            return lot
        lot = lot.shift(amount, CreditPart.AVAILABLE, CreditPart.EXPIRED)
        journals.append(self._books.moved(lot, amount, CreditPart.AVAILABLE, CreditPart.EXPIRED))
        return lot.recording(_expired(lot, amount, self._at))

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

    def _issued_by(self, payment_id: PaymentId) -> list[CreditLot]:
        return [
            lot
            for lot in self._work.credit_lots.issued_by(payment_id)
            if lot.source in ISSUED and lot.funding is Funding.CASH
        ]

    @property
    def _books(self) -> CreditBooks:
        return CreditBooks(self._ids, self._at)


def _sum(amounts: Iterable[Money]) -> Money:
    return sum(amounts, NOTHING)


def _less(amount: Money, taken: Money) -> Money:
    return amount - min(amount, taken)


def _expired(lot: CreditLot, amount: Money, at: datetime) -> CreditExpired:
    return CreditExpired(
        occurred_at=at, lot_id=lot.lot_id, student_id=lot.student_id, amount=amount
    )


def _revoked(lot: CreditLot, amount: Money, at: datetime) -> CreditRevoked:
    return CreditRevoked(
        occurred_at=at, lot_id=lot.lot_id, student_id=lot.student_id, amount=amount
    )
