"""Get a secret calendar feed, or give it up. Source: BK-48, SE-29."""

from typing import TypeVar

from attrs import field, frozen

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.ports import Secrets
from instainstru_core.booking.calendar.model import CalendarFeed, token_hash
from instainstru_core.booking.calendar.ports import CalendarFeedWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=CalendarFeedWork)


@frozen(kw_only=True)
class NewFeed:
    """A feed just made: the only time that its token is known."""

    feed: CalendarFeed
    token: str = field(repr=False)


def change_feed(
    account_id: AccountId, *, begin: Begin[WorkT], secrets: Secrets, clock: Clock
) -> NewFeed:
    """A feed with a new token; the one before, if there was one, is dead at once."""
    token = secrets.token()
    feed = CalendarFeed(account_id=account_id, token_hash=token_hash(token), created_at=clock.now())
    with begin() as work:
        work.calendar_feeds.put(feed)
    return NewFeed(feed=feed, token=token)


def revoke_feed(account_id: AccountId, *, begin: Begin[WorkT]) -> None:
    """No feed any more; doing it again changes nothing."""
    with begin() as work:
        work.calendar_feeds.remove(account_id)
