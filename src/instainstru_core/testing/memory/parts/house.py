"""A unit of work's part for the house: due work, answers, settings, news, acts of the staff."""

from functools import cached_property

from instainstru_core.testing.memory.accounts import InMemoryAnswers
from instainstru_core.testing.memory.admin import (
    InMemoryAdminActions,
    InMemoryAdminQueries,
    InMemoryConfirmations,
)
from instainstru_core.testing.memory.approvals import (
    InMemoryApprovalQueries,
    InMemoryApprovals,
)
from instainstru_core.testing.memory.config import InMemoryConfigDocuments, InMemoryConfigQueries
from instainstru_core.testing.memory.due_work import InMemoryDueWorkQueries, InMemoryWorkItems
from instainstru_core.testing.memory.notifications import InMemoryInbox, InMemoryNotifications
from instainstru_core.testing.memory.parts.base import InMemoryQueries, InMemoryRepositories


class InMemoryHouse(InMemoryRepositories):
    """The repositories of the house itself."""

    @cached_property
    def work_items(self) -> InMemoryWorkItems:
        """Everything still to be done."""
        return InMemoryWorkItems(self._tables, self._outbox)

    @cached_property
    def answers(self) -> InMemoryAnswers:
        """Answers kept with their effects."""
        return InMemoryAnswers(self._tables)

    @cached_property
    def notifications(self) -> InMemoryNotifications:
        """Everything anybody was told in the app."""
        return InMemoryNotifications(self._tables)

    @cached_property
    def config_documents(self) -> InMemoryConfigDocuments:
        """Every version of every document."""
        return InMemoryConfigDocuments(self._tables, self._outbox)

    @cached_property
    def confirmations(self) -> InMemoryConfirmations:
        """Every preview that can be acted on."""
        return InMemoryConfirmations(self._tables)

    @cached_property
    def approvals(self) -> InMemoryApprovals:
        """Every request for a second person's word."""
        return InMemoryApprovals(self._tables)

    @cached_property
    def admin_actions(self) -> InMemoryAdminActions:
        """Everything that the staff did."""
        return InMemoryAdminActions(self._tables, self._outbox)


class InMemoryHouseQueries(InMemoryQueries):
    """The queries of the house itself."""

    @cached_property
    def due_work(self) -> InMemoryDueWorkQueries:
        """Work on file."""
        return InMemoryDueWorkQueries(self._tables)

    @cached_property
    def inbox(self) -> InMemoryInbox:
        """What people were told."""
        return InMemoryInbox(self._tables)

    @cached_property
    def config_queries(self) -> InMemoryConfigQueries:
        """Documents as their operators read them."""
        return InMemoryConfigQueries(self._tables)

    @cached_property
    def admin_queries(self) -> InMemoryAdminQueries:
        """All bookings, as the staff sees them."""
        return InMemoryAdminQueries(self._tables)

    @cached_property
    def approval_queries(self) -> InMemoryApprovalQueries:
        """Requests for a second person's word."""
        return InMemoryApprovalQueries(self._tables)
