"""What every statement of a lesson's money is made of: its frozen price, and its postings."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.ledger.model import Account, JournalType
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState

ENDED: Final = frozenset({BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW})
"""Lessons that stand in the earnings: those that were taught, missed or called off."""


@frozen(kw_only=True)
class Posting:
    """One line of the books about a lesson or its tip: a debit is positive."""

    journal_type: JournalType
    account: Account
    cents: int
    occurred_at: datetime
    of_tip: bool = False
    reference: str | None = None


@frozen(kw_only=True)
class ShownCard:
    """What may be shown of a card."""

    brand: str
    last4: str


@frozen(kw_only=True)
class LessonMoney:
    """One lesson's price as it was frozen at checkout, and what the books say of it, oldest first.

    *state* is where its money is, frozen or not; *closing* is how it is to end, once that is
    decided. *student* and *instructor* are a first name and
    the initial of the last; nothing where the account is gone.
    """

    payment_id: PaymentId
    booking_id: BookingId
    student: str
    instructor: str
    service_name: str
    starts_at: datetime
    zone: Zone
    student_zone: Zone
    minutes: int
    lesson_price: Money
    student_fee: Money
    student_fee_bps: int
    credit: Money
    payout: Money
    commission_bps: int
    state: PaymentState
    outcome: Outcome | None
    closing: Outcome | None
    locked: bool
    status: BookingStatus
    cancelled_at: datetime | None
    card: ShownCard | None
    postings: tuple[Posting, ...]

    @property
    def day(self) -> date:
        """The day of the lesson where it is given."""
        return self.zone.today(self.starts_at)

    def sum(
        self,
        account: Account,
        kinds: Collection[JournalType] | None = None,
        *,
        of_tip: bool | None = False,
    ) -> int:
        """What the postings to *account* come to: those of some *kinds* only where given.

        Those of the lesson alone, of its tip alone, or (None) of both.
        """
        return sum(
            each.cents
            for each in self.postings
            if each.account is account
            and (kinds is None or each.journal_type in kinds)
            and of_tip in {None, each.of_tip}
        )


def called(first_name: str, last_name: str) -> str:
    """A person as others see them: the first name and the initial of the last."""
    return f"{first_name} {last_name[:1]}.".strip() if last_name else first_name


def number_of(payment_id: PaymentId) -> str:
    """The number of a lesson's receipt: the same for ever, and nobody else's.

    The last 60 of the 80 random bits of the payment's id, so that it tells nothing of how many
    lessons are paid. Source: PY-55.
    """
    text = str(payment_id)[-12:]
    return f"R-{text[:4]}-{text[4:8]}-{text[8:]}"
