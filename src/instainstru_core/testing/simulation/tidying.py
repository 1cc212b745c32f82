"""The quiet time at the end: nothing goes wrong any more, and what people left open is decided."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.resolve_no_show import ResolveNoShow, resolve_no_show
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.model.processor import DisputeStatus
from instainstru_core.payments.payouts.errors import PayoutsNotHeld
from instainstru_core.payments.use_cases.payouts.hold_payouts import release_payouts
from instainstru_core.testing.simulation.deciding import whatever_is_left
from instainstru_core.testing.simulation.town import Town

QUIET: Final = timedelta(days=12)
ROUNDS: Final = 3


def tidy_up(town: Town) -> None:
    """Let everything come to rest."""
    town.calm()
    for account in town.processor.books.accounts:
        town.processor.change_account(account, charges_enabled=True)
    last = max((each.ends_at for each in town.script.lessons), default=town.clock.now())
    town.pass_time(max(town.clock.now(), last) + timedelta(days=5))
    for left in reversed(range(ROUNDS)):
        _decide_claims(town)
        _decide_disputes(town)
        _release_payouts(town)
        for decide in whatever_is_left(town, last=not left):
            town.tell(decide)
        town.pass_time(town.clock.now() + QUIET)


def _decide_claims(town: Town) -> None:
    tables = town.store.tables
    for booking_id, report in list(tables.named("no_show_reports").items()):
        if report.is_open:
            town.tell(_cancelled(town, booking_id))
    for booking_id, issue in list(tables.named("booking_issues").items()):
        if issue.is_open:
            town.tell(_dismissed(town, booking_id))
    town.work()


def _decide_disputes(town: Town) -> None:
    """The bank lets the student lose: a won dispute has more to put right."""
    for disputed in list(town.processor.books.disputes.values()):
        if disputed.status is DisputeStatus.OPEN:
            town.processor.close_dispute(disputed.dispute, DisputeStatus.WON)
        elif disputed.status is DisputeStatus.INQUIRY:
            town.processor.close_dispute(disputed.dispute, DisputeStatus.INQUIRY_CLOSED)
    town.work()


def _release_payouts(town: Town) -> None:
    for teacher in town.instructors:
        instructor = InstructorId(teacher.account_id.value)
        if town.store.tables.named("payout_holds").where("instructor_id", instructor):
            with suppress(PayoutsNotHeld), town.ports.begin() as work:
                release_payouts(instructor, work=work, at=town.clock.now())
    town.work()


def _cancelled(town: Town, booking_id: BookingId) -> Callable[[], None]:
    request = ResolveNoShow(
        principal=town.operator, booking_id=booking_id, resolution=Resolution.CANCELLED
    )

    def decide() -> None:
        resolve_no_show(request, begin=town.ports.begin, clock=town.clock)

    return decide


def _dismissed(town: Town, booking_id: BookingId) -> Callable[[], None]:
    request = ResolveIssue(
        principal=town.operator, booking_id=booking_id, outcome=IssueOutcome.DISMISS
    )

    def decide() -> None:
        resolve_issue(request, begin=town.ports.begin, clock=town.clock)

    return decide
