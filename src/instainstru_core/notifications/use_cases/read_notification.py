"""Say that one notification was read."""

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.ports import NotificationsWork


@frozen(kw_only=True)
class ReadNotification:
    """*reader* has read it."""

    reader: AccountId
    notification_id: NotificationId


def read_notification(
    request: ReadNotification, *, begin: Begin[NotificationsWork], clock: Clock
) -> None:
    """Mark it as read; reading it again changes nothing. Source: NT-17.

    Raises:
        NotificationNotFound: There is none, or it is another person's.
    """
    with begin() as work:
        work.notifications.mark_read(request.reader, request.notification_id, at=clock.now())
