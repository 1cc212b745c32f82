"""What the staff does to bookings, in memory: shown, done, and paid to the last cent."""

from datetime import timedelta
from typing import Final

import pytest
from attrs import define, evolve

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Permission, Principal, Role
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.admin.confirmations.errors import (
    ActorMismatch,
    AlreadyUsed,
    EffectChanged,
    Expired,
    PayloadMismatch,
)
from instainstru_core.admin.errors import LessonNotStarted, RemindersJustRun
from instainstru_core.admin.events import AdminActionTaken
from instainstru_core.admin.model.acts import (
    Act,
    Ask,
    Cancel,
    Complete,
    DecideIssue,
    DecideReport,
    IssueSettlement,
    MarkNoShow,
    Why,
)
from instainstru_core.admin.model.effect import Caution
from instainstru_core.admin.model.files import BookingSearch, Cause
from instainstru_core.admin.policies.timeline import Source
from instainstru_core.admin.use_cases.find_bookings import find_bookings
from instainstru_core.admin.use_cases.preview_action import ActionPreview, preview_action
from instainstru_core.admin.use_cases.read_booking_figures import read_booking_figures
from instainstru_core.admin.use_cases.read_booking_file import WholeBooking, read_booking_file
from instainstru_core.admin.use_cases.run_reminders_by_hand import (
    RunRemindersByHand,
    run_reminders_by_hand,
)
from instainstru_core.admin.use_cases.take_action import ActionTaken, TakeAction, take_action
from instainstru_core.booking.claims.errors import AlreadyResolved, NoClaim, NoShowOpen, NotDisputed
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.errors.life import (
    BookingNotFound,
    LessonNotEnded,
    LessonStarted,
    WrongState,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.reminders.use_cases.run_reminders import run_reminders
from instainstru_core.booking.terms import BookingStatus, NoShowType, PaymentStep, ReminderKind
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.propose_move import AskedMove
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.kernel.errors import Forbidden, InvalidState, Malformed
from instainstru_core.payments.errors import NothingToRefund
from instainstru_core.payments.ledger.model import Account
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.payments.use_cases.reschedule_booking import reschedule_booking
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.world import HOUR, World

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WHY: Final = Why(reason_code="storm", note="no trains today")
LONG: Final = "it was not what we had agreed on"


@define
class Office:
    """A world with one lesson three days ahead, its two people, and somebody of the staff."""

    world: World
    staff: Principal
    anna: Principal
    jane: Principal
    booking: Booking

    def ask(self, act: Act, who: Principal | None = None) -> Ask:
        return Ask(
            principal=who or self.staff, booking_id=self.booking.booking_id, act=act, why=WHY
        )

    def preview(self, act: Act, who: Principal | None = None) -> ActionPreview:
        ports = self.world.ports
        return preview_action(
            self.ask(act, who),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            secrets=ports.secrets,
        )

    def take(self, act: Act, token: str, who: Principal | None = None) -> ActionTaken:
        ports = self.world.ports
        return take_action(
            TakeAction(ask=self.ask(act, who), confirm_token=token),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            secrets=ports.secrets,
        )

    def do(self, act: Act) -> ActionTaken:
        """Look, act, and let everything that follows happen; what was shown is what was done."""
        shown = self.preview(act)
        taken = self.take(act, shown.confirm_token)
        assert taken.effect.content() == shown.effect.content()
        self.world.advance(3 * DAY)
        return taken

    def status(self) -> BookingStatus:
        return self.world.booking(self.booking.booking_id).status

    def outcome(self) -> Outcome | None:
        payment = self.world.payment(self.booking)
        assert payment is not None
        assert payment.state is PaymentState.SETTLED
        return payment.outcome

    def report(self, *, disputed: bool = False) -> None:
        """Anna says that Jane did not come; Jane may object."""
        ports, booking_id = self.world.ports, self.booking.booking_id
        report_no_show(
            ReportNoShow(principal=self.anna, booking_id=booking_id, type=NoShowType.INSTRUCTOR),
            begin=ports.begin,
            clock=ports.clock,
        )
        if disputed:
            dispute_no_show(
                DisputeNoShow(principal=self.jane, booking_id=booking_id, reason=LONG),
                begin=ports.begin,
                clock=ports.clock,
            )
        self.world.settle()

    def object(self) -> None:
        """Anna opens an issue."""
        ports = self.world.ports
        open_issue(
            OpenIssue(principal=self.anna, booking_id=self.booking.booking_id, reason=LONG),
            begin=ports.begin,
            clock=ports.clock,
        )
        self.world.settle()

    def file(self) -> WholeBooking:
        ports = self.world.ports
        return read_booking_file(
            self.booking.booking_id, principal=self.staff, read=ports.read, clock=ports.clock
        )


@pytest.fixture
def office() -> Office:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    return Office(world, a_staff(world), anna, jane, world.book(anna, jane))


def a_staff(world: World, name: str = "root") -> Principal:
    account = create_admin(
        CreateAdmin(
            email=Email.parse(f"{name}@example.com"),
            password="nine tall oaks by the lake",
            first_name="Ada",
            last_name="Root",
        ),
        begin=world.ports.begin,
        passwords=world.ports.passwords,
        ids=world.ports.ids,
        clock=world.ports.clock,
    )
    return evolve(
        signed_in(world.ports.ids.new(BookingId), Role.ADMIN),  # type: ignore[arg-type]
        account_id=account.account_id,
    )


# --- cancelling: BK-53, PY-39 ---


@pytest.mark.parametrize(
    ("hours", "policy", "outcome"),
    [
        (0, MoneyPolicy.FULL_CREDIT, Outcome.ADMIN_FULL_CREDIT),
        (0, MoneyPolicy.NO_REFUND, Outcome.ADMIN_NO_REFUND),
        (0, MoneyPolicy.STUDENT_POLICY, Outcome.STUDENT_CANCELLED),
        (50, MoneyPolicy.FULL_REFUND, Outcome.ADMIN_REFUND),
        (50, MoneyPolicy.STUDENT_POLICY, Outcome.STUDENT_CANCELLED_12_24),
        (65, MoneyPolicy.STUDENT_POLICY, Outcome.STUDENT_CANCELLED_LT12),
        (74, MoneyPolicy.FULL_REFUND, Outcome.ADMIN_REFUND),
        (74, MoneyPolicy.NO_REFUND, Outcome.ADMIN_NO_REFUND),
    ],
)
def test_py39_cancels_with_every_policy(
    office: Office, hours: int, policy: MoneyPolicy, outcome: Outcome
) -> None:
    """PY-39, BK-53: at any distance, after the start too; the books balance."""
    office.world.advance(hours * HOUR)
    taken = office.do(Cancel(policy=policy))
    assert (taken.effect.before, office.status()) == (
        BookingStatus.CONFIRMED,
        BookingStatus.CANCELLED,
    )
    assert office.outcome() is outcome
    assert (Caution.LESSON_HAS_BEGUN in taken.effect.warnings) is (hours > 72)
    assert office.world.books().balanced
    assert taken.effect.plan is not None
    paid = -office.world.balances().get(Account.CONNECT_OWNER, 0)
    assert paid == taken.effect.plan.payout.cents


def test_py39_nothing_is_refunded_where_nothing_is_held(office: Office) -> None:
    """BK-53: `nothing_to_refund`, in the preview already."""
    with pytest.raises(NothingToRefund):
        office.preview(Cancel(policy=MoneyPolicy.FULL_REFUND))


def test_py37_a_hold_ends_without_a_charge(office: Office) -> None:
    world = office.world
    office.booking = world.hold(office.anna, office.jane, starts_in=100 * HOUR)
    taken = office.do(Cancel(policy=MoneyPolicy.NO_REFUND))
    assert (taken.effect.before, office.status()) == (
        BookingStatus.PENDING,
        BookingStatus.CANCELLED,
    )
    assert taken.effect.plan is None


def test_py39_the_students_policy_ends_at_the_start(office: Office) -> None:
    office.world.advance(72 * HOUR)
    with pytest.raises(LessonStarted):
        office.preview(Cancel(policy=MoneyPolicy.STUDENT_POLICY))


def test_bk53_what_is_over_can_not_be_cancelled(office: Office) -> None:
    office.world.advance(73 * HOUR)
    office.do(Complete())
    with pytest.raises(WrongState):
        office.preview(Cancel(policy=MoneyPolicy.FULL_CREDIT))


# --- completing and missing: BK-53 ---


def test_bk53_completes_from_the_end_on(office: Office) -> None:
    """BK-53, §10.16: given at its end, whenever that is said, and paid as usual."""
    office.world.advance(73 * HOUR - MINUTE)
    with pytest.raises(LessonNotEnded):
        office.preview(Complete())
    office.world.advance(5 * MINUTE)
    taken = office.do(Complete())
    assert taken.effect.booking.state.at == office.booking.lesson.ends_at  # type: ignore[union-attr]
    assert office.status() is BookingStatus.COMPLETED
    assert office.outcome() is Outcome.LESSON_COMPLETED
    assert office.world.books().balanced
    with pytest.raises(WrongState):
        office.preview(Complete())


@pytest.mark.parametrize(
    ("missing", "outcome"),
    [
        (NoShowType.STUDENT, Outcome.STUDENT_NO_SHOW),
        (NoShowType.INSTRUCTOR, Outcome.INSTRUCTOR_NO_SHOW),
        (NoShowType.MUTUAL, Outcome.MUTUAL_NO_SHOW),
    ],
)
def test_bk53_marks_a_no_show_from_the_start_on(
    office: Office, missing: NoShowType, outcome: Outcome
) -> None:
    """BK-53, PY-43…PY-45."""
    office.world.advance(72 * HOUR - MINUTE)
    with pytest.raises(LessonNotStarted) as refused:
        office.preview(MarkNoShow(type=missing))
    assert set(refused.value.facts()) == {"starts_at"}
    office.world.advance(MINUTE)
    office.do(MarkNoShow(type=missing))
    assert office.status() is BookingStatus.NO_SHOW
    assert office.outcome() is outcome
    assert office.world.books().balanced
    with pytest.raises(WrongState):
        office.preview(MarkNoShow(type=missing))


def test_bk53_an_open_report_is_decided_first(office: Office) -> None:
    """BK-21, BK-53: what it says comes before what anybody else says."""
    office.world.advance(74 * HOUR)
    office.report()
    for act in (Complete(), MarkNoShow(type=NoShowType.STUDENT)):
        with pytest.raises(NoShowOpen):
            office.preview(act)


# --- reports and issues: BK-39, BK-41, PY-42…PY-46 ---


@pytest.mark.parametrize(
    ("resolution", "status", "outcome"),
    [
        (
            Resolution.CONFIRMED_AFTER_REVIEW,
            BookingStatus.NO_SHOW,
            Outcome.INSTRUCTOR_NO_SHOW,
        ),
        (Resolution.DISPUTE_UPHELD, BookingStatus.COMPLETED, Outcome.LESSON_COMPLETED),
        (Resolution.CANCELLED, BookingStatus.COMPLETED, Outcome.LESSON_COMPLETED),
    ],
)
def test_bk39_resolves_a_disputed_report(
    office: Office, resolution: Resolution, status: BookingStatus, outcome: Outcome
) -> None:
    office.world.advance(74 * HOUR)
    office.report(disputed=True)
    taken = office.do(DecideReport(resolution=resolution))
    assert (office.status(), office.outcome()) == (status, outcome)
    assert (taken.effect.plan is None) is (resolution is Resolution.CANCELLED)
    assert office.world.books().balanced
    report = office.file().file.report
    assert report is not None
    assert report.verdict is not None
    assert (report.verdict.resolver, report.verdict.notes) == (
        office.staff.account_id,
        WHY.note,
    )
    with pytest.raises(AlreadyResolved):
        office.preview(DecideReport(resolution=Resolution.CANCELLED))


def test_bk39_only_a_dispute_is_upheld_and_only_a_report_resolved(office: Office) -> None:
    office.world.advance(74 * HOUR)
    with pytest.raises(NoClaim):
        office.preview(DecideReport(resolution=Resolution.CANCELLED))
    office.report()
    with pytest.raises(NotDisputed):
        office.preview(DecideReport(resolution=Resolution.DISPUTE_UPHELD))


@pytest.mark.parametrize(
    ("act", "status", "outcome"),
    [
        (
            DecideIssue(outcome=IssueOutcome.UPHOLD),
            BookingStatus.COMPLETED,
            Outcome.LESSON_COMPLETED,
        ),
        (
            DecideIssue(outcome=IssueOutcome.DISMISS),
            BookingStatus.COMPLETED,
            Outcome.LESSON_COMPLETED,
        ),
        (
            DecideIssue(outcome=IssueOutcome.NO_SHOW, no_show_type=NoShowType.STUDENT),
            BookingStatus.NO_SHOW,
            Outcome.STUDENT_NO_SHOW,
        ),
        (
            DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.FULL_REFUND),
            BookingStatus.COMPLETED,
            Outcome.DISPUTE_REFUND,
        ),
        (
            DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.FULL_CREDIT),
            BookingStatus.COMPLETED,
            Outcome.ADMIN_FULL_CREDIT,
        ),
        (
            DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.SPLIT_50_50),
            BookingStatus.COMPLETED,
            Outcome.ADMIN_SPLIT,
        ),
    ],
)
@pytest.mark.parametrize("completed", [False, True])
def test_py46_resolves_an_issue(
    office: Office, act: DecideIssue, status: BookingStatus, outcome: Outcome, completed: bool
) -> None:
    """BK-41, PY-46: by the usual endings, or by what an operator settles it with."""
    office.world.advance(74 * HOUR)
    if completed:
        complete = Complete()
        office.take(complete, office.preview(complete).confirm_token)
    office.object()
    taken = office.do(act)
    assert (office.status(), office.outcome()) == (status, outcome)
    assert office.world.books().balanced
    if taken.effect.plan is not None:
        paid = -office.world.balances().get(Account.CONNECT_OWNER, 0)
        assert paid == taken.effect.plan.payout.cents
    with pytest.raises(AlreadyResolved):
        office.preview(act)


