"""Which bookings wait for somebody of the staff, and why. Source: BK-51."""

from collections.abc import Sequence
from datetime import datetime

from instainstru_core.admin.model.files import Cause, PaymentStatus
from instainstru_core.booking.claims.model.issues import BookingIssue
from instainstru_core.booking.claims.model.reports import NoShowReport, ReportState
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.payment import Payment, PaymentState


def causes(
    booking: Booking,
    *,
    report: NoShowReport | None,
    issue: BookingIssue | None,
    payment: Payment | None,
    now: datetime,
) -> Sequence[Cause]:
    """Why somebody must look at *booking* at *now*, in the order of the rule."""
    found = {
        Cause.AWAITS_COMPLETION: isinstance(booking.state, Confirmed)
        and booking.lesson.ends_at <= now,
        Cause.NO_SHOW_DISPUTED: report is not None and report.state is ReportState.DISPUTED,
        Cause.ISSUE_OPEN: issue is not None and issue.is_open,
        Cause.PAYMENT_IN_REVIEW: payment is not None
        and payment.state is PaymentState.MANUAL_REVIEW,
    }
    return [cause for cause, holds in found.items() if holds]


def payment_statuses(payment: Payment | None) -> frozenset[PaymentStatus]:
    """Every name by which a booking is found for where its money is. Source: BK-50."""
    if payment is None:
        return frozenset({PaymentStatus.PENDING})
    found = {PaymentStatus(payment.state.value)}
    if payment.state is PaymentState.PAYMENT_METHOD_REQUIRED:
        found.add(PaymentStatus.PENDING)
    if payment.hold is not None and payment.hold.status is HoldStatus.REFUNDED:
        found.add(PaymentStatus.REFUNDED)
    return frozenset(found)
