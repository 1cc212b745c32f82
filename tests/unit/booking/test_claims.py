"""Reports, disputes and issues: who may say what, until when, and what follows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Principal, Role
from instainstru_core.booking.claims.errors import (
    AlreadyDisputed,
    AlreadyReported,
    AlreadyResolved,
    AlreadySettled,
    DisputeWindowClosed,
    IssueWindowClosed,
    NoClaim,
    NoShowOpen,
    NoShowWindowClosed,
    NotDisputed,
    ReasonLength,
)
from instainstru_core.booking.claims.events import (
    BookingIssueOpened,
    BookingIssueResolved,
    NoShowDisputed,
    NoShowReported,
    NoShowResolved,
)
from instainstru_core.booking.claims.model.reports import NoShowReport, ReportState
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.errors.life import BookingNotFound, WrongState
from instainstru_core.booking.events import BookingCompleted, BookingNoShowRecorded
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Completed, Confirmed, NoShow
from instainstru_core.booking.terms import BookingStatus, NoShowType, Party, PolicyCase
from instainstru_core.booking.timers import COMPLETE_LESSON
from instainstru_core.booking.use_cases.complete_lesson import (
    CompleteLesson,
    complete_by_itself,
    complete_lesson,
)
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.booking.use_cases.resolve_undisputed import resolve_undisputed
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import DomainError, Forbidden, InvalidState, Malformed
from instainstru_core.kernel.events import Event
from instainstru_core.payments.ids import CardId, PaymentId
from instainstru_core.payments.model.payment import Payment, PaymentState
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import quote
from instainstru_core.pricing.model.tiers import Commission
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import InMemoryMutexes
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import (
    NOON,
    Classroom,
    a_booking,
    open_classroom,
    signed_in,
)

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
END = NOON + HOUR
WHY = "nobody was there, I waited"


@frozen
class Court:
    """A lesson at noon, its two people, and an admin."""

    clock: HandMovedClock
    ids: CountedIds
    store: InMemoryStore
    room: Classroom
    booking_id: BookingId
    student: Principal
    instructor: Principal
    admin: Principal
    mutexes: InMemoryMutexes

    @property
    def booking(self) -> Booking:
        with self.store.begin() as work:
            return work.bookings.get(self.booking_id)

    @property
    def kept(self) -> NoShowReport | None:
        with self.store.begin() as work:
            return work.claims.report_on(self.booking_id)

    def at(self, now: datetime) -> "Court":
        self.clock.set(now)
        return self

    def move(self, change: Callable[[Booking], Booking]) -> None:
        with self.store.begin() as work:
            work.bookings.save(change(work.bookings.get_for_update(self.booking_id)))

    def pay(self, state: PaymentState) -> None:
        booking = self.booking
        payment = Payment.open(
            self.ids.new(PaymentId),
            booking_id=booking.booking_id,
            student_id=booking.student,
            instructor_id=booking.instructor,
            lesson=booking.lesson,
            breakdown=quote(
                booking.hourly_rate,
                booking.lesson.minutes,
                booking.location_type.modality,
                commission=Commission(tier="entry", bps=1500),
                config=DEFAULT_PRICING,
            ),
            card_id=self.ids.new(CardId),
            card_token="pm",
            at=booking.created_at,
        )
        with self.store.begin() as work:
            work.payments.add(evolve(payment, state=state, events=()))

    def report(
        self,
        by: Principal | None = None,
        kind: NoShowType = NoShowType.INSTRUCTOR,
        *,
        system: bool = False,
        **more: Any,
    ) -> NoShowReport:
        who = None if system else by or self.student
        request = ReportNoShow(principal=who, booking_id=self.booking_id, type=kind, **more)
        return report_no_show(request, begin=self.store.begin, clock=self.clock)

    def dispute(self, by: Principal | None = None, reason: str = WHY) -> NoShowReport:
        request = DisputeNoShow(
            principal=by or self.instructor, booking_id=self.booking_id, reason=reason
        )
        return dispute_no_show(request, begin=self.store.begin, clock=self.clock)

    def withdraw(self, by: Principal | None = None) -> NoShowReport:
        request = WithdrawNoShow(principal=by or self.student, booking_id=self.booking_id)
        return withdraw_no_show(request, begin=self.store.begin, clock=self.clock)

    def resolve(self, resolution: Resolution, by: Principal | None = None) -> NoShowReport:
        request = ResolveNoShow(
            principal=by or self.admin, booking_id=self.booking_id, resolution=resolution
        )
        return resolve_no_show(request, begin=self.store.begin, clock=self.clock)

    def object(self, by: Principal | None = None, reason: str = WHY) -> None:
        request = OpenIssue(principal=by or self.student, booking_id=self.booking_id, reason=reason)
        open_issue(request, begin=self.store.begin, clock=self.clock)

    def settle_issue(
        self, outcome: IssueOutcome, kind: NoShowType | None = None, by: Principal | None = None
    ) -> None:
        request = ResolveIssue(
            principal=by or self.admin,
            booking_id=self.booking_id,
            outcome=outcome,
            no_show_type=kind,
        )
        resolve_issue(request, begin=self.store.begin, clock=self.clock)

    def complete(self) -> Booking:
        request = CompleteLesson(principal=self.instructor, booking_id=self.booking_id)
        return complete_lesson(request, begin=self.store.begin, clock=self.clock)

    def hourly(self) -> int:
        return resolve_undisputed(begin=self.store.begin, mutexes=self.mutexes, clock=self.clock)

    def ring(self) -> None:
        """The completion timer, as it stands now."""
        with self.store.begin() as work:
            complete_by_itself(self.booking_id, work=work, now=self.clock.now())

    def told(self, kind: type[Event]) -> int:
        return sum(isinstance(each, kind) for each in self.store.recorded)

    def completion_timers(self) -> list[datetime]:
        with self.store.begin() as work:
            rows = work.tables.of("work_items", WorkId, WorkItem).values()
            return sorted(each.due_at for each in rows if each.handler == COMPLETE_LESSON)


@pytest.fixture
def court() -> Court:
    clock, ids = HandMovedClock(NOON - 7 * DAY), CountedIds()
    store = InMemoryStore(ids, clock)
    room = open_classroom(store.begin, ids)
    student = ids.new(StudentId)
    booking = a_booking(ids.new(BookingId), student=student, instructor=room.instructor)
    with store.begin() as work:
        held = work.bookings.add(booking)
        work.bookings.save(held.confirm(at=clock.now()))
    clock.set(NOON)
    return Court(
        clock,
        ids,
        store,
        room,
        booking.booking_id,
        signed_in(student),
        signed_in(room.instructor, Role.INSTRUCTOR),
        signed_in(ids.new(StudentId), Role.ADMIN),
        InMemoryMutexes(),
    )


def test_bk36_a_report_freezes_nothing_but_the_money(court: Court) -> None:
    """BK-36: status unchanged, what was before is kept, the news names the deadline."""
    court.pay(PaymentState.AUTHORIZED)
    made = court.report(reason="  late  ")
    assert (made.state, made.reason) == (ReportState.OPEN, "late")
    assert (made.status_before, made.payment_before) == (BookingStatus.CONFIRMED, "authorized")
    assert isinstance(court.booking.state, Confirmed)
    news = court.store.recorded[-1]
    assert isinstance(news, NoShowReported)
    assert (news.reported_by, news.dispute_until) == (Party.STUDENT, NOON + DAY)


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("student", NoShowType.STUDENT),
        ("student", NoShowType.MUTUAL),
        ("instructor", NoShowType.INSTRUCTOR),
        ("instructor", NoShowType.MUTUAL),
        ("admin", NoShowType.MUTUAL),
    ],
)
def test_bk36_nobody_reports_what_is_not_theirs(court: Court, who: str, kind: NoShowType) -> None:
    """BK-36: the first check, before the state and the window."""
    with pytest.raises(Forbidden):
        court.at(NOON - DAY).report(getattr(court, who), kind)
    assert court.kept is None


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("student", NoShowType.INSTRUCTOR),
        ("instructor", NoShowType.STUDENT),
        ("admin", NoShowType.STUDENT),
        ("admin", NoShowType.INSTRUCTOR),
    ],
)
def test_bk36_each_reports_the_other_and_an_admin_either(
    court: Court, who: str, kind: NoShowType
) -> None:
    assert court.report(getattr(court, who), kind).type is kind


def test_bk36_strangers_find_nothing(court: Court) -> None:
    """BK-44: other people's bookings are not there."""
    for role in (Role.STUDENT, Role.INSTRUCTOR):
        stranger = signed_in(court.ids.new(StudentId), role)
        with pytest.raises(BookingNotFound):
            court.report(stranger)
        with pytest.raises(BookingNotFound):
            court.object(stranger)
    court.report()
    stranger = signed_in(court.ids.new(StudentId))
    with pytest.raises(BookingNotFound):
        court.dispute(stranger)
    with pytest.raises(BookingNotFound):
        court.withdraw(stranger)


