"""What went otherwise two days ago: a lesson moved, missed, called off late, or quarrelled over.

The two quarrels are not decided: they wait for the demonstration's administrator.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from attrs import evolve, frozen

from entrypoints.seeding.history import agreed, completed, keep
from entrypoints.seeding.money import Held, LessonMoney
from entrypoints.seeding.people import SampleTeacher, stable_id
from entrypoints.seeding.till import Till
from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account
from instainstru_core.booking.claims.model.issues import BookingIssue, open_one
from instainstru_core.booking.claims.model.reports import DISPUTE_WITHIN, NoShowReport, report
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.moving import successor_of, swap
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.policies.cancelling import policy_case
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.freeze_payment import (
    COMPLETION_DISPUTED,
    NO_SHOW_REPORTED,
)

TEACHERS: Final = 4
"""How many instructors it takes."""

_DAYS_AGO: Final = 2
"""Long enough for every day of grace to be over, and clear of the lessons that went well."""

_MOVED_BEFORE: Final = timedelta(days=3)
_CALLED_OFF_BEFORE: Final = timedelta(hours=15)
_REPORTED_AFTER: Final = timedelta(minutes=25)
_OBJECTED_AFTER: Final = timedelta(hours=5)
_OPENED_AFTER: Final = timedelta(hours=2)
_LAPSED_AFTER: Final = DISPUTE_WITHIN + timedelta(minutes=5)
_FROZEN_AFTER: Final = timedelta(seconds=1)


@frozen(kw_only=True)
class Trouble:
    """One story: the lessons in their order, the last one's money, and what was claimed."""

    lessons: Sequence[Booking]
    money: LessonMoney
    report: NoShowReport | None = None
    issue: BookingIssue | None = None

    def keep(self, work: PaymentWork) -> None:
        """Write it all down; nobody is told."""
        if len(self.lessons) > 1:
            _keep_chain(self.lessons, work)
        else:
            keep(self.lessons[0], work)
        if self.report is not None:
            work.claims.add_report(evolve(self.report, events=()))
        if self.issue is not None:
            work.claims.add_issue(evolve(self.issue, events=()))
        self.money.keep(work)


