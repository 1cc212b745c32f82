"""Notifications and mails in memory."""

from datetime import UTC, datetime

import pytest

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.notifications.errors import MailUnavailable
from instainstru_core.notifications.ports import NotificationsWork
from instainstru_core.notifications.queries import NotificationReads
from instainstru_core.testing.contracts.mailbox import KeptMail, MailboxContract, some_mail
from instainstru_core.testing.contracts.notifications import NotificationsContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.fakes.mailer import InMemoryMailbox
from instainstru_core.testing.memory.store import InMemoryStore

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class TestInMemoryNotifications(NotificationsContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore(CountedIds(), HandMovedClock(NOON))

    @pytest.fixture
    def begin(self, store: InMemoryStore) -> Begin[NotificationsWork]:
        return store.begin

    @pytest.fixture
    def read(self, store: InMemoryStore) -> Begin[NotificationReads]:
        return store.read


class TestInMemoryMailbox(MailboxContract):
    @pytest.fixture
    def mailbox(self) -> KeptMail:
        return InMemoryMailbox(HandMovedClock(NOON))


def test_a_mailer_may_be_down() -> None:
    """NT-7: then nothing is sent, and the caller knows."""
    mailbox = InMemoryMailbox(HandMovedClock(NOON), is_down=True)
    with pytest.raises(MailUnavailable):
        mailbox.send(some_mail(), key="key")
    mailbox.is_down = False
    mailbox.send(some_mail(), key="key")
    assert len(mailbox.latest()) == 1
