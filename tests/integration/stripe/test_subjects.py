"""What Stripe's adapter does beyond the contract: each subject against the fake's rules."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from adapters.stripe.found import made_at
from adapters.stripe.payment_gateway import StripeGateway
from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import OutcomeUnknown, ProcessorObjectUnknown
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    Authorised,
    BalanceKind,
    BankPayout,
    Captured,
    CardDetails,
    Charged,
    ChargeResult,
    Declined,
    DisputeStatus,
    InstantBalance,
    PayoutInterval,
    PayoutSchedule,
    PayoutStatus,
    Refunded,
    RefundSeen,
    RefundStatus,
    Refused,
    RequiresAction,
    Reversed,
    Transferred,
    Voided,
)
from tests.integration.stripe.server import connect, disputes, payments
from tests.integration.stripe.server.app import FakeStripe
from tests.integration.stripe.server.faults import Hiccup
from tests.integration.stripe.server.state import CREDIT, PLATFORM
from tests.integration.stripe.test_calls import GROUP, PRICE, STUDENT, hold, kept, key, last

BACK = "https://app.test/back"


@pytest.fixture
def account(gateway: StripeGateway, stripe: FakeStripe) -> str:
    """An account that is onboarded."""
    opened = gateway.open_account(key(900), instructor=STUDENT).account
    assert connect.onboard(stripe.books, gateway.onboarding_link(account=opened, return_url=BACK))
    return opened


@pytest.fixture
def intent(gateway: StripeGateway) -> str:
    """Captured money."""
    held = hold(gateway, 1)
    assert isinstance(held, Authorised)
    assert isinstance(gateway.capture(key(2), intent=held.intent, amount=PRICE), Captured)
    return held.intent


def charge(
    gateway: StripeGateway, number: int, token: str = "pm_card_visa", *, off_session: bool = True
) -> ChargeResult:
    """Take a tip."""
    return gateway.charge(
        key(number),
        customer=STUDENT,
        card=kept(gateway, token),
        amount=Money(5_00),
        off_session=off_session,
        group=GROUP,
    )


class TestCards:
    def test_a_form_gives_a_card_that_is_used_without_its_holder(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """PY-4: the number goes from the browser to Stripe, and a token comes to us."""
        form = gateway.start_setup(customer=STUDENT)
        assert form.token is None
        assert last(stripe, "POST", "/v1/setup_intents").params["usage"] == "off_session"
        secret = form.client_secret
        payments.fill_form(stripe.books, form.setup, secret, "pm_card_three_d_secure")
        filled = gateway.find_setup(form.setup)
        assert filled is not None
        assert filled.token is not None
        card = gateway.attach_card(customer=STUDENT, token=filled.token)
        assert isinstance(card, CardDetails)
        assert card.token == filled.token
        held = gateway.authorise(
            key(1), customer=STUDENT, card=card.token, amount=PRICE, off_session=True, group=GROUP
        )
        assert isinstance(held, Authorised)

    def test_a_form_that_is_none(self, gateway: StripeGateway) -> None:
        assert gateway.find_setup("seti_none") is None

    def test_the_same_card_in_another_form_is_the_card_kept_before(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """PY-67; also when the answer was lost and it is asked again."""
        first = kept(gateway)
        form = gateway.start_setup(customer=STUDENT)
        payments.fill_form(stripe.books, form.setup, form.client_secret, "pm_card_visa")
        filled = gateway.find_setup(form.setup)
        assert filled is not None
        assert filled.token is not None
        assert filled.token != first
        assert kept(gateway, filled.token) == first
        assert kept(gateway, filled.token) == first

    def test_a_bank_may_refuse_to_keep_a_card(self, gateway: StripeGateway) -> None:
        declined = gateway.attach_card(customer=STUDENT, token="pm_card_chargeDeclined")
        assert declined == Declined(category="do_not_honor")

    def test_a_card_is_forgotten_once_and_only_by_its_owner(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        card = kept(gateway)
        gateway.detach_card(customer="01KANZ5E4FZ1CQ6R6QZ5T9X7ZZ", token=card)
        assert stripe.books.objects[card]["customer"] is not None
        gateway.detach_card(customer=STUDENT, token=card)
        assert stripe.books.objects[card]["customer"] is None
        gateway.detach_card(customer=STUDENT, token=card)
        gateway.detach_card(customer=STUDENT, token="pm_none")

    def test_a_forgotten_card_holds_no_money(self, gateway: StripeGateway) -> None:
        """PY-13: it is not tried again."""
        card = kept(gateway)
        gateway.detach_card(customer=STUDENT, token=card)
        gone = gateway.authorise(
            key(1), customer=STUDENT, card=card, amount=PRICE, off_session=True, group=GROUP
        )
        assert gone == Declined(category="processing_error", hard=True)


class TestMoney:
    def test_a_hold_says_until_when_it_lives(self, gateway: StripeGateway) -> None:
        """PY-16."""
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        assert held.expires_at is not None
        left = held.expires_at - datetime.now(UTC)
        assert timedelta(days=6, hours=23) < left <= timedelta(days=7)

    def test_a_hold_that_lapsed_is_not_captured(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """PY-16, PY-23."""
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        stripe.books.shift = timedelta(days=7, minutes=1).total_seconds()
        gone = gateway.capture(key(2), intent=held.intent, amount=PRICE)
        assert gone == Refused(reason="hold_expired")
        assert gateway.find_authorisation(held.intent) is None

    def test_part_of_a_hold_is_captured(self, gateway: StripeGateway) -> None:
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        taken = gateway.capture(key(2), intent=held.intent, amount=Money(1_00))
        assert isinstance(taken, Captured)
        assert taken.amount == Money(1_00)
        other = gateway.capture(key(3), intent=held.intent, amount=Money(2_00))
        assert other == Refused(reason="already_captured")

    def test_a_charge_is_taken_at_once(self, gateway: StripeGateway, stripe: FakeStripe) -> None:
        """PY-50."""
        taken = charge(gateway, 1)
        assert isinstance(taken, Charged)
        assert taken.amount == Money(5_00)
        assert gateway.find_charge(taken.intent) == taken
        assert gateway.find_authorisation(taken.intent) is None
        assert charge(gateway, 1) == taken
        assert stripe.books.count("charge") == 1

    def test_a_charge_may_wait_for_the_cardholder(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """PY-51."""
        waiting = charge(gateway, 1, "pm_card_three_d_secure", off_session=False)
        assert isinstance(waiting, RequiresAction)
        assert gateway.find_charge(waiting.intent) == waiting
        payments.confirm(stripe.books, waiting.intent, waiting.client_secret)
        assert isinstance(gateway.find_charge(waiting.intent), Charged)

    def test_a_charge_may_be_declined(self, gateway: StripeGateway) -> None:
        declined = charge(gateway, 1, "pm_card_insufficient_funds")
        assert isinstance(declined, Declined)
        assert declined.category == "insufficient_funds"
        assert declined.intent is not None
        assert gateway.find_charge(declined.intent) == declined

    def test_a_hold_is_no_charge(self, gateway: StripeGateway, intent: str) -> None:
        assert gateway.find_charge(intent) is None
        assert gateway.find_charge("pi_none") is None

    def test_a_refund_may_fail_days_later(
        self, gateway: StripeGateway, stripe: FakeStripe, intent: str
    ) -> None:
        """PY-54."""
        given = gateway.refund(key(3), intent=intent, amount=Money(10_00))
        assert isinstance(given, Refunded)
        seen = RefundSeen(refund=given.refund, amount=Money(10_00), status=RefundStatus.SUCCEEDED)
        assert gateway.find_refund(given.refund) == seen
        payments.fail_refund(stripe.books, given.refund)
        failed = gateway.find_refund(given.refund)
        assert failed is not None
        assert failed.status is RefundStatus.FAILED
        assert gateway.find_refund("re_none") is None

    def test_disputed_money_is_not_refunded(
        self, gateway: StripeGateway, stripe: FakeStripe, intent: str
    ) -> None:
        disputes.open_dispute(stripe.books, intent, inquiry=False)
        refused = gateway.refund(key(3), intent=intent, amount=Money(1_00))
        assert refused == Refused(reason="charge_disputed")

    def test_a_transfer_comes_back_in_parts(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        """PY-53."""
        sent = gateway.transfer(
            key(3), account=account, amount=Money(80_00), group=GROUP, charge=None
        )
        assert isinstance(sent, Transferred)
        back = gateway.reverse(key(4), transfer=sent.transfer, amount=Money(30_00))
        assert isinstance(back, Reversed)
        assert back.amount == Money(30_00)
        assert gateway.reverse(key(4), transfer=sent.transfer, amount=Money(30_00)) == back
        more = gateway.reverse(key(5), transfer=sent.transfer, amount=Money(50_01))
        assert more == Refused(reason="amount_too_large")
        connect.pay_out(stripe.books, account)
        gone = gateway.reverse(key(6), transfer=sent.transfer, amount=Money(1))
        assert gone == Refused(reason="insufficient_account_balance")
        none = gateway.reverse(key(7), transfer="tr_none", amount=Money(1))
        assert none == Refused(reason="transfer_unknown")
        connect.leave(stripe.books, account)
        left = gateway.reverse(key(8), transfer=sent.transfer, amount=Money(1))
        assert left == Refused(reason="account_deauthorised")
        assert stripe.books.count("reversal") == 1

    def test_more_than_the_balance_is_not_transferred(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        """PY-47."""
        much = Money(stripe.books.balances[PLATFORM] + CREDIT + 1)
        refused = gateway.transfer(key(3), account=account, amount=much, group=GROUP, charge=None)
        assert refused == Refused(reason="insufficient_balance")

    def test_a_charge_that_is_none_pays_nobody(self, gateway: StripeGateway, account: str) -> None:
        refused = gateway.transfer(
            key(3), account=account, amount=Money(1), group=GROUP, charge="ch_none"
        )
        assert refused == Refused(reason="charge_unknown")


class TestFinding:
    """PY-62: by the id that Stripe keeps, when it has long forgotten the key."""

    def test_every_kind_of_call_is_found(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        held, let_go = hold(gateway, 1), hold(gateway, 2)
        assert isinstance(held, Authorised)
        assert isinstance(let_go, Authorised)
        taken = gateway.capture(key(3), intent=held.intent, amount=PRICE)
        gone = gateway.void(key(4), intent=let_go.intent)
        given = gateway.refund(key(5), intent=held.intent, amount=Money(1_00))
        tip = charge(gateway, 6)
        sent = gateway.transfer(
            key(7), account=account, amount=Money(2_00), group=GROUP, charge=None
        )
        assert isinstance(sent, Transferred)
        back = gateway.reverse(key(8), transfer=sent.transfer, amount=Money(1_00))
        stripe.forget_keys()
        found = [gateway.find_operation(key(number)) for number in range(1, 9)]
        assert found == [held, let_go, taken, gone, given, tip, sent, back]
        assert isinstance(gone, Voided)

    def test_what_was_refused_left_nothing(self, gateway: StripeGateway, intent: str) -> None:
        gateway.refund(key(3), intent=intent, amount=PRICE + Money(1))
        assert gateway.find_operation(key(3)) is None

    def test_a_void_that_never_arrived_is_none(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """Its mark was written, and then the line broke."""
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        payments.update_intent(stripe.books, held.intent, {"metadata": {str(key(2)): "void"}})
        assert gateway.find_operation(key(2)) is None

    def test_a_failure_that_stripe_has_saved_is_looked_behind(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """Repeating would give the same 500 for a day, though the money was taken."""
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        capture = "POST /v1/payment_intents/[^/]+/capture"
        stripe.trouble(capture, Hiccup.SAVED_500)
        taken = gateway.capture(key(2), intent=held.intent, amount=PRICE)
        assert isinstance(taken, Captured)
        assert taken == gateway.find_operation(key(2))
        assert stripe.books.count("capture") == 1

    def test_a_saved_failure_with_nothing_behind_it_stays_unknown(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        stripe.trouble("POST /v1/payment_intents/[^/]+/capture", Hiccup.SAVED_500)
        stripe.books.objects[held.intent]["status"] = "processing"
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                gateway.capture(key(2), intent=held.intent, amount=PRICE)

    def test_a_key_tells_when_it_was_made(self) -> None:
        """Nothing older is looked through."""
        noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
        made = OperationId(UUID(int=int(noon.timestamp() * 1000) << 80))
        assert made_at(made) == noon

    def test_a_long_list_is_read_to_its_end(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        first = gateway.transfer(key(3), account=account, amount=Money(1), group=GROUP, charge=None)
        for number in range(120):
            params = {"amount": "1", "currency": "usd", "destination": account}
            connect.transfer(stripe.books, params | {"metadata": {"other": str(number)}})
        assert gateway.find_operation(key(3)) == first


class TestAccounts:
    def test_an_account_tells_what_it_still_needs(
        self, gateway: StripeGateway, stripe: FakeStripe
    ) -> None:
        """PY-3, PY-66."""
        opened = gateway.open_account(key(1), instructor=STUDENT)
        assert opened.requirements == ("individual.first_name",)
        assert not opened.payable
        connect.change(
            stripe.books, opened.account, charges=False, payouts=False, requirements=["person.id"]
        )
        found = gateway.find_account(opened.account)
        assert found is not None
        assert (found.payable, found.payouts_enabled) == (False, False)
        assert found.requirements == ("person.id",)

    def test_an_account_may_leave(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        """PY-66."""
        connect.leave(stripe.books, account)
        found = gateway.find_account(account)
        assert found is not None
        assert found.deauthorised
        with pytest.raises(ProcessorObjectUnknown):
            gateway.dashboard_link(account=account)
        with pytest.raises(ProcessorObjectUnknown):
            gateway.payout_schedule(account)
        with pytest.raises(ProcessorObjectUnknown):
            gateway.payouts(account)
        assert gateway.find_payout(account, "po_none") is None
        payout = gateway.instant_payout(key(2), account=account, amount=Money(1_00))
        assert payout == Refused(reason="account_unknown")

    def test_an_instructor_is_shown_their_account(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        assert gateway.dashboard_link(account=account).startswith(f"{stripe.base}/express/")

    @pytest.mark.parametrize(
        "schedule",
        [
            PayoutSchedule(interval=PayoutInterval.DAILY),
            PayoutSchedule(interval=PayoutInterval.WEEKLY, weekday=1),
            PayoutSchedule(interval=PayoutInterval.MONTHLY, month_day=28),
        ],
    )
    def test_an_account_pays_out_when_it_is_told(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str, schedule: PayoutSchedule
    ) -> None:
        """PY-48."""
        assert gateway.set_payout_schedule(account, schedule) == schedule
        assert gateway.payout_schedule(account) == schedule
        call = last(stripe, "POST", "/v1/balance_settings")
        assert call.headers["stripe-account"] == account

    def test_payouts_are_listed_newest_first(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        """PY-48."""
        names = []
        for number in range(3):
            gateway.transfer(
                key(10 + number), account=account, amount=Money(9_00), group=GROUP, charge=None
            )
            names.append(connect.pay_out(stripe.books, account)["id"])
        connect.land(stripe.books, names[0], "paid")
        connect.land(stripe.books, names[1], "failed")
        listed = gateway.payouts(account)
        assert [each.payout for each in listed] == names[::-1]
        assert [each.status for each in listed] == [
            PayoutStatus.IN_TRANSIT,
            PayoutStatus.FAILED,
            PayoutStatus.PAID,
        ]
        assert listed[1].failure_code == "account_closed"
        assert [each.payout for each in gateway.payouts(account, limit=2)] == names[:0:-1]
        found = gateway.find_payout(account, names[2])
        assert found == listed[0]
        assert isinstance(listed[0].arrives_on, date)
        assert not listed[0].instant
        assert gateway.find_payout(account, "po_none") is None

    def test_what_is_there_is_paid_out_at_once_for_a_fee(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        """PY-49: the processor's fee is shown before."""
        assert gateway.instant_balance(account) == InstantBalance(available=Money(0))
        gateway.transfer(key(3), account=account, amount=Money(100_00), group=GROUP, charge=None)
        seen = InstantBalance(available=Money(100_00), fee_bps=150)
        assert gateway.instant_balance(account) == seen
        paid = gateway.instant_payout(key(4), account=account, amount=Money(60_00))
        assert isinstance(paid, BankPayout)
        assert (paid.amount, paid.fee, paid.instant) == (Money(60_00), Money(90), True)
        assert gateway.instant_payout(key(4), account=account, amount=Money(60_00)) == paid
        more = gateway.instant_payout(key(5), account=account, amount=Money(60_00))
        assert more == Refused(reason="insufficient_account_balance")
        assert stripe.books.count("payout") == 1


