"""The ledger of webhooks in PostgreSQL."""

import pytest

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.inbox.ports import InboxWork
from instainstru_core.payments.inbox.queries import InboxReads
from instainstru_core.testing.contracts.webhooks import WebhooksContract


class TestPostgresWebhooks(WebhooksContract):
    @pytest.fixture
    def begin(self, units: PostgresUnits) -> Begin[InboxWork]:
        return units.begin

    @pytest.fixture
    def read(self, units: PostgresUnits) -> Begin[InboxReads]:
        return units.read
