"""What is the simulated processor's own: its test cards, its fees, what happens by the clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, field

from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.payments.errors import ProcessorObjectUnknown
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    BankPayout,
    CardDetails,
    Charged,
    DisputeSeen,
    DisputeStatus,
    PayoutInterval,
    PayoutSchedule,
    PayoutStatus,
    Refunded,
    RefundStatus,
    Refused,
    Reversed,
    Transferred,
)
from instainstru_core.testing.contracts.payment_gateway import CUSTOMER, GROUP, PRICE, key
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.processor.account_commands import LandPayout
from instainstru_core.testing.fakes.processor.bank_commands import CloseDispute, Tick
from instainstru_core.testing.fakes.processor.disputes import FEE_CENTS
from instainstru_core.testing.fakes.processor.engine import Processor
from instainstru_core.testing.fakes.processor.intents import fee_cents
from instainstru_core.testing.fakes.processor.payouts import ARRIVES_AFTER, INSTANT_AFTER
from instainstru_core.testing.fakes.processor.refunds import FAILS_AFTER

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@define
class Shop:
    """A processor that a customer paid through; *numbers* are the keys of the calls."""

    clock: HandMovedClock = field(factory=lambda: HandMovedClock(NOON))
    processor: SimulatedProcessor = field(init=False)
    numbers: int = 0

    def __attrs_post_init__(self) -> None:
        self.processor = SimulatedProcessor(self.clock)

    def pay(self, token: str = "pm_card_visa") -> Charged:
        """The customer pays with this card."""
        card = self.processor.attach_card(customer=CUSTOMER, token=token)
        assert isinstance(card, CardDetails)
        taken = self.processor.charge(
            self.key(),
            customer=CUSTOMER,
            card=card.token,
            amount=PRICE,
            off_session=True,
            group=GROUP,
        )
        assert isinstance(taken, Charged)
        return taken

    def account(self, cents: int = 0) -> str:
        """An instructor's account with so much on it."""
        opened = self.processor.open_account(self.key(), instructor=CUSTOMER).account
        self.processor.onboard(
            self.processor.onboarding_link(account=opened, return_url="https://a.test")
        )
        if cents:
            self.send(opened, cents)
        return opened

    def send(self, account: str, cents: int) -> str:
        """Send so much there; the transfer's name."""
        sent = self.processor.transfer(
            self.key(), account=account, amount=Money(cents), group=GROUP, charge=None
        )
        assert isinstance(sent, Transferred)
        return sent.transfer

    def key(self) -> OperationId:
        """The next idempotency key."""
        self.numbers += 1
        return key(self.numbers)

    def told(self, since: int = 0) -> list[str]:
        """The types of what the platform should hear."""
        return [each.type for each in self.processor.news][since:]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_card_whose_holder_disputes(shop: Shop) -> None:
    """PY-56: as soon as the money was taken."""
    taken = shop.pay("pm_card_dispute")
    (dispute,) = shop.processor.books.disputes
    seen = shop.processor.find_dispute(dispute)
    assert seen is not None
    assert (seen.charge, seen.amount, seen.status) == (taken.charge, PRICE, DisputeStatus.OPEN)
    assert shop.told()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    refused = shop.processor.refund(shop.key(), intent=taken.intent, amount=Money(1))
    assert refused == Refused(reason="charge_disputed")
    assert shop.processor.open_dispute(taken.intent) == Refused(reason="already_disputed")


def test_a_card_whose_bank_asks(shop: Shop) -> None:
    """PY-56: an inquiry moves nothing, until it is more than one."""
    shop.pay("pm_card_inquiry")
    (dispute,) = shop.processor.books.disputes
    before = shop.processor.balance()
    assert shop.told()[-1] == "charge.dispute.created"
    escalated = shop.processor.escalate_dispute(dispute)
    assert isinstance(escalated, DisputeSeen)
    assert (escalated.status, escalated.fee) == (DisputeStatus.OPEN, Money(FEE_CENTS))
    assert shop.processor.balance() == before - PRICE.cents - FEE_CENTS
    assert shop.told()[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]
    assert shop.processor.escalate_dispute(dispute) == Refused(reason="dispute_open")


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (DisputeStatus.WON, ["charge.dispute.funds_reinstated", "charge.dispute.closed"]),
        (DisputeStatus.LOST, ["charge.dispute.closed"]),
    ],
)
def test_a_dispute_ends_once(shop: Shop, ending: DisputeStatus, told: list[str]) -> None:
    """PY-57: the same ending again changes nothing; another one is refused."""
    shop.pay("pm_card_dispute")
    (dispute,) = shop.processor.books.disputes
    heard = len(shop.told())
    closed = shop.processor.close_dispute(dispute, ending)
    assert shop.processor.close_dispute(dispute, ending) == closed
    assert shop.told(heard) == told
    other = DisputeStatus.LOST if ending is DisputeStatus.WON else DisputeStatus.WON
    refused = Refused(reason=f"dispute_{ending}")
    assert shop.processor.close_dispute(dispute, other) == refused
    warning = shop.processor.close_dispute(dispute, DisputeStatus.INQUIRY_CLOSED)
    assert warning == refused


