"""A unit of work's part for the house: due work, answers, settings, news, acts of the staff."""

from functools import cached_property

from adapters.postgres.admin import PostgresAdminActions, PostgresConfirmations
from adapters.postgres.approvals import PostgresApprovals
from adapters.postgres.config import PostgresConfigDocuments, PostgresConfigQueries
from adapters.postgres.due_work import PostgresWorkItems
from adapters.postgres.idempotency import PostgresAnswers
from adapters.postgres.notifications import PostgresNotifications
from adapters.postgres.parts.base import PostgresQueries, PostgresRepositories
from adapters.postgres.queries.admin import PostgresAdminQueries
from adapters.postgres.queries.approvals import PostgresApprovalQueries
from adapters.postgres.queries.due_work import PostgresDueWorkQueries
from adapters.postgres.queries.notifications import PostgresInbox


class PostgresHouse(PostgresRepositories):
    """The repositories of the house itself."""

    @cached_property
    def work_items(self) -> PostgresWorkItems:
        """Everything still to be done."""
        return PostgresWorkItems(self._connection, self._outbox)

    @cached_property
    def answers(self) -> PostgresAnswers:
        """Answers kept with their effects."""
        return PostgresAnswers(self._connection)

    @cached_property
    def notifications(self) -> PostgresNotifications:
        """Everything anybody was told in the app."""
        return PostgresNotifications(self._connection)

    @cached_property
    def config_documents(self) -> PostgresConfigDocuments:
        """Every version of every document."""
        return PostgresConfigDocuments(self._connection, self._outbox)

    @cached_property
    def confirmations(self) -> PostgresConfirmations:
        """Every preview that can be acted on."""
        return PostgresConfirmations(self._connection)

    @cached_property
    def approvals(self) -> PostgresApprovals:
        """Every request for a second person's word."""
        return PostgresApprovals(self._connection)

    @cached_property
    def admin_actions(self) -> PostgresAdminActions:
        """Everything that the staff did."""
        return PostgresAdminActions(self._connection, self._outbox)


class PostgresHouseQueries(PostgresQueries):
    """The queries of the house itself."""

    @cached_property
    def due_work(self) -> PostgresDueWorkQueries:
        """Work on file."""
        return PostgresDueWorkQueries(self._connection)

    @cached_property
    def inbox(self) -> PostgresInbox:
        """What people were told."""
        return PostgresInbox(self._connection)

    @cached_property
    def config_queries(self) -> PostgresConfigQueries:
        """Documents as their operators read them."""
        return PostgresConfigQueries(self._connection)

    @cached_property
    def admin_queries(self) -> PostgresAdminQueries:
        """All bookings, as the staff sees them."""
        return PostgresAdminQueries(self._connection)

    @cached_property
    def approval_queries(self) -> PostgresApprovalQueries:
        """Requests for a second person's word."""
        return PostgresApprovalQueries(self._connection)
