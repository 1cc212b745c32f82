"""Take notifications out of one's inbox: one, or all."""

from attrs import frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.ports import NotificationsWork


@frozen(kw_only=True)
class RemoveNotifications:
    """*owner* wants to see *only* this one no more, or none at all."""

    owner: AccountId
    only: NotificationId | None = None


def remove_notifications(
    request: RemoveNotifications, *, begin: Begin[NotificationsWork], clock: Clock
) -> None:
    """Show them no more; the rows stay until they are purged. Source: NT-17.

    Raises:
        NotificationNotFound: There is none, or it is another person's.
    """
    with begin() as work:
        if request.only is None:
            work.notifications.remove_all(request.owner, at=clock.now())
        else:
            work.notifications.remove(request.owner, request.only, at=clock.now())
