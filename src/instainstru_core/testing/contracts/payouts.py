"""Payouts to banks, and those asked for at once. Source: PY-48, PY-49, PY-62, PY-65."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.processor import (
    BankPayout,
    PayoutStatus,
)
from instainstru_core.payments.payouts.errors import (
    InstantPayoutInProgress,
    InstantPayoutNotFound,
    InstantPayoutOutOfRange,
    NotOnboarded,
)
from instainstru_core.payments.payouts.model import (
    InstantPayout,
    InstantState,
    KnownPayout,
)
from instainstru_core.payments.payouts.ports import PaidOut
from instainstru_core.payments.use_cases.payouts.ask_for_instant_payout import (
    AskForInstantPayout,
    ask_for_instant_payout,
    offer_instant_payout,
)
from instainstru_core.payments.use_cases.payouts.audit_payout_schedules import (
    audit_payout_schedules,
)
from instainstru_core.payments.use_cases.payouts.hear_payout import hear_payout
from instainstru_core.payments.use_cases.payouts.read_payouts import read_payouts
from instainstru_core.payments.use_cases.payouts.sweep_instant_payouts import sweep_instant_payouts
from instainstru_core.testing.contracts.payout_accounts import PAID, account_of, earn, restrict
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.recovery import hear
from instainstru_core.testing.strategies.payments import Till


class BankPayoutsContract:
    """Inherit, and provide the `till` fixture."""

    def sent(self, till: Till) -> BankPayout:
        """The account pays its balance out."""
        earn(till)
        made = till.processor.pay_out(account_of(till).account)
        assert isinstance(made, BankPayout)
        hear(till)
        return made

    def payouts(self, till: Till) -> list[BankPayout]:
        """What the instructor is shown."""
        found = read_payouts(till.classroom.instructor, PageRequest(), read=till.read)
        return [each.seen for each in found.page.items]

    def totals(self, till: Till) -> PaidOut:
        """What it comes to."""
        return read_payouts(till.classroom.instructor, PageRequest(), read=till.read).totals

    def test_py_48_on_its_way_and_then_there(self, till: Till) -> None:
        """Appendix A 20: the memo accounts are even as soon as it leaves."""
        made = self.sent(till)
        assert [each.status for each in self.payouts(till)] == [PayoutStatus.IN_TRANSIT]
        assert self.totals(till) == PaidOut(paid=Money(0), pending=Money(PAID))
        till.processor.land_payout(made.payout, PayoutStatus.PAID)
        hear(till)
        hear(till)
        assert [each.status for each in self.payouts(till)] == [PayoutStatus.PAID]
        assert self.totals(till) == PaidOut(paid=Money(PAID), pending=Money(0))
        assert Account.CONNECT_BALANCE not in till.balances()
        assert till.books().balanced

    def test_py_48_what_comes_back_says_why(self, till: Till) -> None:
        """Appendix A 20: the failure reverses it, once."""
        made = self.sent(till)
        till.processor.land_payout(made.payout, PayoutStatus.FAILED)
        hear(till)
        hear(till)
        (shown,) = self.payouts(till)
        assert (shown.status, shown.failure_code) == (PayoutStatus.FAILED, "account_closed")
        assert shown.failure_message
        assert self.totals(till) == PaidOut(paid=Money(0), pending=Money(0))
        assert till.balances()[Account.CONNECT_BALANCE] == PAID
        assert till.books().balanced

    def test_py_65_old_news_takes_nothing_back(self, till: Till) -> None:
        made = self.sent(till)
        known = KnownPayout(instructor_id=till.classroom.instructor, seen=made)
        paid = known.as_seen(evolve(made, status=PayoutStatus.PAID))
        assert paid.as_seen(made) == paid
        failed = paid.as_seen(evolve(made, status=PayoutStatus.FAILED))
        assert failed.came_back
        assert failed.as_seen(evolve(made, status=PayoutStatus.PAID)) == failed

    def test_py_48_what_was_never_heard_is_seen_at_night(self, till: Till) -> None:
        earn(till)
        till.processor.pay_out(account_of(till).account)
        audit_payout_schedules(
            begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )
        assert len(self.payouts(till)) == 1
        assert Account.CONNECT_BALANCE not in till.balances()

    def test_pages_go_newest_first(self, till: Till) -> None:
        for _ in range(3):
            self.sent(till)
        everything = [each.payout for each in self.payouts(till)]
        who, seen, cursor = till.classroom.instructor, [], None
        while True:
            page = read_payouts(who, PageRequest(limit=1, cursor=cursor), read=till.read).page
            seen += [each.seen.payout for each in page.items]
            if (cursor := page.next_cursor) is None:
                break
        assert seen == everything
        assert len(set(seen)) == 3

    def test_a_cursor_of_another_list(self, till: Till) -> None:
        with pytest.raises(Malformed):
            read_payouts(
                till.classroom.instructor,
                PageRequest(cursor=Cursor(("elsewhere",))),
                read=till.read,
            )

    def test_py_65_an_account_that_is_nobodys_is_tried_again(self, till: Till) -> None:
        made = self.sent(till)
        with pytest.raises(PayoutAccountNotFound):
            self._hear_elsewhere(till, made)

    def _hear_elsewhere(self, till: Till, made: BankPayout) -> None:
        hear_payout(
            "acct_nobody",
            made.payout,
            begin=till.begin,
            gateway=till.gateway,
            ids=till.ids,
            clock=till.clock,
        )


class InstantPayoutsContract:
    """Inherit, and provide the `till` fixture."""

    def ask(self, till: Till, cents: int) -> InstantPayout:
        """The instructor wants their money now."""
        request = AskForInstantPayout(instructor_id=till.classroom.instructor, amount_cents=cents)
        return ask_for_instant_payout(
            request, begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    def sweep(self, till: Till) -> None:
        """A minute later."""
        till.clock.move(timedelta(minutes=1))
        sweep_instant_payouts(
            begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    def kept(self, till: Till) -> list[InstantPayout]:
        """What was asked for, as it stands."""
        with till.read() as reads:
            return list(reads.payout_queries.instant(till.classroom.instructor, limit=10))

    def made(self, till: Till) -> list[int]:
        """What really left the account, in order."""
        return [each.amount_cents for each in till.processor.effects if each.kind == "payout"]

    def test_py_49_the_fee_that_was_shown_is_charged(self, till: Till) -> None:
        earn(till)
        offer = offer_instant_payout(
            till.classroom.instructor, begin=till.begin, gateway=till.gateway
        )
        assert offer.available == Money(PAID)
        done = self.ask(till, 5000)
        assert (done.state, done.fee) == (InstantState.SUCCEEDED, offer.fee(Money(5000)))
        assert done.fee == Money(75)
        (shown,) = BankPayoutsContract().payouts(till)
        assert (shown.payout, shown.instant) == (done.payout, True)
        assert till.balances()[Account.CONNECT_BALANCE] == PAID - 5000
        hear(till)
        assert till.balances()[Account.CONNECT_BALANCE] == PAID - 5000

    @pytest.mark.parametrize("cents", [-100, 0, 99, PAID + 1])
    def test_py_49_out_of_range(self, till: Till, cents: int) -> None:
        earn(till)
        with pytest.raises(InstantPayoutOutOfRange) as refused:
            self.ask(till, cents)
        assert refused.value.most == Money(PAID)
        assert self.kept(till) == []

    @pytest.mark.parametrize("cents", [100, PAID])
    def test_py_49_at_the_bounds(self, till: Till, cents: int) -> None:
        earn(till)
        assert self.ask(till, cents).state is InstantState.SUCCEEDED

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER])
    def test_py_62_a_lost_answer_is_one_payout(self, till: Till, fault: Fault) -> None:
        earn(till)
        till.processor.fail_next("instant_payout", fault)
        asked = self.ask(till, 1000)
        assert asked.state is InstantState.UNKNOWN
        with pytest.raises(InstantPayoutInProgress):
            self.ask(till, 1000)
        self.sweep(till)
        (done,) = self.kept(till)
        assert done.state is InstantState.SUCCEEDED
        assert self.made(till) == [1000]
        assert till.balances()[Account.CONNECT_BALANCE] == PAID - 1000

    @pytest.mark.parametrize(
        ("fault", "state", "left"),
        [
            (Fault.TIMEOUT_AFTER, InstantState.SUCCEEDED, [1000]),
            (Fault.TIMEOUT_BEFORE, InstantState.FAILED, []),
        ],
    )
    def test_py_62_after_23_hours_it_is_looked_for_and_not_sent_again(
        self, till: Till, fault: Fault, state: InstantState, left: list[int]
    ) -> None:
        earn(till)
        till.processor.fail_next("instant_payout", fault)
        self.ask(till, 1000)
        till.clock.move(timedelta(hours=23))
        self.sweep(till)
        (done,) = self.kept(till)
        assert done.state is state
        assert self.made(till) == left

    def test_py_62_a_process_that_died_before_the_call_pays_once(self, till: Till) -> None:
        """The row was written first, and answered for; the sweeper makes the call."""
        earn(till)
        wanted = InstantPayout.requested(
            till.ids.new(InstantPayoutId),
            instructor_id=till.classroom.instructor,
            account=account_of(till).account,
            amount=Money(1000),
            fee=Money(15),
            at=till.clock.now(),
        )
        with till.begin() as work:
            work.instant_payouts.add(wanted)
        self.sweep(till)
        self.sweep(till)
        assert [each.state for each in self.kept(till)] == [InstantState.SUCCEEDED]
        assert self.made(till) == [1000]

    def test_refused_by_the_processor_it_says_why(self, till: Till) -> None:
        """The balance went elsewhere between the look and the call."""
        earn(till)
        account = account_of(till).account
        wanted = InstantPayout.requested(
            till.ids.new(InstantPayoutId),
            instructor_id=till.classroom.instructor,
            account=account,
            amount=Money(1000),
            fee=Money(15),
            at=till.clock.now(),
        )
        with till.begin() as work:
            work.instant_payouts.add(wanted)
        till.processor.pay_out(account)
        self.sweep(till)
        (failed,) = self.kept(till)
        assert failed.state is InstantState.FAILED
        assert failed.failure == "insufficient_account_balance"
        assert self.made(till) == [PAID]

    def test_unknown(self, till: Till) -> None:
        with till.begin() as work, pytest.raises(InstantPayoutNotFound):
            work.instant_payouts.get_for_update(till.ids.new(InstantPayoutId))

    def test_who_is_not_payable_is_offered_nothing(self, till: Till) -> None:
        restrict(till)
        with pytest.raises(NotOnboarded):
            self.ask(till, 1000)
