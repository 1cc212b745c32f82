"""Due work in PostgreSQL."""

import pytest

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.due_work.ports import DueWork
from instainstru_core.due_work.queries import DueWorkReads
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.contracts.work_items import WorkItemsContract


class TestPostgresWorkItems(WorkItemsContract):
    """The suite on the real one."""

    @pytest.fixture
    def begin(self, units: PostgresUnits) -> Begin[DueWork]:
        return units.begin

    @pytest.fixture
    def read(self, units: PostgresUnits) -> Begin[DueWorkReads]:
        return units.read
