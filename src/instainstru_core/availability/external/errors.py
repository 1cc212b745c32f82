"""What is refused about external calendars. Source: spec 01 §11.

No address is ever repeated: whoever has it can read the calendar.
"""

from attrs import frozen

from instainstru_core.availability.errors import RefusedField
from instainstru_core.availability.external.ids import FeedId
from instainstru_core.kernel.errors import Conflict, NotFound


class FeedAddressInvalid(RefusedField):
    """Not the address of a calendar: another scheme or port, or no address at all."""

    code = "invalid_feed_address"


class FeedAddressForbidden(RefusedField):
    """An address that is nobody's on the internet; such are never fetched."""

    code = "feed_address_forbidden"


@frozen
class TooManyFeeds(Conflict):
    """An instructor has as many external calendars as one may have."""

    code = "too_many_feeds"

    limit: int

    def __str__(self) -> str:
        return f"at most {self.limit} external calendars can be added"


class FeedExists(Conflict):
    """The calendar was added before."""

    code = "feed_exists"

    def __str__(self) -> str:
        return "this external calendar was added before"


@frozen
class FeedNotFound(NotFound):
    """There is no such external calendar, or it is another instructor's."""

    code = "external_calendar_not_found"

    feed_id: FeedId

    def __str__(self) -> str:
        return f"no external calendar {self.feed_id}"
