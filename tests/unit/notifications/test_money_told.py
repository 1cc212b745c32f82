"""Who hears what of money: students, instructors, and those who run the platform."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import Factory, define, evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.notifications.model import Alarm, Kind
from instainstru_core.payments.credits.events import CreditGranted, CreditUnlocked
from instainstru_core.payments.events import (
    LedgerBreached,
    PaymentDisputeClosed,
    PaymentDisputed,
    PaymentEscalated,
    PaymentRefunded,
    PaymentReviewOpened,
    PayoutFailed,
)
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.reconciliation.events import BalanceDiffers, DifferencesOverdue
from instainstru_core.pricing.events import CommissionTierChanged
from instainstru_core.testing.world import World

LOT = CreditLotId(UUID(int=9))
AMOUNT = Money(76_50)


@define
class Bell:
    """The `Alarms` port of a test."""

    rung: list[Alarm] = Factory(list)

    def ring(self, alarm: Alarm) -> None:
        """Keep it."""
        self.rung.append(alarm)


@define
class Office:
    """A lesson of Anna's with Jane, and who hears of its money."""

    world: World
    bell: Bell
    anna: Principal
    jane: Principal
    about: Mapping[str, Any]

    def hear(self, *news: Event) -> None:
        """Let it happen, and do what follows."""
        with self.world.database.begin() as work:
            work._outbox.record(news)
        self.world.settle()

    def told(self, person: Principal) -> list[tuple[Kind, str]]:
        """What the app tells them of money, and how it begins."""
        with self.world.ports.read() as reads:
            kept = reads.inbox.page(person.account_id, PageRequest()).items
        return [
            (each.kind, each.title)
            for each in reversed(kept)
            if each.kind is not Kind.BOOKING_CONFIRMED
        ]

    def mailed(self) -> list[str]:
        """Which letters went out."""
        sent = (each.mail.template for each in self.world.mailbox.latest(limit=100))
        return sorted(
            name for name in sent if name not in {"booking_confirmed", "sign_up_code", "welcome"}
        )


@pytest.fixture
def office() -> Office:
    world, bell = World(), Bell()
    world.ports = evolve(world.ports, alarms=bell)
    jane, anna = world.instructor("Jane"), world.student("Anna", card="pm_card_visa")
    booking = world.book(anna, jane, starts_in=timedelta(days=3))
    payment = world.payment(booking)
    assert payment is not None
    about = {
        "payment_id": payment.payment_id,
        "booking_id": booking.booking_id,
        "student_id": StudentId(anna.account_id.value),
        "instructor_id": InstructorId(jane.account_id.value),
        "occurred_at": world.clock.now(),
    }
    return Office(world, bell, anna, jane, about)


def test_the_student_hears_what_comes_back_and_what_is_owed(office: Office) -> None:
    """PY-54, PY-25: by mail, too."""
    office.hear(
        PaymentRefunded(amount=Money(25_00), **office.about),
        PaymentEscalated(debt=Money(100_80), payout=AMOUNT, **office.about),
    )
    assert office.told(office.anna) == [
        (Kind.PAYMENT_REFUNDED, "$25.00 goes back to your card"),
        (Kind.PAYMENT_OWED, "You owe $100.80 for Piano"),
    ]
    assert office.told(office.jane) == []
    assert office.mailed() == ["payment_owed", "payment_refunded"]


def test_nt_20_the_instructor_hears_of_a_payout_that_waits(office: Office) -> None:
    office.hear(PayoutFailed(amount=AMOUNT, reason="account_closed", **office.about))
    assert office.told(office.jane) == [
        (Kind.PAYOUT_FAILED, "We could not send you $76.50 yet"),
    ]
    assert (office.told(office.anna), office.mailed()) == ([], ["payout_failed"])


def test_pr_12_the_instructor_hears_of_another_commission(office: Office) -> None:
    """NT-20: in the app alone."""
    office.hear(
        CommissionTierChanged(
            instructor_id=office.about["instructor_id"],
            tier="growth",
            commission_bps=1250,
            previous_bps=1500,
            completed=5,
            occurred_at=office.about["occurred_at"],
        )
    )
    assert office.told(office.jane) == [
        (Kind.TIER_CHANGED, "Your commission is 12.5% from now on"),
    ]
    assert office.mailed() == []


