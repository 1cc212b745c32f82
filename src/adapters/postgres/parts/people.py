"""A unit of work's part for people, and what they teach where."""

from functools import cached_property

from adapters.postgres.accounts import PostgresAccounts
from adapters.postgres.catalog import PostgresCatalog
from adapters.postgres.challenges import PostgresChallenges
from adapters.postgres.doors import PostgresDoors
from adapters.postgres.instructors import PostgresInstructors, PostgresOfferings
from adapters.postgres.parts.base import PostgresQueries, PostgresRepositories
from adapters.postgres.places import PostgresRegions
from adapters.postgres.queries.instructors import PostgresInstructorPages
from adapters.postgres.sessions import PostgresSessions
from instainstru_core.instructors.profiles import AccountProfiles


class PostgresPeople(PostgresRepositories):
    """The repositories of people, and what they teach."""

    @cached_property
    def accounts(self) -> PostgresAccounts:
        """Every login."""
        return PostgresAccounts(self._connection, self._outbox)

    @cached_property
    def sessions(self) -> PostgresSessions:
        """Signed-in devices."""
        return PostgresSessions(self._connection, self._outbox)

    @cached_property
    def challenges(self) -> PostgresChallenges:
        """Questions sent to mailboxes."""
        return PostgresChallenges(self._connection)

    @cached_property
    def catalog(self) -> PostgresCatalog:
        """The one catalogue there is."""
        return PostgresCatalog(self._connection)

    @cached_property
    def regions(self) -> PostgresRegions:
        """The rows of the gazetteer."""
        return PostgresRegions(self._connection)

    @cached_property
    def instructors(self) -> PostgresInstructors:
        """Everyone who teaches."""
        return PostgresInstructors(self._connection, self._outbox)

    @cached_property
    def offerings(self) -> PostgresOfferings:
        """What is taught by whom."""
        return PostgresOfferings(self._connection, self._outbox)

    @cached_property
    def profiles(self) -> AccountProfiles:
        """Drafts of profiles."""
        return AccountProfiles(self.instructors)


class PostgresPeopleQueries(PostgresQueries):
    """The queries of people, and what they teach."""

    @cached_property
    def doors(self) -> PostgresDoors:
        """Who is at the door."""
        return PostgresDoors(self._connection)

    @cached_property
    def catalog_pages(self) -> PostgresCatalog:
        """The catalogue as it is browsed."""
        return PostgresCatalog(self._connection, self._catalog)

    @cached_property
    def instructor_pages(self) -> PostgresInstructorPages:
        """Profiles as they are read."""
        return PostgresInstructorPages(self._connection, self._pages)
