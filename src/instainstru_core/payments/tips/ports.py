"""Where tips are kept."""

from collections.abc import Sequence
from typing import Protocol

from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.tips.model import Tip


class Tips(Protocol):
    """Every tip. Its payment's lock guards it."""

    def add(self, tip: Tip) -> Tip:
        """Keep a new tip.

        Raises:
            AlreadyTipped: Another one of the booking succeeded. Source: PY-50.
        """
        ...

    def save(self, tip: Tip) -> Tip:
        """Keep the tip as it is now, and record what happened to it.

        Raises:
            StaleAggregate: It changed since it was read.
            AlreadyTipped: Another one of the booking succeeded. Source: PY-50.
        """
        ...

    def get(self, tip_id: TipId) -> Tip:
        """The tip as it stands.

        Raises:
            TipNotFound: There is none.
        """
        ...

    def of_payment(self, payment_id: PaymentId) -> Sequence[Tip]:
        """The tips for the payment's lesson, oldest first."""
        ...

    def owed(self, instructor_id: InstructorId) -> Sequence[Tip]:
        """What was taken for the instructor and neither transferred nor given back, oldest first.

        Source: PY-47.
        """
        ...


class TipQueries(Protocol):
    """Tips as their parties see them."""

    def of_booking(self, booking_id: BookingId) -> Sequence[Tip]:
        """The tips for the booking, oldest first."""
        ...

    def stuck(self, page: PageRequest) -> Page[Tip]:
        """The tips that a person must look into, oldest first. Source: PY-58."""
        ...
