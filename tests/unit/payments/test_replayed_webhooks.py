"""Webhooks let run again by the staff: who may, what it shows, what it does. Source: AD-16."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from attrs import define, field

from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import GRANTS, Principal, Role
from instainstru_core.admin.events import AdminActionTaken
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.use_cases.find_webhooks import (
    count_webhooks,
    find_webhooks,
    read_webhook,
)
from instainstru_core.admin.use_cases.replay_event import EventReplay, ReplayEvent, replay_event
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookInProgress, WebhookNotFound
from instainstru_core.payments.inbox.model import CLAIM_LEASE, MAX_ATTEMPTS, Webhook, WebhookStatus
from instainstru_core.payments.inbox.queries import WebhookSearch
from instainstru_core.payments.inbox.signatures import SignedWebhooks, sign
from instainstru_core.payments.model.processor_events import SUBJECTS, ProcessorEvent, Subject
from instainstru_core.payments.use_cases.process_webhook import process_webhook
from instainstru_core.payments.use_cases.receive_webhook import ReceiveWebhook, receive_webhook
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET = b"whsec_of_the_platform"
WHY = Why(reason_code="handler_fixed", note="The refund was unknown to us by then.")


def somebody(role: Role) -> Principal:
    return Principal(
        account_id=AccountId(UUID(int=1)),
        role=role,
        permissions=GRANTS[role],
        session_id=SessionId(UUID(int=2)),
    )


STAFF = somebody(Role.ADMIN)


@define
class Desk:
    """A ledger with one event, and the staff before it."""

    clock: HandMovedClock = field(factory=lambda: HandMovedClock(NOON))
    store: InMemoryStore = field(init=False)
    acted: list[ProcessorEvent] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.store = InMemoryStore(CountedIds(), self.clock)

    def receive(self, kind: str = "refund.failed") -> WebhookId:
        """The processor tells something."""
        told = {"id": "evt_1", "type": kind, "data": {"object": {"id": "re_1"}}}
        body = json.dumps(told).encode()
        receive_webhook(
            ReceiveWebhook(
                provider="simulator",
                signature=sign(body, secret=SECRET, at=self.clock.now()),
                headers={},
                body=body,
            ),
            begin=self.store.begin,
            verifier=SignedWebhooks(secrets=(SECRET,), clock=self.clock),
            ids=self.store.ids,
            clock=self.clock,
        )
        (webhook,) = self.rows()
        return webhook.webhook_id

    def rows(self) -> list[Webhook]:
        """The whole ledger, newest first."""
        found = find_webhooks(WebhookSearch(), PageRequest(), principal=STAFF, read=self.store.read)
        return list(found.items)

    def process(
        self, name: WebhookId, act: Callable[[ProcessorEvent], None] | None = None
    ) -> WebhookStatus:
        """Act on one of them."""
        chosen = act or self.acted.append
        return process_webhook(name, begin=self.store.begin, act=chosen, clock=self.clock)

    def replay(
        self, name: WebhookId, *, dry_run: bool = False, principal: Principal = STAFF
    ) -> EventReplay:
        """Somebody wants it to run again."""
        return replay_event(
            ReplayEvent(principal=principal, webhook_id=name, why=WHY, dry_run=dry_run),
            begin=self.store.begin,
            ids=self.store.ids,
            clock=self.clock,
        )

    def work_on_file(self) -> set[str]:
        """The events that somebody will act on."""
        with self.store.begin() as work:
            claimed = work.work_items.claim(now=self.clock.now(), limit=50)
            items = [work.work_items.find(each) for each in claimed]
        return {str(item.payload["webhook_id"]) for item in items if item is not None}

    def actions(self) -> list[AdminActionTaken]:
        """What the staff did, as it was told."""
        return [each for each in self.store.recorded if isinstance(each, AdminActionTaken)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def refuse(_event: ProcessorEvent) -> None:
    raise LookupError("no such refund")


def test_a_dry_run_tells_what_would_run_and_changes_nothing(desk: Desk) -> None:
    """AD-16: which it is unless something else is asked for."""
    name = desk.receive()
    desk.process(name)
    before = desk.rows()
    asked = ReplayEvent(principal=STAFF, webhook_id=name, why=WHY)
    seen = replay_event(asked, begin=desk.store.begin, ids=desk.store.ids, clock=desk.clock)
    assert seen.dry_run
    assert seen.again.event.subject is Subject.REFUND
    assert seen.before.status is WebhookStatus.PROCESSED
    assert desk.rows() == before
    assert desk.work_on_file() == {str(name)}


def test_a_replay_runs_the_handler_once_more(desk: Desk) -> None:
    """AD-16: a new row with `replay_of`, a key of its own, and the original marked."""
    name = desk.receive()
    desk.process(name)
    done = desk.replay(name)
    again, original = desk.rows()
    assert again == done.again
    assert (again.replay_of, again.event.event_id) == (name, f"replay_{name}_1")
    assert original.status is WebhookStatus.REPLAYED
    assert str(again.webhook_id) in desk.work_on_file()
    assert desk.process(again.webhook_id) is WebhookStatus.PROCESSED
    assert [(each.type, each.object_id) for each in desk.acted] == [("refund.failed", "re_1")] * 2


def test_each_replay_has_a_number(desk: Desk) -> None:
    name = desk.receive()
    keys = [desk.replay(name).again.event.event_id for _ in range(3)]
    assert keys == [f"replay_{name}_{number}" for number in (1, 2, 3)]
    file = read_webhook(name, principal=STAFF, read=desk.store.read)
    assert len(file.replays) == 3


def test_a_dead_letter_has_eight_attempts_more(desk: Desk) -> None:
    """AD-16."""
    name = desk.receive()
    fates = [desk.process(name, refuse) for _ in range(MAX_ATTEMPTS)]
    assert fates[-1] is WebhookStatus.DEAD_LETTER
    again = desk.replay(name).again
    assert (again.attempts, again.last_error) == (0, None)
    assert desk.process(again.webhook_id, refuse) is WebhookStatus.FAILED
    assert desk.process(again.webhook_id) is WebhookStatus.PROCESSED


def test_what_waited_for_its_next_attempt_runs_once(desk: Desk) -> None:
    """AD-16: the replay takes over from the original."""
    name = desk.receive()
    desk.process(name, refuse)
    again = desk.replay(name).again
    desk.process(name)
    desk.process(again.webhook_id)
    assert [each.event_id for each in desk.acted] == [again.event.event_id]


def test_what_is_being_processed_is_not_replayed(desk: Desk) -> None:
    """AD-16: 409 while somebody acts on it; a dead worker's claim lapses."""
    name = desk.receive()

    def act(_event: ProcessorEvent) -> None:
        with pytest.raises(WebhookInProgress):
            desk.replay(name)
        with pytest.raises(WebhookInProgress):
            desk.replay(name, dry_run=True)

    assert desk.process(name, act) is WebhookStatus.PROCESSED
    with desk.store.begin() as work:
        work.webhooks.mark_replayed(name)
    again = desk.replay(name).again
    with desk.store.begin() as work:
        assert work.webhooks.claim(again.webhook_id, now=desk.clock.now())
    desk.clock.move(CLAIM_LEASE)
    assert desk.replay(again.webhook_id).again.replay_of == again.webhook_id


