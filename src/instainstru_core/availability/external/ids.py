"""Names for the things of external calendars."""

from instainstru_core.kernel.ids import EntityId


class FeedId(EntityId):
    """One calendar that an instructor keeps elsewhere."""

    __slots__ = ()
