"""What each party is shown of one lesson's money: never the other's fee. Source: PR-15."""

import msgspec
import pytest

from entrypoints.http.earnings import EarningView
from entrypoints.http.payments import BookingPaymentView
from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import NotFound
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.use_cases.read_payment import read_payment
from instainstru_core.payments.use_cases.statements.read_earnings import read_earnings
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.recovery import swap_card, taught
from instainstru_core.testing.strategies.payments import Till

# LP 9000 at 12 % and 15 %.
STUDENT_FEE, CARD_AMOUNT = "1080", "10080"
COMMISSION, PAYOUT = "1350", "7650"


def settled(till: Till) -> Booking:
    booking = taught(till)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    return booking


def shown(till: Till, booking: Booking, viewer: AccountId) -> str:
    """Everything the viewer gets to read, as it leaves the house."""
    found = read_payment(booking.booking_id, viewer=viewer, read=till.read)
    return msgspec.json.encode(
        BookingPaymentView.of(found, viewer),
        enc_hook=lambda value: str(value) if isinstance(value, EntityId) else value.value,
    ).decode()


def test_the_student_sees_what_the_card_pays_and_no_commission() -> None:
    till = Till.opened()
    text = shown(till, settled(till), AccountId(till.student.value))
    assert STUDENT_FEE in text
    assert CARD_AMOUNT in text
    for hidden in (COMMISSION, PAYOUT, "transfer", "Platform fee"):
        assert hidden not in text, hidden


def test_the_instructor_sees_the_payout_and_no_fee_of_the_student() -> None:
    till = Till.opened()
    text = shown(till, settled(till), AccountId(till.classroom.instructor.value))
    assert COMMISSION in text
    assert PAYOUT in text
    for hidden in (STUDENT_FEE, CARD_AMOUNT, "authorise", "Booking Protection", "4242"):
        assert hidden not in text, hidden


def test_the_instructor_is_not_told_why_a_card_refused() -> None:
    till = Till.opened()
    booking = till.hold(hours_ahead=72)
    till.pay(booking)
    swap_card(till, booking, "pm_card_declines_off_session")
    till.at(booking.lesson.starts_at - 24 * HOUR)
    assert "do_not_honor" in shown(till, booking, AccountId(till.student.value))
    assert "do_not_honor" not in shown(till, booking, AccountId(till.classroom.instructor.value))


def test_earnings_show_nothing_of_what_the_student_paid() -> None:
    """PY-68."""
    till = Till.opened()
    settled(till)
    (earning,) = read_earnings(till.classroom.instructor, PageRequest(), read=till.read).items
    fields = msgspec.structs.asdict(EarningView.of(earning))
    assert (fields["commission_cents"], fields["net_cents"]) == (1350, 7650)
    assert not {int(STUDENT_FEE), int(CARD_AMOUNT)} & set(fields.values())


def test_to_anybody_else_there_is_no_payment() -> None:
    """AC-41."""
    till = Till.opened()
    with pytest.raises(NotFound):
        shown(till, settled(till), till.ids.new(AccountId))
