"""One refund that an operator ordered. Source: spec 02 §4, PY-52…PY-54."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from attrs import evolve, field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import PaymentId, RefundId
from instainstru_core.payments.refunds.plan import RefundPlan, RefundReason


class RefundState(StrEnum):
    """What became of it.

    *Closed* is one of money that was not settled yet: it ended with the lesson (PY-54). *Replaced*
    is one that failed, and that credit was given in place of.
    """

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"
    REPLACED = "replaced"


@frozen(kw_only=True)
class Refund:
    """Who gave back what, why, and at whose cost; *reference* is the processor's name for it.

    *proof* is what showed that its figures were seen: one proof, one refund. *booked* says that
    credit and payout followed it once; asking anew moves the card's part alone.
    """

    refund_id: RefundId
    payment_id: PaymentId
    plan: RefundPlan
    reason: RefundReason
    note: str | None
    operator_id: AccountId
    ordered_at: datetime = field(converter=utc)
    state: RefundState = RefundState.PENDING
    reference: str | None = None
    failure: str | None = None
    booked: bool = False
    proof: str | None = None

    @property
    def counts(self) -> bool:
        """Whether its money has left, or is leaving, what was taken from the card."""
        return self.state in {RefundState.PENDING, RefundState.SUCCEEDED}

    def succeed(self, reference: str, plan: RefundPlan) -> Self:
        """The processor did it; *plan* is what it came to in the end."""
        return evolve(
            self,
            state=RefundState.SUCCEEDED,
            reference=reference,
            plan=plan,
            failure=None,
            booked=True,
        )

    def fail(self, reason: str) -> Self:
        """The processor did not do it, or took it back. Source: PY-54."""
        return evolve(self, state=RefundState.FAILED, failure=reason)

    def replace(self) -> Self:
        """Credit was given instead. Source: PY-58."""
        return evolve(self, state=RefundState.REPLACED)

    def again(self) -> Self:
        """It is asked for anew. Source: PY-58."""
        return evolve(self, state=RefundState.PENDING, reference=None, failure=None)
