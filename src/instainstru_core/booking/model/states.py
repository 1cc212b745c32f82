"""The states of a booking. Source: spec 01 §3."""

from datetime import datetime
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.terms import (
    BookingStatus,
    CancelKind,
    NoShowType,
    Party,
    PolicyCase,
)
from instainstru_core.kernel.time import utc

MAX_REASON_LENGTH: Final = 500


@frozen
class Pending:
    """Held for the student while payment is being set up. Source: BK-16."""

    hold_expires_at: datetime = field(converter=utc)


@frozen
class Confirmed:
    """Agreed, and to be taught."""

    at: datetime = field(converter=utc)


@frozen(kw_only=True)
class Completed:
    """Taught. *at* is never before the end. Source: BK-21, BK-22."""

    at: datetime = field(converter=utc)
    confirmed_at: datetime = field(converter=utc)


@frozen(kw_only=True)
class Cancelled:
    """Over, without a lesson; its time is free again. Source: BK-28."""

    at: datetime = field(converter=utc)
    kind: CancelKind
    confirmed_at: datetime | None = None
    by: Party | None = None
    actor: AccountId | None = None
    reason: str | None = field(default=None, validator=optional(max_len(MAX_REASON_LENGTH)))
    policy_case: PolicyCase | None = None


@frozen(kw_only=True)
class NoShow:
    """Somebody did not come. Source: BK-39, BK-40."""

    at: datetime = field(converter=utc)
    confirmed_at: datetime = field(converter=utc)
    completed_at: datetime | None = None
    type: NoShowType


State: TypeAlias = Pending | Confirmed | Completed | Cancelled | NoShow


STATUSES: Final[dict[type[object], BookingStatus]] = {
    Pending: BookingStatus.PENDING,
    Confirmed: BookingStatus.CONFIRMED,
    Completed: BookingStatus.COMPLETED,
    Cancelled: BookingStatus.CANCELLED,
    NoShow: BookingStatus.NO_SHOW,
}
"""The public name of each state."""
