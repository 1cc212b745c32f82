"""What every `PaymentGateway` must do, played on the simulated processor's test cards."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from uuid import UUID

import pytest

from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import (
    OutcomeUnknown,
    ProcessorKeyReused,
    ProcessorObjectUnknown,
)
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    Authorised,
    Captured,
    CardDetails,
    Declined,
    Refunded,
    Refused,
    RequiresAction,
    Transferred,
    Voided,
)
from instainstru_core.testing.fakes.processor.commands import Fault

CUSTOMER = "01KANZ5E4FZ1CQ6R6QZ5T9X7AB"
GROUP = "booking:01KANZ5E4FZ1CQ6R6QZ5T9X7CD"
PRICE = Money(100_80)
VISA = "pm_card_visa"
MARTIAN = "pm_card_of_mars"


def key(number: int) -> OperationId:
    """The n-th idempotency key."""
    return OperationId(UUID(int=number))


class Bank(ABC):
    """What the tests do on the processor's side of the counter."""

    @abstractmethod
    def fail_next(self, kind: str, fault: Fault, *, calls: int = 1) -> None:
        """Make the next calls go wrong."""

    @abstractmethod
    def confirm(self, intent: str, client_secret: str) -> None:
        """The cardholder confirms."""

    @abstractmethod
    def onboard(self, link: str) -> str:
        """The instructor completes onboarding."""

    @abstractmethod
    def count(self, effect: str) -> int:
        """How often an effect of this kind really happened."""


