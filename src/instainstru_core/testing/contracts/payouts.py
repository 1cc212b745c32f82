"""Accounts, schedules, payouts to banks and holds. Source: PY-47…49, PY-62, PY-66, PY-73."""

from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.payments.errors import OutcomeUnknown, PayoutAccountNotFound
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.cards import AccountStatus, ConnectAccount
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import (
    BankPayout,
    PayoutInterval,
    PayoutSchedule,
    PayoutStatus,
)
from instainstru_core.payments.payouts.errors import (
    InstantPayoutInProgress,
    InstantPayoutNotFound,
    InstantPayoutOutOfRange,
    NotOnboarded,
    PayoutsAlreadyHeld,
    PayoutsNotHeld,
)
from instainstru_core.payments.payouts.model import (
    DEFAULT_SCHEDULE,
    HoldCause,
    InstantPayout,
    InstantState,
    KnownPayout,
    PayoutHold,
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
from instainstru_core.payments.use_cases.payouts.choose_payout_schedule import (
    ChoosePayoutSchedule,
    choose_payout_schedule,
)
from instainstru_core.payments.use_cases.payouts.hear_account import hear_account
from instainstru_core.payments.use_cases.payouts.hear_payout import hear_payout
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.payments.use_cases.payouts.link_dashboard import link_dashboard
from instainstru_core.payments.use_cases.payouts.read_payouts import read_payouts
from instainstru_core.payments.use_cases.payouts.sweep_instant_payouts import sweep_instant_payouts
from instainstru_core.testing.contracts.payment_recovery import hear, taught
from instainstru_core.testing.contracts.payments import HOUR
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.payments import Till

PAID = 7650
MONTHLY = PayoutSchedule(interval=PayoutInterval.MONTHLY, month_day=28)


def account_of(till: Till) -> ConnectAccount:
    """The instructor's account, as last seen."""
    with till.begin() as work:
        account = work.connect_accounts.find(till.classroom.instructor)
    assert account is not None
    return account


def earn(till: Till) -> Booking:
    """The instructor is paid for a lesson."""
    booking = taught(till)
    till.at(booking.lesson.ends_at + 24 * HOUR)
    assert till.payment(booking).settled
    return booking


def hold(till: Till) -> None:
    """An operator keeps the instructor's transfers back."""
    request = HoldPayouts(
        instructor_id=till.classroom.instructor,
        operator=till.ids.new(AccountId),
        reason="identity_unclear",
    )
    with till.begin() as work:
        hold_payouts(request, work=work, at=till.clock.now())


def release(till: Till) -> None:
    """The operator lets them go."""
    with till.begin() as work:
        release_payouts(till.classroom.instructor, work=work, at=till.clock.now())
    till.work_off()


def restrict(till: Till, *, restricted: bool = True) -> None:
    """The processor does not let the account take money, or does again, and says so."""
    till.processor.change_account(account_of(till).account, charges_enabled=not restricted)
    hear_account(account_of(till).account, begin=till.begin, gateway=till.gateway, clock=till.clock)


def causes(till: Till) -> list[HoldCause]:
    """What keeps the instructor's transfers back."""
    with till.begin() as work:
        return [each.cause for each in work.payout_holds.of(till.classroom.instructor)]


class AccountsContract:
    """Inherit, and provide the `till` fixture."""

    def test_what_the_processor_wants_to_know_is_kept(self, till: Till) -> None:
        """Spec 02 §5: status, flags and requirements; PY-3."""
        assert account_of(till).status is AccountStatus.COMPLETE
        name = account_of(till).account
        till.processor.change_account(
            name, charges_enabled=False, payouts_enabled=False, requirements=("id_document",)
        )
        hear(till)
        seen = account_of(till)
        assert (seen.status, seen.payable) == (AccountStatus.RESTRICTED, False)
        assert (seen.payouts_enabled, seen.requirements) == (False, ("id_document",))

    def test_py_66_a_deauthorised_account_holds_and_hides(self, till: Till) -> None:
        till.processor.deauthorise(account_of(till).account)
        hear(till)
        hear(till)
        assert account_of(till).status is AccountStatus.DEAUTHORIZED
        assert causes(till) == [HoldCause.ACCOUNT_DEAUTHORIZED]
        with till.begin() as work:
            instructor = work.instructors.get(till.classroom.instructor)
        assert (instructor.payable, instructor.is_live) == (False, False)
        till.processor.books.accounts[account_of(till).account].is_deauthorised = False
        restrict(till, restricted=False)
        assert account_of(till).status is AccountStatus.DEAUTHORIZED, "old news, and PY-65"

    def test_py_73_lost_payability_with_a_lesson_ahead_holds_and_asks_for_a_look(
        self, till: Till
    ) -> None:
        booking = till.hold()
        till.pay(booking)
        restrict(till)
        assert causes(till) == [HoldCause.ACCOUNT_RESTRICTED]
        with till.read() as reads:
            (item,) = reads.payout_queries.holds()
        assert (item.instructor_id, item.placed_by) == (till.classroom.instructor, None)
        restrict(till, restricted=False)
        assert causes(till) == []

    def test_py_73_without_one_nothing_is_held(self, till: Till) -> None:
        restrict(till)
        assert causes(till) == []

    def test_the_dashboard_is_for_who_is_onboarded(self, till: Till) -> None:
        who = till.classroom.instructor
        assert link_dashboard(who, begin=till.begin, gateway=till.gateway).startswith("http")
        till.processor.deauthorise(account_of(till).account)
        hear(till)
        with pytest.raises(NotOnboarded):
            link_dashboard(who, begin=till.begin, gateway=till.gateway)


class SchedulesContract:
    """Inherit, and provide the `till` fixture."""

    def choose(self, till: Till, schedule: PayoutSchedule) -> None:
        """The instructor wants another schedule."""
        request = ChoosePayoutSchedule(instructor_id=till.classroom.instructor, schedule=schedule)
        choose_payout_schedule(request, begin=till.begin, gateway=till.gateway)

    def audit(self, till: Till) -> InstructorId | None:
        """The night passes."""
        return audit_payout_schedules(
            begin=till.begin, gateway=till.gateway, ids=till.ids, clock=till.clock
        )

    def test_py_48_what_is_chosen_holds_at_once(self, till: Till) -> None:
        self.choose(till, MONTHLY)
        assert account_of(till).schedule == MONTHLY
        assert till.gateway.payout_schedule(account_of(till).account) == MONTHLY

    def test_py_48_drift_is_restored_at_night(self, till: Till) -> None:
        self.choose(till, MONTHLY)
        name = account_of(till).account
        till.gateway.set_payout_schedule(name, PayoutSchedule(interval=PayoutInterval.DAILY))
        assert self.audit(till) is None
        assert till.gateway.payout_schedule(name) == MONTHLY

    def test_py_48_everybody_else_is_paid_on_tuesdays(self, till: Till) -> None:
        name = account_of(till).account
        till.gateway.set_payout_schedule(name, PayoutSchedule(interval=PayoutInterval.DAILY))
        self.audit(till)
        assert till.gateway.payout_schedule(name) == DEFAULT_SCHEDULE

    def test_py_48_a_lost_wish_is_kept_and_made_true(self, till: Till) -> None:
        till.processor.fail_next("set_schedule", Fault.TIMEOUT_BEFORE)
        with pytest.raises(OutcomeUnknown):
            self.choose(till, MONTHLY)
        self.audit(till)
        assert till.gateway.payout_schedule(account_of(till).account) == MONTHLY

    def test_one_that_does_not_answer_stops_nothing(self, till: Till) -> None:
        """Spec 02 §7."""
        till.processor.fail_next("find_schedule", Fault.TIMEOUT_BEFORE)
        assert self.audit(till) is None

    def test_who_is_not_onboarded_chooses_nothing(self, till: Till) -> None:
        with till.begin() as work:
            work.connect_accounts.keep(evolve(account_of(till), details_submitted=False))
        with pytest.raises(NotOnboarded):
            self.choose(till, MONTHLY)


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


class HoldsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_73_transfers_wait_until_they_are_released(self, till: Till) -> None:
        """Payment stays captured, and what is owed stays in instructor_payable."""
        booking = taught(till)
        hold(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        till.after(hours=5)
        assert till.payment(booking).state is PaymentState.CAPTURED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAID
        release(till)
        assert till.payment(booking).settled
        assert till.balances()[Account.CONNECT_BALANCE] == PAID
        assert till.books().balanced

    def test_py_73_a_rule_still_holds_what_the_staff_released(self, till: Till) -> None:
        booking = taught(till)
        later = till.hold()
        till.pay(later)
        hold(till)
        restrict(till)
        till.at(booking.lesson.ends_at + 24 * HOUR)
        release(till)
        assert causes(till) == [HoldCause.ACCOUNT_RESTRICTED]
        assert till.payment(booking).state is PaymentState.CAPTURED
        restrict(till, restricted=False)
        till.work_off()
        assert till.payment(booking).settled

    def test_py_73_a_suspended_instructor_is_not_paid(self, till: Till) -> None:
        booking = taught(till)
        with till.begin() as work:
            instructor = work.instructors.get_for_update(till.classroom.instructor)
            work.instructors.save(evolve(instructor, status_active=False))
        till.at(booking.lesson.ends_at + 24 * HOUR)
        assert till.payment(booking).state is PaymentState.CAPTURED
        assert till.balances()[Account.INSTRUCTOR_PAYABLE] == -PAID

    def test_held_twice_and_released_twice(self, till: Till) -> None:
        hold(till)
        with pytest.raises(PayoutsAlreadyHeld):
            hold(till)
        release(till)
        with pytest.raises(PayoutsNotHeld):
            release(till)

    def test_the_same_cause_again_says_nothing_new(self, till: Till) -> None:
        first = PayoutHold(
            instructor_id=till.classroom.instructor,
            cause=HoldCause.ACCOUNT_RESTRICTED,
            reason="first",
            placed_at=till.clock.now(),
        )
        with till.begin() as work:
            work.payout_holds.place(first)
            work.payout_holds.place(evolve(first, reason="second"))
            assert work.payout_holds.find(till.classroom.instructor) == first
        hold(till)
        with till.begin() as work:
            found = work.payout_holds.find(till.classroom.instructor)
        assert found is not None
        assert found.cause is HoldCause.OPERATOR

    def test_undone_with_its_unit(self, till: Till) -> None:
        with pytest.raises(OutcomeUnknown), till.begin() as work:
            hold_payouts(
                HoldPayouts(
                    instructor_id=till.classroom.instructor,
                    operator=till.ids.new(AccountId),
                    reason="gone",
                ),
                work=work,
                at=till.clock.now(),
            )
            raise OutcomeUnknown("undo")
        assert causes(till) == []
