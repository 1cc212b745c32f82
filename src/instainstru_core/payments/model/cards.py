"""Cards that pay and accounts that are paid. Source: PY-3, PY-4, PY-67."""

from datetime import datetime
from typing import Self

from attrs import evolve, frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Aggregate
from instainstru_core.payments.events import PayoutAccountOnboarded, PayoutAccountRestricted
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.processor import PayoutAccount

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


@frozen(kw_only=True)
class ConnectAccount(Aggregate):
    """An instructor's account at the processor, as it was when last looked at."""

    instructor_id: InstructorId
    account: str
    charges_enabled: bool
    details_submitted: bool
    opened_at: datetime

    @property
    def payable(self) -> bool:
        """Whether onboarding is complete. Source: PY-3."""
        return self.charges_enabled and self.details_submitted

    @classmethod
    def opened(cls, instructor_id: InstructorId, seen: PayoutAccount, *, at: datetime) -> Self:
        """A new account, as the processor answered."""
        return cls(
            instructor_id=instructor_id,
            account=seen.account,
            charges_enabled=seen.charges_enabled,
            details_submitted=seen.details_submitted,
            opened_at=at,
        )

    def as_seen(self, seen: PayoutAccount, *, at: datetime) -> Self:
        """The account as the processor shows it now; a change of payability is news."""
        now = evolve(
            self,
            charges_enabled=seen.charges_enabled,
            details_submitted=seen.details_submitted,
        )
        if now.payable == self.payable:
            return now
        news = PayoutAccountOnboarded if now.payable else PayoutAccountRestricted
        event = news(instructor_id=self.instructor_id, occurred_at=at)
        return evolve(now, events=(*self.events, event))
