"""What every ledger of webhooks must do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest

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


class WebhooksContract:
    """Inherit, and provide the fixture `begin` on an empty store."""

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