def test_py46_money_that_is_not_there_can_not_be_settled_otherwise() -> None:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna", card="pm_card_visa")
    office = Office(world, a_staff(world), anna, jane, world.book(anna, jane))
    refund = DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.FULL_REFUND)
    office.world.advance(72 * HOUR)
    office.object()
    with pytest.raises(LessonNotEnded):
        office.preview(refund)
    office.world.advance(2 * HOUR)
    with world.ports.begin() as work:
        payment = work.payments.find_for_update(office.booking.booking_id)
        assert payment is not None
        work.payments.save(evolve(payment, resume_state=PaymentState.SCHEDULED, events=()))
    with pytest.raises(InvalidState):
        office.preview(refund)


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (Cancel(policy=MoneyPolicy.FULL_REFUND), Outcome.ADMIN_REFUND),
        (Cancel(policy=MoneyPolicy.STUDENT_POLICY), Outcome.LOCKED_CANCELLED_GE12),
        (MarkNoShow(type=NoShowType.INSTRUCTOR), Outcome.INSTRUCTOR_NO_SHOW),
        (MarkNoShow(type=NoShowType.STUDENT), Outcome.STUDENT_NO_SHOW),
        (
            DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.FULL_REFUND),
            Outcome.DISPUTE_REFUND,
        ),
        (
            DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.SPLIT_50_50),
            Outcome.ADMIN_SPLIT,
        ),
    ],
)
def test_py34_locked_money_goes_where_it_is_sent(
    office: Office, act: Act, outcome: Outcome
) -> None:
    """PY-34, PY-39, PY-43…PY-46: taken before, and given back or shared out of that."""
    world, ports = office.world, office.world.ports
    world.advance(55 * HOUR)
    moved = reschedule_booking(
        AskedMove(
            principal=office.anna,
            booking_id=office.booking.booking_id,
            start=world.clock.now() + 48 * HOUR,
            duration_minutes=60,
        ),
        begin=ports.begin,
        gateway=world.processor,
        places=ports.places,
        ids=ports.ids,
        clock=ports.clock,
    )
    assert moved.step is PaymentStep.LOCK
    office.booking = moved.booking
    if not isinstance(act, Cancel):
        world.clock.set(moved.booking.lesson.ends_at)
    if isinstance(act, DecideIssue):
        office.object()
    taken = office.do(act)
    assert office.outcome() is outcome
    assert world.books().balanced
    assert taken.effect.plan is not None
    assert -world.balances().get(Account.CONNECT_OWNER, 0) == taken.effect.plan.payout.cents


