"""A tip that waits for its cardholder to confirm it: 3-D Secure. Source: PY-51."""

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.payments.queries import PaymentReads
from instainstru_core.payments.tips.model import TipState
from instainstru_core.payments.use_cases.read_challenge import Challenge
from instainstru_core.payments.use_cases.tips.read_tips import read_tips


def find_tip_challenge(
    booking_id: BookingId,
    *,
    viewer: AccountId,
    read: Begin[PaymentReads],
    gateway: PaymentGateway,
) -> Challenge | None:
    """What waits of the lesson's tip; None where nothing does.

    Raises:
        PaymentNotFound: There is no payment of it, or *viewer* is not a party to it.
        OutcomeUnknown: The processor didn't answer.
    """
    tips = read_tips(booking_id, viewer=viewer, read=read)
    waiting = next((tip for tip in tips if tip.state is TipState.REQUIRES_ACTION), None)
    if waiting is None or waiting.intent is None:
        return None
    seen = gateway.find_charge(waiting.intent)
    secret = seen.client_secret if isinstance(seen, RequiresAction) else None
    return Challenge(intent=waiting.intent, amount=waiting.amount, client_secret=secret)
