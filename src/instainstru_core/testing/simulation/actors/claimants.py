"""Somebody did not come, or was not content; somebody else decides about it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.model.states import Completed
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.kernel.unit_of_work import joined
from instainstru_core.payments.model.planner import Ending
from instainstru_core.payments.use_cases.settle_issue import settle_issue
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Fate, Lesson, Step
from instainstru_core.testing.simulation.town import Town

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
VERDICTS = (
    Resolution.CONFIRMED_AFTER_REVIEW,
    Resolution.CONFIRMED_AFTER_REVIEW,
    Resolution.CANCELLED,
    Resolution.DISPUTE_UPHELD,
)
ENDINGS = (Ending.ISSUE_FULL_REFUND, Ending.ISSUE_FULL_CREDIT, Ending.ISSUE_SPLIT)


class Reporter:
    """Says that somebody did not come; the other may contest it. Source: PY-40."""

    name: ClassVar[str] = "report"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """During the lesson, or until a day after it, to the second."""
        if lesson.fate is not Fate.MISSED and not lesson.mischief:
            return
        at = lesson.starts_at + chance.choice((10, 59, 70, 500)) * MINUTE
        if chance.random() < 0.2:
            at = lesson.ends_at + 24 * HOUR
        yield Cue(at=at, choice=chance.choice(tuple(NoShowType)).value)
        if chance.random() < 0.4:
            yield Cue(at=at + chance.choice((1, 23, 24)) * HOUR, choice="contest")

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Report, or contest what was reported."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        begin, clock = town.ports.begin, town.clock
        if step.choice == "contest":
            report = town.store.tables.named("no_show_reports").get(booking.booking_id)
            missing = report is not None and report.type is NoShowType.STUDENT
            who = town.students[lesson.student] if missing else town.instructors[lesson.instructor]
            contest = DisputeNoShow(principal=who, booking_id=booking.booking_id, reason="I came.")
            dispute_no_show(contest, begin=begin, clock=clock)
            return
        request = ReportNoShow(
            principal=None, booking_id=booking.booking_id, type=NoShowType(step.choice)
        )
        report_no_show(request, begin=begin, clock=clock)


class Objector:
    """A student says what was wrong with a lesson. Source: PY-46."""

    name: ClassVar[str] = "object"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Within a day of its end."""
        if lesson.fate is Fate.OBJECTED or lesson.mischief:
            yield Cue(at=lesson.ends_at + chance.choice((-20, 1, 300, 1439, 1440)) * MINUTE)

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:  # noqa: ARG002 - one word is enough
        """Open an issue."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        request = OpenIssue(
            principal=town.students[lesson.student],
            booking_id=booking.booking_id,
            reason="It was over after ten minutes.",
        )
        open_issue(request, begin=town.ports.begin, clock=town.clock)


class Judge:
    """An operator decides about reports and issues. Source: PY-42…PY-46, BK-39, BK-41."""

    name: ClassVar[str] = "judge"

    def plan(self, lesson: Lesson, chance: Dice) -> Iterable[Cue]:
        """Some days after; some reports are left to the clock."""
        if lesson.fate is Fate.MISSED and chance.random() < 0.6:
            at = lesson.ends_at + chance.choice((2, 26, 50, 8 * 24)) * HOUR
            yield Cue(at=at, choice=chance.choice(VERDICTS).value)
        if lesson.fate is Fate.OBJECTED:
            at = lesson.ends_at + chance.choice((2, 25, 30, 72, 8 * 24)) * HOUR
            outcomes = [*IssueOutcome, *ENDINGS]
            choice = chance.choice(outcomes)
            yield Cue(at=at, choice=choice.value, amount=chance.below(len(NoShowType)))

    def act(self, town: Town, lesson: Lesson, step: Step) -> None:
        """Decide, whatever there is to decide about."""
        booking = town.booking(lesson.number)
        if booking is None:
            return
        begin, clock = town.ports.begin, town.clock
        if step.choice in {each.value for each in Resolution}:
            verdict = ResolveNoShow(
                principal=town.operator,
                booking_id=booking.booking_id,
                resolution=Resolution(step.choice),
            )
            resolve_no_show(verdict, begin=begin, clock=clock)
            return
        settled = step.choice in {each.value for each in ENDINGS}
        outcome = IssueOutcome.UPHOLD if settled else IssueOutcome(step.choice)
        missing = tuple(NoShowType)[step.amount] if outcome is IssueOutcome.NO_SHOW else None
        decision = ResolveIssue(
            principal=town.operator,
            booking_id=booking.booking_id,
            outcome=outcome,
            no_show_type=missing,
        )
        with begin() as work:
            resolve_issue(decision, begin=joined(work), clock=clock)
            current = work.bookings.get_for_update(booking.booking_id)
            report = work.claims.report_on(booking.booking_id)
            free = isinstance(current.state, Completed) and not (report and report.is_open)
            if settled and free:
                settle_issue(
                    current, Ending(step.choice), work=work, ids=town.ports.ids, now=clock.now()
                )
