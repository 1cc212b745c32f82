"""A unit of work's part for lessons and the calendars they are in."""

from functools import cached_property

from adapters.postgres.availability import PostgresCalendars
from adapters.postgres.booking import PostgresBookings
from adapters.postgres.booking_facts import PostgresBookingParties, PostgresPaymentReadiness
from adapters.postgres.booking_log import PostgresBookingLog
from adapters.postgres.calendar_files import PostgresCalendarFeeds
from adapters.postgres.calendar_history import PostgresCalendarHistory
from adapters.postgres.claims import PostgresClaims
from adapters.postgres.external_calendars import PostgresFeedQueries, PostgresFeeds
from adapters.postgres.parts.base import PostgresQueries, PostgresRepositories
from adapters.postgres.queries.availability import PostgresCalendarQueries
from adapters.postgres.queries.booking import PostgresBookingQueries
from adapters.postgres.queries.calendar_files import PostgresCalendarFiles
from adapters.postgres.reminders import PostgresReminders
from adapters.postgres.video import PostgresVideoSessions
from adapters.postgres.waitlist import PostgresWaitlist, PostgresWaitlistQueries


class PostgresLessons(PostgresRepositories):
    """The repositories of lessons and calendars."""

    @cached_property
    def bookings(self) -> PostgresBookings:
        """Every booking ever made."""
        return PostgresBookings(self._connection, self._outbox)

    @cached_property
    def calendar_feeds(self) -> PostgresCalendarFeeds:
        """Everybody's feed."""
        return PostgresCalendarFeeds(self._connection)

    @cached_property
    def reminders(self) -> PostgresReminders:
        """Which lessons somebody was reminded of."""
        return PostgresReminders(self._connection, self._outbox)

    @cached_property
    def booking_parties(self) -> PostgresBookingParties:
        """Who and what a proposal names."""
        return PostgresBookingParties(self._connection)

    @cached_property
    def payment_readiness(self) -> PostgresPaymentReadiness:
        """Whether a lesson's money is there."""
        return PostgresPaymentReadiness(self._connection)

    @cached_property
    def claims(self) -> PostgresClaims:
        """No-show reports and issues."""
        return PostgresClaims(self._connection, self._outbox)

    @cached_property
    def video_sessions(self) -> PostgresVideoSessions:
        """Rooms of lessons by video."""
        return PostgresVideoSessions(self._connection)

    @cached_property
    def calendars(self) -> PostgresCalendars:
        """Every instructor's calendar."""
        return PostgresCalendars(self._connection, self._outbox, self._rules)

    @cached_property
    def calendar_history(self) -> PostgresCalendarHistory:
        """The saves of calendars."""
        return PostgresCalendarHistory(self._connection)

    @cached_property
    def waitlist(self) -> PostgresWaitlist:
        """Everybody who waits for a time."""
        return PostgresWaitlist(self._connection, self._outbox)

    @cached_property
    def feeds(self) -> PostgresFeeds:
        """Every external calendar."""
        return PostgresFeeds(self._connection, self._outbox)


class PostgresLessonsQueries(PostgresQueries):
    """The queries of lessons and calendars."""

    @cached_property
    def calendars(self) -> PostgresCalendarQueries:
        """Calendars, as they were last kept."""
        return PostgresCalendarQueries(self._connection, self._remembered, self._rules)

    @cached_property
    def calendar_history(self) -> PostgresCalendarHistory:
        """The saves of calendars."""
        return PostgresCalendarHistory(self._connection)

    @cached_property
    def booking_queries(self) -> PostgresBookingQueries:
        """Bookings, to be read."""
        return PostgresBookingQueries(self._connection)

    @cached_property
    def booking_log(self) -> PostgresBookingLog:
        """What happened to bookings."""
        return PostgresBookingLog(self._connection)

    @cached_property
    def waitlist_queries(self) -> PostgresWaitlistQueries:
        """Who waits, to be read."""
        return PostgresWaitlistQueries(self._connection)

    @cached_property
    def feed_queries(self) -> PostgresFeedQueries:
        """External calendars, to be read."""
        return PostgresFeedQueries(self._connection)

    @cached_property
    def calendar_files(self) -> PostgresCalendarFiles:
        """Lessons for other calendars."""
        return PostgresCalendarFiles(self._connection)
