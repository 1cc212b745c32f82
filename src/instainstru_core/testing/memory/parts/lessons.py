"""A unit of work's part for lessons and the calendars they are in."""

from functools import cached_property

from instainstru_core.testing.memory.availability import InMemoryCalendarQueries, InMemoryCalendars
from instainstru_core.testing.memory.booking import (
    InMemoryBookingLog,
    InMemoryBookingParties,
    InMemoryBookingQueries,
    InMemoryBookings,
    InMemoryPaymentReadiness,
)
from instainstru_core.testing.memory.calendar_files import (
    InMemoryCalendarFeeds,
    InMemoryCalendarFiles,
    InMemoryReminders,
)
from instainstru_core.testing.memory.calendar_history import InMemoryCalendarHistory
from instainstru_core.testing.memory.claims import InMemoryClaims
from instainstru_core.testing.memory.external_calendars import InMemoryFeedQueries, InMemoryFeeds
from instainstru_core.testing.memory.parts.base import InMemoryQueries, InMemoryRepositories
from instainstru_core.testing.memory.video import InMemoryVideoSessions
from instainstru_core.testing.memory.waitlist import InMemoryWaitlist, InMemoryWaitlistQueries


class InMemoryLessons(InMemoryRepositories):
    """The repositories of lessons and calendars."""

    @cached_property
    def calendar_feeds(self) -> InMemoryCalendarFeeds:
        """Everybody's feed."""
        return InMemoryCalendarFeeds(self._tables)

    @cached_property
    def reminders(self) -> InMemoryReminders:
        """Which lessons somebody was reminded of."""
        return InMemoryReminders(self._tables, self._outbox)

    @cached_property
    def bookings(self) -> InMemoryBookings:
        """Every booking ever made."""
        return InMemoryBookings(self._tables, self._outbox)

    @cached_property
    def booking_parties(self) -> InMemoryBookingParties:
        """Who and what a proposal names."""
        return InMemoryBookingParties(self._tables, self.calendars)

    @cached_property
    def payment_readiness(self) -> InMemoryPaymentReadiness:
        """Whether a lesson's money is there."""
        return InMemoryPaymentReadiness(self._tables, self._outbox)

    @cached_property
    def claims(self) -> InMemoryClaims:
        """No-show reports and issues."""
        return InMemoryClaims(self._tables, self._outbox)

    @cached_property
    def video_sessions(self) -> InMemoryVideoSessions:
        """Rooms of lessons by video."""
        return InMemoryVideoSessions(self._tables)

    @cached_property
    def calendars(self) -> InMemoryCalendars:
        """Every instructor's calendar."""
        return InMemoryCalendars(self._tables, self._rules, self._outbox)

    @cached_property
    def calendar_history(self) -> InMemoryCalendarHistory:
        """The saves of calendars."""
        return InMemoryCalendarHistory(self._tables)

    @cached_property
    def waitlist(self) -> InMemoryWaitlist:
        """Everybody who waits for a time."""
        return InMemoryWaitlist(self._tables, self._outbox)

    @cached_property
    def feeds(self) -> InMemoryFeeds:
        """Every external calendar."""
        return InMemoryFeeds(self._tables, self._outbox)


class InMemoryLessonsQueries(InMemoryQueries):
    """The queries of lessons and calendars."""

    @cached_property
    def booking_queries(self) -> InMemoryBookingQueries:
        """Bookings, to be read."""
        return InMemoryBookingQueries(self._tables)

    @cached_property
    def booking_log(self) -> InMemoryBookingLog:
        """What happened to bookings."""
        return InMemoryBookingLog(self._tables)

    @cached_property
    def calendar_files(self) -> InMemoryCalendarFiles:
        """Lessons for other calendars."""
        return InMemoryCalendarFiles(self._tables)

    @cached_property
    def calendars(self) -> InMemoryCalendarQueries:
        """Calendars, as they were last kept."""
        return InMemoryCalendarQueries(self._tables, self._rules, self._clock)

    @cached_property
    def calendar_history(self) -> InMemoryCalendarHistory:
        """The saves of calendars."""
        return InMemoryCalendarHistory(self._tables)

    @cached_property
    def waitlist_queries(self) -> InMemoryWaitlistQueries:
        """Who waits, to be read."""
        return InMemoryWaitlistQueries(self._tables)

    @cached_property
    def feed_queries(self) -> InMemoryFeedQueries:
        """External calendars, to be read."""
        return InMemoryFeedQueries(self._tables)
