"""Names for the things of availability."""

from instainstru_core.kernel.ids import EntityId


class BlackoutId(EntityId):
    """One local date without lessons."""

    __slots__ = ()
