"""What waits for its cardholder to confirm it: 3-D Secure. Source: PY-9, PY-26."""

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import DebtId
from instainstru_core.payments.model.holds import HoldStatus
from instainstru_core.payments.model.processor import RequiresAction
from instainstru_core.payments.queries import PaymentReads


@frozen(kw_only=True)
class Challenge:
    """*amount* waits for its cardholder, at the processor as *intent*.

    *client_secret* lets them confirm it; None once they did, or can't any more. Then the same
    payment is to be asked for again, which says how it ended.
    """

    intent: str
    amount: Money
    client_secret: str | None = field(repr=False)


def find_challenge(
    booking_id: BookingId,
    *,
    viewer: AccountId,
    read: Begin[PaymentReads],
    gateway: PaymentGateway,
) -> Challenge | None:
    """What waits of the booking's payment; None where nothing does, or *viewer* is no party to it.

    Raises:
        OutcomeUnknown: The processor didn't answer.
    """
    with read() as reads:
        found = reads.payment_queries.of_booking(booking_id, viewer=viewer)
    payment = None if found is None else found.payment
    if payment is None or payment.student_id.value != viewer.value:
        return None
    hold = payment.hold
    if hold is None or hold.status is not HoldStatus.REQUIRES_ACTION:
        return None
    seen = gateway.find_authorisation(hold.intent)
    secret = seen.client_secret if isinstance(seen, RequiresAction) else None
    return Challenge(intent=hold.intent, amount=hold.amount, client_secret=secret)


def find_debt_challenge(
    debt_id: DebtId,
    *,
    student_id: StudentId,
    read: Begin[PaymentReads],
    gateway: PaymentGateway,
) -> Challenge | None:
    """What waits of a debt's payment; None where nothing does, or it is somebody else's.

    Raises:
        OutcomeUnknown: The processor didn't answer.
    """
    with read() as reads:
        debts = reads.debt_queries.debts_of(student_id)
    waiting = next((each.waiting for each in debts if each.debt_id == debt_id), None)
    if waiting is None:
        return None
    seen = gateway.find_charge(waiting.intent)
    secret = seen.client_secret if isinstance(seen, RequiresAction) else None
    return Challenge(intent=waiting.intent, amount=waiting.amount, client_secret=secret)
