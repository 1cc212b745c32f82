"""Refunds and chargebacks in memory."""

from collections.abc import Sequence

from attrs import define

from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.chargebacks.errors import ChargebackNotFound
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.ids import ChargebackId, PaymentId, RefundId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.refunds.errors import RefundNotFound
from instainstru_core.payments.refunds.model import Refund
from instainstru_core.testing.memory.tables import Tables


@define
class InMemoryRefunds:
    """The `Refunds` port."""

    _tables: Tables

    def add(self, refund: Refund) -> None:
        self._rows()[refund.refund_id] = refund

    def save(self, refund: Refund) -> None:
        self.get(refund.refund_id)
        self._rows()[refund.refund_id] = refund

    def get(self, refund_id: RefundId) -> Refund:
        if (found := self._rows().get(refund_id)) is None:
            raise RefundNotFound(f"there is no refund {refund_id}")
        return found

    def of(self, payment_id: PaymentId) -> Sequence[Refund]:
        mine = [each for each in self._rows().values() if each.payment_id == payment_id]
        return sorted(mine, key=lambda refund: refund.refund_id)

    def find_by_proof(self, proof: str) -> Refund | None:
        for each in self._rows().values():
            if each.proof == proof:
                return each
        return None

    def find_by_reference(self, reference: str) -> Refund | None:
        for each in self._rows().values():
            if each.reference == reference:
                return each
        return None

    def _rows(self) -> dict[RefundId, Refund]:
        return self._tables.of("refunds", RefundId, Refund)


@define
class InMemoryChargebacks:
    """The `Chargebacks` port."""

    _tables: Tables

    def keep(self, chargeback: Chargeback) -> None:
        self._rows()[chargeback.chargeback_id] = chargeback

    def get(self, chargeback_id: ChargebackId) -> Chargeback:
        if (found := self._rows().get(chargeback_id)) is None:
            raise ChargebackNotFound(f"there is no chargeback {chargeback_id}")
        return found

    def find(self, dispute: str) -> Chargeback | None:
        for each in self._rows().values():
            if each.dispute == dispute:
                return each
        return None

    def of(self, payment_id: PaymentId) -> Sequence[Chargeback]:
        mine = [each for each in self._rows().values() if each.payment_id == payment_id]
        return sorted(mine, key=lambda chargeback: chargeback.chargeback_id)

    def of_student(self, student_id: StudentId) -> Sequence[Chargeback]:
        payments = self._tables.of("payments", PaymentId, Payment)
        every = self._rows().values()
        mine = [each for each in every if payments[each.payment_id].student_id == student_id]
        return sorted(mine, key=lambda chargeback: chargeback.chargeback_id)

    def _rows(self) -> dict[ChargebackId, Chargeback]:
        return self._tables.of("chargebacks", ChargebackId, Chargeback)
