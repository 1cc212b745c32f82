"""Reports, issues, and the money that they are about, as several contracts need them."""

from datetime import timedelta

from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.claims.events import NoShowReported
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, NoShowType
from instainstru_core.payments.ids import CardId, PaymentId
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON


def paid(booking: Booking, ids: CountedIds, state: PaymentState) -> Payment:
    """The money of *booking*, in *state*."""
    payment = Payment.open(
        ids.new(PaymentId),
        booking_id=booking.booking_id,
        student_id=booking.student,
        instructor_id=booking.instructor,
        lesson=booking.lesson,
        breakdown=quote(
            booking.hourly_rate,
            booking.lesson.minutes,
            booking.location_type.modality,
            commission=Commission(tier="entry", bps=1500),
            config=DEFAULT_PRICING,
        ),
        card_id=ids.new(CardId),
        card_token=f"pm_{booking.booking_id}",
        at=booking.created_at,
    )
    return evolve(payment, state=state, events=())


def a_report(booking: Booking, ids: CountedIds, **changes: object) -> NoShowReport:
    """An open report of noon, by the booking's student, unless *changes* say otherwise."""
    told = NoShowReported(
        occurred_at=NOON,
        booking_id=booking.booking_id,
        chain_id=booking.chain.chain_id,
        student=booking.student,
        instructor=booking.instructor,
        no_show_type=NoShowType.INSTRUCTOR,
        reporter=None,
        reported_by=None,
        dispute_until=NOON + timedelta(days=1),
    )
    report = NoShowReport(
        booking_id=booking.booking_id,
        type=NoShowType.INSTRUCTOR,
        reporter=ids.new(AccountId),
        reason="nobody came",
        reported_at=NOON,
        status_before=BookingStatus.CONFIRMED,
        payment_before="authorized",
        events=(told,),
    )
    return evolve(report, **changes)  # type: ignore[arg-type]


def an_issue(booking: Booking, ids: CountedIds) -> BookingIssue:
    """An open issue of noon."""
    return BookingIssue(
        booking_id=booking.booking_id,
        opener=ids.new(AccountId),
        reason="it was not what we agreed on",
        opened_at=NOON,
    )
