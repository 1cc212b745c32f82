"""Webhooks: believed, kept, and acted on once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.due_work.model import delay_after
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import (
    WebhookInProgress,
    WebhookSignatureInvalid,
    WebhookUnconfigured,
    WebhookUnreadable,
)
from instainstru_core.payments.inbox.model import (
    CLAIM_LEASE,
    MAX_ATTEMPTS,
    WebhookStatus,
    without_client_secrets,
    without_secrets,
)
from instainstru_core.payments.inbox.ports import InboxWork
from instainstru_core.payments.inbox.queries import InboxReads
from instainstru_core.payments.inbox.signatures import TOLERANCE_SECONDS, SignedWebhooks, sign
from instainstru_core.payments.model.processor_events import ProcessorEvent
from instainstru_core.payments.use_cases.process_webhook import process_webhook
from instainstru_core.payments.use_cases.receive_webhook import (
    Receipt,
    ReceiveWebhook,
    receive_webhook,
)
from instainstru_core.testing.contracts.webhooks import WebhooksContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECRET = b"whsec_of_the_platform"
OLD_SECRET = b"whsec_of_last_year"


class TestInMemoryWebhooks(WebhooksContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore(CountedIds(), HandMovedClock(NOON))

    @pytest.fixture
    def begin(self, store: InMemoryStore) -> Begin[InboxWork]:
        return store.begin

    @pytest.fixture
    def read(self, store: InMemoryStore) -> Begin[InboxReads]:
        return store.read


@define
class Platform:
    """The inbox on a store in memory."""

    clock: HandMovedClock
    store: InMemoryStore
    verifier: SignedWebhooks

    def receive(self, body: bytes, *, secret: bytes = SECRET) -> Receipt:
        """Post *body* as the processor would."""
        signature = sign(body, secret=secret, at=self.clock.now())
        return self.receive_signed(body, signature)

    def receive_signed(self, body: bytes, signature: str | None) -> Receipt:
        """Post *body* with this signature."""
        headers = {"Simulator-Signature": str(signature), "Content-Type": "application/json"}
        request = ReceiveWebhook(
            provider="simulator", signature=signature, headers=headers, body=body
        )
        return receive_webhook(
            request,
            begin=self.store.begin,
            verifier=self.verifier,
            ids=self.store.ids,
            clock=self.clock,
        )

    def due(self) -> list[WebhookId]:
        """The webhooks that work is on file for, as of now."""
        with self.store.begin() as work:
            claimed = work.work_items.claim(now=self.clock.now(), limit=50)
            found = [work.work_items.find(work_id) for work_id in claimed]
        return [WebhookId.parse(str(item.payload["webhook_id"])) for item in found if item]

    def process(self, name: WebhookId, act: Callable[[ProcessorEvent], None]) -> WebhookStatus:
        """Act on one of them."""
        return process_webhook(name, begin=self.store.begin, act=act, clock=self.clock)


@pytest.fixture
def platform() -> Platform:
    clock = HandMovedClock(NOON)
    verifier = SignedWebhooks(secrets=(SECRET, OLD_SECRET), clock=clock)
    return Platform(clock, InMemoryStore(CountedIds(), clock), verifier)


def event(event_id: str = "evt_1", kind: str = "transfer.created") -> bytes:
    document = {"id": event_id, "type": kind, "data": {"object": {"id": "tr_1"}}}
    return json.dumps(document).encode()


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_each_configured_secret_is_tried(platform: Platform, secret: bytes) -> None:
    """SE-30."""
    assert platform.receive(event(), secret=secret).is_new


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "v1=" + "0" * 64,
        f"t={int(NOON.timestamp())}",
        f"t={int(NOON.timestamp())},v1=",
        f"t=-1,v1={'0' * 64}",
        f"t=١٢٣,v1={'0' * 64}",
        f"t={'9' * 13},v1={'0' * 64}",
        f"t=1,t=2,v1={'0' * 64}",
        "t=1" + ",v1=a" * 9,
        "x" * 2000,
        sign(event(), secret=b"another", at=NOON),
        sign(event("evt_2"), secret=SECRET, at=NOON),
        sign(event(), secret=SECRET, at=NOON - timedelta(seconds=TOLERANCE_SECONDS + 1)),
        sign(event(), secret=SECRET, at=NOON + timedelta(seconds=TOLERANCE_SECONDS + 1)),
    ],
)
def test_a_bad_signature_is_not_believed(platform: Platform, signature: str | None) -> None:
    """SE-30."""
    with pytest.raises(WebhookSignatureInvalid):
        platform.receive_signed(event(), signature)
    assert platform.due() == []


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS, TOLERANCE_SECONDS])
def test_five_minutes_are_tolerated(platform: Platform, seconds: int) -> None:
    """SE-30: up to and including 300 s, in either direction."""
    at = NOON + timedelta(seconds=seconds)
    assert platform.receive_signed(event(), sign(event(), secret=SECRET, at=at)).is_new


def test_one_good_signature_among_several_is_enough(platform: Platform) -> None:
    """SE-30: while a secret is replaced, the processor signs with both."""
    good = sign(event(), secret=OLD_SECRET, at=NOON)
    assert platform.receive_signed(event(), f"{good},v1={'0' * 64}").is_new


def test_without_a_secret_nothing_is_believed(platform: Platform) -> None:
    """SE-30."""
    platform.verifier = SignedWebhooks(secrets=(), clock=platform.clock)
    with pytest.raises(WebhookUnconfigured):
        platform.receive(event())


@given(st.binary(max_size=200), st.text(max_size=200))
def test_no_header_breaks_the_reading(body: bytes, header: str) -> None:
    """SE-30: whatever arrives is refused, never a defect."""
    verifier = SignedWebhooks(secrets=(SECRET,), clock=HandMovedClock(NOON))
    with pytest.raises(WebhookSignatureInvalid):
        verifier.verify(header, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'"evt"',
        b"\xff",
        b'{"id": 1, "type": "a", "data": {"object": {"id": "b"}}}',
        b'{"id": "", "type": "a", "data": {"object": {"id": "b"}}}',
        b'{"id": "a", "type": "b", "data": {"object": "c"}}',
        b'{"id": "a", "type": "transfer.created", "data": {"object": {}}}',
        b'{"id": "a", "type": "b", "data": {"object": {"id": "c"}}, "account": 7}',
        b'{"id": "a\\u0000", "type": "b", "data": {"object": {"id": "c"}}}',
        b'{"id": "a\\ud800", "type": "b", "data": {"object": {"id": "c"}}}',
        b"[" * 100_000,
        json.dumps({"id": "a" * 256, "type": "b", "data": {"object": {"id": "c"}}}).encode(),
    ],
)
def test_what_is_signed_must_be_an_event(platform: Platform, body: bytes) -> None:
    with pytest.raises(WebhookUnreadable):
        platform.receive(body)


def test_a_duplicate_has_no_second_effect(platform: Platform) -> None:
    """PY-64, AD-16."""
    assert platform.receive(event()).is_new
    assert not platform.receive(event()).is_new
    assert len(platform.due()) == 1


def test_an_unknown_type_is_kept_and_ignored(platform: Platform) -> None:
    """PY-63."""
    receipt = platform.receive(event(kind="radar.early_fraud_warning.created"))
    assert receipt == Receipt(status=WebhookStatus.IGNORED, is_new=True)
    assert platform.due() == []


def test_what_has_no_name_is_kept_if_nobody_acts_on_it(platform: Platform) -> None:
    """PY-63: a balance has none; the processor must not come again and again."""
    body = b'{"id": "evt_9", "type": "balance.available", "data": {"object": {"available": []}}}'
    assert platform.receive(body).status is WebhookStatus.IGNORED


def test_the_account_of_an_event_is_kept(platform: Platform) -> None:
    """PY-66: a payout's name means something on its account alone."""
    told = {"id": "evt_1", "type": "payout.paid", "data": {"object": {"id": "po_1"}}}
    platform.receive(json.dumps({**told, "account": "acct_1"}).encode())
    (name,) = platform.due()
    with platform.store.begin() as work:
        assert work.webhooks.get(name).event.account == "acct_1"


