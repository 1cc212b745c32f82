"""What a card granted, and what it refused. Source: spec 02 §3.2."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.ids import OperationId


class FailureKind(StrEnum):
    """What the card refused."""

    AUTHORIZATION = "authorization"
    CAPTURE = "capture"


class HoldStatus(StrEnum):
    """How a card hold stands. Source: spec 02 §3.2."""

    REQUIRES_ACTION = "requires_action"
    ACTIVE = "active"
    CAPTURED = "captured"
    VOIDED = "voided"
    FAILED = "failed"
    REFUNDED = "refunded"


OPEN_HOLDS = frozenset({HoldStatus.REQUIRES_ACTION, HoldStatus.ACTIVE})


@frozen(kw_only=True)
class CardHold:
    """One card authorisation; named by the operation that asked for it."""

    hold_id: OperationId
    intent: str
    amount: Money
    status: HoldStatus
    authorized_at: datetime | None = None
    expires_at: datetime | None = None
    captured_amount: Money = NOTHING
    charge: str | None = None

    @property
    def open(self) -> bool:
        """Whether money is, or may still be, held."""
        return self.status in OPEN_HOLDS


@frozen(kw_only=True)
class Failure:
    """What the card refused, how often, and since when."""

    kind: FailureKind
    category: str
    hard: bool
    count: int
    first_at: datetime
    last_at: datetime
    final_attempt_at: datetime | None = None
