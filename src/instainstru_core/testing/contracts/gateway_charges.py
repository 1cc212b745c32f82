"""What every `PaymentGateway` must do with charges, refunds and reversals."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.processor import (
    Authorised,
    Captured,
    Charged,
    ChargeResult,
    Declined,
    Refunded,
    RefundSeen,
    RefundStatus,
    Refused,
    RequiresAction,
    Reversed,
    Transferred,
)
from instainstru_core.testing.contracts.payment_gateway import (
    CUSTOMER,
    GROUP,
    PRICE,
    VISA,
    Bank,
    PaymentGatewayContract,
    key,
)
from instainstru_core.testing.fakes.processor.commands import Fault

TIP = Money(12_00)
RIVALS = 8


class ChargesContract(PaymentGatewayContract):
    """Override the two fixtures."""

    @pytest.fixture
    def tip(
        self, gateway: PaymentGateway, card: Callable[[str], str]
    ) -> Callable[..., ChargeResult]:
        def charge(number: int, token: str = VISA, *, off_session: bool = False) -> ChargeResult:
            return gateway.charge(
                key(number),
                customer=CUSTOMER,
                card=card(token),
                amount=TIP,
                off_session=off_session,
                group=GROUP,
            )

        return charge

    def test_a_charge_takes_the_money_at_once(
        self, tip: Callable[..., ChargeResult], gateway: PaymentGateway, bank: Bank
    ) -> None:
        """PY-50: no hold before it; the same key takes nothing twice."""
        taken = tip(1)
        assert isinstance(taken, Charged)
        assert taken.amount == TIP
        assert tip(1) == taken
        assert gateway.find_charge(taken.intent) == taken
        assert gateway.find_operation(key(1)) == taken
        assert bank.count("charge") == 1

    def test_a_charge_is_no_hold(
        self, tip: Callable[..., ChargeResult], gateway: PaymentGateway, held: str
    ) -> None:
        taken = tip(2)
        assert isinstance(taken, Charged)
        assert gateway.find_charge(held) is None
        assert gateway.find_charge("pi_none") is None

    def test_a_declined_charge_says_why(
        self, tip: Callable[..., ChargeResult], gateway: PaymentGateway, bank: Bank
    ) -> None:
        """PY-12."""
        declined = tip(1, "pm_card_insufficient_funds")
        assert isinstance(declined, Declined)
        assert declined.category == "insufficient_funds"
        assert declined.intent is not None
        assert gateway.find_charge(declined.intent) == declined
        assert bank.count("charge") == 0

    def test_a_charge_waits_for_the_cardholder(
        self, tip: Callable[..., ChargeResult], gateway: PaymentGateway, bank: Bank
    ) -> None:
        """PY-9, PY-50: taken when it is confirmed, and found by its intent and its key."""
        waiting = tip(1, "pm_card_three_d_secure")
        assert isinstance(waiting, RequiresAction)
        assert gateway.find_charge(waiting.intent) == waiting
        assert bank.count("charge") == 0
        bank.confirm(waiting.intent, waiting.client_secret)
        taken = gateway.find_charge(waiting.intent)
        assert isinstance(taken, Charged)
        assert gateway.find_operation(key(1)) == taken
        assert bank.count("charge") == 1

    def test_without_its_holder_such_a_charge_is_declined(
        self, tip: Callable[..., ChargeResult]
    ) -> None:
        declined = tip(1, "pm_card_three_d_secure", off_session=True)
        assert isinstance(declined, Declined)
        assert declined.category == "authentication_required"

    def test_a_charge_whose_answer_was_lost(
        self,
        tip: Callable[..., ChargeResult],
        gateway: PaymentGateway,
        bank: Bank,
    ) -> None:
        """PY-62."""
        bank.fail_next("charge", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            tip(1)
        found = gateway.find_operation(key(1))
        assert isinstance(found, Charged)
        assert tip(1) == found
        assert bank.count("charge") == 1

    def test_less_than_the_hold_may_be_taken(self, gateway: PaymentGateway, held: str) -> None:
        """PY-28: what remains lapses."""
        part = Money(50_40)
        taken = gateway.capture(key(2), intent=held, amount=part)
        assert isinstance(taken, Captured)
        assert taken.amount == part
        more = gateway.refund(key(3), intent=held, amount=part + Money(1))
        assert more == Refused(reason="amount_too_large")

    def test_refunds_in_parts(self, gateway: PaymentGateway, bank: Bank, held: str) -> None:
        """PY-53: several, never more than was taken; each can be looked at."""
        gateway.capture(key(2), intent=held, amount=PRICE)
        first = gateway.refund(key(3), intent=held, amount=Money(60_00))
        assert isinstance(first, Refunded)
        assert gateway.refund(key(3), intent=held, amount=Money(60_00)) == first
        rest = gateway.refund(key(4), intent=held, amount=PRICE - Money(60_00))
        assert isinstance(rest, Refunded)
        assert gateway.find_refund(first.refund) == RefundSeen(
            refund=first.refund, amount=Money(60_00), status=RefundStatus.SUCCEEDED
        )
        assert gateway.find_refund("re_none") is None
        more = gateway.refund(key(5), intent=held, amount=Money(1))
        assert more == Refused(reason="amount_too_large")
        assert bank.count("refund") == 2

    def test_a_charge_is_refunded_like_a_capture(
        self, tip: Callable[..., ChargeResult], gateway: PaymentGateway
    ) -> None:
        taken = tip(1)
        assert isinstance(taken, Charged)
        given = gateway.refund(key(2), intent=taken.intent, amount=TIP)
        assert isinstance(given, Refunded)

    def test_a_transfer_is_reversed_in_parts(
        self,
        gateway: PaymentGateway,
        bank: Bank,
        tip: Callable[..., ChargeResult],
        account: str,
    ) -> None:
        """PY-53, PY-56: never more than was sent."""
        taken = tip(1)
        assert isinstance(taken, Charged)
        sent = gateway.transfer(
            key(2), account=account, amount=TIP, group=GROUP, charge=taken.charge
        )
        assert isinstance(sent, Transferred)
        first = gateway.reverse(key(3), transfer=sent.transfer, amount=Money(5_00))
        assert isinstance(first, Reversed)
        assert first.amount == Money(5_00)
        assert gateway.reverse(key(3), transfer=sent.transfer, amount=Money(5_00)) == first
        assert gateway.find_operation(key(3)) == first
        more = gateway.reverse(key(4), transfer=sent.transfer, amount=Money(7_01))
        assert more == Refused(reason="amount_too_large")
        rest = gateway.reverse(key(5), transfer=sent.transfer, amount=Money(7_00))
        assert isinstance(rest, Reversed)
        assert bank.count("reversal") == 2

    def test_a_forgotten_card_pays_no_more(
        self, gateway: PaymentGateway, card: Callable[[str], str], held: str
    ) -> None:
        """PY-67: what is held on it already can still be taken; forgetting again is fine."""
        token = card(VISA)
        gateway.detach_card(customer=CUSTOMER, token=token)
        gateway.detach_card(customer=CUSTOMER, token=token)
        refused = gateway.charge(
            key(2), customer=CUSTOMER, card=token, amount=TIP, off_session=True, group=GROUP
        )
        assert isinstance(refused, Declined)
        assert isinstance(gateway.capture(key(3), intent=held, amount=PRICE), Captured)
        assert isinstance(gateway.find_operation(key(1)), Authorised)

    def test_eight_rivals_with_one_key_have_one_effect(
        self, gateway: PaymentGateway, bank: Bank, held: str
    ) -> None:
        """PY-60."""
        barrier = Barrier(RIVALS)

        def rival(_number: int) -> Captured | Refused:
            barrier.wait()
            return gateway.capture(key(2), intent=held, amount=PRICE)

        with ThreadPoolExecutor(RIVALS) as pool:
            answers = list(pool.map(rival, range(RIVALS)))
        assert len(set(answers)) == 1
        assert isinstance(answers[0], Captured)
        assert bank.count("capture") == 1
