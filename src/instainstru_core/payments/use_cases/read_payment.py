"""Look at the money of a lesson: its price before checkout, its payment after."""

from datetime import timedelta

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Pending
from instainstru_core.kernel.money import NOTHING
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PaymentNotFound
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.queries import PaymentReads, PaymentView
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import evaluate_tier


def price_booking(
    booking_id: BookingId,
    *,
    viewer: AccountId,
    credit_cents: int,
    begin: Begin[PaymentWork],
    clock: Clock,
    config: PricingConfig,
) -> PriceBreakdown:
    """The price frozen at checkout; before that, what a checkout would freeze now.

    Source: PR-10, spec 02 §5 Preview booking price.

    Raises:
        BookingNotFound: There is none, or *viewer* is not a party to it.
        NegativeCredit: Less than no credit.
        PriceBelowFloor: Too cheap for its modality by now.
    """
    now = clock.now()
    with begin() as work:
        booking = work.bookings.get(booking_id)
        if booking.party_of(viewer) is None:
            raise BookingNotFound(booking_id)
        payment = work.payments.find_for_update(booking_id)
        if payment is not None and not _is_refused(booking, payment):
            return payment.breakdown
        since = now - timedelta(days=config.tier_activity_window_days)
        facts = work.instructor_tiers.facts(booking.instructor, since=since)
        price = booking.hourly_rate.for_minutes(booking.lesson.minutes)
        set_aside = NOTHING if payment is None else payment.breakdown.credit
        credit = (
            work.credit_lots.spendable(booking.student, lesson_price=price, now=now)
            if credit_cents > 0
            else NOTHING
        )
    return quote(
        booking.hourly_rate,
        booking.lesson.minutes,
        booking.location_type.modality,
        commission=evaluate_tier(facts, upcoming=1, now=now, config=config),
        # What an earlier try set aside stands. Source: CR-4.
        credit_cents=set_aside.cents or credit_cents,
        available_credit=set_aside or credit,
        config=config,
        service_id=booking.service_id,
    )


def _is_refused(booking: Booking, payment: Payment) -> bool:
    """Whether a checkout was tried, in vain: the next try is priced anew. Source: PR-14."""
    asked = payment.hold is not None and payment.hold.open
    return isinstance(booking.state, Pending) and payment.closing is None and not asked


def find_payment(
    booking_id: BookingId, *, viewer: AccountId, read: Begin[PaymentReads]
) -> PaymentView | None:
    """The payment of a booking as a party to it sees it; None while there is none."""
    with read() as reads:
        return reads.payment_queries.of_booking(booking_id, viewer=viewer)


def read_payment(
    booking_id: BookingId, *, viewer: AccountId, read: Begin[PaymentReads]
) -> PaymentView:
    """The payment of a booking, or of the one it was moved to, as a party to it sees it.

    Source: PY-1.

    Raises:
        PaymentNotFound: There is none, or *viewer* is not a party to it.
    """
    with read() as reads:
        found = reads.payment_queries.of_lesson(booking_id, viewer=viewer)
    if found is None:
        raise PaymentNotFound("the booking has no payment")
    return found