def test_part_of_a_charge_may_be_disputed(shop: Shop) -> None:
    taken = shop.pay()
    more = shop.processor.open_dispute(taken.intent, amount=PRICE + Money(1))
    assert more == Refused(reason="amount_too_large")
    opened = shop.processor.open_dispute(taken.intent, amount=Money(10_00))
    assert isinstance(opened, DisputeSeen)
    assert opened.amount == Money(10_00)


def test_a_card_whose_refund_fails_an_hour_later(shop: Shop) -> None:
    """PY-54: nobody has to do anything but wait."""
    taken = shop.pay("pm_card_refund_fails")
    before = shop.processor.balance()
    given = shop.processor.refund(shop.key(), intent=taken.intent, amount=Money(20_00))
    assert isinstance(given, Refunded)
    seen = shop.processor.find_refund(given.refund)
    assert seen is not None
    assert seen.status is RefundStatus.PENDING
    shop.clock.move(FAILS_AFTER)
    heard = len(shop.told())
    shop.processor.tick()
    shop.processor.tick()
    assert shop.told(heard) == ["refund.updated", "refund.failed"]
    failed = shop.processor.find_refund(given.refund)
    assert failed is not None
    assert failed.status is RefundStatus.FAILED
    assert shop.processor.balance() == before
    shop.processor.fail_refund(given.refund)
    assert shop.processor.balance() == before


@pytest.mark.parametrize(
    ("cents", "fee"), [(100_00, 3_20), (10_00, 59), (100, 33), (50, 31), (20, 20), (1, 1)]
)
def test_the_processor_keeps_its_fee(cents: int, fee: int) -> None:
    """PY-85: 2.9 % and 30 cents, half a cent up, and never more than was taken."""
    assert fee_cents(cents) == fee


def test_the_balance_is_what_came_in(shop: Shop) -> None:
    """PY-84: a credit line lets the platform pay more than that; it is no part of the balance."""
    account = shop.account()
    assert shop.processor.balance() == 0
    shop.send(account, 50_00)
    assert shop.processor.balance() == -50_00
    refused = shop.processor.transfer(
        shop.key(), account=account, amount=Money(999_999_99), group=GROUP, charge=None
    )
    assert refused == Refused(reason="insufficient_balance")


def test_the_platform_is_paid_out(shop: Shop) -> None:
    """PY-85: never more than came in."""
    shop.pay()
    whole = shop.processor.balance()
    shop.processor.pay_platform(Money(whole + 1))
    assert shop.processor.balance() == whole
    shop.processor.pay_platform(Money(whole))
    assert shop.processor.balance() == 0
    told = shop.processor.news[-1]
    assert (told.type, told.account) == ("payout.created", None)


@pytest.mark.parametrize(("instant", "after"), [(False, ARRIVES_AFTER), (True, INSTANT_AFTER)])
def test_a_payout_arrives_by_itself(shop: Shop, instant: bool, after: timedelta) -> None:
    """PY-48."""
    account = shop.account(80_00)
    sent = (
        shop.processor.instant_payout(shop.key(), account=account, amount=Money(80_00))
        if instant
        else shop.processor.pay_out(account)
    )
    assert isinstance(sent, BankPayout)
    assert sent.arrives_on == (NOON + after).date()
    heard = len(shop.told())
    shop.clock.move(after - timedelta(seconds=1))
    shop.processor.tick()
    assert shop.told(heard) == []
    shop.clock.move(timedelta(seconds=1))
    seen = shop.processor.find_payout(account, sent.payout)
    assert seen is not None
    assert seen.status is PayoutStatus.PAID
    assert shop.told(heard) == ["payout.updated", "payout.paid"]
    assert {each.account for each in shop.processor.news[heard:]} == {account}


def test_a_stopped_payout_never_arrives(shop: Shop) -> None:
    account = shop.account(80_00)
    sent = shop.processor.pay_out(account)
    assert isinstance(sent, BankPayout)
    shop.processor.land_payout(sent.payout, PayoutStatus.CANCELED)
    shop.clock.move(ARRIVES_AFTER)
    shop.processor.tick()
    assert shop.told()[-1] == "payout.canceled"
    refused = shop.processor.land_payout(sent.payout, PayoutStatus.PAID)
    assert refused == Refused(reason="payout_canceled")
    assert shop.processor.instant_balance(account).available == Money(80_00)


