"""Our books beside the balance that Stripe states, hour by hour. Source: PY-84, PY-86."""

from datetime import UTC, datetime, timedelta

from adapters.stripe.payment_gateway import StripeGateway
from instainstru_core.kernel.money import Money
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import CardDetails, Charged, Refunded
from instainstru_core.payments.use_cases.reconciliation.reconcile_due import reconcile_due
from instainstru_core.testing.contracts.balance_watch import watch
from instainstru_core.testing.contracts.reconciliation import take
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.strategies.payments import Till

PRICE, BACK = Money(100_80), Money(20_00)


def test_py_86_what_stripe_moved_and_nobody_booked_is_found(gateway: StripeGateway) -> None:
    """PY-84, PY-86: available and pending together; a fee waits for its night."""
    till = Till.opened(clock=HandMovedClock(datetime.now(UTC)))
    reconcile_due(begin=till.begin, gateway=gateway, ids=till.ids, clock=till.clock)
    card = gateway.attach_card(customer="student", token="pm_card_visa")
    assert isinstance(card, CardDetails)
    taken = gateway.charge(
        till.ids.new(OperationId),
        customer="student",
        card=card.token,
        amount=PRICE,
        off_session=False,
        group="booking:1",
    )
    assert isinstance(taken, Charged)
    take(till, taken.charge, PRICE.cents, at=till.clock.now())
    till.clock.move(timedelta(hours=2))
    assert watch(till, gateway) is None
    back = gateway.refund(till.ids.new(OperationId), intent=taken.intent, amount=BACK)
    assert isinstance(back, Refunded)
    assert watch(till, gateway) is not None
    take(till, back.refund, -BACK.cents, at=till.clock.now())
    assert watch(till, gateway) is None
    with till.begin() as work:
        assert work.reconciliations.open_balance() is None
