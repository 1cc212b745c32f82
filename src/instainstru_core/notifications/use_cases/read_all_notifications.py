"""Say that every notification was read."""

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.notifications.ports import NotificationsWork


def read_all_notifications(
    reader: AccountId,
    *,
    begin: Begin[NotificationsWork],
    clock: Clock,
    answer: Answer[NotificationsWork, None] = unanswered,
) -> int:
    """Mark everything as read, and say how much had not been. Source: NT-17."""
    with begin() as work:
        count = work.notifications.mark_all_read(reader, at=clock.now())
        answer(work, None)
    return count
