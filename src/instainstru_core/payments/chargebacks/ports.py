"""Where chargebacks are kept."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.chargebacks.model import Chargeback
from instainstru_core.payments.ids import ChargebackId, PaymentId


class Chargebacks(Protocol):
    """Every disputed charge. Its payment's lock guards it."""

    def keep(self, chargeback: Chargeback) -> None:
        """Keep it as it is now, whether new or not."""
        ...

    def get(self, chargeback_id: ChargebackId) -> Chargeback:
        """The chargeback as it stands.

        Raises:
            ChargebackNotFound: There is none.
        """
        ...

    def find(self, dispute: str) -> Chargeback | None:
        """The chargeback that the processor calls *dispute*."""
        ...

    def of(self, payment_id: PaymentId) -> Sequence[Chargeback]:
        """The payment's chargebacks, oldest first."""
        ...

    def of_student(self, student_id: StudentId) -> Sequence[Chargeback]:
        """The chargebacks of all of the student's payments, oldest first."""
        ...
