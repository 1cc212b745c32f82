"""One disputed charge, from the bank's question to its verdict. Source: spec 02 §3.2, §4, PY-56."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, field, frozen

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.time import utc
from instainstru_core.payments.chargebacks.plan import Recovery
from instainstru_core.payments.ids import ChargebackId, PaymentId
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus


class ChargebackStatus(StrEnum):
    """How it stands. Source: spec 02 §3.2."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


_SEEN: Final = {
    DisputeStatus.INQUIRY: ChargebackStatus.INQUIRY,
    DisputeStatus.INQUIRY_CLOSED: ChargebackStatus.CLOSED,
    DisputeStatus.OPEN: ChargebackStatus.OPEN,
    DisputeStatus.WON: ChargebackStatus.WON,
    DisputeStatus.LOST: ChargebackStatus.LOST,
}
_NEXT: Final = {
    ChargebackStatus.INQUIRY: frozenset(
        {
            ChargebackStatus.OPEN,
            ChargebackStatus.CLOSED,
            ChargebackStatus.WON,
            ChargebackStatus.LOST,
        }
    ),
    ChargebackStatus.OPEN: frozenset({ChargebackStatus.WON, ChargebackStatus.LOST}),
}
_DECIDED: Final = frozenset({ChargebackStatus.WON, ChargebackStatus.LOST, ChargebackStatus.CLOSED})


def status_of(seen: DisputeSeen) -> ChargebackStatus:
    """How the processor's dispute stands, in our words."""
    return _SEEN[seen.status]


@frozen(kw_only=True)
class Chargeback:
    """A charge that its cardholder's bank took back, or asks about.

    *dispute* is the processor's name for it; *recovery* is what was frozen, owed and held when it
    was opened; *escrow* says that the money still waited for its lesson then; *barred* that the
    student was kept from booking because of it (PY-56). *Beside* is one about a tip or a debt's
    payment: the lesson's own money is left alone, and what is lost is the platform's.
    """

    chargeback_id: ChargebackId
    payment_id: PaymentId
    dispute: str
    amount: Money
    fee: Money = NOTHING
    reason: str
    status: ChargebackStatus
    opened_at: datetime = field(converter=utc)
    closed_at: datetime | None = None
    recovery: Recovery = field(factory=Recovery)
    escrow: bool = False
    barred: bool = False
    beside: bool = False

    @classmethod
    def heard(
        cls,
        chargeback_id: ChargebackId,
        payment_id: PaymentId,
        seen: DisputeSeen,
        *,
        beside: bool = False,
    ) -> Self:
        """As it is first heard of: asked about, and nothing withdrawn yet."""
        return cls(
            chargeback_id=chargeback_id,
            payment_id=payment_id,
            dispute=seen.dispute,
            amount=seen.amount,
            reason=seen.reason,
            status=ChargebackStatus.INQUIRY,
            opened_at=seen.opened_at,
            beside=beside,
        )

    @property
    def is_open(self) -> bool:
        """Whether the money is withdrawn and nothing is decided."""
        return self.status is ChargebackStatus.OPEN

    @property
    def bars(self) -> bool:
        """Whether its student may not book until it is closed. Source: PY-56."""
        return self.is_open and self.barred

    def lost_after(self, moment: datetime) -> bool:
        """Whether it was lost then or later: its student waits for an operator. Source: PY-57."""
        lost_at = self.closed_at if self.status is ChargebackStatus.LOST else None
        return not self.beside and lost_at is not None and lost_at >= moment

    @property
    def decided(self) -> bool:
        """Whether nothing more is heard of it."""
        return self.status in _DECIDED

    def leads_to(self, status: ChargebackStatus) -> bool:
        """Whether *status* is news: it only ever goes forward. Source: PY-57, PY-65."""
        return status in _NEXT.get(self.status, frozenset())

    def opened(self, seen: DisputeSeen, recovery: Recovery, *, escrow: bool, barred: bool) -> Self:
        """The funds were withdrawn. Source: PY-56."""
        return evolve(
            self,
            status=ChargebackStatus.OPEN,
            amount=seen.amount,
            fee=seen.fee,
            recovery=recovery,
            escrow=escrow,
            barred=barred,
        )

    def closed(self, status: ChargebackStatus, *, at: datetime) -> Self:
        """The bank decided. Source: PY-57."""
        return evolve(self, status=status, closed_at=at)