@pytest.mark.parametrize("is_unlocked", [False, True])
def test_cr_11_credit_is_told_once_it_can_be_spent(office: Office, *, is_unlocked: bool) -> None:
    """Pending credit is no news until it is unlocked; and one credit is told once."""
    lot: dict[str, Any] = {
        "lot_id": LOT,
        "student_id": office.about["student_id"],
        "amount": Money(10_00),
        "occurred_at": office.about["occurred_at"],
    }
    granted = CreditGranted(source="milestone", pending=is_unlocked, **lot)
    office.hear(granted)
    assert len(office.told(office.anna)) == (0 if is_unlocked else 1)
    ends = office.world.clock.now() + timedelta(days=365)
    office.hear(CreditUnlocked(expires_at=ends, **lot))
    assert office.told(office.anna) == [(Kind.CREDIT_GRANTED, "You have $10.00 of new credit")]
    assert office.mailed() == []


def test_nt_20_when_no_card_paid_both_hear_why() -> None:
    """PY-14: instead of the letter about any other cancellation."""
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna", card="pm_card_declined")
    world.book(anna, jane, starts_in=timedelta(days=3))
    world.advance(timedelta(days=4))
    sent = [each.mail for each in world.mailbox.latest(limit=100)]
    told = [mail.to for mail in sent if mail.template == "booking_cancelled_payment_failed"]
    assert len(set(told)) == len(told) == 2
    assert "booking_cancelled" not in {mail.template for mail in sent}


def test_operators_hear_what_needs_them_and_nobodys_name(office: Office) -> None:
    """Spec 02 §7, PY-56…PY-58, PY-85, PY-86, SE-35."""
    now = office.about["occurred_at"]
    office.hear(
        PaymentReviewOpened(reason="refund_failed", **office.about),
        PaymentEscalated(debt=Money(100_80), payout=AMOUNT, **office.about),
        PaymentDisputed(amount=AMOUNT, inquiry=True, **office.about),
        PaymentDisputeClosed(amount=AMOUNT, result="won", **office.about),
        LedgerBreached(imbalance_cents=1, unsettled=0, occurred_at=now),
        DifferencesOverdue(day=date(2027, 3, 1), differences=2, occurred_at=now),
        BalanceDiffers(day=date(2027, 3, 1), difference_cents=-3, occurred_at=now),
    )
    payment, booking = (str(office.about[name]) for name in ("payment_id", "booking_id"))
    lesson = {"payment_id": payment, "booking_id": booking}
    rung = {alarm.name: (dict(alarm.facts), alarm.is_grave) for alarm in office.bell.rung}
    assert len(office.bell.rung) == len(rung)
    assert rung == {
        "payment.review_opened": ({**lesson, "reason": "refund_failed"}, False),
        "payment.escalated": ({**lesson, "debt": 100_80, "payout": 76_50}, False),
        "payment.disputed": ({**lesson, "amount": 76_50, "inquiry": True}, False),
        "payment.dispute_closed": ({**lesson, "amount": 76_50, "result": "won"}, False),
        "ledger.breach": ({"imbalance_cents": 1, "unsettled": 0, "credit_mismatches": 0}, True),
        "ledger.balance_differs": ({"day": "2027-03-01", "difference_cents": -3}, True),
        "ledger.differences_overdue": ({"day": "2027-03-01", "differences": 2}, True),
    }


def test_an_alarm_rings_for_what_really_happens(office: Office) -> None:
    """PY-25, PY-58: three days without a card that pays."""
    world = office.world
    bob = world.student("Bob", card="pm_card_fails_capture")
    booking = world.book(bob, office.jane, starts_in=timedelta(days=2, hours=5))
    world.advance(timedelta(days=9))
    payment = world.payment(booking)
    assert payment is not None
    rung = [alarm for alarm in office.bell.rung if alarm.name == "payment.escalated"]
    assert [PaymentId.parse(str(each.facts["payment_id"])) for each in rung] == [payment.payment_id]
    assert Kind.PAYMENT_OWED in {kind for kind, _ in office.told(bob)}
