"""Say that every notification was read."""

from typing import TypeVar

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.notifications.ports import NotificationsWork

WorkT = TypeVar("WorkT", bound=NotificationsWork)


def read_all_notifications(
    reader: AccountId,
    *,
    begin: Begin[WorkT],
    clock: Clock,
    answer: Answer[WorkT, int] = unanswered,
) -> int:
    """Mark everything as read, and say how much had not been. Source: NT-17."""
    with begin() as work:
        count = work.notifications.mark_all_read(reader, at=clock.now())
        answer(work, count)
    return count