def test_bk36_a_report_needs_its_permission(court: Court) -> None:
    """Spec 01 §5: instructors need `complete_bookings`."""
    with pytest.raises(Forbidden):
        court.report(evolve(court.instructor, permissions=frozenset()), NoShowType.STUDENT)
    with pytest.raises(Forbidden):
        court.report(evolve(court.student, permissions=frozenset()))


@pytest.mark.parametrize("at", [NOON, END, END + DAY])
def test_bk36_the_window_includes_both_ends(court: Court, at: datetime) -> None:
    """BK-36, BK-41, §9: from the start to a day after the end."""
    court.at(at).report()
    court.object()
    assert court.told(NoShowReported) == court.told(BookingIssueOpened) == 1


@pytest.mark.parametrize("at", [NOON - SECOND, END + DAY + SECOND])
def test_bk36_outside_it_nothing_is_heard(court: Court, at: datetime) -> None:
    """The window comes before `already_reported`."""
    with pytest.raises(NoShowWindowClosed) as refused:
        court.at(at).report()
    assert refused.value.facts() == {
        "opens_at": "2030-01-07T17:00:00Z",
        "closes_at": "2030-01-08T18:00:00Z",
    }
    with pytest.raises(IssueWindowClosed):
        court.object()


def test_bk36_the_state_comes_before_the_window(court: Court) -> None:
    """BK-36, BK-41: only `CONFIRMED` and `COMPLETED`."""
    court.move(
        lambda booking: booking.cancel(
            at=NOON - DAY,
            by=Party.STUDENT,
            actor=court.student.account_id,
            reason="why",
            policy_case=PolicyCase.STUDENT_GE24,
        )
    )
    with pytest.raises(WrongState):
        court.at(NOON - HOUR).report()
    with pytest.raises(WrongState):
        court.object()


