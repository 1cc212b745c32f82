"""Reports and issues reach whom they concern, through the registry of reactions. Source: NT-20."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import fields, frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.booking.claims.terms import IssueOutcome
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.resolve_issue import ResolveIssue, resolve_issue
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.due_work.use_cases.perform_work import perform_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.ports import Ports
from instainstru_core.reactions import HANDLERS, PERIODIC, ROUTES
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import a_booking, bookable, signed_in

NOON = datetime(2027, 3, 1, 17, tzinfo=UTC)
BOOKING = BookingId(UUID(int=1))
ANNA, SARAH = StudentId(UUID(int=2)), InstructorId(UUID(int=3))
STUDENT, TEACHER = "anna@example.com", "sarah@example.com"


@frozen
class Post:
    """A lesson that began, and the letters about it."""

    store: InMemoryStore
    ports: Ports
    clock: HandMovedClock
    mailbox: InMemoryMailbox

    def letters(self) -> list[tuple[str, str]]:
        """Who was sent which letter, once everything due of ours was done."""
        while names := self._due():
            for name in names:
                perform_work(
                    name,
                    handlers=HANDLERS,
                    periodic=PERIODIC,
                    ports=self.ports,
                    begin=self.ports.begin,
                    clock=self.clock,
                )
        return sorted((sent.mail.to, sent.mail.template) for sent in self.mailbox.latest())

    def _due(self) -> list[Any]:
        with self.store.begin() as work:
            claimed = work.work_items.claim(now=self.clock.now(), limit=100)
            items = [work.work_items.find(name) for name in claimed]
            return [
                item.work_id
                for item in items
                if item
                and item.handler
                in {"tell_of_report", "tell_of_issue", "tell_of_resolution", "send_email"}
            ]

    def report(self, kind: NoShowType) -> None:
        who = signed_in(SARAH, Role.INSTRUCTOR) if kind is NoShowType.STUDENT else signed_in(ANNA)
        request = ReportNoShow(
            principal=None if kind is NoShowType.MUTUAL else who, booking_id=BOOKING, type=kind
        )
        report_no_show(request, begin=self.ports.begin, clock=self.clock)


def _person(person: EntityId, first_name: str, role: Role) -> Account:
    return Account(
        account_id=AccountId(person.value),
        email=f"{first_name}@example.com",
        email_key=f"{first_name}@example.com",
        password_hash="-",
        first_name=first_name,
        last_name="Connor",
        zip_code="10011",
        zone=NEW_YORK,
        role=role,
        created_at=NOON,
    )


@pytest.fixture
def post() -> Post:
    clock = HandMovedClock(NOON - timedelta(days=7))
    store = InMemoryStore(CountedIds(1000), clock, routes=ROUTES)
    mailbox = InMemoryMailbox(clock)
    unused: dict[str, Any] = dict.fromkeys((each.name for each in fields(Ports)), None)
    given = {
        "begin": store.begin,
        "read": store.read,
        "ids": store.ids,
        "clock": clock,
        "mailer": mailbox,
    }
    booking = a_booking(BOOKING, student=ANNA, instructor=SARAH, starts_at=NOON)
    with store.begin() as work:
        work.accounts.add(_person(ANNA, "anna", Role.STUDENT))
        work.accounts.add(_person(SARAH, "sarah", Role.INSTRUCTOR))
        work.instructors.add(bookable(SARAH))
        held = work.bookings.add(booking)
        work.bookings.save(held.confirm(at=clock.now()))
    clock.set(NOON)
    return Post(store, Ports(**unused | given), clock, mailbox)


@pytest.mark.parametrize(
    ("kind", "accused"),
    [
        (NoShowType.STUDENT, [STUDENT]),
        (NoShowType.INSTRUCTOR, [TEACHER]),
        (NoShowType.MUTUAL, [STUDENT, TEACHER]),
    ],
)
def test_bk36_the_accused_are_told(post: Post, kind: NoShowType, accused: list[str]) -> None:
    post.report(kind)
    assert post.letters() == [(each, "no_show_reported") for each in accused]
    assert "Tuesday, March 2, 2027 at 12:00 PM EST" in post.mailbox.latest()[0].mail.text


def test_bk39_both_learn_what_became_of_it(post: Post) -> None:
    post.report(NoShowType.INSTRUCTOR)
    request = WithdrawNoShow(principal=signed_in(ANNA), booking_id=BOOKING)
    withdraw_no_show(request, begin=post.ports.begin, clock=post.clock)
    assert post.letters() == [
        (STUDENT, "no_show_resolved"),
        (TEACHER, "no_show_reported"),
        (TEACHER, "no_show_resolved"),
    ]


def test_bk41_an_issue_is_told_to_the_other_and_its_end_to_both(post: Post) -> None:
    opened = OpenIssue(
        principal=signed_in(ANNA), booking_id=BOOKING, reason="not what we agreed on"
    )
    open_issue(opened, begin=post.ports.begin, clock=post.clock)
    assert post.letters() == [(TEACHER, "no_show_reported")]
    admin = signed_in(StudentId(UUID(int=9)), Role.ADMIN)
    resolved = ResolveIssue(principal=admin, booking_id=BOOKING, outcome=IssueOutcome.DISMISS)
    resolve_issue(resolved, begin=post.ports.begin, clock=post.clock)
    assert post.letters()[0] == (STUDENT, "no_show_resolved")
    assert post.letters()[-1] == (TEACHER, "no_show_resolved")