def test_a_bank_may_send_back_what_it_had_taken(shop: Shop) -> None:
    """PY-48: a paid payout may fail days later."""
    account = shop.account(80_00)
    sent = shop.processor.pay_out(account)
    assert isinstance(sent, BankPayout)
    shop.clock.move(ARRIVES_AFTER)
    failed = shop.processor.land_payout(sent.payout, PayoutStatus.FAILED)
    assert isinstance(failed, BankPayout)
    assert failed.failure_code == "account_closed"
    assert shop.processor.instant_balance(account).available == Money(80_00)


def test_an_empty_account_pays_nothing_out(shop: Shop) -> None:
    account = shop.account()
    assert shop.processor.pay_out(account) == Refused(reason="nothing_to_pay_out")
    shop.processor.change_account(account, payouts_enabled=False)
    shop.send(account, 80_00)
    assert shop.processor.pay_out(account) == Refused(reason="payouts_disabled")
    assert shop.processor.instant_balance(account).available == NOTHING


def test_a_restriction_is_told_and_lifted(shop: Shop) -> None:
    """PY-66: once for each change."""
    account = shop.account()
    heard = len(shop.told())
    for _ in range(2):
        shop.processor.change_account(account, requirements=["bank_account"], charges_enabled=False)
    assert shop.told(heard) == ["account.updated"]
    shop.processor.change_account(account)
    standing = shop.processor.find_account(account)
    assert standing is not None
    assert standing.payable
    assert standing.requirements == ()


def test_an_account_that_left_keeps_its_money(shop: Shop) -> None:
    """PY-66."""
    account = shop.account()
    sent = shop.send(account, 80_00)
    for _ in range(2):
        shop.processor.deauthorise(account)
    assert shop.told().count("account.application.deauthorized") == 1
    refused = shop.processor.reverse(shop.key(), transfer=sent, amount=Money(1))
    assert refused == Refused(reason="account_deauthorised")


def test_a_new_schedule_is_told_once(shop: Shop) -> None:
    """PY-48."""
    account = shop.account()
    heard = len(shop.told())
    weekly = PayoutSchedule(interval=PayoutInterval.WEEKLY, weekday=1)
    for _ in range(2):
        shop.processor.set_payout_schedule(account, weekly)
    assert shop.told(heard) == ["account.updated"]


def test_a_wrong_secret_fills_no_form_in(shop: Shop) -> None:
    """PY-4."""
    form = shop.processor.start_setup(customer=CUSTOMER)
    with pytest.raises(ProcessorObjectUnknown):
        shop.processor.fill_in(form.setup, "guess", "pm_card_visa")
    shop.processor.fill_in(form.setup, form.client_secret, "pm_card_of_mars")
    assert shop.processor.find_setup(form.setup) == form
    shop.processor.fill_in(form.setup, form.client_secret, "pm_card_visa")
    assert shop.told() == ["setup_intent.setup_failed", "setup_intent.succeeded"]


def test_a_form_is_the_holders_consent(shop: Shop) -> None:
    """PY-4: a card kept by a form may be charged without its holder, 3-D Secure or not."""
    form = shop.processor.start_setup(customer=CUSTOMER)
    shop.processor.fill_in(form.setup, form.client_secret, "pm_card_three_d_secure")
    assert isinstance(shop.pay("pm_card_three_d_secure"), Charged)


def test_a_reversal_leaves_the_rest(shop: Shop) -> None:
    account = shop.account()
    sent = shop.send(account, 80_00)
    before = shop.processor.balance()
    back = shop.processor.reverse(shop.key(), transfer=sent, amount=Money(30_00))
    assert isinstance(back, Reversed)
    assert shop.processor.balance() == before + 30_00
    assert shop.processor.instant_balance(account).available == Money(50_00)


@pytest.mark.parametrize(
    "make",
    [
        lambda: CloseDispute(dispute="dp_1", status="open"),
        lambda: LandPayout(payout="po_1", status="pending"),
        lambda: LandPayout(payout="po_1", status="vanished"),
    ],
)
def test_an_ending_that_is_none(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"status|vanished"):
        make()


def test_time_passes_without_a_trace(shop: Shop) -> None:
    """A tick is not worth keeping, unless something is due."""
    shop.processor.pay_out(shop.account(80_00))
    engine = Processor(shop.processor.books)
    assert not engine.is_worth_keeping(Tick(), NOON)
    assert engine.is_worth_keeping(Tick(), NOON + ARRIVES_AFTER)
