"""The simulated processor keeps the gateway's contract, and plays everything back the same."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.kernel.money import Money
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.model.processor import (
    Authorised,
    BankPayout,
    CardDetails,
    DisputeSeen,
    DisputeStatus,
    PayoutStatus,
    Refused,
)
from instainstru_core.testing.contracts.gateway_banking import Banker, BankingContract
from instainstru_core.testing.contracts.gateway_charges import ChargesContract
from instainstru_core.testing.contracts.payment_gateway import (
    CUSTOMER,
    GROUP,
    PRICE,
    key,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.processor.account_commands import (
    CompleteOnboarding,
    LinkOnboarding,
    OpenAccount,
    Transfer,
)
from instainstru_core.testing.fakes.processor.books import Books
from instainstru_core.testing.fakes.processor.cards import TEST_CARDS
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Command,
    ConfirmIntent,
    Fault,
    FindIntent,
    Refund,
    ScriptFault,
    Void,
)
from instainstru_core.testing.fakes.processor.engine import Processor, Rejected
from instainstru_core.testing.fakes.processor.intents import fee_cents

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@define
class Counter(Banker):
    simulated: SimulatedProcessor

    def fail_next(self, kind: str, fault: Fault, *, calls: int = 1) -> None:
        self.simulated.fail_next(kind, fault, calls=calls)

    def confirm(self, intent: str, client_secret: str) -> None:
        self.simulated.confirm(intent, client_secret)

    def onboard(self, link: str) -> str:
        return self.simulated.onboard(link)

    def count(self, effect: str) -> int:
        return sum(each.kind == effect for each in self.simulated.effects)

    def fill_in(self, setup: str, client_secret: str, token: str) -> None:
        self.simulated.fill_in(setup, client_secret, token)

    def pay_out(self, account: str) -> str:
        sent = self.simulated.pay_out(account)
        assert isinstance(sent, BankPayout)
        return sent.payout

    def land_payout(self, payout: str, status: PayoutStatus) -> None:
        assert isinstance(self.simulated.land_payout(payout, status), BankPayout)

    def fail_refund(self, refund: str) -> None:
        self.simulated.fail_refund(refund)

    def open_dispute(self, intent: str, *, inquiry: bool = False) -> str:
        opened = self.simulated.open_dispute(intent, inquiry=inquiry)
        assert isinstance(opened, DisputeSeen)
        return opened.dispute

    def close_dispute(self, dispute: str, status: DisputeStatus) -> None:
        assert isinstance(self.simulated.close_dispute(dispute, status), DisputeSeen)

    def restrict(self, account: str) -> None:
        papers = ["individual.verification.document"]
        self.simulated.change_account(account, requirements=papers, charges_enabled=False)

    def deauthorise(self, account: str) -> None:
        self.simulated.deauthorise(account)


class TestSimulatedProcessor(ChargesContract, BankingContract):
    @pytest.fixture
    def gateway(self) -> SimulatedProcessor:
        return SimulatedProcessor(HandMovedClock(NOON))

    @pytest.fixture
    def bank(self, gateway: PaymentGateway) -> Banker:
        assert isinstance(gateway, SimulatedProcessor)
        return Counter(gateway)


def test_a_hold_lapses_after_seven_days() -> None:
    """PY-16: a hold doesn't live for ever."""
    clock = HandMovedClock(NOON)
    processor = SimulatedProcessor(clock)
    card = processor.attach_card(customer=CUSTOMER, token="pm_card_visa")
    assert isinstance(card, CardDetails)
    held = processor.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=True, group=GROUP
    )
    assert isinstance(held, Authorised)
    assert held.expires_at == NOON + timedelta(days=7)
    clock.move(timedelta(days=7))
    assert processor.find_authorisation(held.intent) is None
    assert processor.capture(key(2), intent=held.intent, amount=PRICE) == Refused(
        reason="hold_expired"
    )


def test_somebody_elses_card_is_declined() -> None:
    processor = SimulatedProcessor(HandMovedClock(NOON))
    card = processor.attach_card(customer="someone else", token="pm_card_visa")
    assert isinstance(card, CardDetails)
    declined = processor.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=False, group=GROUP
    )
    assert declined.intent is None


def test_every_change_is_told_once() -> None:
    """PY-66: each change of an object is an event of its own."""
    processor = SimulatedProcessor(HandMovedClock(NOON))
    card = processor.attach_card(customer=CUSTOMER, token="pm_card_visa")
    assert isinstance(card, CardDetails)
    held = processor.authorise(
        key(1), customer=CUSTOMER, card=card.token, amount=PRICE, off_session=True, group=GROUP
    )
    assert isinstance(held, Authorised)
    processor.capture(key(2), intent=held.intent, amount=PRICE)
    processor.capture(key(2), intent=held.intent, amount=PRICE)
    processor.refund(key(3), intent=held.intent, amount=Money(80))
    assert [each.type for each in processor.news] == [
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
    ]
    assert len({each.event_id for each in processor.news}) == 4
    assert processor.balance() == 100_80 - fee_cents(100_80) - 80


