"""How a lesson and its money stand, in words for its student. Source: BK-5, BK-26, PY-30, PR-15."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.policy_clock import Step, policy_clock
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Cancelled, Completed, Confirmed, NoShow
from instainstru_core.booking.policies.views import Phase, phase
from instainstru_core.booking.terms import CancelKind, NoShowType
from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.outcomes import Share, share_of
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.payments.model.planner import SettlementPlan
from instainstru_core.payments.use_cases.preview_cancellation import CancellationPreview, Stage


@frozen
class Chip:
    """A state in a word or two, to be translated; *kind* as the macro `chip` has it."""

    text: str
    kind: str = "plain"


_PHASES: Final = {
    Phase.UPCOMING: Chip(N_("Confirmed"), "good"),
    Phase.IN_PROGRESS: Chip(N_("Happening now"), "accent"),
    Phase.AWAITING_COMPLETION: Chip(N_("Just over")),
}
_CANCELLED: Final = {
    CancelKind.BY_STUDENT: Chip(N_("You cancelled")),
    CancelKind.BY_INSTRUCTOR: Chip(N_("Instructor cancelled"), "warn"),
    CancelKind.BY_ADMIN: Chip(N_("Cancelled by us"), "warn"),
    CancelKind.PAYMENT_FAILED: Chip(N_("Cancelled: not paid"), "bad"),
    CancelKind.RESCHEDULED: Chip(N_("Moved")),
}
_NEVER: Final = Chip(N_("Never paid for"))
_MISSED: Final = {
    NoShowType.STUDENT: Chip(N_("You did not come"), "bad"),
    NoShowType.INSTRUCTOR: Chip(N_("Instructor did not come"), "bad"),
    NoShowType.MUTUAL: Chip(N_("Nobody came"), "bad"),
}
_PAYMENTS: Final = {
    PaymentState.PAYMENT_METHOD_REQUIRED: Chip(N_("Your card is needed"), "bad"),
    PaymentState.SCHEDULED: Chip(N_("Card on file")),
    PaymentState.AUTHORIZED: Chip(N_("Held on your card"), "good"),
    PaymentState.LOCKED: Chip(N_("Paid ahead"), "good"),
    PaymentState.CAPTURED: Chip(N_("Paid"), "good"),
    PaymentState.MANUAL_REVIEW: Chip(N_("We look into it"), "warn"),
}
_ENDS: Final = {
    Share.FULL_PAYOUT: Chip(N_("Paid"), "good"),
    Share.FULL_CREDIT: Chip(N_("Back as credit")),
    Share.SPLIT: Chip(N_("Half back as credit")),
    Share.NO_CHARGE: Chip(N_("Not charged")),
}


def lesson_chip(booking: Booking, now: datetime) -> Chip:
    """How the lesson stands."""
    match booking.state:
        case Confirmed():
            return _PHASES[phase(booking, now) or Phase.UPCOMING]
        case Completed():
            return Chip(N_("Taught"), "good")
        case NoShow() as missed:
            return _MISSED[missed.type]
        case Cancelled() as off:
            return _CANCELLED.get(off.kind, _NEVER)
        case _ if booking.is_live_hold(now):
            return Chip(N_("Waiting for you to pay"), "warn")
        case _:
            return _NEVER


def payment_chip(payment: Payment) -> Chip:
    """How its money stands."""
    if payment.hold is not None and payment.hold.status is HoldStatus.REFUNDED:
        return Chip(N_("Refunded"))
    if (ended := payment.outcome or payment.closing) is not None and not payment.frozen:
        return _ENDS[share_of(ended)]
    if payment.state is PaymentState.AUTHORIZED and not payment.breakdown.card_amount:
        return Chip(N_("Paid with credit"), "good")
    return _PAYMENTS.get(payment.state, Chip(N_("Paid"), "good"))


def cost_of(plan: SettlementPlan) -> int:
    """What it costs the student in the end, in cents: what neither comes back nor stays theirs."""
    gone = plan.captured + plan.credit_applied + plan.credit_forfeited
    return max(0, gone.cents - plan.credit_issued.cents)


def consequences(plan: SettlementPlan) -> Sequence[tuple[str, Money]]:
    """What its student sees of a plan, line by line; what is nothing is left out. PR-15."""
    lines = (
        (N_("Charged to your card"), plan.captured),
        (N_("Hold let go on your card"), plan.released_hold),
        (N_("Back to your card"), plan.refunded),
        (N_("New credit for you"), plan.credit_issued),
        (N_("Credit of yours that comes back"), plan.credit_released),
        (N_("Credit of yours that is used up"), plan.credit_forfeited + plan.credit_applied),
        (N_("Booking Protection, which is kept"), plan.student_fee_kept),
    )
    return [(label, amount) for label, amount in lines if amount]


_SAID: Final = {
    Share.NO_CHARGE: N_("It costs you nothing."),
    Share.FULL_CREDIT: N_("The lesson price comes back as credit; Booking Protection is kept."),
    Share.SPLIT: N_("Half of the lesson price comes back as credit."),
    Share.FULL_PAYOUT: N_("The whole price is kept."),
}
_OVER: Final = N_("The lesson has begun: it can't be cancelled any more.")


def stage_said(stage: Stage) -> str:
    """What cancelling does in *stage*, in a sentence to be translated."""
    if stage.policy_case is None:
        return _OVER
    return _SAID[Share.NO_CHARGE if stage.plan is None else share_of(stage.plan.outcome)]


def clock_picture(frame: Frame, preview: CancellationPreview, booking: Booking, most: Money) -> str:
    """The policy clock of *booking*: *most* is what the whole lesson costs. Source: BK-29."""
    fmt, zone = frame.formats, booking.zone.name

    def cost(stage: Stage) -> int:
        if stage.policy_case is None:
            return most.cents
        return 0 if stage.plan is None else cost_of(stage.plan)

    def since(stage: Stage) -> tuple[str, str]:
        if stage is preview.now:
            return frame.words(N_("Now")), ""
        return fmt.local_day(stage.since, zone), fmt.time(stage.since, zone)

    stages = (preview.now, *preview.later)
    steps = [
        Step(
            since=since(each),
            cost=cost(each),
            said=fmt.price(cost(each)) if cost(each) else frame.words(N_("Free")),
        )
        for each in stages
    ]
    told = "; ".join(
        f"{' '.join(step.since).strip()}: {frame.words(stage_said(stage))}"
        for step, stage in zip(steps, stages, strict=True)
    )
    label = frame.words(N_("What cancelling costs, now and later.")) + " " + told
    return policy_clock(steps, most=most.cents, label=label)


CREDIT_KINDS: Final = {
    "credit_issue": N_("Came back from a lesson"),
    "credit_issue_promo": N_("A gift"),
    "credit_unlock": N_("Reward for your lessons"),
    "credit_reserve": N_("Set aside for a lesson"),
    "credit_release": N_("Came back from a lesson"),
    "credit_expire": N_("Ran out"),
    "credit_revoke": N_("Taken back"),
    "credit_freeze": N_("On hold while we look into it"),
    "credit_unfreeze": N_("Free again"),
}
"""What moved credit, by the journal that tells of it."""

CREDIT_SOURCES: Final = {
    "cancel_12_24": N_("From a lesson you cancelled"),
    "cancel_lt12": N_("From a lesson you cancelled"),
    "locked_cancel_ge12": N_("From a lesson you cancelled"),
    "locked_cancel_lt12": N_("From a lesson you cancelled"),
    "admin_full_credit": N_("From a lesson we settled"),
    "milestone_s5": N_("For five lessons"),
    "milestone_s11": N_("For eleven lessons"),
    "referral": N_("For inviting a friend"),
    "goodwill": N_("With our apologies"),
    "refund_reinstated": N_("Given back with a refund"),
}
"""Where credit came from."""

TRANSACTIONS: Final = {
    "upcoming": Chip(N_("Not charged yet")),
    "locked": Chip(N_("Paid ahead"), "good"),
    "paid": Chip(N_("Paid"), "good"),
    "partially_refunded": Chip(N_("Partly refunded"), "warn"),
    "refunded": Chip(N_("Refunded")),
    "disputed": Chip(N_("Disputed with your bank"), "warn"),
    "owed": Chip(N_("Still owed"), "bad"),
    "not_charged": Chip(N_("Not charged")),
}
"""How the money of a lesson stands in the list of all of them. Source: PY-70."""

MONEY_EVENTS: Final = {
    "charged": N_("Charged to your card"),
    "locked": N_("Charged when the lesson was moved"),
    "cancelled": N_("Lesson cancelled"),
    "tipped": N_("Tip"),
    "debt_paid": N_("Debt paid"),
    "refunded": N_("Back to your card"),
    "refund_failed": N_("Refund failed"),
    "disputed": N_("Disputed with your bank"),
    "dispute_won": N_("Dispute ended"),
}
"""What happened to the money of a lesson."""
