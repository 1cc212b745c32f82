"""What every keeper of notifications must do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.notifications.errors import NotificationNotFound
from instainstru_core.notifications.ids import NotificationId
from instainstru_core.notifications.model import Kind, Notification
from instainstru_core.notifications.ports import NotificationsWork
from instainstru_core.notifications.queries import NotificationReads

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ANNA = AccountId(UUID(int=1))
BORIS = AccountId(UUID(int=2))
RIVALS = 8


def some_notification(
    number: int, *, account_id: AccountId = ANNA, key: str | None = None
) -> Notification:
    """The n-th thing somebody is told."""
    return Notification(
        notification_id=NotificationId(UUID(int=number)),
        account_id=account_id,
        kind=Kind.BOOKING_CONFIRMED,
        key=key or f"booking_confirmed:{number}:{account_id}:once",
        title=f"Confirmed: lesson {number}",
        body="Your lesson is confirmed.",
        data={"booking_id": str(number)},
        created_at=NOON + timedelta(minutes=number),
    )


class NotificationsContract:
    """Inherit, and provide the fixtures `begin` and `read` on one empty store."""

    def _tell(self, begin: Begin[NotificationsWork], *notifications: Notification) -> None:
        with begin() as work:
            for each in notifications:
                assert work.notifications.add(each)

    def _numbers(
        self,
        read: Begin[NotificationReads],
        request: PageRequest | None = None,
        *,
        unread_only: bool = False,
    ) -> list[int]:
        with read() as reads:
            page = reads.inbox.page(ANNA, request or PageRequest(), unread_only=unread_only)
        return [each.notification_id.value.int for each in page.items]

    def test_keeps_what_was_told(self, begin: Begin[NotificationsWork]) -> None:
        told = some_notification(1)
        self._tell(begin, told)
        with begin() as work:
            assert work.notifications.get(ANNA, told.notification_id) == told

    def test_one_occurrence_notifies_once(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        """NT-1."""
        self._tell(begin, some_notification(1, key="k"))
        with begin() as work:
            assert not work.notifications.add(some_notification(2, key="k"))
        assert self._numbers(read) == [1]

    def test_another_persons_does_not_exist(self, begin: Begin[NotificationsWork]) -> None:
        """NT-17."""
        told = some_notification(1)
        self._tell(begin, told)
        with begin() as work, pytest.raises(NotificationNotFound):
            work.notifications.get(BORIS, told.notification_id)
        with begin() as work, pytest.raises(NotificationNotFound):
            work.notifications.mark_read(BORIS, told.notification_id, at=NOON)
        with begin() as work, pytest.raises(NotificationNotFound):
            work.notifications.remove(BORIS, told.notification_id, at=NOON)

    def test_the_first_reading_counts(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        """NT-17."""
        told = some_notification(1)
        self._tell(begin, told, some_notification(2))
        for hours in (1, 2):
            with begin() as work:
                at = NOON + timedelta(hours=hours)
                work.notifications.mark_read(ANNA, told.notification_id, at=at)
        with begin() as work:
            kept = work.notifications.get(ANNA, told.notification_id)
        assert kept.read_at == NOON + timedelta(hours=1)
        with read() as reads:
            assert reads.inbox.unread_count(ANNA) == 1
        assert self._numbers(read, unread_only=True) == [2]
        assert self._numbers(read) == [2, 1]

    def test_all_are_read_at_once(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        """NT-17."""
        self._tell(begin, some_notification(1), some_notification(2))
        self._tell(begin, some_notification(3, account_id=BORIS))
        with begin() as work:
            assert work.notifications.mark_all_read(ANNA, at=NOON) == 2
        with begin() as work:
            assert work.notifications.mark_all_read(ANNA, at=NOON) == 0
        with read() as reads:
            assert reads.inbox.unread_count(ANNA) == 0
            assert reads.inbox.unread_count(BORIS) == 1

    def test_what_is_removed_is_not_shown(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        """NT-17."""
        told = [some_notification(number) for number in range(1, 4)]
        self._tell(begin, *told, some_notification(9, account_id=BORIS))
        with begin() as work:
            work.notifications.remove(ANNA, told[0].notification_id, at=NOON)
        assert self._numbers(read) == [3, 2]
        with begin() as work, pytest.raises(NotificationNotFound):
            work.notifications.remove(ANNA, told[0].notification_id, at=NOON)
        with begin() as work:
            assert work.notifications.remove_all(ANNA, at=NOON) == 2
        assert self._numbers(read) == []
        with read() as reads:
            assert reads.inbox.unread_count(BORIS) == 1

    def test_what_was_removed_is_not_told_again(self, begin: Begin[NotificationsWork]) -> None:
        """NT-1: an event delivered late doesn't bring it back."""
        told = some_notification(1, key="k")
        self._tell(begin, told)
        with begin() as work:
            work.notifications.remove(ANNA, told.notification_id, at=NOON)
        with begin() as work:
            assert not work.notifications.add(some_notification(2, key="k"))

    def test_pages_follow_one_another(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        """NT-17: newest first, nothing twice, nothing left out."""
        self._tell(begin, *(some_notification(number) for number in range(1, 6)))
        seen: list[int] = []
        cursor: Cursor | None = None
        for expected in ([5, 4], [3, 2], [1]):
            with read() as reads:
                page = reads.inbox.page(ANNA, PageRequest(limit=2, cursor=cursor))
            seen = [each.notification_id.value.int for each in page.items]
            assert seen == expected
            cursor = page.next_cursor
        assert cursor is None

    @pytest.mark.parametrize("key", [("x",), (1, 2), (7,)])
    def test_a_foreign_cursor_is_refused(
        self, read: Begin[NotificationReads], key: tuple[str | int, ...]
    ) -> None:
        with read() as reads, pytest.raises(Malformed):
            reads.inbox.page(ANNA, PageRequest(cursor=Cursor(key)))

    def test_a_unit_that_fails_tells_nobody(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        def fail() -> None:
            with begin() as work:
                work.notifications.add(some_notification(1))
                raise LookupError("something else went wrong")

        with pytest.raises(LookupError, match="something else"):
            fail()
        assert self._numbers(read) == []

    def test_eight_rivals_tell_once(
        self, begin: Begin[NotificationsWork], read: Begin[NotificationReads]
    ) -> None:
        """NT-1."""
        barrier = Barrier(RIVALS)

        def rival(number: int) -> bool:
            barrier.wait()
            with begin() as work:
                return work.notifications.add(some_notification(number, key="k"))

        with ThreadPoolExecutor(RIVALS) as pool:
            told = list(pool.map(rival, range(1, RIVALS + 1)))
        assert told.count(True) == 1
        assert len(self._numbers(read)) == 1