def test_bk36_one_report_ever(court: Court) -> None:
    """BK-36: even after it was withdrawn, by anybody, and before `already_settled`."""
    court.report()
    court.withdraw()
    court.pay(PaymentState.SETTLED)
    with pytest.raises(AlreadyReported):
        court.report(court.instructor, NoShowType.STUDENT)


@pytest.mark.parametrize("state", [PaymentState.CAPTURED, PaymentState.SETTLED])
def test_py40_settled_money_can_not_be_frozen(court: Court, state: PaymentState) -> None:
    court.pay(state)
    with pytest.raises(AlreadySettled):
        court.report()
    with pytest.raises(AlreadySettled):
        court.object()


def test_py40_locked_money_can(court: Court) -> None:
    court.pay(PaymentState.LOCKED)
    assert court.report().payment_before == "locked"


def test_bk37_only_the_accused_objects_and_only_once(court: Court) -> None:
    """BK-37: in this order: the accused, once, not after resolution, the reason, the window."""
    with pytest.raises(NoClaim):
        court.dispute()
    court.report()
    with pytest.raises(Forbidden):
        court.dispute(court.student, reason="short")
    with pytest.raises(ReasonLength):
        court.at(NOON + DAY + SECOND).dispute(reason="  too short  ")
    with pytest.raises(DisputeWindowClosed):
        court.dispute()
    disputed = court.at(NOON + DAY).dispute(reason="  0123456789 ")
    assert (disputed.state, disputed.dispute and disputed.dispute.reason) == (
        ReportState.DISPUTED,
        "0123456789",
    )
    with pytest.raises(AlreadyDisputed):
        court.at(NOON + 3 * DAY).dispute(reason="short")
    court.resolve(Resolution.CONFIRMED_AFTER_REVIEW)
    with pytest.raises(AlreadyDisputed):
        court.dispute()
    assert court.told(NoShowDisputed) == 1


