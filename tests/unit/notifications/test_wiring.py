"""From an event to a mail, and from a webhook to its effect, through the registry of reactions."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from attrs import define, fields

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.due_work.use_cases.perform_work import Outcome, perform_work
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.ids import EntityId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.payments.events import (
    PaymentAuthorizationFailed,
    PaymentFailed,
    PaymentFinalWarning,
    PaymentSettled,
    PayoutSent,
)
from instainstru_core.payments.ids import OperationId, PaymentId, WebhookId
from instainstru_core.payments.inbox.model import Webhook, WebhookStatus
from instainstru_core.payments.inbox.signatures import SignedWebhooks, sign
from instainstru_core.payments.model.processor import CardDetails
from instainstru_core.payments.use_cases.open_payout_account import open_payout_account
from instainstru_core.payments.use_cases.receive_webhook import ReceiveWebhook, receive_webhook
from instainstru_core.ports import Ports
from instainstru_core.reactions import HANDLERS, PERIODIC, ROUTES
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.fakes.payment_gateway import SimulatedProcessor
from instainstru_core.testing.memory.store import InMemoryStore
from instainstru_core.testing.strategies.booking import a_booking, bookable

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET = b"whsec_of_the_platform"
BOOKING = BookingId(UUID(int=1))
ANNA = StudentId(UUID(int=2))
SARAH = InstructorId(UUID(int=3))
PRICE, PAYOUT = Money(100_80), Money(76_50)
OURS = frozenset({"send_email", "process_webhook"})


@define
class World:
    """The whole platform in memory; `work` does what is due and of this context."""

    store: InMemoryStore
    ports: Ports
    clock: HandMovedClock
    mailbox: InMemoryMailbox
    processor: SimulatedProcessor

    def work(self) -> list[Outcome]:
        """Do everything due that tells, mails or receives."""
        outcomes: list[Outcome] = []
        while names := self._claimed():
            outcomes += [
                perform_work(
                    name,
                    handlers=HANDLERS,
                    periodic=PERIODIC,
                    ports=self.ports,
                    begin=self.ports.begin,
                    clock=self.clock,
                ).outcome
                for name in names
            ]
        return outcomes

    def _claimed(self) -> list[Any]:
        with self.store.begin() as work:
            claimed = work.work_items.claim(now=self.clock.now(), limit=100)
            items = [work.work_items.find(name) for name in claimed]
            return [
                item.work_id
                for item in items
                if item and (item.handler in OURS or item.handler.startswith("tell_"))
            ]

    def letters(self) -> list[tuple[str, str]]:
        """Who was sent which letter."""
        return sorted((sent.mail.to, sent.mail.template) for sent in self.mailbox.latest())

    def deliver_all(self) -> list[WebhookStatus]:
        """Every event of the processor, as its courier would bring it."""
        receipts = []
        for news in self.processor.news:
            body = json.dumps(
                {"id": news.event_id, "type": news.type, "data": {"object": {"id": news.object_id}}}
            ).encode()
            request = ReceiveWebhook(
                provider="simulator",
                signature=sign(body, secret=SECRET, at=self.clock.now()),
                headers={},
                body=body,
            )
            receipt = receive_webhook(
                request,
                begin=self.ports.begin,
                verifier=self.ports.webhook_verifier,
                ids=self.ports.ids,
                clock=self.clock,
            )
            receipts.append(receipt.status)
        return receipts


def _person(person: EntityId, first_name: str, last_name: str, role: Role) -> Account:
    return Account(
        account_id=AccountId(person.value),
        email=f"{first_name}@example.com",
        email_key=f"{first_name}@example.com",
        password_hash="-",
        first_name=first_name,
        last_name=last_name,
        zip_code="10011",
        zone=NEW_YORK,
        role=role,
        created_at=NOON,
    )


@pytest.fixture
def world() -> World:
    clock = HandMovedClock(NOON)
    store = InMemoryStore(CountedIds(1000), clock, routes=ROUTES)
    mailbox, processor = InMemoryMailbox(clock), SimulatedProcessor(clock)
    unused: dict[str, Any] = dict.fromkeys((each.name for each in fields(Ports)), None)
    given = {
        "begin": store.begin,
        "read": store.read,
        "ids": store.ids,
        "clock": clock,
        "gateway": processor,
        "mailer": mailbox,
        "webhook_verifier": SignedWebhooks(secrets=(SECRET,), clock=clock),
    }
    with store.begin() as work:
        work.accounts.add(_person(ANNA, "anna", "karenina", Role.STUDENT))
        work.accounts.add(_person(SARAH, "sarah", "connor", Role.INSTRUCTOR))
        work.instructors.add(bookable(SARAH, payable=False))
        work.bookings.add(
            a_booking(
                BOOKING,
                student=ANNA,
                instructor=SARAH,
                starts_at=NOON + timedelta(days=2),
                created_at=NOON,
            )
        )
    return World(store, Ports(**unused | given), clock, mailbox, processor)


def test_a_confirmed_booking_is_told_to_both(world: World) -> None:
    """NT-20: from `booking.confirmed` to two mails."""
    with world.store.begin() as work:
        work.bookings.save(work.bookings.get_for_update(BOOKING).confirm(at=NOON))
    assert set(world.work()) == {Outcome.DONE}
    assert world.letters() == [
        ("anna@example.com", "booking_confirmed"),
        ("sarah@example.com", "booking_confirmed"),
    ]


def test_news_of_the_money_reaches_whom_it_concerns(world: World) -> None:
    """NT-20: from each payment event to its letter."""
    about: dict[str, Any] = {
        "payment_id": PaymentId(UUID(int=7)),
        "booking_id": BOOKING,
        "student_id": ANNA,
        "instructor_id": SARAH,
        "occurred_at": NOON,
    }
    events = (
        PaymentAuthorizationFailed(
            failure_count=1, category="do_not_honor", lesson_starts_at=NOON, **about
        ),
        PaymentFailed(
            reason="capture_failed", **about | {"occurred_at": NOON + timedelta(hours=1)}
        ),
        PaymentFinalWarning(cancels_at=NOON, **about),
        PaymentSettled(
            outcome="lesson_completed_full_payout", card_amount=PRICE, payout=PAYOUT, **about
        ),
        PayoutSent(amount=PAYOUT, **about),
    )
    with world.store.begin() as work:
        work._outbox.record(events)
    assert set(world.work()) == {Outcome.DONE}
    assert world.letters() == [
        ("anna@example.com", "payment_failed"),
        ("anna@example.com", "payment_failed"),
        ("anna@example.com", "payment_final_warning"),
        ("anna@example.com", "payment_receipt"),
        ("sarah@example.com", "payout_sent"),
    ]


def test_a_mail_waits_while_the_service_is_down(world: World) -> None:
    """NT-7: nothing is lost; it is tried again, and sent once."""
    world.mailbox.is_down = True
    with world.store.begin() as work:
        work.bookings.save(work.bookings.get_for_update(BOOKING).confirm(at=NOON))
    assert Outcome.FAILED in world.work()
    assert world.letters() == []
    world.mailbox.is_down = False
    world.clock.move(timedelta(minutes=30))
    assert set(world.work()) == {Outcome.DONE}
    assert len(world.letters()) == 2


def test_a_webhook_makes_an_instructor_payable(world: World) -> None:
    """PY-3, PY-64: `account.updated`, delivered twice, acted on once.

    It comes for the payout schedule and for the onboarding.
    """
    account = open_payout_account(
        SARAH, begin=world.ports.begin, gateway=world.processor, clock=world.clock
    )
    link = world.processor.onboarding_link(account=account.account, return_url="https://a.test")
    world.processor.onboard(link)
    assert world.deliver_all() == [WebhookStatus.RECEIVED] * 2
    world.deliver_all()
    assert world.work() == [Outcome.DONE] * 2
    with world.store.begin() as work:
        kept = work.connect_accounts.find(SARAH)
    assert kept is not None
    assert kept.payable


def test_news_of_an_unknown_hold_is_kept_and_tried_again(world: World) -> None:
    """PY-65: an event may come before the answer it belongs to; it is not dropped."""
    card = world.processor.attach_card(customer=str(ANNA), token="pm_card_visa")
    assert isinstance(card, CardDetails)
    world.processor.authorise(
        world.ports.ids.new(OperationId),
        customer=str(ANNA),
        card=card.token,
        amount=PRICE,
        off_session=False,
        group="booking:none",
    )
    world.deliver_all()
    assert world.work() == [Outcome.DONE]
    with world.store.begin() as work:
        (kept,) = work._tables.of("webhooks", WebhookId, Webhook).values()
    assert (kept.status, kept.attempts) == (WebhookStatus.FAILED, 1)
    assert (kept.last_error or "").startswith("PaymentNotFound")
    world.clock.move(timedelta(seconds=30))
    assert world.work() == [Outcome.DONE]
