"""Telling people what happened: once, in the app and by mail, and no more than they may know."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from attrs import define, evolve

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import Payload, WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.zones import Zone
from instainstru_core.notifications.errors import NotificationNotFound
from instainstru_core.notifications.model import Notification
from instainstru_core.notifications.ports import Mailer
from instainstru_core.notifications.reactions import (
    mail,
    tell_of_cancellation,
    tell_of_confirmation,
    tell_of_failed_capture,
    tell_of_failed_payment,
    tell_of_final_warning,
    tell_of_payout,
    tell_of_reminder,
    tell_of_settlement,
)
from instainstru_core.notifications.use_cases.read_all_notifications import read_all_notifications
from instainstru_core.notifications.use_cases.read_notification import (
    ReadNotification,
    read_notification,
)
from instainstru_core.notifications.use_cases.remove_notifications import (
    RemoveNotifications,
    remove_notifications,
)
from instainstru_core.notifications.use_cases.tell_of_lesson import written_out
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import NOON, a_booking

OCCURRED = "2030-01-07T17:00:00Z"


@define
class World:
    """A store with one lesson between two people, and a mailbox."""

    store: InMemoryStore
    mailer: InMemoryMailbox
    booking: Booking

    @property
    def ids(self) -> Ids:
        return self.store.ids

    @property
    def clock(self) -> Clock:
        return self.store.clock

    @property
    def student(self) -> AccountId:
        return AccountId(self.booking.student.value)

    @property
    def instructor(self) -> AccountId:
        return AccountId(self.booking.instructor.value)

    def item(self, **payload: object) -> WorkItem:
        """A reaction to something that happened to the lesson."""
        facts: Payload = {
            "booking_id": str(self.booking.booking_id),
            "occurred_at": OCCURRED,
            **payload,
        }
        return WorkItem(work_id=self.ids.new(WorkId), handler="tell", payload=facts, due_at=NOON)

    def told(self, account_id: AccountId) -> list[Notification]:
        """What somebody sees in the app."""
        with self.store.read() as reads:
            return list(reads.inbox.page(account_id, PageRequest()).items)

    def send_mails(self) -> list[tuple[str, str]]:
        """Do all due work: who was sent which letter."""
        with self.store.begin() as work:
            claimed = work.work_items.claim(now=self.clock.now(), limit=50)
            items = [work.work_items.find(work_id) for work_id in claimed]
        for item in items:
            assert item is not None
            assert item.handler == "send_email"
            mail(item, self)
            mail(item, self)
        return sorted((sent.mail.to, sent.mail.template) for sent in self.mailer.latest())


def person(account_id: AccountId, first_name: str, last_name: str, role: Role) -> Account:
    address = f"{first_name.lower()}@example.com"
    return Account(
        account_id=account_id,
        email=address,
        email_key=address,
        password_hash="-",
        first_name=first_name,
        last_name=last_name,
        zip_code="10011",
        zone=Zone("America/New_York"),
        role=role,
        created_at=NOON,
    )


@pytest.fixture
def world() -> World:
    clock = HandMovedClock(NOON)
    store = InMemoryStore(CountedIds(1000), clock)
    held = a_booking(
        BookingId(UUID(int=1)),
        student=StudentId(UUID(int=2)),
        instructor=InstructorId(UUID(int=3)),
        starts_at=NOON + timedelta(days=2),
    )
    booking = evolve(held, events=())
    with store.begin() as work:
        work.bookings.add(booking)
        work.accounts.add(
            person(AccountId(booking.student.value), "Anna", "Karenina", Role.STUDENT)
        )
        work.accounts.add(
            person(AccountId(booking.instructor.value), "Sarah", "Connor", Role.INSTRUCTOR)
        )
    return World(store, InMemoryMailbox(clock), booking)


STUDENT, INSTRUCTOR = "anna@example.com", "sarah@example.com"


def test_both_parties_hear_of_a_confirmation(world: World) -> None:
    """NT-20; NT-2: in the app at once, by mail as due work."""
    item = world.item()
    with world.store.begin() as work:
        tell_of_confirmation(item, work, world)
    (hers,) = world.told(world.student)
    assert hers.title.startswith("Confirmed: ")
    assert hers.data == {"booking_id": str(world.booking.booking_id)}
    assert len(world.told(world.instructor)) == 1
    assert world.send_mails() == [
        (STUDENT, "booking_confirmed"),
        (INSTRUCTOR, "booking_confirmed"),
    ]


def test_strangers_stay_strangers(world: World) -> None:
    """AC-56: first name and last initial, in the app and in the mail."""
    with world.store.begin() as work:
        tell_of_confirmation(world.item(), work, world)
    world.send_mails()
    seen = [each.title + each.body for each in world.told(world.student)]
    seen += [sent.mail.text + sent.mail.html for sent in world.mailer.latest(to=STUDENT)]
    assert all("Sarah C." in text for text in seen)
    assert not any("Connor" in text or INSTRUCTOR in text for text in seen)


def test_one_occurrence_tells_once(world: World) -> None:
    """NT-1: however often the event is delivered."""
    for _ in range(3):
        with world.store.begin() as work:
            tell_of_confirmation(world.item(), work, world)
    assert len(world.told(world.student)) == 1
    assert len(world.send_mails()) == 2


def test_whoever_cancels_gets_a_receipt(world: World) -> None:
    """NT-20."""
    item = world.item(was_confirmed=True, by="student")
    with world.store.begin() as work:
        tell_of_cancellation(item, work, world)
    assert world.send_mails() == [
        (STUDENT, "booking_cancellation_receipt"),
        (INSTRUCTOR, "booking_cancelled"),
    ]


def test_both_hear_when_the_platform_cancels(world: World) -> None:
    """NT-20, BK-20."""
    item = world.item(was_confirmed=True, by=None)
    with world.store.begin() as work:
        tell_of_cancellation(item, work, world)
    assert world.send_mails() == [
        (STUDENT, "booking_cancelled"),
        (INSTRUCTOR, "booking_cancelled"),
    ]


def test_a_hold_given_up_is_no_news(world: World) -> None:
    """NT-20: nothing was agreed."""
    with world.store.begin() as work:
        tell_of_cancellation(world.item(was_confirmed=False, by="student"), work, world)
    assert world.told(world.student) == []
    assert world.send_mails() == []


def test_the_student_hears_of_a_card_that_fails(world: World) -> None:
    """NT-20, PY-12, PY-13: not the instructor."""
    with world.store.begin() as work:
        tell_of_failed_payment(world.item(), work, world)
        tell_of_final_warning(world.item(), work, world)
    assert world.send_mails() == [
        (STUDENT, "payment_failed"),
        (STUDENT, "payment_final_warning"),
    ]
    assert world.told(world.instructor) == []


@pytest.mark.parametrize(("count", "mails"), [(1, 1), (2, 0), (3, 0)])
def test_only_the_first_refusal_is_news(world: World, count: int, mails: int) -> None:
    """PY-12: the first-failure notice is sent once, however often the ladder asks again."""
    with world.store.begin() as work:
        tell_of_failed_payment(world.item(failure_count=count), work, world)
    assert len(world.send_mails()) == mails


def test_the_student_hears_of_a_lesson_that_is_not_paid(world: World) -> None:
    """PY-23, NT-20: the lesson was given, so nothing is said of cancelling it."""
    with world.store.begin() as work:
        tell_of_failed_capture(world.item(reason="hold_expired"), work, world)
        tell_of_failed_capture(world.item(reason="hold_expired"), work, world)
    assert world.send_mails() == [(STUDENT, "payment_failed")]
    (told,) = world.told(world.student)
    assert "You had this lesson" in told.body
    assert "cancelled" not in told.body
    assert world.told(world.instructor) == []


def test_the_student_gets_a_receipt(world: World) -> None:
    """PY-55: with what the card paid."""
    with world.store.begin() as work:
        tell_of_settlement(world.item(card_amount=100_80, payout=85_00), work, world)
    (receipt,) = world.told(world.student)
    assert "$100.80" in receipt.title
    assert world.told(world.instructor) == []


def test_nothing_paid_is_no_receipt(world: World) -> None:
    """PY-55."""
    with world.store.begin() as work:
        tell_of_settlement(world.item(card_amount=0, payout=0), work, world)
    assert world.told(world.student) == []


def test_the_instructor_hears_of_a_payout(world: World) -> None:
    """NT-20: with what the instructor earned, and nothing of what the student paid."""
    with world.store.begin() as work:
        tell_of_payout(world.item(amount=76_50), work, world)
    (payout,) = world.told(world.instructor)
    assert "$76.50" in payout.title
    assert world.told(world.student) == []


@pytest.mark.parametrize("payload", [{"booking_id": 7}, {"occurred_at": None}])
def test_a_garbled_reaction_is_a_defect(world: World, payload: dict[str, object]) -> None:
    with world.store.begin() as work, pytest.raises(Malformed):
        tell_of_confirmation(world.item(**payload), work, world)


def test_a_garbled_amount_is_a_defect(world: World) -> None:
    with world.store.begin() as work, pytest.raises(Malformed, match="whole cents as amount"):
        tell_of_payout(world.item(amount="76.50"), work, world)


@pytest.mark.parametrize(
    "payload", [{}, {"to": 1, "template": "welcome", "data": {}}, {"to": "a", "template": "b"}]
)
def test_a_garbled_mail_is_a_defect(world: World, payload: dict[str, object]) -> None:
    item = WorkItem(work_id=WorkId(UUID(int=1)), handler="send_email", payload=payload, due_at=NOON)
    with pytest.raises(Malformed):
        mail(item, world)
    assert world.mailer.latest() == []


@define
class MailingWorld:
    mailer: Mailer


def test_a_mail_is_sent_under_its_works_name(world: World) -> None:
    """NT-7: the work item's id is the idempotency key."""
    payload = {"to": STUDENT, "template": "welcome", "data": {"first_name": "Anna"}}
    item = WorkItem(work_id=WorkId(UUID(int=1)), handler="send_email", payload=payload, due_at=NOON)
    mail(item, MailingWorld(world.mailer))
    (sent,) = world.mailer.latest()
    assert sent.key == str(item.work_id)