def test_bk37_nothing_resolved_is_disputed(court: Court) -> None:
    court.report()
    court.withdraw()
    with pytest.raises(AlreadyResolved):
        court.dispute(reason="short")


@pytest.mark.parametrize("reason", ["x" * 9, "x" * 501, " " * 20])
def test_bk37_bk41_reasons_have_ten_to_five_hundred_characters(court: Court, reason: str) -> None:
    with pytest.raises(ReasonLength) as refused:
        court.object(reason=reason)
    assert refused.value.code == "validation_failed"
    assert refused.value.facts()["errors"] == [
        {
            "pointer": "/reason",
            "code": "validation_failed",
            "message": "a reason has 10 to 500 characters",
        }
    ]
    court.object(reason="x" * 500)


@pytest.mark.parametrize("who", ["student", "instructor"])
def test_bk37_either_party_objects_to_a_mutual_one(court: Court, who: str) -> None:
    court.at(END).report(kind=NoShowType.MUTUAL, system=True)
    assert court.dispute(getattr(court, who)).state is ReportState.DISPUTED


@pytest.mark.parametrize("kind", NoShowType)
@pytest.mark.parametrize("completed", [False, True])
def test_bk38_what_nobody_disputes_is_true(court: Court, kind: NoShowType, completed: bool) -> None:
    """BK-38, BK-39: strictly after a day; the booking is a no-show, told once."""
    if completed:
        court.at(END).complete()
    else:
        court.at(END)
    court.report(kind=kind, system=True)
    court.at(END + DAY)
    assert court.hourly() == 0
    court.at(END + DAY + SECOND)
    assert court.hourly() == 1
    assert court.hourly() == 0
    state = court.booking.state
    assert isinstance(state, NoShow)
    assert (state.type, state.completed_at) == (kind, END if completed else None)
    assert court.told(BookingNoShowRecorded) == court.told(NoShowResolved) == 1
    assert court.kept is not None
    verdict = court.kept.verdict
    assert verdict is not None
    assert (verdict.resolution, verdict.resolver) == (Resolution.CONFIRMED_NO_DISPUTE, None)


def test_bk38_a_disputed_report_waits_for_an_admin(court: Court) -> None:
    court.report()
    court.dispute()
    assert court.at(NOON + 3 * DAY).hourly() == 0
    assert isinstance(court.booking.state, Confirmed)


def test_bk38_one_that_is_busy_never_stops_the_others(court: Court) -> None:
    """Spec 01 §7: each in its own transaction; who is locked is passed over until next time."""
    other = a_booking(
        court.ids.new(BookingId),
        student=court.ids.new(StudentId),
        instructor=court.room.instructor,
        starts_at=NOON + HOUR,
    )
    with court.store.begin() as work:
        held = work.bookings.add(other)
        work.bookings.save(held.confirm(at=NOON - 7 * DAY))
    court.at(END + HOUR).report()
    request = ReportNoShow(principal=None, booking_id=other.booking_id, type=NoShowType.STUDENT)
    report_no_show(request, begin=court.store.begin, clock=court.clock)
    court.at(END + 3 * DAY)
    with court.mutexes.hold(f"booking:{court.booking_id}"):
        assert court.hourly() == 1
    assert isinstance(court.booking.state, Confirmed)
    assert court.hourly() == 1
    assert isinstance(court.booking.state, NoShow)


