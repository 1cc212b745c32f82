"""Twenty people and jobs that want something of one payment at the same instant."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from attrs import frozen

from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.use_cases.cancel_booking import CancelBooking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.cancel_lesson import (
    CancelByAdmin,
    cancel_by_admin,
    cancel_lesson,
)
from instainstru_core.payments.use_cases.chargebacks.hear_dispute import hear_dispute
from instainstru_core.payments.use_cases.debts.pay_debt import PayDebt, pay_debt
from instainstru_core.payments.use_cases.debts.write_off_debt import write_off_debt
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.payments.use_cases.settle_payment import retry_capture, settle_payment
from instainstru_core.testing.contracts import tips
from instainstru_core.testing.stories import debts, refunds
from instainstru_core.testing.stories.endings import operator
from instainstru_core.testing.stories.moves import late, move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till
from tests.integration.crashes.stories import PAYOUT, PRICE, capture_due, unpaid_lesson

Wish = Callable[[], object]
TIP: Final = 1_000


Ending = tuple[str, str | None, tuple[tuple[str, int], ...]]
"""The state and the outcome of a payment, and what the processor did, in order of the kinds."""

CAPTURED: Final = ("capture", PRICE)
VOIDED: Final = ("void", PRICE)
REFUNDED: Final = ("refund", PRICE)
REVERSED: Final = ("reversal", PAYOUT)
PAID: Final = ("transfer", PAYOUT)
TIPPED: Final = (("charge", TIP), ("transfer", TIP))
FULL_REFUND: Final = "student_wins_dispute_full_refund"
SAID: Final[Mapping[str, frozenset[str]]] = {
    "cancel": frozenset({"ok", "invalid_state"}),
    "cancel_teaching": frozenset({"ok", "invalid_state"}),
    "cancel_for_both": frozenset({"ok", "invalid_state"}),
    "move": frozenset({"ok", "invalid_state", "booking_cancelled"}),
    "capture": frozenset({"ok"}),
    "capture_again": frozenset({"ok"}),
    "refund": frozenset({"ok", "invalid_state", "already_refunded", "nothing_to_refund"}),
    "tip": frozenset({"ok", "already_tipped"}),
    "pay": frozenset({"ok", "debt_paid"}),
    "write_off": frozenset({"ok", "debt_paid", "operation_in_progress"}),
    "chargeback": frozenset({"ok", "processor_unavailable"}),
    "news": frozenset({"ok", "processor_unavailable"}),
    "work": frozenset({"ok"}),
}
"""What each may be told. An event that comes while other money moves is heard later (PY-65)."""

ENDINGS: Final[Mapping[str, frozenset[Ending]]] = {
    "called off": frozenset(
        {
            ("settled", "student_cancel_12_24_full_credit", (CAPTURED,)),
            ("settled", "admin_full_credit", (CAPTURED,)),
            ("settled", "instructor_cancel_full_refund", (VOIDED,)),
            # Moved late first, and so locked: what was taken goes back. Source: PY-38.
            ("settled", "instructor_cancel_full_refund", (CAPTURED, REFUNDED)),
            ("settled", FULL_REFUND, (VOIDED,)),
            ("settled", FULL_REFUND, (CAPTURED, REFUNDED)),
            ("locked", None, (CAPTURED,)),
        }
    ),
    "settled": frozenset(
        {
            ("settled", "lesson_completed_full_payout", (CAPTURED, *TIPPED, PAID)),
            ("settled", FULL_REFUND, (*TIPPED, VOIDED)),
            ("settled", FULL_REFUND, (CAPTURED, TIPPED[0], REFUNDED, REVERSED, TIPPED[1], PAID)),
        }
    ),
    "disputed": frozenset(
        {
            (
                "manual_review",
                "lesson_completed_full_payout",
                (TIPPED[0], REVERSED, TIPPED[1]),
            )
        }
    ),
    "owed": frozenset(
        {
            ("settled", "capture_failure_instructor_paid", (("charge", PRICE),)),
            ("settled", "capture_failure_instructor_paid", ()),
        }
    ),
}
"""How each rivalry may end: with one of these."""


@frozen
class Rivalry:
    """One payment, who wants what of it, and how often each wish is made."""

    payment_id: PaymentId
    wishes: Mapping[str, tuple[Wish, int]]
    late_news: Wish
    """Events that could not be acted on come again."""


@frozen
class Wishes:
    """What one can want of the money of *booking*."""

    till: Till
    booking: Booking
    staff: Principal

    @classmethod
    def about(cls, till: Till, booking: Booking) -> "Wishes":
        """Everything that can be wanted."""
        return cls(till, booking, operator(till))

    def rivalry(self, wishes: Mapping[str, tuple[Wish, int]]) -> Rivalry:
        """Who makes which of them, how often."""
        return Rivalry(self.till.payment(self.booking).payment_id, wishes, self.news)

    def capture(self) -> None:
        """The timer: a day after the lesson."""
        till = self.till
        settle_payment(
            self.booking.booking_id,
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )

    def capture_again(self) -> None:
        """The timer of a capture that failed."""
        till = self.till
        retry_capture(
            till.payment(self.booking).payment_id,
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )

    def cancel(self) -> None:
        """The student."""
        self._cancel(signed_in(self.booking.student))

    def cancel_teaching(self) -> None:
        """The instructor."""
        self._cancel(signed_in(self.booking.instructor, Role.INSTRUCTOR))

    def _cancel(self, who: Principal) -> None:
        wish = CancelBooking(principal=who, booking_id=self.booking.booking_id, reason="ill")
        cancel_lesson(wish, begin=self.till.begin, ids=self.till.ids, clock=self.till.clock)

    def cancel_for_both(self) -> None:
        """An operator."""
        order = CancelByAdmin(
            principal=self.staff,
            booking_id=self.booking.booking_id,
            policy=MoneyPolicy.FULL_CREDIT,
            reason="a burst pipe",
        )
        cancel_by_admin(order, begin=self.till.begin, ids=self.till.ids, clock=self.till.clock)

    def move(self) -> None:
        """The student, late."""
        move(self.till, self.booking, timedelta(days=2))

    def refund(self) -> None:
        """An operator, all of it, at the instructor's expense."""
        refunds.give_back(self.till, self.booking, reason=RefundReason.DISPUTE, who=self.staff)

    def tip(self) -> None:
        """The student."""
        tips.tip(self.till, self.booking, TIP)

    def work(self) -> None:
        """A worker: whatever is due."""
        self.till.work_off()

    def news(self) -> None:
        """Every webhook that the processor ever sent, once more."""
        till = self.till
        for event in till.processor.news:
            process_processor_event(
                event, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )


def _called_off(till: Till) -> Rivalry:
    """Between hold and lesson: called off by everybody, moved, refunded."""
    booking = late(till)
    till.clock.set(booking.lesson.starts_at - 14 * HOUR)
    of = Wishes.about(till, booking)
    return of.rivalry(
        {
            "cancel": (of.cancel, 4),
            "cancel_teaching": (of.cancel_teaching, 3),
            "cancel_for_both": (of.cancel_for_both, 2),
            "move": (of.move, 2),
            "refund": (of.refund, 3),
            "work": (of.work, 3),
            "news": (of.news, 3),
        },
    )


def _settled(till: Till) -> Rivalry:
    """A day after the lesson: captured, refunded, tipped, cancelled too late."""
    booking = late(till)
    capture_due(till, booking)
    of = Wishes.about(till, booking)
    return of.rivalry(
        {
            "capture": (of.capture, 6),
            "cancel": (of.cancel, 2),
            "refund": (of.refund, 3),
            "tip": (of.tip, 3),
            "work": (of.work, 3),
            "news": (of.news, 3),
        },
    )


def _disputed(till: Till) -> Rivalry:
    """Long after: the bank takes it back, an operator gives it back, the student tips."""
    booking = refunds.settled(till)
    hold = till.payment(booking).hold
    assert hold is not None
    dispute = till.processor.open_dispute(hold.intent)
    assert dispute is not None
    name = next(iter(till.processor.books.disputes))
    of = Wishes.about(till, booking)

    def hear() -> None:
        hear_dispute(name, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)

    return of.rivalry(
        {
            "chargeback": (hear, 6),
            "refund": (of.refund, 5),
            "tip": (of.tip, 4),
            "work": (of.work, 2),
            "news": (of.news, 3),
        },
    )


def _owed(till: Till) -> Rivalry:
    """The card never paid: the student pays, the staff writes off, timers ask again."""
    debts.fund(till)
    booking = unpaid_lesson(till)
    till.after(hours=72)
    (debt,) = debts.debts(till)
    card = till.add_card("pm_card_visa").card_id
    of = Wishes.about(till, booking)

    def pay() -> None:
        pay_debt(
            PayDebt(student_id=till.student, debt_id=debt.debt_id, amount=None, card_id=card),
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )

    def write_off() -> None:
        with till.begin() as work:
            write_off_debt(debt.debt_id, None, work=work, ids=till.ids, at=till.clock.now())

    return of.rivalry(
        {
            "pay": (pay, 8),
            "write_off": (write_off, 2),
            "capture_again": (of.capture_again, 3),
            "refund": (of.refund, 2),
            "work": (of.work, 2),
            "news": (of.news, 3),
        },
    )


RIVALRIES: Final[Mapping[str, Callable[[Till], Rivalry]]] = {
    "called off": _called_off,
    "settled": _settled,
    "disputed": _disputed,
    "owed": _owed,
}


def said(wish: Wish) -> str:
    """What whoever wants it is told: `ok`, or the code of a refusal."""
    try:
        wish()
    except DomainError as refusal:
        return refusal.code
    return "ok"