def test_an_inbox_is_its_owners(world: World) -> None:
    """NT-17."""
    with world.store.begin() as work:
        tell_of_confirmation(world.item(), work, world)
    (hers,) = world.told(world.student)
    theirs = ReadNotification(reader=world.instructor, notification_id=hers.notification_id)
    with pytest.raises(NotificationNotFound):
        read_notification(theirs, begin=world.store.begin, clock=world.clock)
    mine = ReadNotification(reader=world.student, notification_id=hers.notification_id)
    read_notification(mine, begin=world.store.begin, clock=world.clock)
    (read,) = world.told(world.student)
    assert read.read_at == NOON


def test_all_can_be_read_and_removed(world: World) -> None:
    """NT-17."""
    with world.store.begin() as work:
        tell_of_confirmation(world.item(), work, world)
        tell_of_failed_payment(world.item(), work, world)
    begin, clock = world.store.begin, world.clock
    answers: list[int] = []
    marked = read_all_notifications(
        world.student,
        begin=begin,
        clock=clock,
        answer=lambda _work, count: answers.append(count),
    )
    assert marked == 2
    assert answers == [2]
    first, second = world.told(world.student)
    remove_notifications(
        RemoveNotifications(owner=world.student, only=first.notification_id),
        begin=begin,
        clock=clock,
    )
    assert world.told(world.student) == [second]
    remove_notifications(RemoveNotifications(owner=world.student), begin=begin, clock=clock)
    assert world.told(world.student) == []
    assert len(world.told(world.instructor)) == 1


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (0, "Tuesday, March 2, 2027 at 12:05 AM UTC"),
        (9, "Tuesday, March 2, 2027 at 9:05 AM UTC"),
        (12, "Tuesday, March 2, 2027 at 12:05 PM UTC"),
        (23, "Tuesday, March 2, 2027 at 11:05 PM UTC"),
    ],
)
def test_times_are_written_as_people_write_them(hour: int, expected: str) -> None:
    """NT-13."""
    assert written_out(datetime(2027, 3, 2, hour, 5, tzinfo=UTC)) == expected


