"""Every use case that moves money, as a story in which a process may die.

The lesson costs 90 dollars: LP 9000 at 12 % and 15 %: SF 1080, P 7650, A 10080; half of it: Y 3825.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.kernel.unit_of_work import joined
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.use_cases.settle_issue import settle_issue
from instainstru_core.testing.contracts.claimed_money import ClaimedMoneyContract
from instainstru_core.testing.stories import endings
from instainstru_core.testing.stories.credits import give, paid
from instainstru_core.testing.stories.debts import fund, unpaid
from instainstru_core.testing.stories.moves import late, move
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.recovery import swap_card
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.strategies.payments import Till
from tests.integration.crashes.telling import Act, Story

PRICE: Final = 10_080
PAYOUT: Final = 7_650
HALF: Final = 3_825
BROKE: Final = "pm_card_fails_capture"
CLAIMS: Final = ClaimedMoneyContract()


def _check_out(hours_ahead: float, card: str = "pm_card_visa") -> Callable[[Till], Act]:
    def arrange(till: Till) -> Act:
        booking, saved = till.hold(hours_ahead=hours_ahead), till.add_card(card)
        return lambda: till.pay(booking, saved)

    return arrange


def _check_out_confirmed(till: Till) -> Act:
    """The cardholder has said yes at their bank, and the client comes back."""
    booking, card = till.hold(hours_ahead=20), till.add_card("pm_card_three_d_secure")
    till.pay(booking, card)
    (intent,) = till.processor.books.intents.values()
    till.processor.confirm(intent.intent, intent.client_secret)
    return lambda: till.pay(booking, card)


def _abandon(till: Till) -> Act:
    booking, card = till.hold(hours_ahead=20), till.add_card("pm_card_three_d_secure")
    till.pay(booking, card)
    return _called_off(till, booking)


def _work_off(till: Till, moment: timedelta, booking: Booking) -> Act:
    till.clock.set(booking.lesson.starts_at + moment)
    return till.work_off


def _authorise(card: str, before: timedelta) -> Callable[[Till], Act]:
    """A card is asked a day ahead, or a refusing one again as the lesson comes nearer."""

    def arrange(till: Till) -> Act:
        booking, saved = till.hold(hours_ahead=72), till.add_card(card)
        till.pay(booking, saved)
        if before < 24 * HOUR:
            till.at(booking.lesson.starts_at - 24 * HOUR)
        if before < 13 * HOUR:
            till.at(booking.lesson.starts_at - 13 * HOUR)
        return _work_off(till, -before, booking)

    return arrange


def _another_card(till: Till) -> Act:
    """A card refused; another one is named, and asked at once."""
    booking = till.hold(hours_ahead=72)
    till.pay(booking, till.add_card("pm_card_declines_off_session"))
    till.at(booking.lesson.starts_at - 24 * HOUR)
    return lambda: swap_card(till, booking, "pm_card_visa")


def _given(till: Till, booking: Booking) -> Booking:
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    till.work_off()
    return booking


def capture_due(till: Till, booking: Booking) -> Act:
    """The lesson was given a day ago, and its money is to be settled."""
    _given(till, booking)
    return _work_off(till, 25 * HOUR, booking)


def _settle(till: Till) -> Act:
    return capture_due(till, late(till))


def _settle_with_credit(till: Till) -> Act:
    give(till, 2000)
    return capture_due(till, paid(till, credit=2000, hours_ahead=20))


def _settle_with_top_up(till: Till) -> Act:
    fund(till)
    give(till, 9000)
    return capture_due(till, paid(till, credit=9000, hours_ahead=20))


def _called_off(till: Till, booking: Booking, *, by_instructor: bool = False) -> Act:
    def call_off() -> None:
        endings.call_off(till, booking, by_instructor=by_instructor)
        till.work_off()

    return call_off


def _cancel(hours_ahead: float, *, by_instructor: bool = False) -> Callable[[Till], Act]:
    def arrange(till: Till) -> Act:
        booking = late(till) if hours_ahead <= 20 else endings.held(till)
        till.clock.set(booking.lesson.starts_at - hours_ahead * HOUR)
        return _called_off(till, booking, by_instructor=by_instructor)

    return arrange


def _cancel_early(till: Till) -> Act:
    booking = till.hold(hours_ahead=72)
    till.pay(booking)
    return _called_off(till, booking)


def _lock(till: Till) -> Act:
    booking = late(till)
    return lambda: move(till, booking, timedelta(days=2))


def _locked(hours_ahead: float, *, by_instructor: bool = False) -> Callable[[Till], Act]:
    def arrange(till: Till) -> Act:
        booking = endings.locked(till)
        till.at(booking.lesson.starts_at - hours_ahead * HOUR)
        return _called_off(till, booking, by_instructor=by_instructor)

    return arrange


def _locked_and_given(till: Till) -> Act:
    return capture_due(till, endings.locked(till))


def _no_show(missing: NoShowType, *, lock: bool = False) -> Callable[[Till], Act]:
    def arrange(till: Till) -> Act:
        booking = CLAIMS.reported(till, missing, lock=lock)
        return lambda: CLAIMS.resolve(till, booking, Resolution.CONFIRMED_AFTER_REVIEW)

    return arrange


def _issue(ending: Ending) -> Callable[[Till], Act]:
    def arrange(till: Till) -> Act:
        booking = _given(till, late(till))
        asked = OpenIssue(
            principal=signed_in(booking.student),
            booking_id=booking.booking_id,
            reason="It was over after ten minutes.",
        )
        open_issue(asked, begin=till.begin, clock=till.clock)
        till.work_off()
        decision = ResolveIssue(
            principal=endings.operator(till),
            booking_id=booking.booking_id,
            outcome=IssueOutcome.UPHOLD,
        )

        def decide() -> None:
            with till.begin() as work:
                resolve_issue(decision, begin=joined(work), clock=till.clock)
                current = work.bookings.get_for_update(booking.booking_id)
                settle_issue(current, ending, work=work, ids=till.ids, now=till.clock.now())
            till.work_off()

        return decide

    return arrange


def unpaid_lesson(till: Till) -> Booking:
    """A taught lesson whose capture failed."""
    booking = unpaid(till)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    return booking


def _capture_again(till: Till) -> Act:
    unpaid_lesson(till)
    till.clock.move(4 * HOUR)
    return till.work_off


def _capture_from_another(till: Till) -> Act:
    booking = unpaid_lesson(till)
    return lambda: swap_card(till, booking, "pm_card_visa")


def _escalate(till: Till) -> Act:
    fund(till)
    unpaid_lesson(till)
    till.clock.move(72 * HOUR)
    return till.work_off


LESSONS: Final[dict[str, Story]] = {
    "checkout, scheduled": Story(arrange=_check_out(72)),
    "checkout, at once": Story(arrange=_check_out(20), effects=(("authorisation", PRICE),)),
    "checkout, to be confirmed": Story(arrange=_check_out(20, "pm_card_three_d_secure")),
    "checkout, confirmed": Story(arrange=_check_out_confirmed),
    "checkout, refused": Story(arrange=_check_out(20, "pm_card_declined"), alike=False),
    "checkout, abandoned": Story(arrange=_abandon, effects=(("void", PRICE),)),
    "hold, a day ahead": Story(
        arrange=_authorise("pm_card_visa", 24 * HOUR), effects=(("authorisation", PRICE),)
    ),
    "hold, refused": Story(arrange=_authorise("pm_card_declines_off_session", 24 * HOUR)),
    "ladder, retry": Story(arrange=_authorise("pm_card_declines_off_session", 22 * HOUR)),
    "ladder, final attempt": Story(arrange=_authorise("pm_card_declines_off_session", 13 * HOUR)),
    "ladder, cancellation": Story(arrange=_authorise("pm_card_declines_off_session", 12 * HOUR)),
    "another card": Story(arrange=_another_card, effects=(("authorisation", PRICE),)),
    "settlement": Story(arrange=_settle, effects=(("capture", PRICE), ("transfer", PAYOUT))),
    "settlement with credit": Story(
        arrange=_settle_with_credit, effects=(("capture", PRICE - 2000), ("transfer", PAYOUT))
    ),
    "settlement with a top-up": Story(
        arrange=_settle_with_top_up,
        effects=(("capture", 1080), ("transfer", 1080), ("transfer", PAYOUT - 1080)),
    ),
    "cancellation, early": Story(arrange=_cancel_early),
    "cancellation, 12 to 24 hours": Story(arrange=_cancel(18), effects=(("capture", PRICE),)),
    "cancellation, under 12 hours": Story(
        arrange=_cancel(6), effects=(("capture", PRICE), ("transfer", HALF))
    ),
    "cancellation, by the instructor": Story(
        arrange=_cancel(18, by_instructor=True), effects=(("void", PRICE),)
    ),
    "late move": Story(arrange=_lock, effects=(("capture", PRICE),)),
    "moved, cancelled in time": Story(arrange=_locked(13)),
    "moved, cancelled late": Story(arrange=_locked(6), effects=(("transfer", HALF),)),
    "moved, cancelled by the instructor": Story(
        arrange=_locked(6, by_instructor=True), effects=(("refund", PRICE),)
    ),
    "moved and given": Story(arrange=_locked_and_given, effects=(("transfer", PAYOUT),)),
    "no-show of the instructor": Story(
        arrange=_no_show(NoShowType.INSTRUCTOR), effects=(("void", PRICE),)
    ),
    "no-show of the student": Story(
        arrange=_no_show(NoShowType.STUDENT), effects=(("capture", PRICE), ("transfer", PAYOUT))
    ),
    "no-show of both, moved": Story(
        arrange=_no_show(NoShowType.MUTUAL, lock=True), effects=(("refund", PRICE),)
    ),
    "issue, full refund": Story(
        arrange=_issue(Ending.ISSUE_FULL_REFUND), effects=(("void", PRICE),)
    ),
    "issue, full credit": Story(
        arrange=_issue(Ending.ISSUE_FULL_CREDIT), effects=(("capture", PRICE),)
    ),
    "issue, split": Story(
        arrange=_issue(Ending.ISSUE_SPLIT), effects=(("capture", PRICE), ("transfer", HALF))
    ),
    "capture, again": Story(
        arrange=_capture_again, effects=(("authorisation", PRICE), ("void", PRICE))
    ),
    "capture, from another card": Story(
        arrange=_capture_from_another,
        effects=(("authorisation", PRICE), ("capture", PRICE), ("transfer", PAYOUT)),
    ),
    "escalation": Story(arrange=_escalate, effects=(("transfer", PAYOUT),)),
}