class PaymentGatewayContract(ABC):
    """Override the two fixtures."""

    @pytest.fixture
    @abstractmethod
    def gateway(self) -> PaymentGateway:
        """The gateway under test."""

    @pytest.fixture
    @abstractmethod
    def bank(self, gateway: PaymentGateway) -> Bank:
        """The other side of the counter."""

    @pytest.fixture
    def card(self, gateway: PaymentGateway) -> Callable[[str], str]:
        def attach(token: str) -> str:
            kept = gateway.attach_card(customer=CUSTOMER, token=token)
            assert isinstance(kept, CardDetails)
            return kept.token

        return attach

    @pytest.fixture
    def hold(
        self, gateway: PaymentGateway, card: Callable[[str], str]
    ) -> Callable[..., Authorised | Declined | RequiresAction]:
        def authorise(
            number: int, token: str = VISA, *, off_session: bool = False
        ) -> Authorised | Declined | RequiresAction:
            return gateway.authorise(
                key(number),
                customer=CUSTOMER,
                card=card(token),
                amount=PRICE,
                off_session=off_session,
                group=GROUP,
            )

        return authorise

    @pytest.fixture
    def held(self, hold: Callable[..., Authorised]) -> str:
        authorised = hold(1)
        assert isinstance(authorised, Authorised)
        return authorised.intent

    @pytest.fixture
    def account(self, gateway: PaymentGateway, bank: Bank) -> str:
        opened = gateway.open_account(key(900), instructor=CUSTOMER)
        bank.onboard(
            gateway.onboarding_link(account=opened.account, return_url="https://app.test/back")
        )
        return opened.account

    def test_a_card_attached_twice_is_one_card(self, gateway: PaymentGateway) -> None:
        """PY-67: the same card again is recognised by its fingerprint."""
        first = gateway.attach_card(customer=CUSTOMER, token=VISA)
        again = gateway.attach_card(customer=CUSTOMER, token=VISA)
        assert isinstance(first, CardDetails)
        assert again == first
        assert (first.brand, first.last4) == ("visa", "4242")

    def test_a_token_that_is_none_is_declined(self, gateway: PaymentGateway) -> None:
        assert gateway.attach_card(customer=CUSTOMER, token=MARTIAN) == Declined(
            category="processing_error"
        )

    def test_a_hold_is_captured_once(self, gateway: PaymentGateway, bank: Bank, held: str) -> None:
        """PY-60: the same key again, or another one, takes no second money."""
        taken = gateway.capture(key(2), intent=held, amount=PRICE)
        assert isinstance(taken, Captured)
        assert taken.amount == PRICE
        assert gateway.capture(key(2), intent=held, amount=PRICE) == taken
        assert gateway.capture(key(3), intent=held, amount=PRICE) == taken
        assert bank.count("capture") == 1

    def test_more_than_the_hold_is_refused(self, gateway: PaymentGateway, held: str) -> None:
        more = PRICE + Money(1)
        refused = gateway.capture(key(2), intent=held, amount=more)
        assert refused == Refused(reason="amount_too_large")

    def test_one_key_with_two_requests_is_our_defect(
        self, gateway: PaymentGateway, held: str
    ) -> None:
        """PY-60."""
        gateway.capture(key(2), intent=held, amount=PRICE)
        with pytest.raises(ProcessorKeyReused):
            gateway.capture(key(2), intent=held, amount=Money(1))

    def test_a_voided_hold_gives_no_money(
        self, gateway: PaymentGateway, bank: Bank, held: str
    ) -> None:
        assert gateway.void(key(2), intent=held) == Voided(intent=held)
        assert gateway.void(key(3), intent=held) == Voided(intent=held)
        assert gateway.capture(key(4), intent=held, amount=PRICE) == Refused(
            reason="intent_canceled"
        )
        assert gateway.find_authorisation(held) is None
        assert bank.count("void") == 1

    def test_captured_money_is_not_voided_but_refunded(
        self, gateway: PaymentGateway, held: str
    ) -> None:
        refund = gateway.refund(key(2), intent=held, amount=PRICE)
        assert refund == Refused(reason="not_captured")
        gateway.capture(key(3), intent=held, amount=PRICE)
        assert gateway.void(key(4), intent=held) == Refused(reason="already_captured")
        given = gateway.refund(key(5), intent=held, amount=Money(100_00))
        assert isinstance(given, Refunded)
        assert given.amount == Money(100_00)
        more = gateway.refund(key(6), intent=held, amount=Money(81))
        assert more == Refused(reason="amount_too_large")

    @pytest.mark.parametrize(
        ("token", "category", "hard"),
        [
            ("pm_card_declined", "do_not_honor", False),
            ("pm_card_insufficient_funds", "insufficient_funds", False),
            ("pm_card_expired", "expired_card", True),
            ("pm_card_lost", "lost_or_stolen", True),
        ],
    )
    def test_a_declining_card_says_why(
        self,
        hold: Callable[..., Authorised | Declined],
        gateway: PaymentGateway,
        token: str,
        category: str,
        hard: bool,
    ) -> None:
        """PY-12: the category decides whether the card is tried again."""
        declined = hold(1, token)
        assert isinstance(declined, Declined)
        assert (declined.category, declined.hard) == (category, hard)
        assert declined.intent is not None
        assert gateway.find_authorisation(declined.intent) == declined
        assert hold(1, token) == declined

    def test_a_card_may_decline_without_its_holder(
        self, hold: Callable[..., Authorised | Declined]
    ) -> None:
        assert isinstance(hold(1, "pm_card_declines_off_session"), Authorised)
        declined = hold(2, "pm_card_declines_off_session", off_session=True)
        assert isinstance(declined, Declined)
        assert declined.category == "do_not_honor"

    def test_three_d_secure_waits_for_the_cardholder(
        self,
        hold: Callable[..., Authorised | Declined | RequiresAction],
        gateway: PaymentGateway,
        bank: Bank,
    ) -> None:
        """PY-9."""
        waiting = hold(1, "pm_card_three_d_secure")
        assert isinstance(waiting, RequiresAction)
        assert gateway.capture(key(2), intent=waiting.intent, amount=PRICE) == Refused(
            reason="intent_requires_action"
        )
        assert gateway.find_authorisation(waiting.intent) == waiting
        assert bank.count("authorisation") == 0
        bank.confirm(waiting.intent, waiting.client_secret)
        standing = gateway.find_authorisation(waiting.intent)
        assert isinstance(standing, Authorised)
        assert isinstance(gateway.capture(key(3), intent=waiting.intent, amount=PRICE), Captured)

    def test_three_d_secure_without_its_holder_is_declined(
        self, hold: Callable[..., Declined]
    ) -> None:
        declined = hold(1, "pm_card_three_d_secure", off_session=True)
        assert isinstance(declined, Declined)
        assert declined.category == "authentication_required"

    def test_a_lost_answer_is_found_with_the_same_key(
        self, hold: Callable[..., Authorised], bank: Bank
    ) -> None:
        """PY-62: the effect happened; the repeat answers and adds none."""
        with pytest.raises(OutcomeUnknown):
            hold(1, "pm_card_timeout_once")
        assert isinstance(hold(1, "pm_card_timeout_once"), Authorised)
        assert bank.count("authorisation") == 1

    def test_a_lost_request_is_repeated_with_the_same_key(
        self, hold: Callable[..., Authorised], bank: Bank
    ) -> None:
        """PY-62: nothing had happened; the repeat makes it happen."""
        with pytest.raises(OutcomeUnknown):
            hold(1, "pm_card_timeout_before")
        assert bank.count("authorisation") == 0
        assert isinstance(hold(1, "pm_card_timeout_before"), Authorised)
        assert bank.count("authorisation") == 1

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER, Fault.ERROR_500])
    def test_every_scripted_fault_heals_by_repeating(
        self, gateway: PaymentGateway, bank: Bank, held: str, fault: Fault
    ) -> None:
        """PY-62."""
        bank.fail_next("capture", fault, calls=2)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                gateway.capture(key(2), intent=held, amount=PRICE)
        assert isinstance(gateway.capture(key(2), intent=held, amount=PRICE), Captured)
        assert bank.count("capture") == 1

    def test_a_card_may_fail_at_capture(
        self, hold: Callable[..., Authorised], gateway: PaymentGateway
    ) -> None:
        """PY-23."""
        authorised = hold(1, "pm_card_fails_capture")
        refused = gateway.capture(key(2), intent=authorised.intent, amount=PRICE)
        assert refused == Refused(reason="capture_failed")

    def test_an_account_is_payable_after_onboarding(
        self, gateway: PaymentGateway, bank: Bank
    ) -> None:
        """PY-3."""
        opened = gateway.open_account(key(1), instructor=CUSTOMER)
        assert not opened.payable
        assert gateway.open_account(key(1), instructor=CUSTOMER) == opened
        refused = gateway.transfer(
            key(2), account=opened.account, amount=Money(1), group=GROUP, charge=None
        )
        assert refused == Refused(reason="account_not_payable")
        link = gateway.onboarding_link(account=opened.account, return_url="https://app.test/back")
        assert bank.onboard(link) == "https://app.test/back"
        standing = gateway.find_account(opened.account)
        assert standing is not None
        assert standing.payable

    def test_a_transfer_takes_no_more_than_its_charge(
        self, gateway: PaymentGateway, bank: Bank, held: str, account: str
    ) -> None:
        """PY-47."""
        taken = gateway.capture(key(2), intent=held, amount=PRICE)
        assert isinstance(taken, Captured)
        sent = gateway.transfer(
            key(3), account=account, amount=PRICE, group=GROUP, charge=taken.charge
        )
        assert isinstance(sent, Transferred)
        assert sent.amount == PRICE
        more = gateway.transfer(
            key(4), account=account, amount=Money(1), group=GROUP, charge=taken.charge
        )
        assert more == Refused(reason="amount_too_large")
        topped_up = gateway.transfer(
            key(5), account=account, amount=Money(1), group=GROUP, charge=None
        )
        assert isinstance(topped_up, Transferred)
        assert bank.count("transfer") == 2

    def test_what_became_of_a_call_is_found_by_its_key(
        self, gateway: PaymentGateway, bank: Bank, account: str, card: Callable[[str], str]
    ) -> None:
        """PY-62: every kind of answer, also where it was lost; looking has no effect."""
        visa = card(VISA)

        def hold(number: int) -> object:
            return gateway.authorise(
                key(number),
                customer=CUSTOMER,
                card=visa,
                amount=PRICE,
                off_session=True,
                group=GROUP,
            )

        bank.fail_next("authorise", Fault.TIMEOUT_AFTER)
        with pytest.raises(OutcomeUnknown):
            hold(101)
        granted = gateway.find_operation(key(101))
        assert isinstance(granted, Authorised)
        assert granted == hold(101)
        taken = gateway.capture(key(102), intent=granted.intent, amount=PRICE)
        assert isinstance(taken, Captured)
        sent = gateway.transfer(
            key(103), account=account, amount=PRICE, group=GROUP, charge=taken.charge
        )
        refused = gateway.void(key(104), intent=granted.intent)
        assert refused == Refused(reason="already_captured")
        assert [gateway.find_operation(key(number)) for number in (102, 103, 104)] == [
            taken,
            sent,
            refused,
        ]
        assert bank.count("authorisation") == 1

    def test_a_call_that_never_arrived_is_not_found(
        self, hold: Callable[..., Authorised], gateway: PaymentGateway
    ) -> None:
        """PY-62."""
        with pytest.raises(OutcomeUnknown):
            hold(1, "pm_card_timeout_before")
        assert gateway.find_operation(key(1)) is None
        assert gateway.find_operation(key(2)) is None

    def test_a_refused_hold_is_found_as_refused(
        self, hold: Callable[..., Declined], gateway: PaymentGateway
    ) -> None:
        """PY-62."""
        assert gateway.find_operation(key(1)) is None
        declined = hold(1, "pm_card_declined")
        assert gateway.find_operation(key(1)) == declined

    def test_a_hold_is_found_as_it_stands_now(
        self, hold: Callable[..., RequiresAction], gateway: PaymentGateway, bank: Bank
    ) -> None:
        """PY-62: the cardholder may have confirmed since."""
        waiting = hold(1, "pm_card_three_d_secure")
        assert gateway.find_operation(key(1)) == waiting
        bank.confirm(waiting.intent, waiting.client_secret)
        assert isinstance(gateway.find_operation(key(1)), Authorised)

    def test_what_does_not_exist(self, gateway: PaymentGateway) -> None:
        assert gateway.find_authorisation("pi_none") is None
        assert gateway.find_account("acct_none") is None
        unknown = Refused(reason="intent_unknown")
        assert gateway.capture(key(1), intent="pi_none", amount=PRICE) == unknown
        assert gateway.void(key(2), intent="pi_none") == unknown
        assert gateway.refund(key(3), intent="pi_none", amount=PRICE) == unknown
        assert gateway.transfer(
            key(4), account="acct_none", amount=PRICE, group=GROUP, charge=None
        ) == Refused(reason="account_unknown")
        with pytest.raises(ProcessorObjectUnknown):
            gateway.onboarding_link(account="acct_none", return_url="https://app.test/back")
