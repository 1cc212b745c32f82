"""What happens to money after a lesson is paid, and beside it, as stories of dying processes."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, Final, cast

from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.credits.model import CreditLot
from instainstru_core.payments.inbox.queries import InboxReads, WebhookSearch
from instainstru_core.payments.inbox.signatures import SignedWebhooks, sign
from instainstru_core.payments.model.processor import DisputeSeen, DisputeStatus
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.refunds.plan import RefundReason
from instainstru_core.payments.use_cases.add_credit import AddCredit, add_credit
from instainstru_core.payments.use_cases.credits.adjust_credit import (
    adjust_credit,
    grant_goodwill,
    revoke_credit,
)
from instainstru_core.payments.use_cases.credits.expire_credit import expire_credit
from instainstru_core.payments.use_cases.debts.write_off_debt import write_off_debt
from instainstru_core.payments.use_cases.payouts.ask_for_instant_payout import (
    AskForInstantPayout,
    ask_for_instant_payout,
)
from instainstru_core.payments.use_cases.payouts.hear_account import hear_account
from instainstru_core.payments.use_cases.payouts.sweep_instant_payouts import sweep_instant_payouts
from instainstru_core.payments.use_cases.receive_webhook import ReceiveWebhook, receive_webhook
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import reconcile_day
from instainstru_core.payments.use_cases.replay_webhook import replay_webhook
from instainstru_core.testing.contracts import payout_accounts, tips
from instainstru_core.testing.contracts.hold_renewal import held, lapse, refresh
from instainstru_core.testing.stories import debts, refunds
from instainstru_core.testing.stories.credits import give
from instainstru_core.testing.stories.endings import locked, operator
from instainstru_core.testing.stories.moves import late
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import Till
from instainstru_core.testing.world import webhook_body
from tests.integration.crashes.stories import PAYOUT, PRICE, capture_due, unpaid_lesson
from tests.integration.crashes.telling import Act, Story

TIP: Final = 1_000
PAYOUT_OF_GROWTH: Final = 7_920
"""Who has taught five lessons keeps 88 %."""

SECRET: Final = b"whsec_of_the_platform"
MONTHS: Final = timedelta(days=400)


def _renew(till: Till) -> Act:
    booking = held(till)
    lapse(till, booking, hours=12)
    return lambda: refresh(till)


def _refund(till: Till) -> Act:
    booking = refunds.settled(till)
    staff = operator(till)
    return lambda: refunds.give_back(till, booking, reason=RefundReason.DISPUTE, who=staff)


def _disputed(till: Till, booking: Booking) -> str:
    hold = till.payment(booking).hold
    assert hold is not None
    seen = till.processor.open_dispute(hold.intent)
    assert isinstance(seen, DisputeSeen)
    return seen.dispute


def _opened(till: Till) -> Act:
    dispute = _disputed(till, refunds.settled(till))
    return lambda: refunds.hear(till, dispute)


def _closed(
    status: DisputeStatus, lesson: Callable[[Till], Booking] = refunds.settled
) -> Callable[[Till], Act]:
    def arrange(till: Till) -> Act:
        dispute = refunds.disputed(till, lesson(till))
        till.processor.close_dispute(dispute, status)
        return lambda: refunds.hear(till, dispute)

    return arrange


def _tip(till: Till) -> Act:
    booking = tips.settled(till)
    return lambda: tips.tip(till, booking, TIP)


def _transfer_owed(till: Till) -> None:
    """The money was taken, and the instructor's account did not take its share."""
    act = capture_due(till, late(till))
    tips.can_be_paid(till, payable=False)
    act()
    for account in till.processor.books.accounts.values():
        account.is_onboarded = True


def _transfer_again(till: Till) -> Act:
    _transfer_owed(till)
    till.clock.move(timedelta(minutes=1))
    return till.work_off


def _transfer_at_last(till: Till) -> Act:
    _transfer_owed(till)

    def hear() -> None:
        account = payout_accounts.account_of(till).account
        hear_account(account, begin=till.begin, gateway=till.gateway, clock=till.clock)
        till.work_off()

    return hear


def _released(till: Till) -> Act:
    payout_accounts.hold(till)
    capture_due(till, late(till))()
    return lambda: payout_accounts.release(till)


def _instant(till: Till) -> Act:
    payout_accounts.earn(till)
    wish = AskForInstantPayout(instructor_id=till.classroom.instructor, amount_cents=PAYOUT)
    return lambda: ask_for_instant_payout(
        wish, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
    )


def _sweep_instant(till: Till) -> None:
    sweep_instant_payouts(begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock)


def _escalated(till: Till) -> None:
    debts.fund(till)
    unpaid_lesson(till)
    till.after(hours=72)


def _pay_debt(till: Till) -> Act:
    _escalated(till)
    till.add_card("pm_card_visa")
    (debt,) = debts.debts(till)
    return lambda: debts.pay(till, debt)


def _write_off(till: Till) -> Act:
    _escalated(till)
    (debt,) = debts.debts(till)
    return _in_a_unit(till, partial(write_off_debt, debt.debt_id, None, ids=till.ids), "at")


def _in_a_unit(till: Till, decide: Callable[..., object], now: str = "now") -> Act:
    def act() -> None:
        with till.begin() as work:
            decide(work=work, **{now: till.clock.now()})

    return act


def _grant(till: Till) -> Act:
    return _in_a_unit(till, partial(grant_goodwill, till.student, Money(5000), ids=till.ids))


def _revoke(till: Till) -> Act:
    return _in_a_unit(till, partial(revoke_credit, give(till, 5000).lot_id, ids=till.ids))


