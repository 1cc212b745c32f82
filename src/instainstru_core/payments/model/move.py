"""A lesson's money on its way to another booking. Source: BK-33, PY-17…PY-19."""

from attrs import frozen

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import PaymentStep
from instainstru_core.pricing.model.quotes import PriceBreakdown


@frozen(kw_only=True)
class Move:
    """Which booking the payment goes to once its step is done, and at which price.

    It stands only while the processor, or the cardholder, has to say something.
    """

    successor_id: BookingId
    step: PaymentStep
    breakdown: PriceBreakdown