def test_bk38_a_defect_is_raised_after_the_others_had_their_turn(court: Court) -> None:
    """A report whose booking is gone can't be settled, and stops nobody."""
    lost = court.ids.new(BookingId)
    court.at(NOON).report()
    report = court.kept
    assert report is not None
    with court.store.begin() as work:
        stray = evolve(report, booking_id=lost, reported_at=NOON - HOUR, version=0)
        work.claims.add_report(stray)
    court.at(NOON + DAY + SECOND)
    with pytest.raises(BookingNotFound):
        court.hourly()
    assert isinstance(court.booking.state, NoShow)


@pytest.mark.parametrize("kind", [NoShowType.STUDENT, NoShowType.INSTRUCTOR])
def test_bk39_confirmed_after_review(court: Court, kind: NoShowType) -> None:
    court.report(court.admin, kind)
    court.resolve(Resolution.CONFIRMED_AFTER_REVIEW)
    state = court.booking.state
    assert isinstance(state, NoShow)
    assert state.type is kind
    with pytest.raises(AlreadyResolved):
        court.resolve(Resolution.CANCELLED)
    assert court.told(BookingNoShowRecorded) == court.told(NoShowResolved) == 1


def test_bk39_an_upheld_dispute_completes_the_lesson_at_its_end(court: Court) -> None:
    """BK-39, §10.16: `completed_at = end`, `booking.completed` once."""
    court.report()
    with pytest.raises(NotDisputed):
        court.resolve(Resolution.DISPUTE_UPHELD)
    court.dispute()
    court.at(END + 3 * DAY).resolve(Resolution.DISPUTE_UPHELD)
    state = court.booking.state
    assert isinstance(state, Completed)
    assert state.at == END
    assert court.told(BookingCompleted) == 1


def test_bk39_an_upheld_dispute_leaves_a_completed_lesson_as_it_is(court: Court) -> None:
    court.at(END + HOUR).complete()
    court.report()
    court.dispute()
    court.resolve(Resolution.DISPUTE_UPHELD)
    state = court.booking.state
    assert isinstance(state, Completed)
    assert state.at == END + HOUR
    assert court.told(BookingCompleted) == 1


def test_bk39_cancelled_leaves_everything_as_it_was_before(court: Court) -> None:
    court.report()
    court.dispute()
    resolved = court.resolve(Resolution.CANCELLED)
    assert court.booking.status is resolved.status_before
    assert court.told(BookingNoShowRecorded) == court.told(BookingCompleted) == 0


def test_bk39_only_admins_resolve(court: Court) -> None:
    court.report()
    for who in (court.student, court.instructor):
        with pytest.raises(Forbidden):
            court.resolve(Resolution.CANCELLED, by=who)
    with pytest.raises(Malformed):
        court.resolve(Resolution.CONFIRMED_NO_DISPUTE)


def test_bk39_the_reporter_withdraws_while_nobody_objects(court: Court) -> None:
    with pytest.raises(NoClaim):
        court.withdraw()
    court.report()
    with pytest.raises(Forbidden):
        court.withdraw(court.instructor)
    first = court.withdraw()
    assert first.verdict is not None
    assert first.verdict.resolution is Resolution.CANCELLED
    assert court.withdraw() == first
    assert court.told(NoShowResolved) == 1


def test_bk39_a_disputed_report_can_not_be_withdrawn(court: Court) -> None:
    court.report()
    court.dispute()
    with pytest.raises(AlreadyDisputed):
        court.withdraw()
    court.resolve(Resolution.CANCELLED)
    with pytest.raises(AlreadyResolved):
        court.withdraw()


def test_bk21_an_open_report_forbids_to_complete(court: Court) -> None:
    """BK-21: after state and end; and no longer once it is withdrawn."""
    court.report()
    with pytest.raises(DomainError, match="ends at"):
        court.complete()
    with pytest.raises(NoShowOpen):
        court.at(END).complete()
    court.withdraw()
    assert isinstance(court.complete().state, Completed)


