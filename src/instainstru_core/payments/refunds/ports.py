"""Where refunds are kept."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.payments.ids import PaymentId, RefundId
from instainstru_core.payments.refunds.model import Refund


class Refunds(Protocol):
    """Every refund that operators ordered. Its payment's lock guards it."""

    def add(self, refund: Refund) -> None:
        """Keep a new one."""
        ...

    def save(self, refund: Refund) -> None:
        """Keep what became of it.

        Raises:
            RefundNotFound: It was never added.
        """
        ...

    def get(self, refund_id: RefundId) -> Refund:
        """The refund as it stands.

        Raises:
            RefundNotFound: There is none.
        """
        ...

    def of(self, payment_id: PaymentId) -> Sequence[Refund]:
        """The payment's refunds, oldest first."""
        ...

    def find_by_proof(self, proof: str) -> Refund | None:
        """The refund that was ordered with *proof*. Source: spec 02 §9."""
        ...

    def find_by_reference(self, reference: str) -> Refund | None:
        """The refund that the processor calls *reference*."""
        ...
