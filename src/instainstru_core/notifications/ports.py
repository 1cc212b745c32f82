"""What notifications needs from the world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.ports import Accounts
from instainstru_core.booking.ports import Bookings
from instainstru_core.due_work.ports import DueWork
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.model import Alarm, Mail, Notification


class Notifications(Protocol):
    """Everything anybody was told in the app."""

    def add(self, notification: Notification) -> bool:
        """Keep it; False when its key was kept before, and nothing changed. Source: NT-1."""
        ...

    def get(self, account_id: AccountId, notification_id: NotificationId) -> Notification:
        """One thing this person was told.

        Raises:
            NotificationNotFound: There is none, it was removed, or it is another person's.
        """
        ...

    def mark_read(
        self, account_id: AccountId, notification_id: NotificationId, *, at: datetime
    ) -> None:
        """It was read; the first time counts.

        Raises:
            NotificationNotFound: There is none, it was removed, or it is another person's.
        """
        ...

    def mark_all_read(self, account_id: AccountId, *, at: datetime) -> int:
        """Everything was read; how many had not been."""
        ...

    def remove(
        self, account_id: AccountId, notification_id: NotificationId, *, at: datetime
    ) -> None:
        """Show it no more.

        Raises:
            NotificationNotFound: There is none, it was removed, or it is another person's.
        """
        ...

    def remove_all(self, account_id: AccountId, *, at: datetime) -> int:
        """Show nothing any more; how many there were."""
        ...


class NotificationsWork(DueWork, Protocol):
    """What one unit of work in notifications can reach."""

    @property
    def notifications(self) -> Notifications:
        """Everything anybody was told in the app."""
        ...


class TellingWork(NotificationsWork, Protocol):
    """What it takes to tell people about what happened elsewhere."""

    @property
    def accounts(self) -> Accounts:
        """Every login."""
        ...

    @property
    def bookings(self) -> Bookings:
        """Every booking ever made."""
        ...


class Mailer(Protocol):
    """Sends e-mail."""

    def send(self, mail: Mail, *, key: str) -> None:
        """Send *mail*; the same *key* again sends nothing more. Source: NT-7.

        Raises:
            MailRefused: It will never be sent.
            MailUnavailable: The service did not answer.
        """
        ...


class Alarms(Protocol):
    """Reaches those who run the platform."""

    def ring(self, alarm: Alarm) -> None:
        """Let somebody look; the same alarm may ring again."""
        ...


@frozen
class NobodyListens:
    """The `Alarms` port where nobody is to be woken, as in a game in memory."""

    def ring(self, alarm: Alarm) -> None:
        """Nothing happens."""


NOBODY_LISTENS: Final = NobodyListens()
"""For every world in which nobody is to be woken."""


@frozen(kw_only=True)
class SentMail:
    """A mail as the demonstration's mailbox keeps it."""

    mail: Mail
    key: str = field(repr=False)
    sent_at: datetime


class Mailbox(Protocol):
    """Where a demonstration's mails end, for everybody to see."""

    def latest(self, *, to: str | None = None, limit: int = 50) -> Sequence[SentMail]:
        """The last mails, newest first; those to one address, whatever its letter case."""
        ...
