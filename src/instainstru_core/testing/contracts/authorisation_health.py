"""Holds that fell due and that nobody asks for, or grants, are told of. Source: spec 02 §7."""

from datetime import timedelta

import pytest

from instainstru_core.booking.terms import Party, PolicyCase
from instainstru_core.payments.errors import AuthorisationsStalled
from instainstru_core.payments.model.health import AuthorisationHealth
from instainstru_core.payments.use_cases.check_authorisations import check_authorisations
from instainstru_core.testing.strategies.payments import Till

HOUR = timedelta(hours=1)


def health(till: Till) -> AuthorisationHealth:
    """What the job finds."""
    return check_authorisations(read=till.read, now=till.clock.now())


def scheduled(till: Till, lessons: int, *, card: str = "pm_card_visa") -> None:
    """Lessons whose holds all fall due at noon of the day after tomorrow, two hours apart."""
    saved = till.add_card(card)
    for each in range(lessons):
        till.pay(till.hold(hours_ahead=72 + 2 * each, minutes=60), saved)


class AuthorisationHealthContract:
    """Inherit, and provide the `till` fixture."""

    def test_without_holds_all_is_well(self, till: Till) -> None:
        assert health(till) == AuthorisationHealth(overdue=0, unpaid=0, granted=0)

    def test_five_overdue_are_borne_and_six_are_not(self, till: Till) -> None:
        scheduled(till, 6)
        start = till.clock.now() + 48 * HOUR
        # The last of six fell due fifteen minutes ago, and not more.
        till.clock.set(start + 10 * HOUR + timedelta(minutes=15))
        with till.read() as reads:
            assert reads.payment_queries.authorisations(now=till.clock.now()).overdue == 5
        till.clock.set(start + 10 * HOUR + timedelta(minutes=15, seconds=1))
        with pytest.raises(AuthorisationsStalled) as told:
            health(till)
        assert told.value.overdue == 6

    def test_two_hours_without_a_success_while_some_were_due(self, till: Till) -> None:
        scheduled(till, 1, card="pm_card_insufficient_funds")
        till.at(till.clock.now() + 48 * HOUR)
        till.clock.set(till.clock.now() + timedelta(minutes=14))
        assert health(till).unpaid == 0
        till.clock.set(till.clock.now() + timedelta(minutes=1))
        with pytest.raises(AuthorisationsStalled) as told:
            health(till)
        assert (told.value.unpaid, told.value.granted) == (1, 0)
        till.pay(till.hold(hours_ahead=20))
        assert health(till) == AuthorisationHealth(overdue=0, unpaid=1, granted=1)

    def test_what_was_called_off_is_not_missed(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        till.cancel(booking, Party.STUDENT, PolicyCase.STUDENT_GE24)
        till.work_off()
        till.clock.set(till.clock.now() + 49 * HOUR)
        assert health(till) == AuthorisationHealth(overdue=0, unpaid=0, granted=0)