class TestBooks:
    def test_a_dispute_is_seen_as_it_goes(
        self, gateway: StripeGateway, stripe: FakeStripe, intent: str
    ) -> None:
        """PY-56, PY-57."""
        name = disputes.open_dispute(stripe.books, intent, inquiry=True)["id"]
        asked = gateway.find_dispute(name)
        assert asked is not None
        assert (asked.status, asked.amount, asked.fee) == (DisputeStatus.INQUIRY, PRICE, Money(0))
        assert asked.intent == intent
        disputes.escalate(stripe.books, name)
        opened = gateway.find_dispute(name)
        assert opened is not None
        assert (opened.status, opened.fee) == (DisputeStatus.OPEN, Money(15_00))
        disputes.close(stripe.books, name, "won")
        closed = gateway.find_dispute(name)
        assert closed is not None
        assert (closed.status, closed.fee) == (DisputeStatus.WON, Money(15_00))
        assert gateway.find_dispute("du_none") is None

    def test_every_movement_is_told_and_they_add_up(
        self, gateway: StripeGateway, stripe: FakeStripe, account: str
    ) -> None:
        """PY-85."""
        before = gateway.balance()
        since = datetime.now(UTC) - timedelta(minutes=1)
        held = hold(gateway, 1)
        assert isinstance(held, Authorised)
        taken = gateway.capture(key(2), intent=held.intent, amount=PRICE)
        assert isinstance(taken, Captured)
        given = gateway.refund(key(3), intent=held.intent, amount=Money(1_00))
        assert isinstance(given, Refunded)
        sent = gateway.transfer(
            key(4), account=account, amount=Money(20_00), group=GROUP, charge=taken.charge
        )
        assert isinstance(sent, Transferred)
        back = gateway.reverse(key(5), transfer=sent.transfer, amount=Money(5_00))
        assert isinstance(back, Reversed)
        payments.fail_refund(stripe.books, given.refund)
        dispute = disputes.open_dispute(stripe.books, held.intent, inquiry=False)["id"]
        disputes.close(stripe.books, dispute, "won")
        until = datetime.now(UTC) + timedelta(minutes=1)
        moved = list(gateway.balance_transactions(since=since, until=until))
        assert [(each.kind, each.source, each.amount_cents) for each in moved] == [
            (BalanceKind.CHARGE, taken.charge, 100_80),
            (BalanceKind.REFUND, given.refund, -1_00),
            (BalanceKind.TRANSFER, sent.transfer, -20_00),
            (BalanceKind.TRANSFER_REVERSAL, back.reversal, 5_00),
            (BalanceKind.REFUND_FAILURE, given.refund, 1_00),
            (BalanceKind.DISPUTE, dispute, -100_80),
            (BalanceKind.DISPUTE_REVERSAL, dispute, 100_80),
        ]
        assert [each.fee_cents for each in moved] == [3_22, 0, 0, 0, 0, 15_00, 0]
        assert sum(each.net_cents for each in moved) == gateway.balance() - before
        assert list(gateway.balance_transactions(since=since, until=since)) == []