def test_secrets_among_the_headers_are_hidden() -> None:
    """AD-16."""
    headers = {
        "Authorization": "Basic x",
        "Cookie": "session=1",
        "Simulator-Signature": "t=1,v1=2",
        "X-Api-Key": "k",
        "Content-Type": "application/json",
    }
    assert without_secrets(headers) == {
        "authorization": "***",
        "cookie": "***",
        "simulator-signature": "***",
        "x-api-key": "***",
        "content-type": "application/json",
    }


def test_an_event_is_acted_on_once(platform: Platform) -> None:
    """PY-64: the work may be done twice, the effect is there once."""
    platform.receive(event())
    (name,) = platform.due()
    acted: list[ProcessorEvent] = []
    for _ in range(2):
        assert platform.process(name, acted.append) is WebhookStatus.PROCESSED
    assert acted == [ProcessorEvent(event_id="evt_1", type="transfer.created", object_id="tr_1")]


def test_a_failure_is_tried_again_and_at_last_given_up(platform: Platform) -> None:
    """AD-16: OP-12's delays; the 8th failure makes a dead letter."""
    platform.receive(event())
    (name,) = platform.due()

    def refuse(_event: ProcessorEvent) -> None:
        raise LookupError("no such transfer yet")

    for attempt in range(1, MAX_ATTEMPTS):
        assert platform.process(name, refuse) is WebhookStatus.FAILED
        with platform.store.begin() as work:
            kept = work.webhooks.get(name)
        assert (kept.attempts, kept.last_error) == (attempt, "LookupError: no such transfer yet")
        # The first item leaves claims behind; only the one filed last is due when it should be.
        platform.clock.move(delay_after(attempt))
        assert name in platform.due()
    assert platform.process(name, refuse) is WebhookStatus.DEAD_LETTER
    acted: list[ProcessorEvent] = []
    platform.process(name, acted.append)
    assert acted == []