@frozen(kw_only=True)
class Cast:
    """Who takes part, and what their money needs."""

    teachers: Sequence[SampleTeacher]
    students: Sequence[Account]
    cards: Mapping[StudentId, SavedCard]
    today: date
    till: Till
    open_till: Till
    """Where money is that is still held."""

    def troubles(self, account: ConnectAccount) -> Iterator[Trouble]:
        """One of each kind; *account* is the first instructor's, who taught a lesson."""
        yield self._moved(self._lesson(0, 0, hour=15), account)
        yield self._missed(self._lesson(1, 1, hour=10))
        yield self._called_off(self._lesson(3, 0, hour=19))
        yield self._disputed(self._lesson(0, 2, hour=10))
        yield self._objected(self._lesson(2, 0, hour=9))

    def _lesson(self, teacher: int, student: int, *, hour: int) -> Booking:
        day = self.today - timedelta(days=_DAYS_AGO)
        return agreed(
            self.teachers[teacher],
            self.students[student],
            starts_at=NEW_YORK.instant(day, time(hour)),
            chance=Random(f"trouble:{teacher}:{student}"),
        )

    def _held(
        self, lesson: Booking, *, agreed_at: datetime | None = None, is_open: bool = False
    ) -> Held:
        founding = {
            each.instructor.instructor_id: each.instructor.founding for each in self.teachers
        }
        return Held.of(
            lesson,
            card=self.cards[lesson.student],
            founding=founding[lesson.instructor],
            agreed_at=agreed_at,
            till=self.open_till if is_open else self.till,
        )

    def _moved(self, first: Booking, account: ConnectAccount) -> Trouble:
        """Moved for free, then taught. Source: BK-33."""
        at = first.lesson.starts_at - _MOVED_BEFORE
        start = first.lesson.starts_at - timedelta(hours=3)
        successor = successor_of(
            first,
            stable_id(BookingId, f"moved:{first.booking_id}", at),
            at=at,
            lesson=Interval.lasting(start, first.lesson.duration),
            service_id=first.service_id,
            service_name=first.service_name,
            hourly_rate=first.hourly_rate,
            price=first.price,
            late=False,
            lock_funded=False,
        )
        left, taken = swap(first, successor, at=at)
        taught = completed(evolve(taken, events=()))
        money = self._held(taught, agreed_at=first.confirmed_at).paid_out(account)
        return Trouble(lessons=(left, taught), money=money)

    def _missed(self, lesson: Booking) -> Trouble:
        """The instructor did not come, and did not object for a day. Source: BK-38."""
        said = self._report(lesson, NoShowType.INSTRUCTOR)
        at = said.reported_at + _LAPSED_AFTER
        missed = evolve(lesson.miss(NoShowType.INSTRUCTOR, at=at), events=())
        money = self._held(lesson).released(Outcome.INSTRUCTOR_NO_SHOW, at=at)
        return Trouble(lessons=(missed,), money=money, report=said.lapsed(missed, at=at))

    def _called_off(self, lesson: Booking) -> Trouble:
        """The student called it off between 24 and 12 hours before. Source: BK-27, PY-28."""
        at = lesson.lesson.starts_at - _CALLED_OFF_BEFORE
        off = lesson.cancel(
            at=at,
            by=Party.STUDENT,
            actor=AccountId(lesson.student.value),
            reason="I caught a cold.",
            policy_case=policy_case(lesson, by=Party.STUDENT, now=at),
        )
        money = self._held(lesson).credited(Outcome.STUDENT_CANCELLED_12_24, at=at)
        return Trouble(lessons=(evolve(off, events=()),), money=money)

    def _disputed(self, lesson: Booking) -> Trouble:
        """The student says that the instructor did not come, who says that they did."""
        said = self._report(lesson, NoShowType.INSTRUCTOR)
        objected = said.objected(
            lesson,
            by=Party.INSTRUCTOR,
            reason="I was there the whole hour, and rang the bell twice.",
            at=said.reported_at + _OBJECTED_AFTER,
        )
        held = self._held(lesson, is_open=True)
        money = held.frozen(NO_SHOW_REPORTED, at=said.reported_at + _FROZEN_AFTER)
        return Trouble(lessons=(lesson,), money=money, report=objected)

    def _objected(self, lesson: Booking) -> Trouble:
        """The student objects to the completion of a lesson. Source: BK-41."""
        at = lesson.lesson.ends_at + _OPENED_AFTER
        issue = open_one(
            lesson,
            by=Party.STUDENT,
            opener=AccountId(lesson.student.value),
            reason="We stopped after twenty minutes, and the rest was not made up for.",
            at=at,
            earlier=None,
            payment=PaymentState.AUTHORIZED.value,
        )
        money = self._held(lesson, is_open=True).frozen(COMPLETION_DISPUTED, at=at + _FROZEN_AFTER)
        return Trouble(lessons=(lesson,), money=money, issue=issue)

    def _report(self, lesson: Booking, kind: NoShowType) -> NoShowReport:
        return report(
            lesson,
            type=kind,
            by=Party.STUDENT,
            reporter=AccountId(lesson.student.value),
            reason="I waited for half an hour, and nobody came.",
            at=lesson.lesson.starts_at + _REPORTED_AFTER,
            earlier=None,
            payment=PaymentState.AUTHORIZED.value,
        )


def _keep_chain(lessons: Sequence[Booking], work: PaymentWork) -> None:
    left, taught = lessons
    agreed_at = left.confirmed_at or left.created_at
    agreed_on = evolve(
        left,
        chain=evolve(left.chain, successor_id=None),
        state=Confirmed(agreed_at),
    )
    kept = keep(agreed_on, work)
    keep(taught, work)
    work.bookings.save(evolve(left, version=kept.version))
