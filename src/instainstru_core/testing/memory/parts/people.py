"""A unit of work's part for people, and what they teach where."""

from functools import cached_property

from instainstru_core.instructors.profiles import AccountProfiles
from instainstru_core.testing.memory.accounts import (
    InMemoryAccounts,
    InMemoryChallenges,
    InMemoryDoors,
    InMemorySessions,
)
from instainstru_core.testing.memory.catalog import InMemoryCatalog
from instainstru_core.testing.memory.instructors import (
    InMemoryInstructorPages,
    InMemoryInstructors,
    InMemoryOfferings,
)
from instainstru_core.testing.memory.parts.base import InMemoryQueries, InMemoryRepositories
from instainstru_core.testing.memory.places import InMemoryRegions


class InMemoryPeople(InMemoryRepositories):
    """The repositories of people, and what they teach."""

    @cached_property
    def accounts(self) -> InMemoryAccounts:
        """Every login."""
        return InMemoryAccounts(self._tables, self._outbox)

    @cached_property
    def sessions(self) -> InMemorySessions:
        """Signed-in devices."""
        return InMemorySessions(self._tables, self._outbox)

    @cached_property
    def challenges(self) -> InMemoryChallenges:
        """Questions sent to mailboxes."""
        return InMemoryChallenges(self._tables)

    @cached_property
    def catalog(self) -> InMemoryCatalog:
        """The one catalogue there is."""
        return InMemoryCatalog(self._tables)

    @cached_property
    def regions(self) -> InMemoryRegions:
        """The rows of the gazetteer."""
        return InMemoryRegions(self._tables)

    @cached_property
    def instructors(self) -> InMemoryInstructors:
        """Everyone who teaches."""
        return InMemoryInstructors(self._tables, self._outbox)

    @cached_property
    def offerings(self) -> InMemoryOfferings:
        """What is taught by whom."""
        return InMemoryOfferings(self._tables, self._outbox)

    @cached_property
    def profiles(self) -> AccountProfiles:
        """Drafts of profiles."""
        return AccountProfiles(self.instructors)


class InMemoryPeopleQueries(InMemoryQueries):
    """The queries of people, and what they teach."""

    @cached_property
    def doors(self) -> InMemoryDoors:
        """Who is at the door."""
        return InMemoryDoors(self._tables)

    @cached_property
    def catalog_pages(self) -> InMemoryCatalog:
        """The catalogue as it is browsed."""
        return InMemoryCatalog(self._tables)

    @cached_property
    def instructor_pages(self) -> InMemoryInstructorPages:
        """Profiles as they are read."""
        return InMemoryInstructorPages(self._tables)
