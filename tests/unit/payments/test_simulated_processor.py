"""The simulated processor keeps the gateway's contract, and plays everything back the same."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

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
    LANDINGS,
    ChangeAccount,
    CompleteOnboarding,
    InstantPayout,
    LandPayout,
    LinkOnboarding,
    OpenAccount,
    PayOut,
    Reverse,
    Transfer,
)
from instainstru_core.testing.fakes.processor.bank_commands import (
    ENDINGS,
    CloseDispute,
    FailRefund,
    OpenDispute,
    PayPlatform,
    Tick,
)
from instainstru_core.testing.fakes.processor.books import Books
from instainstru_core.testing.fakes.processor.cards import TEST_CARDS
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Charge,
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

OPEN, LOST = DisputeStatus.OPEN, DisputeStatus.LOST
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
_KINDS = (
    "authorise",
    "charge",
    "capture",
    "void",
    "refund",
    "fail_refund",
    "transfer",
    "reverse",
    "pay_out",
    "instant_payout",
    "land_payout",
    "open_dispute",
    "close_dispute",
    "pay_platform",
    "restrict",
    "tick",
    "fault",
)


@st.composite
def _stories(draw: st.DrawFn) -> list[tuple[str, str, int, int]]:
    step = st.tuples(st.sampled_from(_KINDS), _KEYS, _NUMBERS, st.integers(1, 300))
    return draw(st.lists(step, max_size=30))


def _nth(names: Iterable[str], number: int) -> str:
    """One of the names there are, or one that there isn't."""
    choices = [*names, "none"]
    return choices[number % len(choices)]


@define
class _Teller:
    """Knows the card and the account of a story, and what its steps name."""

    processor: Processor
    card: str
    account: str

    def command(self, kind: str, name: str, number: int, cents: int) -> Command:
        """The step of a story, said to what there is by now."""
        books, account = self.processor.books, self.account
        intent = _nth(books.intents, number)
        charge = _nth(books.charges, number)
        ask: dict[str, Any] = {
            "key": name,
            "customer": CUSTOMER,
            "card": self.card,
            "amount_cents": cents,
            "off_session": False,
            "group": GROUP,
        }
        makers: dict[str, Callable[[], Command]] = {
            "authorise": lambda: Authorise(**ask),
            "charge": lambda: Charge(**ask),
            "capture": lambda: Capture(key=name, intent=intent, amount_cents=cents),
            "void": lambda: Void(key=name, intent=intent),
            "refund": lambda: Refund(key=name, intent=intent, amount_cents=cents),
            "fail_refund": lambda: FailRefund(refund=_nth(books.refunds, number)),
            "transfer": lambda: Transfer(
                key=name,
                account=account,
                amount_cents=cents,
                group=GROUP,
                charge=None if charge == "none" else charge,
            ),
            "reverse": lambda: Reverse(
                key=name, transfer=_nth(books.transfers, number), amount_cents=cents
            ),
            "pay_out": lambda: PayOut(account=account),
            "instant_payout": lambda: InstantPayout(key=name, account=account, amount_cents=cents),
            "land_payout": lambda: LandPayout(
                payout=_nth(books.payouts, number), status=LANDINGS[cents % len(LANDINGS)]
            ),
            "open_dispute": lambda: OpenDispute(intent=intent, inquiry=cents % 2 == 0),
            "close_dispute": lambda: CloseDispute(
                dispute=_nth(books.disputes, number), status=ENDINGS[cents % len(ENDINGS)]
            ),
            "pay_platform": lambda: PayPlatform(amount_cents=cents),
            "restrict": lambda: ChangeAccount(account=account, charges_enabled=cents % 2 == 0),
            "tick": Tick,
            "fault": lambda: ScriptFault(kind="capture", fault=Fault.TIMEOUT_AFTER),
        }
        return makers[kind]()


def _play(story: list[tuple[str, str, int, int]], token: str) -> list[tuple[Command, datetime]]:
    """What was told to a processor, and when."""
    processor = Processor(Books("seed"))
    told: list[tuple[Command, datetime]] = []

    def tell(command: Command, at: datetime) -> object:
        told.append((command, at))
        return processor.execute(command, at).answer

    tell(AttachCard(customer=CUSTOMER, token=token), NOON)
    tell(OpenAccount(key="account", instructor=CUSTOMER), NOON)
    (account,) = processor.books.accounts
    link = tell(LinkOnboarding(account=account, return_url="https://a.test"), NOON)
    tell(CompleteOnboarding(link=str(link)), NOON)
    (card,) = processor.books.cards
    teller = _Teller(processor, card, account)
    for hours, step in enumerate(story):
        tell(teller.command(*step), NOON + timedelta(hours=4 * hours))
    return told


def _replayed(told: list[tuple[Command, datetime]], *, kept: bool) -> Books:
    """The books after the commands; with *kept*, after those alone that a log would keep."""
    processor = Processor(Books("seed"))
    for command, at in told:
        if not kept or processor.is_worth_keeping(command, at):
            processor.execute(command, at)
    return processor.books


@given(story=_stories(), token=st.sampled_from(_CARDS))
def test_commands_replayed_leave_the_same_books(
    story: list[tuple[str, str, int, int]], token: str
) -> None:
    """The log is the state: what survives a kill -9 is exactly what was accepted."""
    told = _play(story, token)
    assert _replayed(told, kept=True) == _replayed(told, kept=False)


@given(story=_stories(), token=st.sampled_from(_CARDS))
def test_no_story_makes_money(story: list[tuple[str, str, int, int]], token: str) -> None:
    """PY-60, PY-85: a key has one effect, nothing exceeds what it comes out of, all is told."""
    books = _replayed(_play(story, token), kept=False)
    keyless = {"card", "account"}
    keys = [each.key for each in books.effects if each.kind not in keyless]
    assert len(keys) == len(set(keys))
    for intent in books.intents.values():
        assert intent.captured_cents <= intent.amount_cents
        assert 0 <= intent.refunded_cents <= intent.captured_cents
        assert intent.transferred_cents <= intent.captured_cents
    for made in books.transfers.values():
        assert 0 <= made.reversed_cents <= made.amount_cents
    assert books.balance_cents == sum(each.net_cents for each in books.balance_transactions)
    assert books.balance_cents == _owed(books)


def _owed(books: Books) -> int:
    """What the platform must have, from what became of each thing."""
    taken = sum(intent.captured_cents - intent.refunded_cents for intent in books.intents.values())
    fees = sum(fee_cents(intent.captured_cents) for intent in books.charges.values())
    sent = sum(each.amount_cents - each.reversed_cents for each in books.transfers.values())
    gone = sum(each.amount_cents for each in books.disputes.values() if each.status in {OPEN, LOST})
    dispute_fees = sum(each.fee_cents for each in books.disputes.values())
    paid_out = sum(each.amount_cents for each in books.effects if each.kind == "platform_payout")
    return taken - fees - sent - gone - dispute_fees - paid_out


@given(story=_stories(), token=st.sampled_from(_CARDS))
def test_no_account_has_more_than_it_was_sent(
    story: list[tuple[str, str, int, int]], token: str
) -> None:
    """PY-48, PY-49: what an account has and what it paid out is what it was sent."""
    books = _replayed(_play(story, token), kept=False)
    sent = sum(each.amount_cents - each.reversed_cents for each in books.transfers.values())
    left = {PayoutStatus.FAILED, PayoutStatus.CANCELED}
    paid_out = sum(each.amount.cents for each in books.payouts.values() if each.status not in left)
    (account,) = books.accounts.values()
    assert account.balance_cents >= 0
    assert account.balance_cents + paid_out == sent
