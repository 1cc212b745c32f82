"""What all pages of an instructor know: who it is, and how a lesson stands in a word."""

import re
from datetime import datetime
from typing import Final

from attrs import frozen

from entrypoints.web.marks import N_
from instainstru_core.accounts.model import Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.policies.views import Phase, phase
from instainstru_core.booking.queries import BookingCard
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.payments.queries import PaymentView
from instainstru_core.payments.use_cases.read_payment import find_payment
from instainstru_core.ports import Ports

FORMATS: Final = {
    Format.TRAVEL: N_("At the student's place"),
    Format.STUDIO: N_("At your studio"),
    Format.ONLINE: N_("Online"),
}
"""As the instructor is told."""

DURATIONS: Final = (30, 45, 60, 75, 90, 120)
"""The lengths that can be ticked; others stay where they were set."""


@frozen
class Standing:
    """A lesson's state in a word or two, and the kind of its chip."""

    text: str
    kind: str


_PHASES: Final = {
    Phase.UPCOMING: Standing(N_("Confirmed"), "good"),
    Phase.IN_PROGRESS: Standing(N_("Going on now"), "accent"),
    Phase.AWAITING_COMPLETION: Standing(N_("Needs completion"), "warn"),
}
_STATUSES: Final = {
    BookingStatus.PENDING: Standing(N_("Being booked"), "plain"),
    BookingStatus.COMPLETED: Standing(N_("Given"), "good"),
    BookingStatus.CANCELLED: Standing(N_("Called off"), "plain"),
    BookingStatus.NO_SHOW: Standing(N_("Missed"), "bad"),
}


def me(principal: Principal) -> InstructorId:
    """Whoever is signed in, as an instructor."""
    return InstructorId(principal.account_id.value)


def standing(booking: Booking, now: datetime) -> Standing:
    """How *booking* stands at *now*."""
    current = phase(booking, now)
    return _STATUSES[booking.status] if current is None else _PHASES[current]


@frozen(kw_only=True)
class TaughtLesson:
    """One lesson as a line of a list."""

    card: BookingCard
    standing: Standing

    @classmethod
    def of(cls, card: BookingCard, now: datetime) -> "TaughtLesson":
        """The line of *card* at *now*."""
        return cls(card=card, standing=standing(card.booking, now))

    @property
    def booking(self) -> Booking:
        """The lesson itself."""
        return self.card.booking


def payment_of(booking_id: BookingId, principal: Principal, ports: Ports) -> PaymentView | None:
    """The money of a lesson as its instructor sees it, once there is some."""
    return find_payment(booking_id, viewer=principal.account_id, read=ports.read)


_DOLLARS: Final = re.compile(r"\$?\s*(\d{1,6})(?:[.,](\d{1,2}))?", re.ASCII)


def cents_of(text: str) -> int:
    """An amount as people type it: `90`, `$92.5`, `92,50`; Raises: ValueError: it is none."""
    found = _DOLLARS.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
