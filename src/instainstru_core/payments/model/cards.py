"""Cards that pay and accounts that are paid. Source: PY-3, PY-4, PY-67."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.payments.events import PayoutAccountOnboarded, PayoutAccountRestricted
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.processor import PayoutAccount, PayoutSchedule

MAX_CARDS = 10


@frozen(kw_only=True)
class SavedCard:
    """A card the processor keeps for a student; *token* is the processor's name for it."""

    card_id: CardId
    student_id: StudentId
    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str
    is_default: bool
    created_at: datetime


class AccountStatus(StrEnum):
    """How far onboarding got, and whether it still holds. Source: spec 02 §3.2, PY-66."""

    PENDING = "pending"
    COMPLETE = "complete"
    RESTRICTED = "restricted"
    DEAUTHORIZED = "deauthorized"


@frozen(kw_only=True)
class ConnectAccount(Aggregate):
    """An instructor's account at the processor, as it was when last looked at.

    *requirements* are what the processor still wants to know, in its words. *schedule* is when the
    instructor wants to be paid out; None: as everybody (PY-48).
    """

    instructor_id: InstructorId
    account: str
    charges_enabled: bool
    details_submitted: bool
    opened_at: datetime
    payouts_enabled: bool = True
    requirements: tuple[str, ...] = ()
    deauthorised: bool = False
    schedule: PayoutSchedule | None = None

    @property
    def payable(self) -> bool:
        """Whether onboarding is complete. Source: PY-3, PY-66."""
        return self.charges_enabled and self.details_submitted and not self.deauthorised

    @property
    def status(self) -> AccountStatus:
        """How it stands, in a word. Source: spec 02 §3.2."""
        if self.deauthorised:
            return AccountStatus.DEAUTHORIZED
        if not self.details_submitted:
            return AccountStatus.PENDING
        return AccountStatus.COMPLETE if self.payable else AccountStatus.RESTRICTED

    @classmethod
    def opened(cls, instructor_id: InstructorId, seen: PayoutAccount, *, at: datetime) -> Self:
        """A new account, as the processor answered."""
        return cls(
            instructor_id=instructor_id,
            account=seen.account,
            charges_enabled=seen.charges_enabled,
            details_submitted=seen.details_submitted,
            opened_at=at,
            payouts_enabled=seen.payouts_enabled,
            requirements=seen.requirements,
            deauthorised=seen.deauthorised,
        )

    def as_seen(self, seen: PayoutAccount, *, at: datetime) -> Self:
        """The account as the processor shows it now; a change of payability is news.

        One that left the platform stays gone, whatever older news says. Source: spec 02 §3.2.
        """
        now = evolve(
            self,
            charges_enabled=seen.charges_enabled,
            details_submitted=seen.details_submitted,
            payouts_enabled=seen.payouts_enabled,
            requirements=seen.requirements,
            deauthorised=self.deauthorised or seen.deauthorised,
        )
        return self._telling(now, at=at)

    def deauthorise(self, *, at: datetime) -> Self:
        """The account left the platform: nothing can be paid to it any more. Source: PY-66."""
        return self._telling(evolve(self, deauthorised=True), at=at)

    def paid_out_on(self, schedule: PayoutSchedule) -> Self:
        """The instructor wants to be paid out then. Source: PY-48."""
        return evolve(self, schedule=schedule)

    def _telling(self, now: Self, *, at: datetime) -> Self:
        if now.payable == self.payable:
            return now
        news = PayoutAccountOnboarded if now.payable else PayoutAccountRestricted
        event = news(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(now, events=(*self.events, event))