def test_bk41_a_no_show_needs_its_type(office: Office) -> None:
    office.world.advance(74 * HOUR)
    office.object()
    with pytest.raises(Malformed):
        office.preview(DecideIssue(outcome=IssueOutcome.NO_SHOW))


def test_py42_one_claim_keeps_frozen_what_another_lets_go(office: Office) -> None:
    """PY-41: who resolves the issue is told that the report keeps the money where it is."""
    office.world.advance(74 * HOUR)
    office.report()
    office.object()
    shown = office.preview(DecideIssue(outcome=IssueOutcome.DISMISS))
    assert list(shown.effect.warnings) == [Caution.STAYS_FROZEN]
    refund = DecideIssue(outcome=IssueOutcome.UPHOLD, settlement=IssueSettlement.FULL_REFUND)
    with pytest.raises(NoShowOpen):
        office.preview(refund)


# --- two steps: AD-7, MC-6 ---


def test_ad7_a_preview_changes_nothing(office: Office) -> None:
    office.world.advance(50 * HOUR)
    before = (office.world.booking(office.booking.booking_id), office.world.payment(office.booking))
    told = len(office.world.database.recorded)
    shown = office.preview(Cancel(policy=MoneyPolicy.FULL_CREDIT))
    assert shown.effect.booking.status is BookingStatus.CANCELLED
    office.world.settle()
    assert before == (
        office.world.booking(office.booking.booking_id),
        office.world.payment(office.booking),
    )
    assert len(office.world.database.recorded) == told