def test_an_event_out_of_order_waits_for_its_object(platform: Platform) -> None:
    """PY-65: an event for an unknown object is retried, not dropped."""
    platform.receive(event())
    (name,) = platform.due()
    known: set[str] = set()

    def act(news: ProcessorEvent) -> None:
        if news.object_id not in known:
            raise LookupError(news.object_id)

    assert platform.process(name, act) is WebhookStatus.FAILED
    known.add("tr_1")
    assert platform.process(name, act) is WebhookStatus.PROCESSED


def test_two_workers_do_not_act_at_once(platform: Platform) -> None:
    """AD-16: the claim is atomic; a dead worker's lapses."""
    platform.receive(event())
    (name,) = platform.due()

    def act_and_be_overtaken(_event: ProcessorEvent) -> None:
        with pytest.raises(WebhookInProgress):
            platform.process(name, lambda _news: None)
        platform.clock.move(CLAIM_LEASE)
        assert platform.process(name, lambda _news: None) is WebhookStatus.PROCESSED

    assert platform.process(name, act_and_be_overtaken) is WebhookStatus.PROCESSED


@pytest.mark.parametrize("indent", [None, 2])
@given(secret=st.text())
def test_se_42_no_client_secret_is_kept(indent: int | None, secret: str) -> None:
    """Whatever it holds and wherever it is; all else of the body stays as it was."""
    body = {"id": "pi_1", "client_secret": secret, "next": [{"client_secret": secret, "n": 1}]}
    kept = without_client_secrets(json.dumps(body, indent=indent))
    hidden = {"id": "pi_1", "client_secret": "***", "next": [{"client_secret": "***", "n": 1}]}
    assert json.loads(kept) == hidden
    assert without_client_secrets(json.dumps({"client_secret": None})) == '{"client_secret": null}'