def test_times_are_on_the_lessons_clocks() -> None:
    """NT-13: across the change of clocks, too."""
    zone = Zone("America/New_York")
    before = datetime(2027, 3, 14, 6, 59, tzinfo=UTC)
    assert written_out(zone.local(before)).endswith("1:59 AM EST")
    assert written_out(zone.local(before + timedelta(minutes=1))).endswith("3:00 AM EDT")


@pytest.mark.parametrize(
    ("kind", "before", "day", "mails"),
    [
        ("24h", timedelta(hours=24), "tomorrow", [(STUDENT, "booking_reminder_24h")]),
        ("24h", timedelta(hours=11), "on Wednesday", [(STUDENT, "booking_reminder_24h")]),
        ("1h", timedelta(hours=1), "on Wednesday", []),
    ],
)
def test_both_are_reminded_in_words_of_the_lessons_zone(
    world: World, kind: str, before: timedelta, day: str, mails: list[tuple[str, str]]
) -> None:
    """NT-13: tomorrow, or the weekday; NT-20: an hour before in the app alone."""
    confirm(world)
    at(world, world.booking.lesson.starts_at - before)
    with world.store.begin() as work:
        tell_of_reminder(world.item(kind=kind), work, world)
    for person in (world.student, world.instructor):
        (told,) = world.told(person)
        assert told.kind == f"booking_reminder_{kind}"
        assert f"{day} at 12:00 PM EST" in told.title
    assert world.send_mails() == [*mails, *((INSTRUCTOR, name) for _, name in mails)]


def test_nobody_is_reminded_of_what_is_off_or_over(world: World) -> None:
    """NT-13: a reminder that was held up looks once more."""
    with world.store.begin() as work:
        tell_of_reminder(world.item(kind="24h"), work, world)
    confirm(world)
    at(world, world.booking.lesson.starts_at)
    with world.store.begin() as work:
        tell_of_reminder(world.item(kind="1h"), work, world)
    assert world.told(world.student) == []


def at(world: World, moment: datetime) -> None:
    """Let time pass."""
    assert isinstance(world.store.clock, HandMovedClock)
    world.store.clock.set(moment)


def confirm(world: World) -> None:
    """Agree on the lesson."""
    with world.store.begin() as work:
        held = work.bookings.get_for_update(world.booking.booking_id)
        work.bookings.save(evolve(held, state=Confirmed(NOON), events=()))
