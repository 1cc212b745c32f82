"""Contract of the grants of credit. Source: CR-2, CR-4."""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.testing.stories.endings import credit
from instainstru_core.testing.strategies.payments import Till


class CreditsContract:
    """Inherit, and provide the `till` fixture. The stores of credit."""

    def lot(self, till: Till, booking: Booking, *, cents: int, days_ago: int = 0) -> CreditLot:
        """A lot out of the booking's payment."""
        return CreditLot.granted(
            till.ids.new(CreditLotId),
            student_id=till.student,
            payment_id=till.payment(booking).payment_id,
            source=CreditSource.CANCEL_LT12,
            amount=Money(cents),
            at=till.clock.now() - timedelta(days=days_ago),
            expires_at=till.clock.now() + timedelta(days=365 - days_ago),
        )

    def test_cr_4_the_first_to_expire_comes_first(self, till: Till) -> None:
        bookings = [till.hold(hours_ahead=each) for each in (72, 75, 78)]
        for booking in bookings:
            till.pay(booking)
        lots = [
            self.lot(till, booking, cents=100, days_ago=days)
            for booking, days in zip(bookings, (1, 200, 365), strict=True)
        ]
        with till.begin() as work:
            for lot in lots:
                work.credit_lots.add(lot)
        assert list(credit(till).lots) == [lots[1], lots[0]], "the third expired"
        with till.read() as reads:
            stranger = till.ids.new(StudentId)
            assert reads.credit_queries.lots_of(stranger, now=till.clock.now()) == []

    def test_what_was_granted_is_granted_once(self, till: Till) -> None:
        """The same payment grants once for the same reason, however often it is asked to."""
        booking = till.hold()
        till.pay(booking)
        first = self.lot(till, booking, cents=100)
        for lot in (first, self.lot(till, booking, cents=100)):
            with till.begin() as work:
                work.credit_lots.add(lot)
        assert list(credit(till).lots) == [first]

    def test_a_unit_that_fails_grants_nothing(self, till: Till) -> None:
        booking = till.hold()
        till.pay(booking)
        with pytest.raises(KeyError), till.begin() as work:
            work.credit_lots.add(self.lot(till, booking, cents=100))
            raise KeyError
        assert list(credit(till).lots) == []
