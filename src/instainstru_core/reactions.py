"""Every context's reactions, timers and periodic jobs, bound to the world.

`HANDLERS` names who can do what; `ROUTES` says which of them want which event; `PERIODIC` says
which come back, and how often. A handler in the transaction is given the unit that forgets its
item; one that calls out opens its own. Names are stored in rows: a renamed handler strands the work
on file.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, TypeAlias

from instainstru_core.availability.events import AvailabilityChanged
from instainstru_core.availability.external.events import ExternalCalendarFailed
from instainstru_core.availability.external.reactions import refresh, refresh_due
from instainstru_core.availability.external.timers import REFRESH_DUE_FEEDS, REFRESH_FEED
from instainstru_core.availability.use_cases.prune_calendars import prune_calendars
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.reactions import (
    forget_ended,
    match_freed_lesson,
    match_left_time,
    match_opened_dates,
)
from instainstru_core.booking.claims.events import (
    BookingIssueOpened,
    BookingIssueResolved,
    NoShowReported,
    NoShowResolved,
)
from instainstru_core.booking.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingHoldReleased,
    BookingNoShowRecorded,
    BookingReminderDue,
    BookingRescheduled,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.reminders.use_cases.run_reminders import SEND_REMINDERS, run_reminders
from instainstru_core.booking.timers import COMPLETE_LESSON, EXPIRE_HOLD
from instainstru_core.booking.use_cases.complete_lesson import complete_by_itself
from instainstru_core.booking.use_cases.complete_overdue import complete_overdue
from instainstru_core.booking.use_cases.detect_attendance import detect_attendance
from instainstru_core.booking.use_cases.expire_hold import expire_hold
from instainstru_core.booking.use_cases.resolve_undisputed import resolve_undisputed
from instainstru_core.config.events import ConfigPublished
from instainstru_core.config.model import ConfigKey
from instainstru_core.due_work.model import CallsOut, InTransaction, Periodic, WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.events import Event
from instainstru_core.notifications.reactions import (
    alarm_of,
    mail,
    tell_of_cancellation,
    tell_of_confirmation,
    tell_of_credit,
    tell_of_debt,
    tell_of_expiring_credit,
    tell_of_failed_capture,
    tell_of_failed_payment,
    tell_of_failed_payout,
    tell_of_failed_tip,
    tell_of_failing_calendar,
    tell_of_final_warning,
    tell_of_issue,
    tell_of_move,
    tell_of_payout,
    tell_of_raised_floor,
    tell_of_refund,
    tell_of_reminder,
    tell_of_report,
    tell_of_resolution,
    tell_of_settlement,
    tell_of_tier,
    tell_of_tip,
    tell_of_waitlist_match,
)
from instainstru_core.notifications.use_cases.send_email import HANDLER as SEND_EMAIL
from instainstru_core.payments.credits.events import (
    CreditExpiring,
    CreditGranted,
    CreditUnlocked,
)
from instainstru_core.payments.events import (
    LedgerBreached,
    PaymentAuthorizationFailed,
    PaymentDisputeClosed,
    PaymentDisputed,
    PaymentEscalated,
    PaymentFailed,
    PaymentFinalWarning,
    PaymentRefunded,
    PaymentReviewOpened,
    PaymentSettled,
    PayoutAccountOnboarded,
    PayoutFailed,
    PayoutSent,
)
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.reactions import (
    audit_payouts_nightly,
    authorise_due_payment,
    check_authorisation_health,
    check_books_hourly,
    climb_due_ladder,
    conclude_milestone_of_payment,
    detach_forgotten_card,
    earn_milestone_of_lesson,
    evaluate_tier_after_lesson,
    expire_credit_nightly,
    freeze_for_issue,
    freeze_for_report,
    reconcile_nightly,
    refresh_lapsing_holds,
    release_cancelled_payment,
    resume_claimed_payment,
    retry_due_capture,
    retry_owed_payouts,
    schedule_capture,
    seal_posted_journals,
    settle_due_payment,
    sign_books,
    sweep_due_instant_payouts,
    sweep_due_operations,
    watch_balance_hourly,
)
from instainstru_core.payments.reconciliation.events import BalanceDiffers, DifferencesOverdue
from instainstru_core.payments.timers import AUTHORISE_PAYMENT, SETTLE_PAYMENT
from instainstru_core.payments.tips.events import TipFailed, TipSucceeded
from instainstru_core.payments.use_cases.process_processor_event import process_processor_event
from instainstru_core.payments.use_cases.process_webhook import process_webhook
from instainstru_core.payments.use_cases.pursue_ending import CLIMB_LADDER, RETRY_CAPTURE
from instainstru_core.payments.use_cases.receive_webhook import HANDLER as PROCESS_WEBHOOK
from instainstru_core.ports import Ports, Work
from instainstru_core.pricing.events import CommissionTierChanged, FloorRaised
from instainstru_core.pricing.use_cases.evaluate_tiers import evaluate_tiers
from instainstru_core.pricing.use_cases.tell_of_floors import tell_of_floors

Handler: TypeAlias = InTransaction[Work, Ports] | CallsOut[Ports]


def _booking_id(item: WorkItem) -> BookingId:
    return BookingId.parse(str(item.payload["booking_id"]))


def _expire_hold(item: WorkItem, work: Work, ports: Ports) -> None:
    # Never while somebody is paying for it: the next try finds out. Source: BK-19.
    with alone_with(_booking_id(item), ports.mutexes):
        expire_hold(_booking_id(item), work=work, now=ports.clock.now())


def _complete_lesson(item: WorkItem, work: Work, ports: Ports) -> None:
    with alone_with(_booking_id(item), ports.mutexes):
        complete_by_itself(_booking_id(item), work=work, now=ports.clock.now())


def _complete_overdue(_item: WorkItem, ports: Ports) -> None:
    complete_overdue(begin=ports.begin, mutexes=ports.mutexes, clock=ports.clock)


def _resolve_undisputed(_item: WorkItem, ports: Ports) -> None:
    resolve_undisputed(begin=ports.begin, mutexes=ports.mutexes, clock=ports.clock)


def _send_reminders(_item: WorkItem, ports: Ports) -> None:
    run_reminders(begin=ports.begin, clock=ports.clock)


def _prune_calendars(_item: WorkItem, ports: Ports) -> None:
    prune_calendars(begin=ports.begin, now=ports.clock.now(), rules=ports.rules)


def _detect_attendance(_item: WorkItem, ports: Ports) -> None:
    detect_attendance(
        begin=ports.begin, mutexes=ports.mutexes, clock=ports.clock, rules=ports.rules
    )


def _evaluate_tiers(_item: WorkItem, ports: Ports) -> None:
    evaluate_tiers(begin=ports.begin, clock=ports.clock, config=ports.pricing)


def _tell_of_floors(item: WorkItem, work: Work, ports: Ports) -> None:
    if item.payload["key"] == ConfigKey.PRICING.value:
        tell_of_floors(int(str(item.payload["version"])), work=work, now=ports.clock.now())


def _process_webhook(item: WorkItem, ports: Ports) -> None:
    def act(event: ProcessorEvent) -> None:
        process_processor_event(
            event, begin=ports.begin, gateway=ports.gateway, ids=ports.ids, clock=ports.clock
        )

    webhook_id = WebhookId.parse(str(item.payload["webhook_id"]))
    process_webhook(webhook_id, begin=ports.begin, act=act, clock=ports.clock)


HANDLERS: Final[Mapping[str, Handler]] = {
    EXPIRE_HOLD: InTransaction(_expire_hold),
    COMPLETE_LESSON: InTransaction(_complete_lesson),
    "complete_overdue": CallsOut(_complete_overdue),
    "resolve_undisputed": CallsOut(_resolve_undisputed),
    "detect_attendance": CallsOut(_detect_attendance),
    AUTHORISE_PAYMENT: CallsOut(authorise_due_payment),
    CLIMB_LADDER: CallsOut(climb_due_ladder),
    RETRY_CAPTURE: CallsOut(retry_due_capture),
    SETTLE_PAYMENT: CallsOut(settle_due_payment),
    "earn_milestone": InTransaction(earn_milestone_of_lesson),
    "conclude_milestone": InTransaction(conclude_milestone_of_payment),
    "credit_expiry": CallsOut(expire_credit_nightly),
    "schedule_capture": InTransaction(schedule_capture),
    "evaluate_tier": InTransaction(evaluate_tier_after_lesson),
    "evaluate_tiers": CallsOut(_evaluate_tiers),
    "tell_of_floors": InTransaction(_tell_of_floors),
    "tell_of_expiring_credit": InTransaction(tell_of_expiring_credit),
    "tell_of_raised_floor": InTransaction(tell_of_raised_floor),
    "release_payment": CallsOut(release_cancelled_payment),
    "freeze_for_report": InTransaction(freeze_for_report),
    "freeze_for_issue": InTransaction(freeze_for_issue),
    "resume_payment": CallsOut(resume_claimed_payment),
    "retry_payouts": CallsOut(retry_owed_payouts),
    "sweep_instant_payouts": CallsOut(sweep_due_instant_payouts),
    "audit_payout_schedules": CallsOut(audit_payouts_nightly),
    "sweep_operations": CallsOut(sweep_due_operations),
    "check_books": CallsOut(check_books_hourly),
    "watch_balance": CallsOut(watch_balance_hourly),
    "refresh_holds": CallsOut(refresh_lapsing_holds),
    "check_authorisations": CallsOut(check_authorisation_health),
    "detach_card": CallsOut(detach_forgotten_card),
    "seal_journals": CallsOut(seal_posted_journals),
    "sign_books": CallsOut(sign_books),
    "reconcile": CallsOut(reconcile_nightly),
    REFRESH_FEED: CallsOut(refresh),
    REFRESH_DUE_FEEDS: InTransaction(refresh_due),
    SEND_REMINDERS: CallsOut(_send_reminders),
    "availability_retention": CallsOut(_prune_calendars),
    PROCESS_WEBHOOK: CallsOut(_process_webhook),
    SEND_EMAIL: CallsOut(mail),
    "tell_of_confirmation": InTransaction(tell_of_confirmation),
    "tell_of_move": InTransaction(tell_of_move),
    "tell_of_cancellation": InTransaction(tell_of_cancellation),
    "tell_of_reminder": InTransaction(tell_of_reminder),
    "tell_of_report": InTransaction(tell_of_report),
    "tell_of_issue": InTransaction(tell_of_issue),
    "tell_of_resolution": InTransaction(tell_of_resolution),
    "tell_of_failed_payment": InTransaction(tell_of_failed_payment),
    "tell_of_failing_calendar": InTransaction(tell_of_failing_calendar),
    "tell_of_failed_capture": InTransaction(tell_of_failed_capture),
    "tell_of_final_warning": InTransaction(tell_of_final_warning),
    "tell_of_settlement": InTransaction(tell_of_settlement),
    "tell_of_payout": InTransaction(tell_of_payout),
    "tell_of_tip": InTransaction(tell_of_tip),
    "tell_of_failed_tip": InTransaction(tell_of_failed_tip),
    "tell_of_failed_payout": InTransaction(tell_of_failed_payout),
    "tell_of_refund": InTransaction(tell_of_refund),
    "tell_of_debt": InTransaction(tell_of_debt),
    "tell_of_credit": InTransaction(tell_of_credit),
    "tell_of_tier": InTransaction(tell_of_tier),
    "tell_operators_of_breach": CallsOut(alarm_of(LedgerBreached.name, is_grave=True)),
    "tell_operators_of_debt": CallsOut(alarm_of(PaymentEscalated.name)),
    "tell_operators_of_balance": CallsOut(alarm_of(BalanceDiffers.name, is_grave=True)),
    "tell_operators_of_differences": CallsOut(alarm_of(DifferencesOverdue.name, is_grave=True)),
    "tell_operators_of_dispute": CallsOut(alarm_of(PaymentDisputed.name)),
    "tell_operators_of_review": CallsOut(alarm_of(PaymentReviewOpened.name)),
    "tell_operators_of_verdict": CallsOut(alarm_of(PaymentDisputeClosed.name)),
    "match_opened_dates": CallsOut(match_opened_dates),
    "match_freed_lesson": CallsOut(match_freed_lesson),
    "match_left_time": CallsOut(match_left_time),
    "forget_waitlist": InTransaction(forget_ended),
    "tell_of_waitlist_match": InTransaction(tell_of_waitlist_match),
}
"""Handlers by name, for reactions, timers and periodic jobs alike."""

ROUTES: Final[Mapping[type[Event], tuple[str, ...]]] = {
    ConfigPublished: ("tell_of_floors",),
    CreditExpiring: ("tell_of_expiring_credit",),
    FloorRaised: ("tell_of_raised_floor",),
    BookingCompleted: ("schedule_capture", "evaluate_tier", "earn_milestone"),
    BookingConfirmed: ("tell_of_confirmation",),
    BookingRescheduled: ("match_left_time", "tell_of_move"),
    BookingCancelled: ("release_payment", "match_freed_lesson", "tell_of_cancellation"),
    PaymentAuthorizationFailed: ("tell_of_failed_payment",),
    PaymentFailed: ("tell_of_failed_capture",),
    PaymentFinalWarning: ("tell_of_final_warning",),
    PaymentSettled: (
        "conclude_milestone",
        "tell_of_settlement",
    ),
    PaymentRefunded: ("tell_of_refund",),
    PaymentEscalated: ("tell_of_debt", "tell_operators_of_debt"),
    PaymentReviewOpened: ("tell_operators_of_review",),
    PaymentDisputed: ("tell_operators_of_dispute",),
    PaymentDisputeClosed: ("tell_operators_of_verdict",),
    LedgerBreached: ("tell_operators_of_breach",),
    BalanceDiffers: ("tell_operators_of_balance",),
    DifferencesOverdue: ("tell_operators_of_differences",),
    PayoutSent: ("tell_of_payout",),
    PayoutFailed: ("tell_of_failed_payout",),
    CreditGranted: ("tell_of_credit",),
    CreditUnlocked: ("tell_of_credit",),
    CommissionTierChanged: ("tell_of_tier",),
    TipSucceeded: ("tell_of_tip",),
    TipFailed: ("tell_of_failed_tip",),
    PayoutAccountOnboarded: ("retry_payouts",),
    BookingHoldReleased: ("release_payment", "match_freed_lesson"),
    BookingNoShowRecorded: ("resume_payment",),
    NoShowReported: ("freeze_for_report", "tell_of_report"),
    NoShowResolved: ("resume_payment", "tell_of_resolution"),
    BookingIssueOpened: ("freeze_for_issue", "tell_of_issue"),
    BookingIssueResolved: ("resume_payment", "tell_of_resolution"),
    ExternalCalendarFailed: ("tell_of_failing_calendar",),
    AvailabilityChanged: ("match_opened_dates",),
    WaitlistMatched: ("tell_of_waitlist_match",),
    BookingReminderDue: ("tell_of_reminder",),
}
"""Which handlers want which event."""


def _instructor_of(event: Event) -> InstructorId:
    match event:
        case AvailabilityChanged():
            return event.instructor_id
        case BookingCancelled() | BookingHoldReleased() | BookingRescheduled():
            return event.instructor
        case _:
            raise Malformed(f"{event.name} is no news of a calendar")


AWAITED: Final[Mapping[str, Callable[[Event], InstructorId]]] = dict.fromkeys(
    ("match_left_time", "match_freed_lesson", "match_opened_dates"), _instructor_of
)
"""Handlers that have nothing to do unless somebody waits for the instructor of the event.

