"""Claims over the whole platform in memory: what becomes of lesson and money. Source: BK-39."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from attrs import frozen

from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.due_work.use_cases.file_periodic_work import file_periodic_work
from instainstru_core.due_work.use_cases.perform_work import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.reactions import PERIODIC
from instainstru_core.testing.strategies.booking import signed_in
from instainstru_core.testing.world import HOUR, World

# What happens here is counted by tests of each step; counting it again would take twice as long.
pytestmark = pytest.mark.no_cover
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WHY = "it was not what we agreed on"
TAKEN = [("capture", 10_080), ("transfer", 7650)]
NOT_TAKEN = [("void", 10_080)]


@frozen
class Quarrel:
    """A lesson that has just begun, its two people, and an admin."""

    world: World
    lesson: Booking
    student: Principal
    instructor: Principal
    admin: Principal

    def report(self, kind: NoShowType) -> None:
        who = {NoShowType.INSTRUCTOR: self.student, NoShowType.STUDENT: self.instructor}.get(kind)
        request = ReportNoShow(principal=who, booking_id=self.lesson.booking_id, type=kind)
        report_no_show(request, begin=self.world.ports.begin, clock=self.world.clock)

    def dispute(self) -> None:
        request = DisputeNoShow(
            principal=self.instructor, booking_id=self.lesson.booking_id, reason=WHY
        )
        dispute_no_show(request, begin=self.world.ports.begin, clock=self.world.clock)

    def withdraw(self) -> None:
        request = WithdrawNoShow(principal=self.student, booking_id=self.lesson.booking_id)
        withdraw_no_show(request, begin=self.world.ports.begin, clock=self.world.clock)

    def resolve(self, resolution: Resolution) -> None:
        request = ResolveNoShow(
            principal=self.admin, booking_id=self.lesson.booking_id, resolution=resolution
        )
        resolve_no_show(request, begin=self.world.ports.begin, clock=self.world.clock)

    def object(self) -> None:
        request = OpenIssue(principal=self.student, booking_id=self.lesson.booking_id, reason=WHY)
        open_issue(request, begin=self.world.ports.begin, clock=self.world.clock)

    def settle_issue(self, outcome: IssueOutcome, kind: NoShowType | None = None) -> None:
        request = ResolveIssue(
            principal=self.admin,
            booking_id=self.lesson.booking_id,
            outcome=outcome,
            no_show_type=kind,
        )
        resolve_issue(request, begin=self.world.ports.begin, clock=self.world.clock)


@pytest.fixture
def quarrel() -> Quarrel:
    world = World()
    # What comes every minute has nothing to do with claims, and would be nearly all of the work.
    jobs = [each for each in PERIODIC.values() if each.every > MINUTE]
    file_periodic_work(jobs, begin=world.ports.begin, clock=world.clock)
    jane, anna = world.instructor("Jane"), world.student("Anna")
    lesson = world.book(anna, jane)
    admin = signed_in(world.ports.ids.new(StudentId), Role.ADMIN)
    world.advance(72 * HOUR)
    return Quarrel(world, lesson, anna, jane, admin)


def undisputed(kind: NoShowType) -> Callable[[Quarrel], None]:
    """A report that nobody says anything against."""
    return lambda quarrel: quarrel.report(kind)


def withdrawn(quarrel: Quarrel) -> None:
    """A report that is taken back."""
    quarrel.report(NoShowType.INSTRUCTOR)
    quarrel.world.settle()
    quarrel.withdraw()


def reviewed(resolution: Resolution) -> Callable[[Quarrel], None]:
    """A report that is disputed, and settled three days later."""

    def act(quarrel: Quarrel) -> None:
        quarrel.report(NoShowType.INSTRUCTOR)
        quarrel.dispute()
        quarrel.world.advance(3 * DAY)
        quarrel.resolve(resolution)

    return act


def issue(outcome: IssueOutcome, kind: NoShowType | None = None) -> Callable[[Quarrel], None]:
    """An issue that is settled three days later."""

    def act(quarrel: Quarrel) -> None:
        quarrel.object()
        quarrel.world.advance(3 * DAY)
        quarrel.settle_issue(outcome, kind)

    return act


def both(quarrel: Quarrel) -> None:
    """A report that nobody disputes while an issue is open, which is upheld later."""
    quarrel.report(NoShowType.INSTRUCTOR)
    quarrel.object()
    quarrel.world.advance(3 * DAY)
    quarrel.settle_issue(IssueOutcome.UPHOLD)


@pytest.mark.parametrize(
    ("act", "status", "outcome", "moved"),
    [
        (
            undisputed(NoShowType.INSTRUCTOR),
            "NO_SHOW",
            "instructor_no_show_full_refund",
            NOT_TAKEN,
        ),
        (undisputed(NoShowType.STUDENT), "NO_SHOW", "student_no_show_full_payout", TAKEN),
        (undisputed(NoShowType.MUTUAL), "NO_SHOW", "mutual_no_show_full_refund", NOT_TAKEN),
        (withdrawn, "COMPLETED", "lesson_completed_full_payout", TAKEN),
        (
            reviewed(Resolution.CONFIRMED_AFTER_REVIEW),
            "NO_SHOW",
            "instructor_no_show_full_refund",
            NOT_TAKEN,
        ),
        (reviewed(Resolution.DISPUTE_UPHELD), "COMPLETED", "lesson_completed_full_payout", TAKEN),
        (reviewed(Resolution.CANCELLED), "COMPLETED", "lesson_completed_full_payout", TAKEN),
        (issue(IssueOutcome.UPHOLD), "COMPLETED", "lesson_completed_full_payout", TAKEN),
        (issue(IssueOutcome.DISMISS), "COMPLETED", "lesson_completed_full_payout", TAKEN),
        (
            issue(IssueOutcome.NO_SHOW, NoShowType.INSTRUCTOR),
            "NO_SHOW",
            "instructor_no_show_full_refund",
            NOT_TAKEN,
        ),
        (both, "NO_SHOW", "instructor_no_show_full_refund", NOT_TAKEN),
    ],
)
def test_bk39_bk41_each_verdict_ends_lesson_and_money(
    quarrel: Quarrel,
    act: Callable[[Quarrel], None],
    status: str,
    outcome: str,
    moved: list[tuple[str, int]],
) -> None:
    """BK-39's table, BK-41, BK-22: nothing stays frozen, nothing stranded, every cent in place."""
    world, lesson = quarrel.world, quarrel.lesson
    act(quarrel)
    performed = world.advance(6 * DAY)
    assert Outcome.DEAD not in {each.outcome for each in performed}
    payment = world.payment(lesson)
    assert payment is not None
    assert (payment.state, payment.outcome) == (PaymentState.SETTLED, outcome)
    assert world.booking(lesson.booking_id).status == status
    ends = {"capture", "void", "transfer", "refund"}
    happened = [
        (each.kind, each.amount_cents) for each in world.processor.effects if each.kind in ends
    ]
    assert happened == moved
    assert sum(world.balances().values()) == 0


def test_bk36_bk41_an_open_claim_keeps_the_money_where_it_is(quarrel: Quarrel) -> None:
    """PY-40, PY-41, BK-23: no job touches it, however long an admin takes."""
    world, lesson = quarrel.world, quarrel.lesson
    file_periodic_work(PERIODIC.values(), begin=world.ports.begin, clock=world.clock)
    quarrel.report(NoShowType.INSTRUCTOR)
    quarrel.dispute()
    world.advance(3 * DAY)
    payment = world.payment(lesson)
    assert payment is not None
    assert payment.state is PaymentState.MANUAL_REVIEW
    assert world.booking(lesson.booking_id).status == "CONFIRMED"
    assert {each.kind for each in world.processor.effects} & {"capture", "void"} == set()