def test_a_wrong_secret_confirms_nothing() -> None:
    """PY-9."""
    processor = Processor(Books("seed"))
    confirm = ConfirmIntent(intent="pi_none", client_secret="guess")
    assert processor.execute(confirm, NOON).answer == Rejected("not_found")


def test_an_onboarding_link_lives_five_minutes() -> None:
    """PY-3: the link is short-lived; a new one can be asked for."""
    processor = Processor(Books("seed"))
    processor.execute(OpenAccount(key="k", instructor=CUSTOMER), NOON)
    (account,) = processor.books.accounts
    link = processor.execute(LinkOnboarding(account=account, return_url="https://a.test"), NOON)
    assert isinstance(link.answer, str)
    late = NOON + timedelta(minutes=5)
    done = processor.execute(CompleteOnboarding(link=link.answer), late)
    assert done.answer == Rejected("not_found")


def test_a_slow_call_still_answers() -> None:
    processor = Processor(Books("seed"))
    look = FindIntent(intent="pi_none")
    processor.execute(ScriptFault(kind="find_intent", fault=Fault.SLOW, slow_ms=250), NOON)
    assert processor.is_worth_keeping(look, NOON)
    slow = processor.execute(look, NOON)
    assert (slow.slow_ms, slow.is_lost) == (250, False)
    assert not processor.is_worth_keeping(look, NOON)
    assert processor.execute(look, NOON).slow_ms == 0


@pytest.mark.parametrize("kind", ["no_such_kind", ""])
def test_a_fault_is_scripted_for_a_kind_that_exists(kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        ScriptFault(kind=kind, fault=Fault.SLOW)


_CARDS = sorted(TEST_CARDS)
_KEYS = st.integers(1, 6).map(lambda number: f"key-{number}")
_NUMBERS = st.integers(0, 3)


@st.composite
def _stories(draw: st.DrawFn) -> list[tuple[str, str, int, int]]:
    step = st.tuples(
        st.sampled_from(["authorise", "capture", "void", "refund", "transfer", "fault"]),
        _KEYS,
        _NUMBERS,
        st.integers(1, 300),
    )
    return draw(st.lists(step, max_size=25))


def _play(story: list[tuple[str, str, int, int]], token: str) -> Processor:
    processor = Processor(Books("seed"))
    processor.execute(AttachCard(customer=CUSTOMER, token=token), NOON)
    processor.execute(OpenAccount(key="account", instructor=CUSTOMER), NOON)
    (account,) = processor.books.accounts
    link = processor.execute(LinkOnboarding(account=account, return_url="https://a.test"), NOON)
    processor.execute(CompleteOnboarding(link=str(link.answer)), NOON)
    (card,) = processor.books.cards
    for hours, (kind, name, number, cents) in enumerate(story):
        intents = [*processor.books.intents, "pi_none"]
        intent = intents[number % len(intents)]
        charges = [*processor.books.charges, None]
        command: Command
        match kind:
            case "authorise":
                command = Authorise(
                    key=name,
                    customer=CUSTOMER,
                    card=card,
                    amount_cents=cents,
                    off_session=False,
                    group=GROUP,
                )
            case "capture":
                command = Capture(key=name, intent=intent, amount_cents=cents)
            case "void":
                command = Void(key=name, intent=intent)
            case "refund":
                command = Refund(key=name, intent=intent, amount_cents=cents)
            case "transfer":
                charge = charges[number % len(charges)]
                command = Transfer(
                    key=name, account=account, amount_cents=cents, group=GROUP, charge=charge
                )
            case _:
                command = ScriptFault(kind="capture", fault=Fault.TIMEOUT_AFTER)
        processor.execute(command, NOON + timedelta(hours=hours))
    return processor


@given(story=_stories(), token=st.sampled_from(_CARDS))
def test_commands_replayed_leave_the_same_books(
    story: list[tuple[str, str, int, int]], token: str
) -> None:
    """The log is the state: what survives a kill -9 is exactly what was accepted."""
    assert _play(story, token).books == _play(story, token).books


@given(story=_stories(), token=st.sampled_from(_CARDS))
def test_no_story_makes_money(story: list[tuple[str, str, int, int]], token: str) -> None:
    """PY-60: one key has at most one effect, and nothing exceeds what it comes out of."""
    books = _play(story, token).books
    keys = [each.key for each in books.effects if each.kind not in {"card", "account"}]
    assert len(keys) == len(set(keys))
    for intent in books.intents.values():
        assert intent.captured_cents <= intent.amount_cents
        assert intent.refunded_cents <= intent.captured_cents
        assert intent.transferred_cents <= intent.captured_cents
    taken = sum(intent.captured_cents - intent.refunded_cents for intent in books.intents.values())
    sent = sum(account.balance_cents for account in books.accounts.values())
    fees = sum(fee_cents(intent.captured_cents) for intent in books.charges.values())
    assert books.balance_cents == taken - sent - fees
    assert books.balance_cents == sum(each.net_cents for each in books.balance_transactions)
