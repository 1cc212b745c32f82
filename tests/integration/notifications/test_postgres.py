"""Notifications and the demonstration's mailbox in PostgreSQL."""

import pytest
from sqlalchemy import Engine

from adapters.postgres.mailbox import PostgresMailbox
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.notifications.ports import NotificationsWork
from instainstru_core.notifications.queries import NotificationReads
from instainstru_core.testing.contracts.mailbox import KeptMail, MailboxContract
from instainstru_core.testing.contracts.notifications import NOON, NotificationsContract
from instainstru_core.testing.fakes.clock import HandMovedClock


class TestPostgresNotifications(NotificationsContract):
    @pytest.fixture
    def begin(self, units: PostgresUnits) -> Begin[NotificationsWork]:
        return units.begin

    @pytest.fixture
    def read(self, units: PostgresUnits) -> Begin[NotificationReads]:
        return units.read


class TestPostgresMailbox(MailboxContract):
    @pytest.fixture
    def mailbox(self, engine: Engine) -> KeptMail:
        return PostgresMailbox(engine, HandMovedClock(NOON))