Who subscribes later waits for later news: what is free already is none.
"""

_EVERY: Final[Mapping[str, timedelta]] = {
    SEND_REMINDERS: timedelta(minutes=5),
    "sweep_operations": timedelta(minutes=1),
    "sweep_instant_payouts": timedelta(minutes=1),
    "check_books": timedelta(hours=1),
    "watch_balance": timedelta(hours=1),
    "refresh_holds": timedelta(hours=1),
    "check_authorisations": timedelta(minutes=15),
    "seal_journals": timedelta(minutes=1),
    "complete_overdue": timedelta(hours=1),
    "resolve_undisputed": timedelta(hours=1),
    "detect_attendance": timedelta(minutes=15),
    REFRESH_DUE_FEEDS: timedelta(minutes=1),
}
"""How often a periodic job comes back, by its handler's name."""

_DAILY: Final[Mapping[str, timedelta]] = {
    "sign_books": timedelta(minutes=10),
    "availability_retention": timedelta(hours=2),
    "evaluate_tiers": timedelta(hours=3, minutes=15),
    "credit_expiry": timedelta(hours=2, minutes=30),
    "forget_waitlist": timedelta(hours=3),
    "reconcile": timedelta(hours=4),
    "audit_payout_schedules": timedelta(hours=3),
}
"""When a daily job runs, by its handler's name: how long after midnight, UTC."""

PERIODIC: Final[Mapping[str, Periodic]] = {
    name: Periodic(handler=name, every=every) for name, every in _EVERY.items()
} | {
    name: Periodic(handler=name, every=timedelta(days=1), offset=after)
    for name, after in _DAILY.items()
}
