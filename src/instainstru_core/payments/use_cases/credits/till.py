"""The till: every move of a student's credit, in one open unit. Source: CR-1…CR-15.

It locks the lots it touches, moves their parts, and posts rows 5 to 8 and 10 to 14 of Appendix A;
where a row of another matter has the credit in it, the docstring says so and nothing is posted.
Who calls it holds the payment, where there is one.
"""

from attrs import define, evolve

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.credits.model import (
    ISSUED,
    CreditLot,
    CreditPart,
    CreditSource,
    Funding,
    IssuedCredit,
)
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.use_cases.credits.lots import less, revoked_news, total_of
from instainstru_core.payments.use_cases.credits.spending import CreditSpending


@define
class CreditTill(CreditSpending):
    """Lots, what payments do to them, and here what becomes of credit that a payment issued."""

    def issued(self, payment_id: PaymentId) -> IssuedCredit:
        """What became of the credit issued from the payment's money. Source: PY-53, PY-56."""
        lots = self._issued_by(payment_id)
        return IssuedCredit(
            unspent=total_of(lot.spendable(self._at) for lot in lots),
            spent=total_of(lot.spent for lot in lots),
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
                changed.append(gone.recording(revoked_news(lot, amount, self._at)))
        self._work.credit_lots.save(changed)
        self._open.pop(payment.student_id, None)
        return taken

    def freeze_issued(self, payment: Payment, limit: Money) -> Money:
        """Keep at most *limit* of what is unspent of it from being spent. Source: PY-56, row 14."""
        taken = NOTHING
        for lot in self._issued_by(payment.payment_id):
            amount = min(less(limit, taken), lot.spendable(self._at))
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
                changed.append(gone.recording(revoked_news(lot, amount, self._at)))
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

    def _issued_by(self, payment_id: PaymentId) -> list[CreditLot]:
        return [
            lot
            for lot in self._work.credit_lots.issued_by(payment_id)
            if lot.source in ISSUED and lot.funding is Funding.CASH
        ]