def test_mc6_each_way_in_which_a_token_proves_nothing(office: Office) -> None:
    office.world.advance(50 * HOUR)
    act = Cancel(policy=MoneyPolicy.STUDENT_POLICY)
    token = office.preview(act).confirm_token
    with pytest.raises(ActorMismatch):
        office.take(act, token, a_staff(office.world, "other"))
    with pytest.raises(PayloadMismatch):
        office.take(Cancel(policy=MoneyPolicy.FULL_REFUND), token)
    office.world.clock.set(office.world.clock.now() + 5 * MINUTE + MINUTE / 60)
    with pytest.raises(Expired):
        office.take(act, token)
    fresh = office.preview(act).confirm_token
    office.take(act, fresh)
    with pytest.raises(AlreadyUsed):
        office.take(act, fresh)


def test_mc6_the_world_is_looked_at_again(office: Office) -> None:
    """MC-6: twelve hours before the start the student's policy is another one."""
    office.world.advance(60 * HOUR - MINUTE)
    act = Cancel(policy=MoneyPolicy.STUDENT_POLICY)
    shown = office.preview(act)
    office.world.advance(2 * MINUTE)
    with pytest.raises(EffectChanged):
        office.take(act, shown.confirm_token)
    assert office.status() is BookingStatus.CONFIRMED
    assert office.do(act).effect.plan != shown.effect.plan


