"""What every ledger of webhooks must do."""

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from attrs import evolve

from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.ids import WebhookId
from instainstru_core.payments.inbox.errors import WebhookInProgress, WebhookNotFound
from instainstru_core.payments.inbox.model import (
    CLAIM_LEASE,
    MAX_ATTEMPTS,
    MAX_ERROR_LENGTH,
    Webhook,
    WebhookStatus,
)
from instainstru_core.payments.inbox.ports import InboxWork
from instainstru_core.payments.inbox.queries import InboxReads, WebhookCount, WebhookSearch
from instainstru_core.payments.model.processor_events import ProcessorEvent

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
RIVALS = 8


def some_webhook(
    number: int = 1,
    *,
    event_id: str = "evt_1",
    provider: str = "simulator",
    status: WebhookStatus = WebhookStatus.RECEIVED,
) -> Webhook:
    """An event as it came in."""
    return Webhook(
        webhook_id=WebhookId(UUID(int=number)),
        provider=provider,
        event=ProcessorEvent(event_id=event_id, type="transfer.created", object_id="tr_1"),
        headers={"simulator-signature": "***"},
        body='{"id": "evt_1"}',
        received_at=NOON,
        status=status,
    )


class WebhooksContract(ABC):
    """Inherit, and provide the fixtures on an empty store."""

    @pytest.fixture
    @abstractmethod
    def begin(self) -> Begin[InboxWork]:
        """Units of work on the store."""

    @pytest.fixture
    @abstractmethod
    def read(self) -> Begin[InboxReads]:
        """Reads of the same store."""

    def _keep(self, begin: Begin[InboxWork], webhook: Webhook) -> WebhookId:
        with begin() as work:
            assert work.webhooks.add(webhook)
        return webhook.webhook_id

    def _claim(self, begin: Begin[InboxWork], name: WebhookId, now: datetime = NOON) -> bool:
        with begin() as work:
            return work.webhooks.claim(name, now=now) is not None

    def test_keeps_an_event_once(self, begin: Begin[InboxWork]) -> None:
        """AD-16: unique by provider and event."""
        webhook = some_webhook()
        self._keep(begin, webhook)
        with begin() as work:
            assert not work.webhooks.add(some_webhook(2))
            assert work.webhooks.get(webhook.webhook_id) == webhook
            assert work.webhooks.add(some_webhook(3, provider="another"))

    def test_what_never_came_is_not_found(self, begin: Begin[InboxWork]) -> None:
        name = WebhookId(UUID(int=7))
        with begin() as work:
            with pytest.raises(WebhookNotFound):
                work.webhooks.get(name)
            with pytest.raises(WebhookNotFound):
                work.webhooks.claim(name, now=NOON)
            with pytest.raises(WebhookNotFound):
                work.webhooks.finish(name)
            with pytest.raises(WebhookNotFound):
                work.webhooks.fail(name, error="none")

    def test_a_claim_is_one_workers(self, begin: Begin[InboxWork]) -> None:
        """AD-16: the claim is atomic; a dead worker's is taken over after its lease."""
        name = self._keep(begin, some_webhook())
        assert self._claim(begin, name)
        with begin() as work, pytest.raises(WebhookInProgress):
            work.webhooks.claim(name, now=NOON + CLAIM_LEASE - timedelta(seconds=1))
        assert self._claim(begin, name, NOON + CLAIM_LEASE)
        with begin() as work:
            assert work.webhooks.get(name).attempts == 2

    def test_what_is_processed_is_not_claimed_again(self, begin: Begin[InboxWork]) -> None:
        """AD-16."""
        name = self._keep(begin, some_webhook())
        assert self._claim(begin, name)
        with begin() as work:
            work.webhooks.finish(name)
        assert not self._claim(begin, name, NOON + CLAIM_LEASE)
        with begin() as work:
            assert work.webhooks.get(name).status is WebhookStatus.PROCESSED

    def test_what_is_ignored_is_not_claimed(self, begin: Begin[InboxWork]) -> None:
        """PY-63."""
        name = self._keep(begin, some_webhook(status=WebhookStatus.IGNORED))
        assert not self._claim(begin, name)

    def test_the_eighth_failure_is_the_last(self, begin: Begin[InboxWork]) -> None:
        """AD-16."""
        name = self._keep(begin, some_webhook())
        for attempt in range(1, MAX_ATTEMPTS + 1):
            assert self._claim(begin, name)
            with begin() as work:
                failed = work.webhooks.fail(name, error="x" * (MAX_ERROR_LENGTH + 1))
            assert failed.attempts == attempt
            assert failed.last_error == "x" * MAX_ERROR_LENGTH
            expected = WebhookStatus.FAILED
            if attempt == MAX_ATTEMPTS:
                expected = WebhookStatus.DEAD_LETTER
            assert failed.status is expected
        assert not self._claim(begin, name)

    def _ledger(self, begin: Begin[InboxWork]) -> list[Webhook]:
        """Five events, of two providers and of several kinds and fates; oldest first."""
        made = [
            some_webhook(1, event_id="evt_1"),
            some_webhook(2, event_id="evt_2", status=WebhookStatus.IGNORED),
            some_webhook(3, event_id="evt_3", provider="stripe"),
            evolve(
                some_webhook(4, event_id="evt_4", provider="stripe"),
                event=ProcessorEvent(
                    event_id="evt_4", type="payout.paid", object_id="po_1", account="acct_1"
                ),
                received_at=NOON + timedelta(hours=1),
            ),
            some_webhook(5, event_id="evt_5"),
        ]
        for each in made:
            self._keep(begin, each)
        return made

    @pytest.mark.parametrize(
        ("wanted", "numbers"),
        [
            (WebhookSearch(), [5, 4, 3, 2, 1]),
            (WebhookSearch(provider="stripe"), [4, 3]),
            (WebhookSearch(statuses=frozenset({WebhookStatus.IGNORED})), [2]),
            (WebhookSearch(type="payout.paid"), [4]),
            (WebhookSearch(name="evt_3"), [3]),
            (WebhookSearch(name="po_1"), [4]),
            (WebhookSearch(since=NOON + timedelta(hours=1)), [4]),
            (WebhookSearch(until=NOON + timedelta(hours=1)), [5, 3, 2, 1]),
            (WebhookSearch(provider="nobody"), []),
        ],
    )
    def test_the_ledger_is_looked_through(
        self,
        begin: Begin[InboxWork],
        read: Begin[InboxReads],
        wanted: WebhookSearch,
        numbers: list[int],
    ) -> None:
        """AD-16: newest first."""
        kept = {each.webhook_id.value.int: each for each in self._ledger(begin)}
        with read() as reads:
            page = reads.webhook_queries.page(wanted, PageRequest())
        assert list(page.items) == [kept[number] for number in numbers]
        assert page.next_cursor is None

    def test_the_ledger_is_paged(self, begin: Begin[InboxWork], read: Begin[InboxReads]) -> None:
        made = self._ledger(begin)
        seen: list[Webhook] = []
        cursor = None
        for _ in range(3):
            with read() as reads:
                request = PageRequest(limit=2, cursor=cursor)
                page = reads.webhook_queries.page(WebhookSearch(), request)
            seen.extend(page.items)
            cursor = page.next_cursor
        assert cursor is None
        assert seen == made[::-1]
        with read() as reads, pytest.raises(Malformed):
            reads.webhook_queries.page(WebhookSearch(), PageRequest(cursor=Cursor((1, 2))))

    def test_the_ledger_is_counted(self, begin: Begin[InboxWork], read: Begin[InboxReads]) -> None:
        self._ledger(begin)
        with read() as reads:
            assert list(reads.webhook_queries.counts()) == [
                WebhookCount(provider="simulator", status=WebhookStatus.IGNORED, count=1),
                WebhookCount(provider="simulator", status=WebhookStatus.RECEIVED, count=2),
                WebhookCount(provider="stripe", status=WebhookStatus.RECEIVED, count=2),
            ]

    def test_a_replay_is_a_row_of_its_own(
        self, begin: Begin[InboxWork], read: Begin[InboxReads]
    ) -> None:
        """AD-16: under the key `replay_{id}_{n}`; nobody acts on the original any more."""
        name = self._keep(begin, some_webhook())
        with begin() as work:
            assert work.webhooks.replays(name) == 0
            original = work.webhooks.get_for_update(name)
            again = original.replayed(WebhookId(UUID(int=8)), number=1, at=NOON)
            assert work.webhooks.add(again)
            work.webhooks.mark_replayed(name)
        assert again.event.event_id == f"replay_{name}_1"
        with begin() as work:
            assert work.webhooks.replays(name) == 1
            assert work.webhooks.get(name).status is WebhookStatus.REPLAYED
            assert work.webhooks.get(again.webhook_id) == again
        assert not self._claim(begin, name)
        assert self._claim(begin, again.webhook_id)
        with read() as reads:
            file = reads.webhook_queries.file(name)
            assert file.webhook.webhook_id == name
            assert list(file.replays) == [again.webhook_id]
            assert not reads.webhook_queries.file(again.webhook_id).replays

    def test_no_replay_of_what_never_came(
        self, begin: Begin[InboxWork], read: Begin[InboxReads]
    ) -> None:
        name = WebhookId(UUID(int=7))
        with begin() as work:
            with pytest.raises(WebhookNotFound):
                work.webhooks.get_for_update(name)
            with pytest.raises(WebhookNotFound):
                work.webhooks.mark_replayed(name)
            assert work.webhooks.replays(name) == 0
        with read() as reads, pytest.raises(WebhookNotFound):
            reads.webhook_queries.file(name)

    def test_a_unit_that_fails_keeps_nothing(self, begin: Begin[InboxWork]) -> None:
        def fail() -> None:
            with begin() as work:
                work.webhooks.add(some_webhook())
                raise LookupError("something else went wrong")

        with pytest.raises(LookupError, match="something else"):
            fail()
        with begin() as work:
            assert work.webhooks.add(some_webhook(2))

    def test_eight_rivals_keep_it_once(self, begin: Begin[InboxWork]) -> None:
        """PY-64."""
        barrier = Barrier(RIVALS)

        def rival(number: int) -> bool:
            barrier.wait()
            with begin() as work:
                return work.webhooks.add(some_webhook(number))

        with ThreadPoolExecutor(RIVALS) as pool:
            assert list(pool.map(rival, range(RIVALS))).count(True) == 1

    def test_eight_rivals_claim_it_once(self, begin: Begin[InboxWork]) -> None:
        """AD-16."""
        name = self._keep(begin, some_webhook())
        barrier = Barrier(RIVALS)

        def rival(_number: int) -> bool:
            barrier.wait()
            try:
                return self._claim(begin, name)
            except WebhookInProgress:
                return False

        with ThreadPoolExecutor(RIVALS) as pool:
            assert list(pool.map(rival, range(RIVALS))).count(True) == 1
