"""Payout accounts, schedules, and what holds transfers. Source: PY-47, PY-48, PY-66, PY-73."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from attrs import define, evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.due_work.model import NewWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.cards import AccountStatus, ConnectAccount
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.processor import (
    PayoutInterval,
    PayoutSchedule,
)
from instainstru_core.payments.payouts.errors import (
    NotOnboarded,
    PayoutsAlreadyHeld,
    PayoutsNotHeld,
)
from instainstru_core.payments.payouts.model import (
    DEFAULT_SCHEDULE,
    HoldCause,
    PayoutHold,
)
from instainstru_core.payments.timers import AUDIT_PAYOUT_SCHEDULES
from instainstru_core.payments.use_cases.payouts.audit_payout_schedules import (
    audit_payout_schedules,
)
from instainstru_core.payments.use_cases.payouts.choose_payout_schedule import (
    ChoosePayoutSchedule,
    choose_payout_schedule,
)
from instainstru_core.payments.use_cases.payouts.hear_account import hear_account
from instainstru_core.payments.use_cases.payouts.hold_payouts import (
    HoldPayouts,
    hold_payouts,
    release_payouts,
)
from instainstru_core.payments.use_cases.payouts.link_dashboard import link_dashboard
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.stories.recovery import hear, taught
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


@define
class SlowProcessor:
    """The processor, which takes twenty seconds to say when an account pays out."""

    processor: SimulatedProcessor
    till: Till
    looks: int = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.processor, name)
        return call

    def payout_schedule(self, account: str) -> PayoutSchedule:
        """When the account pays out."""
        self.looks += 1
        self.till.clock.move(timedelta(seconds=20))
        return self.processor.payout_schedule(account)


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

    def test_py_48_a_new_account_is_paid_on_tuesdays(self, till: Till) -> None:
        """From the start: nobody waits for the night."""
        assert till.gateway.payout_schedule(account_of(till).account) == DEFAULT_SCHEDULE

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

    def test_op_13_a_night_too_short_goes_on_in_parts(self, till: Till) -> None:
        """Each part ends in time, and files the next; every schedule is restored in the end."""
        daily = PayoutSchedule(interval=PayoutInterval.DAILY)
        mine = account_of(till)
        names = [mine.account]
        for _ in range(3):
            who = till.ids.new(InstructorId)
            key = OperationId(who.value)
            made = till.gateway.open_account(key, instructor=str(who)).account
            with till.begin() as work:
                work.connect_accounts.keep(evolve(mine, instructor_id=who, account=made))
            names.append(made)
        for name in names:
            till.gateway.set_payout_schedule(name, daily)
        slow = SlowProcessor(till.processor, till)
        till.gateway = cast("PaymentGateway", slow)
        item = NewWork(
            handler=AUDIT_PAYOUT_SCHEDULES,
            payload={},
            due_at=till.clock.now(),
            dedupe_key=AUDIT_PAYOUT_SCHEDULES,
        )
        with till.begin() as work:
            work.work_items.file(item)
        till.work_off()
        seen = {name: till.processor.payout_schedule(name) for name in names}
        assert seen == dict.fromkeys(names, DEFAULT_SCHEDULE)
        assert slow.looks == len(names), "no account is looked at twice"

    def test_who_is_not_onboarded_chooses_nothing(self, till: Till) -> None:
        with till.begin() as work:
            work.connect_accounts.keep(evolve(account_of(till), details_submitted=False))
        with pytest.raises(NotOnboarded):
            self.choose(till, MONTHLY)


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