def test_an_ignored_event_stays_ignored(desk: Desk) -> None:
    """PY-63."""
    name = desk.receive("radar.early_fraud_warning.created")
    done = desk.replay(name)
    assert done.again.event.subject is None
    assert done.again.status is WebhookStatus.IGNORED
    assert desk.work_on_file() == set()


def test_who_wanted_it_and_why_is_kept(desk: Desk) -> None:
    """AD-2: nothing for a dry run."""
    name = desk.receive()
    desk.replay(name, dry_run=True)
    assert desk.actions() == []
    again = desk.replay(name).again
    (action,) = desk.actions()
    assert (action.kind, action.target) == (ActionKind.REPLAY_WEBHOOK.value, str(name))
    assert action.reason_code == WHY.reason_code
    assert action.actor == STAFF.account_id
    assert action.before == {"status": "received"}
    assert action.after == {"status": "replayed", "replayed_as": str(again.webhook_id)}


def test_what_never_came_is_not_replayed(desk: Desk) -> None:
    with pytest.raises(WebhookNotFound):
        desk.replay(WebhookId(UUID(int=9)))


@pytest.mark.parametrize("role", [Role.STUDENT, Role.INSTRUCTOR])
def test_only_the_staff_sees_the_ledger(desk: Desk, role: Role) -> None:
    """AD-2."""
    name = desk.receive()
    nobody = somebody(role)
    with pytest.raises(Forbidden):
        desk.replay(name, principal=nobody)
    with pytest.raises(Forbidden):
        read_webhook(name, principal=nobody, read=desk.store.read)
    with pytest.raises(Forbidden):
        find_webhooks(WebhookSearch(), PageRequest(), principal=nobody, read=desk.store.read)
    with pytest.raises(Forbidden):
        count_webhooks(principal=nobody, read=desk.store.read)


def test_every_type_of_the_list_is_acted_on() -> None:
    """PY-66."""
    families = {
        "payment_intent": {"amount_capturable_updated", "succeeded", "payment_failed", "canceled"},
        "setup_intent": {"succeeded", "setup_failed", "canceled"},
        "charge": {"refunded"},
        "refund": {"created", "updated", "failed"},
        "charge.dispute": {
            "created",
            "updated",
            "closed",
            "funds_withdrawn",
            "funds_reinstated",
        },
        "transfer": {"created", "updated", "reversed"},
        "account": {"updated"},
        "account.application": {"deauthorized"},
        "payout": {"created", "updated", "paid", "failed", "canceled"},
    }
    listed = {f"{family}.{what}" for family, names in families.items() for what in names}
    assert set(SUBJECTS) == listed