def _adjust(till: Till) -> Act:
    give(till, 5000)
    return _in_a_unit(till, partial(adjust_credit, till.student, Money(1200), ids=till.ids))


def _expire(till: Till) -> Act:
    lots: list[CreditLot] = [give(till, cents) for cents in (700, 800)]
    till.clock.move(MONTHS)
    assert all(each.expires_at and each.expires_at <= till.clock.now() for each in lots)
    return lambda: expire_credit(begin=till.begin, ids=till.ids, clock=till.clock)


def _add_credit(till: Till) -> Act:
    booking = late(till)
    give(till, 2500)
    more = AddCredit(student_id=till.student, booking_id=booking.booking_id, more=Money(2500))
    return lambda: add_credit(
        more, begin=till.begin, ids=till.ids, clock=till.clock, config=till.pricing
    )


def _four_lessons(till: Till) -> None:
    """The student had four lessons; what was paid for them is not told."""
    with till.begin() as work:
        for _ in range(4):
            held = till.hold(hours_ahead=1)
            given = held.confirm(at=till.clock.now()).complete(at=held.lesson.ends_at)
            work.bookings.save(given)
            till.clock.move(2 * HOUR)
    till.work_off()


def _earn(till: Till) -> Act:
    _four_lessons(till)
    booking = late(till)
    till.at(booking.lesson.ends_at)
    till.complete(booking)
    return till.work_off


def _unlock(till: Till) -> Act:
    _four_lessons(till)
    return capture_due(till, late(till))


def _reconcile(till: Till) -> Act:
    refunds.settled(till)
    days: list[date] = [(NOON + timedelta(days=each)).date() for each in range(6)]
    till.clock.set(NOON + timedelta(days=6))

    def run() -> None:
        for day in days:
            reconcile_day(
                day, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
            )

    return run


def _news(till: Till) -> list[ProcessorEvent]:
    """A cardholder confirmed, and their client never came back: only webhooks tell of it."""
    booking, card = till.hold(hours_ahead=20), till.add_card("pm_card_three_d_secure")
    till.pay(booking, card)
    (intent,) = till.processor.books.intents.values()
    before = len(till.processor.news)
    till.processor.confirm(intent.intent, intent.client_secret)
    return list(till.processor.news[before:])


def _receive(till: Till, event: ProcessorEvent) -> None:
    body, now = webhook_body(event), till.clock.now()
    receive_webhook(
        ReceiveWebhook(
            provider="simulator",
            signature=sign(body, secret=SECRET, at=now),
            headers={},
            body=body,
        ),
        begin=cast("Any", till.begin),
        verifier=SignedWebhooks(secrets=(SECRET,), clock=till.clock),
        ids=till.ids,
        clock=till.clock,
    )


def _webhook_comes(till: Till) -> Act:
    news = _news(till)

    def come() -> None:
        for event in news:
            _receive(till, event)

    return come


def _webhook_is_heard(till: Till) -> Act:
    _webhook_comes(till)()
    return till.work_off


def _webhook_runs_again(till: Till) -> Act:
    _webhook_is_heard(till)()
    with till.read() as reads:
        found = cast("InboxReads", reads).webhook_queries.page(WebhookSearch(), PageRequest())
    webhook = found.items[0]
    return _in_a_unit(till, partial(replay_webhook, webhook.webhook_id, ids=till.ids), "at")


AFTERWARDS: Final[dict[str, Story]] = {
    "renewal of a hold": Story(arrange=_renew, effects=(("authorisation", PRICE), ("void", PRICE))),
    "refund and reversal": Story(
        arrange=_refund, effects=(("refund", PRICE), ("reversal", PAYOUT))
    ),
    "chargeback opened": Story(arrange=_opened, effects=(("reversal", PAYOUT),)),
    "chargeback won": Story(arrange=_closed(DisputeStatus.WON), effects=(("transfer", PAYOUT),)),
    "chargeback lost": Story(arrange=_closed(DisputeStatus.LOST)),
    "chargeback lost before the lesson": Story(arrange=_closed(DisputeStatus.LOST, locked)),
    "tip": Story(arrange=_tip, effects=(("charge", TIP), ("transfer", TIP))),
    "transfer, again": Story(arrange=_transfer_again, effects=(("transfer", PAYOUT),)),
    "transfer, the account complete": Story(
        arrange=_transfer_at_last, effects=(("transfer", PAYOUT),)
    ),
    "transfer, no longer held": Story(arrange=_released, effects=(("transfer", PAYOUT),)),
    "instant payout": Story(arrange=_instant, effects=(("payout", PAYOUT),), then=_sweep_instant),
    "debt, paid": Story(arrange=_pay_debt, effects=(("charge", PRICE),)),
    "debt, written off": Story(arrange=_write_off, again=False),
    "credit, granted": Story(arrange=_grant, again=False),
    "credit, revoked": Story(arrange=_revoke, again=False),
    "credit, adjusted": Story(arrange=_adjust, again=False),
    "credit, expired": Story(arrange=_expire),
    "credit, added to a lesson": Story(arrange=_add_credit, again=False),
    "milestone, earned": Story(arrange=_earn),
    "milestone, unlocked": Story(
        arrange=_unlock, effects=(("capture", PRICE), ("transfer", PAYOUT_OF_GROWTH))
    ),
    "reconciliation": Story(arrange=_reconcile),
    "webhook, received": Story(arrange=_webhook_comes),
    "webhook, heard": Story(arrange=_webhook_is_heard),
    "webhook, run again": Story(arrange=_webhook_runs_again, again=False),
}