@pytest.mark.parametrize("claim", ["report", "object"])
def test_bk22_a_lesson_is_not_stranded_by_a_claim(court: Court, claim: str) -> None:
    """The timer finds the claim and goes; whoever resolves it files another one."""
    court.pay(PaymentState.AUTHORIZED)
    getattr(court, claim)()
    before = court.completion_timers()
    court.at(END + DAY).ring()
    assert isinstance(court.booking.state, Confirmed)
    assert court.completion_timers() == before
    court.at(END + 2 * DAY)
    if claim == "report":
        court.resolve(Resolution.CANCELLED)
    else:
        court.settle_issue(IssueOutcome.DISMISS)
    assert court.completion_timers() == [*before, END + 2 * DAY]
    court.ring()
    state = court.booking.state
    assert isinstance(state, Completed)
    assert state.at == END


def test_bk41_one_issue_ever(court: Court) -> None:
    court.object()
    with pytest.raises(AlreadyReported):
        court.object(court.instructor, reason="short")
    court.settle_issue(IssueOutcome.UPHOLD)
    with pytest.raises(AlreadyReported):
        court.object()


@pytest.mark.parametrize("outcome", [IssueOutcome.UPHOLD, IssueOutcome.DISMISS])
def test_bk41_what_is_upheld_or_dismissed_stays_completed(
    court: Court, outcome: IssueOutcome
) -> None:
    court.at(END).complete()
    court.object()
    court.settle_issue(outcome)
    assert isinstance(court.booking.state, Completed)
    assert court.told(BookingIssueResolved) == 1
    with pytest.raises(AlreadyResolved):
        court.settle_issue(outcome)


def test_bk41_an_issue_can_end_in_a_no_show(court: Court) -> None:
    court.object()
    with pytest.raises(Malformed):
        court.settle_issue(IssueOutcome.NO_SHOW)
    with pytest.raises(Malformed):
        court.settle_issue(IssueOutcome.UPHOLD, NoShowType.STUDENT)
    court.settle_issue(IssueOutcome.NO_SHOW, NoShowType.STUDENT)
    assert isinstance(court.booking.state, NoShow)
    assert court.told(BookingNoShowRecorded) == 1


def test_bk41_only_admins_decide_and_only_about_what_there_is(court: Court) -> None:
    with pytest.raises(NoClaim):
        court.settle_issue(IssueOutcome.UPHOLD)
    court.object()
    with pytest.raises(Forbidden):
        court.settle_issue(IssueOutcome.UPHOLD, by=court.student)


def test_10_12_two_claims_end_one_lesson_once(court: Court) -> None:
    """§10.12: the report and the issue both say no-show; it is recorded once."""
    court.report()
    court.object(court.instructor)
    court.settle_issue(IssueOutcome.NO_SHOW, NoShowType.STUDENT)
    court.at(NOON + DAY + SECOND)
    assert court.hourly() == 1
    assert court.told(BookingNoShowRecorded) == 1
    state = court.booking.state
    assert isinstance(state, NoShow)
    assert state.type is NoShowType.STUDENT


def test_a_report_lapses_only_when_it_may(court: Court) -> None:
    report = court.report()
    with pytest.raises(InvalidState):
        report.lapsed(court.booking, at=NOON + DAY)


def test_refusals_say_what_they_are_about(court: Court) -> None:
    """SE-23: each has a sentence, and machine facts where there are any."""
    booking_id = court.booking_id
    for refusal in (
        NoClaim(booking_id),
        AlreadyReported(booking_id),
        AlreadySettled(booking_id),
        AlreadyDisputed(booking_id),
        AlreadyResolved(booking_id),
        NotDisputed(booking_id),
        NoShowOpen(booking_id),
    ):
        assert str(booking_id) in str(refusal)
    closed = DisputeWindowClosed(booking_id, NOON)
    assert closed.facts() == {"closed_at": "2030-01-07T17:00:00Z"}
    assert "2030-01-07T17:00:00Z" in str(closed)
    assert "2030-01-07T17:00:00Z" in str(NoShowWindowClosed(booking_id, NOON, END))


def test_ids_of_people_are_kept_apart(court: Court) -> None:
    """The reporter is an account, whoever it is."""
    assert court.report().reporter == AccountId(court.student.account_id.value)
    assert isinstance(court.booking.instructor, InstructorId)
