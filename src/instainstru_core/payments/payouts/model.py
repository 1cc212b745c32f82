"""Payouts to banks, those asked for at once, and what keeps transfers back.

Source: PY-48, PY-49, PY-73.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.model.operation import REPEAT_AFTER, REPEAT_WITHIN
from instainstru_core.payments.model.processor import (
    BankPayout,
    PayoutInterval,
    PayoutSchedule,
    PayoutStatus,
)

TUESDAY: Final = 1
LAST_WORKING_DAY: Final = 4
LAST_MONTH_DAY: Final = 28
DEFAULT_SCHEDULE: Final = PayoutSchedule(interval=PayoutInterval.WEEKLY, weekday=TUESDAY)
"""Every account's schedule until its instructor chooses another. Source: PY-48."""

LEAST_INSTANT: Final = Money(100)


def schedule_of(
    interval: PayoutInterval, *, weekday: int | None, month_day: int | None
) -> PayoutSchedule:
    """Daily, weekly on a working day (0 Monday), or monthly on a day. Source: PY-48.

    Banks are closed on the weekend: nothing is paid out then.

    Raises:
        Malformed: The day is missing, or it goes with another interval.
    """
    named = (weekday is not None, month_day is not None)
    right = named == (
        interval is PayoutInterval.WEEKLY,
        interval is PayoutInterval.MONTHLY,
    )
    right = (
        right
        and 0 <= (weekday or 0) <= LAST_WORKING_DAY
        and 1 <= (month_day or 1) <= LAST_MONTH_DAY
    )
    if month_day == 0 or not right:
        raise Malformed("weekly goes with a weekday 0-4, monthly with a day 1-28, daily with none")
    return PayoutSchedule(interval=interval, weekday=weekday, month_day=month_day)


def preferred(account: ConnectAccount) -> PayoutSchedule:
    """When the account is to pay out: as its instructor chose, or as everybody. Source: PY-48."""
    return account.schedule or DEFAULT_SCHEDULE


_RANK: Final = {
    PayoutStatus.PENDING: 0,
    PayoutStatus.IN_TRANSIT: 1,
    PayoutStatus.PAID: 2,
    PayoutStatus.CANCELED: 3,
    PayoutStatus.FAILED: 3,
}
CAME_BACK: Final = frozenset({PayoutStatus.FAILED, PayoutStatus.CANCELED})


@frozen(kw_only=True)
class KnownPayout:
    """A payout to an instructor's bank, as the processor showed it last. Source: PY-48."""

    instructor_id: InstructorId
    seen: BankPayout

    @property
    def came_back(self) -> bool:
        """Whether the money is on the instructor's account again."""
        return self.seen.status in CAME_BACK

    def as_seen(self, seen: BankPayout) -> Self:
        """The payout as it is shown now; what was shown before is never gone back to (PY-65)."""
        if _RANK[seen.status] < _RANK[self.seen.status]:
            return self
        if self.came_back and seen.status is not self.seen.status:
            return self
        return evolve(self, seen=seen)


class InstantState(StrEnum):
    """How far an instant payout got. Source: PY-62."""

    SENT = "sent"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@frozen(kw_only=True)
class InstantPayout:
    """One payout that an instructor asked for; its id is the idempotency key. Source: PY-49.

    *fee* is what the processor was to charge the instructor, and once it is made, what it did.
    """

    instant_payout_id: InstantPayoutId
    instructor_id: InstructorId
    account: str
    amount: Money
    fee: Money = NOTHING
    state: InstantState = InstantState.SENT
    requested_at: datetime
    next_attempt_at: datetime
    payout: str | None = None
    failure: str | None = None

    @classmethod
    def requested(
        cls,
        instant_payout_id: InstantPayoutId,
        *,
        instructor_id: InstructorId,
        account: str,
        amount: Money,
        fee: Money,
        at: datetime,
    ) -> Self:
        """A new one, about to be called; if no answer is recorded, it is repeated later."""
        return cls(
            instant_payout_id=instant_payout_id,
            instructor_id=instructor_id,
            account=account,
            amount=amount,
            fee=fee,
            requested_at=at,
            next_attempt_at=at + REPEAT_AFTER,
        )

    @property
    def finished(self) -> bool:
        """Whether its result is known."""
        return self.state in {InstantState.SUCCEEDED, InstantState.FAILED}

    def repeatable(self, *, now: datetime) -> bool:
        """Whether the processor still knows its key. Source: PY-62."""
        return now - self.requested_at < REPEAT_WITHIN

    def ask_again(self, *, at: datetime) -> Self:
        """It is about to be called once more."""
        return evolve(self, next_attempt_at=at + REPEAT_AFTER)

    def lose_answer(self, *, at: datetime) -> Self:
        """No answer came. Source: PY-62."""
        return evolve(self, state=InstantState.UNKNOWN, next_attempt_at=at + REPEAT_AFTER)

    def succeed(self, seen: BankPayout) -> Self:
        """The money is on its way, for the fee that was charged."""
        return evolve(self, state=InstantState.SUCCEEDED, payout=seen.payout, fee=seen.fee)

    def fail(self, reason: str) -> Self:
        """The processor will not do it."""
        return evolve(self, state=InstantState.FAILED, failure=reason)


class HoldCause(StrEnum):
    """Why transfers to an instructor wait. Source: PY-66, PY-73."""

    OPERATOR = "operator"
    ACCOUNT_RESTRICTED = "account_restricted"
    ACCOUNT_DEAUTHORIZED = "account_deauthorized"
    INSTRUCTOR_SUSPENDED = "instructor_suspended"
    INSTRUCTOR_DEACTIVATED = "instructor_deactivated"


@frozen(kw_only=True)
class PayoutHold:
    """Transfers to one instructor wait in instructor_payable, for one cause. Source: PY-73.

    Every open one is an item that operators look at. *placed_by* is nobody where a rule did it.
    """

    instructor_id: InstructorId
    cause: HoldCause
    reason: str = field()
    note: str | None = None
    placed_by: AccountId | None = None
    placed_at: datetime