@pytest.mark.parametrize(
    "act", [Cancel(policy=MoneyPolicy.FULL_CREDIT), Complete(), MarkNoShow(type=NoShowType.STUDENT)]
)
def test_bk53_money_needs_a_permission_of_its_own(office: Office, act: Act) -> None:
    """Spec 01 §5: `manage_all_bookings`, and `manage_financials` when money moves."""
    office.world.advance(74 * HOUR)
    for missing in (Permission.MANAGE_ALL_BOOKINGS, Permission.MANAGE_FINANCIALS):
        lesser = evolve(office.staff, permissions=office.staff.permissions - {missing})
        with pytest.raises(Forbidden):
            office.preview(act, lesser)
        token = office.preview(act).confirm_token
        with pytest.raises(Forbidden):
            office.take(act, token, lesser)
    assert office.status() is BookingStatus.CONFIRMED


def test_bk53_who_may_not_move_money_may_still_let_a_claim_go(office: Office) -> None:
    office.world.advance(74 * HOUR)
    office.report()
    lesser = evolve(
        office.staff, permissions=office.staff.permissions - {Permission.MANAGE_FINANCIALS}
    )
    act = DecideReport(resolution=Resolution.CANCELLED)
    office.take(act, office.preview(act, lesser).confirm_token, lesser)
    report = office.file().file.report
    assert report is not None
    assert not report.is_open


# --- what is kept of it: BK-50…BK-53 ---


def test_bk53_what_was_done_is_kept_and_told(office: Office) -> None:
    """BK-53, AD-2: before and after, by whom and why, in the file and as an event."""
    office.world.advance(50 * HOUR)
    taken = office.do(Cancel(policy=MoneyPolicy.FULL_REFUND))
    whole = office.file()
    assert list(whole.file.actions) == [taken.action]
    assert taken.action.before == {"status": "CONFIRMED"}
    assert taken.action.after == {
        "status": "CANCELLED",
        "policy": "full_refund",
        "outcome": "admin_refund",
    }
    (told,) = [
        each for each in office.world.database.recorded if isinstance(each, AdminActionTaken)
    ]
    assert (told.actor, told.reason_code) == (office.staff.account_id, "storm")


def test_bk50_the_timeline_is_whole_and_in_order(office: Office) -> None:
    """BK-50: the booking's log, claims, staff, processor, books, reminders and letters."""
    ports = office.world.ports
    for hours in (48, 23):
        office.world.advance(hours * HOUR)
        run_reminders(begin=ports.begin, clock=ports.clock)
    office.world.advance(3 * HOUR)
    office.report(disputed=True)
    office.do(DecideReport(resolution=Resolution.CONFIRMED_AFTER_REVIEW))
    whole = office.file()
    assert [each.at for each in whole.timeline] == sorted(each.at for each in whole.timeline)
    assert {each.source for each in whole.timeline} == set(Source)
    said = [each.what for each in whole.timeline if each.source is Source.BOOKING]
    assert said == ["held", "confirmed", "no_show"]
    claims = [each.what for each in whole.timeline if each.source is Source.CLAIM]
    assert claims == ["no_show_reported", "no_show_disputed", "no_show_resolved"]
    sent = [each.what for each in whole.timeline if each.source is Source.REMINDER]
    assert sent == ["24h", "1h"]
    asked = [each.what for each in whole.timeline if each.source is Source.PROCESSOR]
    assert asked == ["authorise", "void"]


def test_bk51_what_waits_for_somebody_is_found_and_counted(office: Office) -> None:
    """BK-51, BK-52: and what the platform earned counts on the day that it did."""
    office.world.advance(74 * HOUR)
    office.report(disputed=True)
    ports = office.world.ports

    def waiting() -> dict[Cause, int]:
        figures = read_booking_figures(principal=office.staff, read=ports.read, clock=ports.clock)
        return {cause: count for cause, count in figures.needs_action.items() if count}

    assert waiting() == dict.fromkeys(
        (Cause.AWAITS_COMPLETION, Cause.NO_SHOW_DISPUTED, Cause.PAYMENT_IN_REVIEW), 1
    )
    found = find_bookings(
        BookingSearch(needs_action=True), principal=office.staff, read=ports.read, clock=ports.clock
    )
    assert [row.booking.booking_id for row in found.items] == [office.booking.booking_id]
    act = DecideReport(resolution=Resolution.DISPUTE_UPHELD)
    office.take(act, office.preview(act).confirm_token)
    office.world.advance(24 * HOUR)
    figures = read_booking_figures(principal=office.staff, read=ports.read, clock=ports.clock)
    payment = office.world.payment(office.booking)
    assert payment is not None
    price = payment.breakdown
    assert waiting() == {}
    assert figures.week.lessons == 1
    assert figures.week.gross == price.lesson_price
    assert figures.week.revenue_cents == (price.student_fee + price.commission).cents


def test_bk50_others_see_nothing(office: Office) -> None:
    ports = office.world.ports
    with pytest.raises(Forbidden):
        find_bookings(BookingSearch(), principal=office.anna, read=ports.read, clock=ports.clock)
    with pytest.raises(Forbidden):
        read_booking_figures(principal=office.jane, read=ports.read, clock=ports.clock)
    with pytest.raises(Forbidden):
        read_booking_file(
            office.booking.booking_id, principal=office.anna, read=ports.read, clock=ports.clock
        )
    with pytest.raises(BookingNotFound):
        read_booking_file(
            ports.ids.new(BookingId), principal=office.staff, read=ports.read, clock=ports.clock
        )


# --- reminders: BK-53 ---


def test_bk53_reminders_are_run_by_hand_once_an_hour(office: Office) -> None:
    world, ports = office.world, office.world.ports

    def run(who: Principal) -> dict[ReminderKind, int]:
        done = run_reminders_by_hand(
            RunRemindersByHand(principal=who, why=WHY),
            begin=ports.begin,
            ids=ports.ids,
            clock=ports.clock,
            rates=ports.rates,
        )
        return dict(done.sent)

    with pytest.raises(Forbidden):
        run(office.jane)
    world.clock.set(office.booking.lesson.starts_at - 24 * HOUR)
    assert run(office.staff) == {ReminderKind.DAY: 1, ReminderKind.HOUR: 0}
    world.clock.set(world.clock.now() + HOUR - MINUTE)
    with pytest.raises(RemindersJustRun) as refused:
        run(a_staff(world, "other"))
    assert refused.value.retry_after_seconds == 60
    world.clock.set(world.clock.now() + MINUTE)
    assert run(office.staff) == {ReminderKind.DAY: 0, ReminderKind.HOUR: 0}
